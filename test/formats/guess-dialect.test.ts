import { describe, expect, test } from 'vitest';
import { guessDialect } from '../../src/formats/csv/guess/guess-dialect.js';
import { describeGuesses, type ReadingFlags } from '../../src/formats/reading.js';
import { testImage, testLabels } from '../helpers/mnist.js';

const DIGITS = Array.from({ length: 10 }, (_, digit) => `${digit}`);
const known = { pixelCount: 784, classes: DIGITS };
const images = Array.from({ length: 12 }, (_, i) => Array.from(testImage(i)));
const labels = testLabels();
const pixelNames = (from: number) => Array.from({ length: 784 }, (_, i) => `pixel${i + from}`);
const grid = (name: (row: number, column: number) => string) =>
  Array.from({ length: 784 }, (_, i) => name(Math.floor(i / 28) + 1, (i % 28) + 1));

/** CSV of real digits: each row made of its pixels and its place. */
function csv(
  row: (pixels: readonly (number | string)[], i: number) => readonly (number | string)[],
  {
    header = [],
    delimiter = ',',
    lineEnd = '\n',
  }: { header?: readonly string[]; delimiter?: string; lineEnd?: string } = {},
): string {
  const rows = images.map((pixels, i) => row(pixels, i));
  return [...(header.length > 0 ? [header] : []), ...rows]
    .map((fields) => fields.join(delimiter) + lineEnd)
    .join('');
}

function guess(text: string, flags: ReadingFlags = {}, isWhole = true) {
  return guessDialect(Buffer.from(text), isWhole, known, flags, 'f.csv');
}

const number = (column: number, from = 0) => ({ kind: 'number', column, from });

describe('what people really have is known for what it is:', () => {
  test.each([
    [
      'Kaggle train.csv',
      csv((p, i) => [labels[i], ...p], { header: ['label', ...pixelNames(0)] }),
      number(0),
      null,
      1,
    ],
    ['Kaggle test.csv', csv((p) => p, { header: pixelNames(0) }), null, null, 0],
    [
      'mnist-in-csv',
      csv((p, i) => [labels[i], ...p], { header: ['label', ...grid((r, c) => `${r}x${c}`)] }),
      number(0),
      null,
      1,
    ],
    ['mnist_train.csv', csv((p, i) => [labels[i], ...p]), number(0), null, 1],
    [
      'OpenML',
      csv((p, i) => [...p, labels[i]], { header: [...pixelNames(1), 'class'] }),
      number(784),
      null,
      0,
    ],
    [
      'pandas with an index',
      csv((p, i) => [i, labels[i], ...p], { header: ['', 'label', ...pixelNames(0)] }),
      number(1),
      0,
      2,
    ],
    [
      'pandas with numbers for names',
      csv((p) => p, { header: pixelNames(0).map((_, i) => `${i}`) }),
      null,
      null,
      0,
    ],
    [
      'R',
      csv((p, i) => [`"${i + 1}"`, ...p, labels[i]], {
        header: ['""', ...pixelNames(1).map((n) => `"${n}"`), '"y"'],
      }),
      number(785),
      0,
      1,
    ],
    ['a label last, without a header', csv((p, i) => [...p, labels[i]]), number(784), null, 0],
    ['an index, without a header', csv((p, i) => [i + 100, ...p]), null, 0, 1],
    ['an index and a label, without a header', csv((p, i) => [i + 100, labels[i], ...p]), number(1), 0, 2],
    ['file names, without a header', csv((p, i) => [`img_${i}.png`, ...p]), null, 0, 1],
    ['no label', csv((p) => p), null, null, 0],
    [
      'one-hot labels',
      csv((p, i) => [...DIGITS.map((d) => (Number(d) === labels[i] ? 1 : 0)), ...p]),
      { kind: 'one-hot', first: 0, count: 10 },
      null,
      10,
    ],
  ])('%s', (_, text, label, idColumn, firstPixel) => {
    expect(guess(text).dialect).toMatchObject({ label, idColumn, firstPixel, pixelCount: 784, white: 255 });
  });

  test.each([[';'], ['\t'], [' ']])('the delimiter %j', (delimiter) => {
    expect(guess(csv((p, i) => [labels[i], ...p], { delimiter })).dialect).toMatchObject({ delimiter });
  });

  test.each([
    ['\n', 'lf'],
    ['\r\n', 'lf'],
    ['\r', 'cr'],
  ])('the line end %j', (lineEnd, expected) => {
    expect(guess(csv((p, i) => [labels[i], ...p], { lineEnd })).dialect).toMatchObject({ lineEnd: expected });
  });

  test('a byte order mark, blank lines and a header are passed over', () => {
    const header = ['label', ...pixelNames(0)];
    const text = `\ufeff\n\n${csv((p, i) => [labels[i], ...p], { header })}`;
    const { dataStart, linesBefore } = guess(text);
    expect(
      Buffer.from(text)
        .subarray(dataStart, dataStart + 2)
        .toString(),
    ).toBe(`${labels[0]},`);
    expect(linesBefore).toBe(3);
  });

  test('pixels that are named column by column are transposed', () => {
    const text = csv((p) => p, { header: grid((r, c) => `${c}x${r}`) });
    expect(guess(text).dialect.transposed).toBe(true);
  });
});

