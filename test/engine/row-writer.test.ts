import fc from 'fast-check';
import { expect, test } from 'vitest';
import { createWorker } from '../../src/engine/create-worker.js';
import { REJECT } from '../../src/engine/layout.js';
import { SharedNetwork } from '../../src/engine/shared-network.js';
import { noFastRows, numberRows } from '../../src/engine/text/row-writer.js';
import type { CsvDialect, LabelColumns } from '../../src/formats/csv/dialect.js';
import { expectCanariesAlive, plantCanaries } from '../helpers/canaries.js';
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
function scored(content: string, dialect: CsvDialect, makeFast: typeof numberRows) {
  const shared = new SharedNetwork(network, { slotCount: 1, text, withOutputs: true });
  shared.placeFor(network.normalization);
  plantCanaries(shared.memory.buffer, shared.layout);
  const score = createWorker(shared, makeFast);
  const slot = shared.layout.slots[0];
  const { memory } = shared;
  const bytes = Buffer.from(content, 'latin1');
  const places = slot.text ?? expect.fail('a slot for text has places for it');
  new Uint8Array(memory.buffer).set(bytes, places.text);
  const answer = score({ slot: 0, dialect, byteCount: bytes.length });
  expectCanariesAlive(memory.buffer, shared.layout);
  if (typeof answer !== 'object' || !('records' in answer)) return expect.fail('the text is scored');
  const { records, rejects } = answer;
  const copy = (start: number, byteCount: number) =>
    Buffer.from(memory.buffer.slice(start, start + byteCount)).toString('hex');
  return {
    answer,
    pixels: copy(slot.pixels, records * PIXELS),
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

const whole = fc.oneof(
  { weight: 6, arbitrary: fc.constant('0') },
  fc.integer({ min: 0, max: 255 }).map(String),
);
const odd = fc.constantFrom(
  '',
  ' 7',
  '7 ',
  '+5',
  '-1',
  '-0',
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
  '"1"2',
  '"1""2"',
  ' "1"',
  '"1" ',
  'NaN',
  '12a',
  '.',
  '1e',
  'e1',
  '\r',
  '"1\n2"',
);
/** Fractions as tools write them: in full, in the shortest way, fixed, with exponents; and those that are hard to round. */
const fraction = (white: number) => {
  const level = fc.integer({ min: 0, max: 255 }).map((n) => (n * white) / 255);
  const between = fc.integer({ min: 0, max: 254 }).map((n) => ((n + 0.5) * white) / 255);
  const usual = fc.oneof(
    { weight: 6, arbitrary: fc.constantFrom('0', '0.0', '"0"', '0.000000000000000000e+00') },
    level.map(String),
    level.map((value) => value.toFixed(8)),
    level.map((value) => value.toExponential(18)),
    level.map((value) => `"${Math.fround(value)}"`),
    fc.double({ min: 0, max: white, noNaN: true }).map((value) => value.toFixed(5)),
  );
  const hard = fc.oneof(
    between.map(String),
    between.map((value) => `${value}000000001`),
    fc.double({ min: 0, max: white, noNaN: true }).map(String),
    fc.constantFrom(
      ...['.5', '1.', '1.0', '1e-05', '1E0', '0e999', '1e-400', '5e-324', '1e-30', '0.1e1'],
      ...['  0.25\t', '" 0.25 "', '1e22', '1e23', `${white}`, `${white}.0`, `${white}.0000001`],
      ...['1.0000000000000000000000001', '0.99999999999999999999', '0.5000000000000000000000001'],
      ...['00000000000000000000000001', '0.00000000000000000000000001', '12345678901234567890123e-23'],
      `${white}.00000000000000000000001`,
    ),
  );
  return fc.oneof({ weight: 200, arbitrary: usual }, { weight: 1, arbitrary: hard });
};
const rareOdd = { weight: 1, arbitrary: odd };
const styles = {
  whole: { white: 255, pixel: fc.oneof({ weight: 400, arbitrary: whole }, rareOdd) },
  fractions: { white: 1, pixel: fc.oneof({ weight: 200, arbitrary: fraction(1) }, rareOdd) },
  decimals: { white: 255, pixel: fc.oneof({ weight: 200, arbitrary: fraction(255) }, rareOdd) },
  'of another scale': { white: 16, pixel: fc.oneof({ weight: 200, arbitrary: fraction(16) }, rareOdd) },
  simple: {
    white: 255,
    pixel: fc.oneof(
      { weight: 200, arbitrary: whole },
      whole.map((n) => `${n}.0`),
      whole.map((n) => `"${n}"`),
    ),
  },
};
const id = fc.constantFrom(
  'a',
  '',
  'x y',
  'ü',
  '"q,""r"',
  '"q,r"',
  '"',
  '"s" ',
  'b\r',
  '"l\nm"',
  '"\r"',
  '12',
  'M\xfcller',
  '"M\xf6,ller"',
  '\xff\0\x80',
);
const CLASSES = 10;
/** Two are the same, two are not to be told apart from text that is no UTF-8, and one is beyond the classes. */
const names = ['cat', 'dog', '', 'ü', 'a,b', 'cat', ' dog', '\ufffd', '7', 'dogs', 'fish'];
const latin1 = (text: string) => Buffer.from(text).toString('latin1');
const nearly = <T>(usual: fc.Arbitrary<T>, rare: fc.Arbitrary<T>) =>
  fc.oneof({ weight: 30, arbitrary: usual }, { weight: 1, arbitrary: rare });
const hotCell = fc.constantFrom(
  '1',
  '0',
  '1.0',
  '"1"',
  '0e9',
  '-0',
  '2',
  '',
  'x',
  ' 0',
  '1.00000000000000000001',
);
const hotRow = fc
  .nat(CLASSES - 1)
  .map((hot) => Array.from({ length: CLASSES }, (_, i) => (i === hot ? '1' : '0')));
/** How a row may say what it shows: its fields, and what a dialect says of them. */
const labels = {
  number: fc
    .constantFrom(
      ...['0', '7', '"9"', '10', '-1', '3.0', '"4.0"', '07', 'x', '', '1234567890', '1e0', '2.5', ' 6'],
    )
    .map((field) => [field]),
  name: nearly(
    fc.constantFrom(...['cat', 'dog', 'ü', 'dogs', '7', ''].flatMap((name) => [name, `"${name}"`])),
    fc.constantFrom('fish', 'Cat', 'do', 'dog ', ' dog', '"a,b"', '"ca""t"', '7.0', '"cat"x', '\ufffd'),
  ).map((field) => [latin1(field)]),
  'name that is no UTF-8': fc.constantFrom('\xff', '\xc3', '\xfc', 'dog').map((field) => [field]),
  value: nearly(
    fc.constantFrom('10', '1', '7', '"7"', 'A', 'ü'),
    fc.constantFrom('07', '7.0', '2', 'a', '', '1e1', '"A"x'),
  ).map((field) => [latin1(field)]),
  'one-hot': nearly(hotRow, fc.array(hotCell, { minLength: CLASSES, maxLength: CLASSES })),
};
type LabelStyle = keyof typeof labels;
const labelAt = (style: LabelStyle, column: number, encoding: 'latin1' | undefined): LabelColumns =>
  style === 'number'
    ? { kind: 'number', column, from: 0 }
    : style === 'one-hot'
      ? { kind: 'one-hot', first: column, count: CLASSES }
      : style === 'value'
        ? { kind: 'value', column, values: { 10: 0, 1: 1, 7: 7, A: 7, ü: 9 } }
        : {
            kind: 'name',
            column,
            names: encoding ? names.map((name) => name.replace('\ufffd', 'ÿ')) : names,
          };
const rowsOf = (pixel: fc.Arbitrary<string>, label: fc.Arbitrary<string[]>) =>
  fc.array(
    fc.tuple(
      id,
      label,
      fc.array(pixel, { minLength: PIXELS, maxLength: PIXELS }),
      fc.constantFrom(0, 0, 0, 0, 0, 0, 1, -1),
      // Where a character is lost, gained or changed.
      fc.option(fc.tuple(fc.nat(400), fc.constantFrom('', '0', ',', '"', '.', '\n', 'x')), { freq: 12 }),
    ),
    { maxLength: 12 },
  );

/** Where columns stand: label and id ahead, behind, or on either side. */
const arrangement = fc.constantFrom('ahead', 'behind', 'around');

const all = (Object.keys(styles) as (keyof typeof styles)[]).flatMap((style) =>
  // The ways of labels are the same for all pixels but where one way was tried in vain.
  (Object.keys(labels) as LabelStyle[])
    .filter((label) => label === 'number' || style === 'whole' || style === 'simple')
    .map((label) => [style, label] as const),
);

test.each(all)(
  'rows of numbers, %s, leave what csv-parse leaves, whatever they are; the label a %s',
  (style, labelStyle) => {
    const { white, pixel } = styles[style];
    let taken = 0;
    const counting: typeof numberRows = (...args) => {
      const fast = numberRows(...args);
      return (writer, window, at) => {
        const before = writer.records;
        const next = fast(writer, window, at);
        taken += writer.records - before;
        return next;
      };
    };
    fc.assert(
      fc.property(
        rowsOf(pixel, labels[labelStyle]),
        arrangement,
        fc.constantFrom(',', ';', '\t', ' '),
        fc.constantFrom('\n', '\r\n', '\r\r\n', '\r'),
        fc.boolean(),
        labelStyle === 'number' ? fc.boolean() : fc.constant(true),
        fc.constantFrom(undefined, 'latin1' as const),
        (rows, where, delimiter, lineEnd, endsWithLine, isLabelled, encoding) => {
          const lines = rows.map(([rowId, rowLabel, pixels, extra, change]) => {
            const cells = extra === 1 ? [...pixels, '0'] : extra === -1 ? pixels.slice(1) : pixels;
            const fields = {
              ahead: [rowId, ...rowLabel, ...cells],
              behind: [...cells, rowId, ...rowLabel],
              around: [...rowLabel, ...cells, rowId],
            }[where];
            const line = fields.join(delimiter);
            return change === null ? line : line.slice(0, change[0]) + change[1] + line.slice(change[0] + 1);
          });
          const content = lines.join(lineEnd) + (endsWithLine ? lineEnd : '');
          const labelColumns = labelStyle === 'one-hot' ? CLASSES : 1;
          const [labelColumn, idColumn, firstPixel] = {
            ahead: [1, 0, labelColumns + 1],
            behind: [PIXELS + 1, PIXELS, 0],
            around: [0, PIXELS + labelColumns, labelColumns],
          }[where];
          const dialect: CsvDialect = {
            delimiter,
            lineEnd: lineEnd === '\r' ? 'cr' : 'lf',
            hasHeader: false,
            columnCount: PIXELS + labelColumns + 1,
            firstPixel,
            pixelCount: PIXELS,
            black: 0,
            white,
            transposed: false,
            label: isLabelled ? labelAt(labelStyle, labelColumn, encoding) : null,
            idColumn,
            encoding,
          };
          expect(scored(content, dialect, counting)).toEqual(scored(content, dialect, noFastRows));
        },
      ),
      { numRuns: 150 },
    );
    // It would be the same, too, if the fast way took none.
    expect(taken).toBeGreaterThan(15);
  },
);

test('names that bytes cannot tell from others, and too many of them, are left to csv-parse', () => {
  const row = (name: string) => `${name},${Array(PIXELS).fill('7').join(',')}\n`;
  for (const many of [
    ['\ud800', 'dog'],
    ['x'.repeat(20_000), 'dog'],
  ]) {
    const content = ['dog', '\xef\xbf\xbd', 'dog'].map(row).join('');
    const dialect: CsvDialect = {
      ...{ delimiter: ',', lineEnd: 'lf', hasHeader: false, columnCount: PIXELS + 1, firstPixel: 1 },
      ...{ pixelCount: PIXELS, black: 0, white: 255, transposed: false, idColumn: null },
      label: { kind: 'name', column: 0, names: many },
    };
    const result = scored(content, dialect, numberRows);
    expect(result).toEqual(scored(content, dialect, noFastRows));
    expect(result).toMatchObject({ labels: '0101', answer: { rejects: 1 } });
  }
});

test.each([
  ['utf8', '\xc3\xbc'],
  ['latin1', '\xfc'],
  ['windows-1252', '\xfc'],
  ['iso-8859-2', '\xfc'],
] as const)('names of classes are known in %s, by the kernel or without it', (encoding, name) => {
  const row = (name: string) => `${name},${Array(PIXELS).fill('7').join(',')}\n`;
  const content = ['dog', name].map(row).join('');
  const dialect: CsvDialect = {
    ...{ delimiter: ',', lineEnd: 'lf', hasHeader: false, columnCount: PIXELS + 1, firstPixel: 1 },
    ...{ pixelCount: PIXELS, black: 0, white: 255, transposed: false, idColumn: null, encoding },
    label: { kind: 'name', column: 0, names: ['dog', 'ü'] },
  };
  const result = scored(content, dialect, numberRows);
  expect(result).toEqual(scored(content, dialect, noFastRows));
  expect(result).toMatchObject({ labels: '0001', answer: { rejects: 0 } });
});
