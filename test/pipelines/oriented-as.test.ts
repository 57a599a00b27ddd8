import { expect, test } from 'vitest';
import { orientedAs } from '../../pipelines/oriented-as.js';
import type { CsvDialect } from '../../src/formats/csv/dialect.js';
import { UNIT_BRIGHTNESS } from '../../src/network/normalization.js';

test.each([
  ['turned where rows say so', true, false, true],
  ['not turned where a flag says so, whatever the network is used to', false, true, false],
  ['as the network takes them where nobody says', null, true, true],
] as const)('images are %s', (_, transposed, own, expected) => {
  const dialect: Pick<CsvDialect, 'transposed'> = { transposed };
  const normalization = { ...UNIT_BRIGHTNESS, transposed: own };
  expect(orientedAs(dialect, normalization)).toEqual({ ...UNIT_BRIGHTNESS, transposed: expected });
});