describe('the scale', () => {
  test('is 1 where fractions are seen', () => {
    expect(guess(csv((p) => p.map((v) => Number(v) / 255))).dialect.white).toBe(1);
  });

  test('is 1 where many ones are seen and no other number; nothing but black tells nothing', () => {
    const binary = guess(csv((p) => p.map((v) => (Number(v) > 127 ? 1 : 0))));
    expect(binary).toMatchObject({ dialect: { white: 1 }, alternatives: [] });
    expect(describeGuesses('f.csv', binary.guesses)).toMatch(/scale 0 to 1(?:,|$)/);
    const few = guess(
      csv((p) => p.map((_, at) => (at === 3 ? 1 : 0)))
        .split('\n', 2)
        .join('\n'),
    );
    expect(describeGuesses('f.csv', few.guesses)).toContain('scale 0 to 1 (guessed; else --scale 255)');
    const black = guess(csv((p) => p.map(() => 0)));
    expect(describeGuesses('f.csv', black.guesses)).toContain('scale 0 to 255 (guessed; else --scale 1)');
  });

  test('is asked for where pixels are brighter than 255', () => {
    expect(() => guess(csv((p) => p.map((v) => Number(v) * 4)))).toThrowError(/--scale/);
    expect(
      guess(
        csv((p) => p.map((v) => Number(v) * 4)),
        { scale: 1020 },
      ).dialect.white,
    ).toBe(1020);
  });
});

describe('a single row tells where its label is', () => {
  const [image] = images;
  test.each([
    ['first', [3, ...image], 1],
    ['last', [...image, 3], 0],
  ])('by a value that is no border, %s', (place, row, firstPixel) => {
    const { dialect, guesses, alternatives } = guess(row.join(','));
    expect({ firstPixel: dialect.firstPixel, alternatives }).toEqual({ firstPixel, alternatives: [] });
    expect(guesses).toContainEqual({ property: 'label', value: `column ${place}`, by: 'seen' });
  });

  test('but not where it is 0 like the border: then both readings are possible', () => {
    const { alternatives, needsMore } = guess(`${[0, ...image].join(',')}\n`, {}, false);
    expect({ alternatives, needsMore }).toEqual({
      alternatives: [{ label: 'first' }, { label: 'last' }],
      needsMore: true,
    });
    for (const [flags, firstPixel] of [
      [{ label: 'first' }, 1],
      [{ label: 'last' }, 0],
      [{ id: '1' }, 1],
      [{ id: '785' }, 0],
    ] as const) {
      const settled = guess([0, ...image].join(','), flags);
      expect(settled).toMatchObject({ dialect: { firstPixel }, alternatives: [], needsMore: false });
    }
  });
});

