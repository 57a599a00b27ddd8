import fc from 'fast-check';
import { expect, test } from 'vitest';
import type { CsvDialect } from '../../src/csv/dialect.js';
import { noFastRows, plainRows } from '../../src/pool/fast-rows.js';
import { REJECT } from '../../src/pool/layout.js';
import { createTextScorer } from '../../src/pool/score-text.js';
import { SharedNetwork } from '../../src/pool/shared-network.js';
import { randomNetwork } from '../helpers/random-network.js';

const HEIGHT = 5;
const WIDTH = 8;
const PIXELS = HEIGHT * WIDTH;
const network = randomNetwork({
  seed: 3,
  height: HEIGHT,
  width: WIDTH,
  outputs: [16, 10],
  hidden: 'sigmoid',
  last: 'sigmoid',
});
const TEXT_BYTES = 64 * 1024;
const text = { textBytes: TEXT_BYTES, stretchBytes: TEXT_BYTES, withIds: true };

/** Everything that scoring a text leaves in its slot. */
function scored(content: string, dialect: CsvDialect, makeFast: typeof plainRows) {
  const shared = new SharedNetwork(network, { slotCount: 1, text, withOutputs: true });
  shared.place(network.normalization);
  const score = createTextScorer(shared.module, shared.memory, shared.layout, makeFast);
  const slot = shared.layout.slots[0];
  const { memory } = shared;
  const bytes = Buffer.from(content, 'latin1');
  const places = slot.text ?? expect.fail('a slot for text has places for it');
  new Uint8Array(memory.buffer).set(bytes, places.text);
  const answer = score({ slot: 0, dialect, byteCount: bytes.length });
  if (typeof answer !== 'object' || !('records' in answer)) return expect.fail('the text is scored');
  const { records, rejects } = answer;
  const copy = (start: number, byteCount: number) =>
    Buffer.from(memory.buffer.slice(start, start + byteCount)).toString('hex');
  return {
    answer,
    rowStarts: copy(places.rowStarts, records * 4),
    ids: dialect.idColumn === null ? '' : copy(places.ids, 200),
    idEnds: dialect.idColumn === null ? '' : copy(places.idEnds, records * 4),
    rejects: copy(places.rejects, rejects * REJECT.bytes),
    labels: dialect.label === null ? '' : copy(slot.labels, records),
    losses: dialect.label === null ? '' : copy(slot.losses, records * 4),
    predictions: copy(slot.predictions, records),
    outputs: copy(slot.outputs, records * 4 * 10),
  };
}

const plain = fc.oneof(
  { weight: 6, arbitrary: fc.constant('0') },
  fc.integer({ min: 0, max: 255 }).map(String),
);
const odd = fc.constantFrom(
  '',
  ' 7',
  '+5',
  '-1',
  '256',
  '999',
  '1000',
  '0005',
  '007',
  '1.0',
  '0.5',
  '1e1',
  '"12"',
  '"',
  'NaN',
  '12a',
  '\r',
  '"1\n2"',
);
const pixel = fc.oneof({ weight: 400, arbitrary: plain }, odd);
const id = fc.constantFrom('a', '', 'x y', 'ü', '"q,""r"', 'b\r', '"l\nm"', '12');
const label = fc.constantFrom('0', '7', '9', '10', '-1', '3.0', '07', 'x', '', '1234567890');
const row = fc.tuple(
  id,
  label,
  fc.array(pixel, { minLength: PIXELS, maxLength: PIXELS }),
  fc.constantFrom(0, 0, 0, 0, 1, -1),
);

/** Where columns stand: label and id ahead, behind, or on either side. */
const arrangement = fc.constantFrom('ahead', 'behind', 'around');

test('the fast way with plain rows leaves what csv-parse leaves, whatever the rows are', () => {
  let taken = 0;
  const counting: typeof plainRows = (...args) => {
    const fast = plainRows(...args);
    return (writer, window, at) => {
      const before = writer.records;
      const next = fast(writer, window, at);
      taken += writer.records - before;
      return next;
    };
  };
  fc.assert(
    fc.property(
      fc.array(row, { maxLength: 12 }),
      arrangement,
      fc.constantFrom(',', ';', '\t', ' '),
      fc.constantFrom('\n', '\r\n', '\r'),
      fc.boolean(),
      fc.boolean(),
      (rows, where, delimiter, lineEnd, endsWithLine, isLabelled) => {
        const lines = rows.map(([rowId, rowLabel, pixels, extra]) => {
          const cells = extra === 1 ? [...pixels, '0'] : extra === -1 ? pixels.slice(1) : pixels;
          if (where === 'ahead') return [rowId, rowLabel, ...cells].join(delimiter);
          return (where === 'behind' ? [...cells, rowId, rowLabel] : [rowLabel, ...cells, rowId]).join(
            delimiter,
          );
        });
        const content = lines.join(lineEnd) + (endsWithLine ? lineEnd : '');
        const [labelColumn, idColumn] = {
          ahead: [1, 0],
          behind: [PIXELS + 1, PIXELS],
          around: [0, PIXELS + 1],
        }[where];
        const dialect: CsvDialect = {
          delimiter,
          lineEnd: lineEnd === '\r' ? 'cr' : 'lf',
          hasHeader: false,
          columnCount: PIXELS + 2,
          firstPixel: where === 'ahead' ? 2 : where === 'behind' ? 0 : 1,
          pixelCount: PIXELS,
          white: 255,
          transposed: false,
          label: isLabelled ? { kind: 'number', column: labelColumn, from: 0 } : null,
          idColumn,
        };
        expect(scored(content, dialect, counting)).toEqual(scored(content, dialect, noFastRows));
      },
    ),
    { numRuns: 150 },
  );
  // It would be the same, too, if the fast way took none.
  expect(taken).toBeGreaterThan(100);
});
