import { expect, test } from 'vitest';
import { understandCsv } from '../../pipelines/score-input.js';
import { lookAt } from '../../src/sources/look-at.js';
import { openModel } from '../../src/sources/open-model.js';
import { digitsCsv } from '../helpers/digits-csv.js';

const { network } = openModel('sigmoid');
const LINE_END = Buffer.from('\n');

/** The same piece again and again, and then text. */
async function* behind(count: number, text: string) {
  for (let i = 0; i < count; i++) yield LINE_END;
  yield Buffer.from(text);
}

/** A stream that begins with blank lines, each a piece of its own, before its header and behind. */
async function* blankLines(count: number) {
  const text = digitsCsv({ count: 3, header: true });
  const row = text.indexOf('\n') + 1;
  yield* behind(count, text.slice(0, row));
  yield* behind(count, text.slice(row));
}

// If each of them led to a new guess, or all before it were copied anew, this would take hours.
test('a million blank lines ahead of the first row of a stream are passed over, each once', async () => {
  const count = 500_000;
  const { guesses, csv } = await understandCsv(await lookAt(blankLines(count)), 0, network, {});
  expect(csv).toMatchObject({ linesBefore: count + 1, dialect: { hasHeader: true, columnCount: 785 } });
  expect(guesses).toContainEqual(
    expect.objectContaining({ property: 'scale', value: '0 to 255', by: 'seen' }),
  );
});