test('labels counted from 1 are labels, not the first pixel of an image that lacks its last', () => {
  const text = csv((p, i) => [(i % 10) + 1, ...p]);
  expect(guess(text)).toMatchObject({
    dialect: { firstPixel: 1, label: number(0, 1) },
    alternatives: [{ labelsFrom: 1 }, { labelMap: { 10: '0' } }],
  });
});

test('a first column of unknown meaning has to be named by a flag, though the last one could be a label', () => {
  const text = csv((p, i) => [3 * i + 7, ...p]);
  expect(() => guess(text)).toThrowError(expect.objectContaining({ code: 'CSV_COLUMNS' }));
  expect(() => guess(text)).toThrowError(/--label or --id/);
  expect(guess(text, { id: '1' }).dialect).toMatchObject({ idColumn: 0, label: null, firstPixel: 1 });
});

test.each([
  [16, [{ scale: 16 }, { scale: 255 }]],
  [3, [{ scale: 255 }, { scale: 85 }]],
])('pixels divided by %d may be of two scales', (by, alternatives) => {
  const dim = guess(csv((p) => p.map((value) => Math.floor(Number(value) / by))));
  expect(dim).toMatchObject({ dialect: { white: alternatives[0].scale }, alternatives });
});

test('a header alone is enough, but more is asked for', () => {
  const header = `${['label', ...pixelNames(0)].join(',')}\n`;
  expect(guess(header, {}, false)).toMatchObject({ needsMore: true, dataStart: header.length });
  expect(guess(header).needsMore).toBe(false);
});

describe('flags overrule:', () => {
  const labelled = csv((p, i) => [labels[i], ...p]);
  const named = csv((p, i) => [i, labels[i], ...p], { header: ['key', 'what', ...pixelNames(0)] });
  test.each<[string, string, ReadingFlags, object]>([
    ['--label none', labelled, { label: 'none' }, { label: null, firstPixel: 1 }],
    ['--label last', labelled, { label: 'last' }, { label: number(784), firstPixel: 0 }],
    ['--label by name', named, { label: 'what' }, { label: number(1), idColumn: 0 }],
    ['--label by number', named, { label: '2' }, { label: number(1) }],
    ['--id by name', named, { id: 'what', label: 'none' }, { idColumn: 1, label: null }],
    ['--id none', named, { id: 'none', label: 'what' }, { idColumn: null }],
    ['--labels-from', labelled, { labelsFrom: 1, label: 'first' }, { label: number(0, 1) }],
    ['--header no', named, { header: false, label: '2', id: '1' }, { hasHeader: false }],
    ['--transpose', labelled, { transpose: true }, { transposed: true }],
    ['--delimiter', labelled.replaceAll(',', '|'), { delimiter: '|' }, { delimiter: '|' }],
  ])('%s', (_, text, flags, dialect) => {
    expect(guess(text, flags).dialect).toMatchObject(dialect);
  });

  test('and name what is there when they name what is not', () => {
    expect(() => guess(named, { label: 'truth' })).toThrowError(
      expect.objectContaining({
        code: 'USAGE',
        message: expect.stringContaining('key, what, pixel0, … pixel783'),
      }),
    );
  });
});

describe('what cannot be images is one clear error:', () => {
  test.each([
    ['nothing', '', 'CSV_EMPTY', 'no row'],
    ['too few columns', '1,2,3\n', 'CSV_COLUMNS', 'expected 784 pixels a row'],
    ['a quote that is never closed', '"7,0,0\n', 'CSV_COLUMNS', 'misplaced or never closed; take them out'],
    [
      'pixels out of order',
      csv((p) => p, { header: [...pixelNames(0)].sort() }),
      'CSV_COLUMNS',
      'pixel0, pixel1, pixel10',
    ],
  ])('%s', (_, text, code, message) => {
    expect(() => guess(text)).toThrowError(
      expect.objectContaining({ code, message: expect.stringContaining(message) }),
    );
  });

  test('no line end in sight', () => {
    expect(() => guess('1,2,3', {}, false)).toThrowError(
      expect.objectContaining({
        code: 'CSV_ROW_TOO_LONG',
        message: expect.stringContaining('no end of a row in the first 5 bytes'),
      }),
    );
  });
});
