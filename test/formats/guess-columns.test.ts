import { describe, expect, test } from 'vitest';
import { guessDialect } from '../../src/formats/csv/guess/guess-dialect.js';
import { describeGuesses, type ReadingFlags } from '../../src/formats/reading.js';
import { testImage, testLabels } from '../helpers/mnist.js';

/** Four pixels an image, and classes of two languages. */
const known = { pixelCount: 4, classes: ['null', 'eins', 'zwei', '三'] };

const guess = (text: string, flags: ReadingFlags = {}) =>
  guessDialect(Buffer.from(text.replaceAll(' ', '\n')), true, known, flags, 'f.csv');

describe('a header in any language', () => {
  const text = 'ラベル,画素a,画素b,画素c,画素d 3,0,0,255,0 1,0,255,0,0';

  test('is told in its own letters, and its columns are found by them', () => {
    const { dialect, guesses } = guess(text, { label: 'ラベル' });
    expect(dialect.label).toEqual({ kind: 'number', column: 0, from: 0 });
    expect(describeGuesses('f.csv', guesses)).toContain('label column first "ラベル"');
    expect(() => guess(text, { label: 'x' })).toThrowError('there are ラベル, 画素a, 画素b, … 画素d');
  });

  test('says nothing of its columns: it is asked for the label, and the columns in question are named', () => {
    expect(() => guess(text)).toThrowError(
      'found 5 columns, none at either end ("ラベル", "画素d") that looks like a label or an id: say --label or --id',
    );
  });

  test('and labels in any language are known by the names of the classes', () => {
    const { dialect } = guess('0,0,255,0,三 0,255,0,0,eins');
    expect(dialect.label).toMatchObject({ kind: 'name', column: 4 });
  });
});

test('labels that --labels-from contradicts are no labels, and that flag is named', () => {
  expect(() => guess('0,0,255,0,7 1,255,0,0,7 0,0,255,0,7', { labelsFrom: 1 })).toThrowError(
    'that looks like a label from 1 on or an id: say --label or --id, or another --labels-from',
  );
});

describe('rows that lack a pixel beside their label', () => {
  const rows = '3,0,255,0 1,255,0,0 2,0,255,0';

  test('are refused where a header or a flag names the label', () => {
    const found =
      'expected 4 pixels a row, as many as the network has inputs, found 3 columns beside label and id';
    expect(() => guess(`label,a,b,c ${rows}`)).toThrowError(found);
    expect(() => guess(rows, { label: 'first' })).toThrowError(found);
  });

  test('may be rows without a label as well: that is said to be guessed', () => {
    const { dialect, guesses } = guess(rows);
    expect(dialect).toMatchObject({ label: null, firstPixel: 0 });
    expect(describeGuesses('f.csv', guesses)).toContain('label none (guessed; else --label first)');
  });

  test.each([
    ['by a flag', rows, { label: 'none' }],
    ['by pixels that are no labels', rows.replace('2,', '200,'), {}],
    ['by names that are those of pixels', `p0,p1,p2,p3 ${rows}`, {}],
  ])('are no question where it is known better: %s', (_, text, flags) => {
    expect(guess(text, flags).guesses).toContainEqual({ property: 'label', value: 'none', by: 'seen' });
  });
});

test('a flag may name one column for both label and id', () => {
  const { dialect } = guess('3,0,0,255,0 1,0,255,0,0', { label: '1', id: '1' });
  expect(dialect).toMatchObject({ firstPixel: 1, idColumn: 0, label: { column: 0 } });
});

test('a header that numpy.savetxt wrote begins with a sign of its own', () => {
  const { dialect, guesses } = guess('#label,p0,p1,p2,p3 3,0,0,255,0 1,0,255,0,0');
  expect(dialect.label).toMatchObject({ column: 0 });
  expect(describeGuesses('f.csv', guesses)).toContain('label column first "#label"');
});

describe('columns without names are told by what stands in them and in the pixels beside:', () => {
  // Dark at both ends.
  const dark = ['0,255,9,0', '0,12,255,0', '0,0,7,0', '0,200,0,0'];
  const rows = (row: (pixels: string, at: number) => string) => dark.map(row).join(' ');
  const labels = [3, 1, 1, 2];
  // With so few rows it is a question of its own.
  const fromZero = { labelsFrom: 0 };
  const numbers = [33, 4, 90, 17];

  test.each([
    [
      'an id that counts',
      rows((pixels, at) => `${pixels},${at + 5}`),
      { label: null, idColumn: 4, firstPixel: 0 },
    ],
    [
      'an id of text, though one is a number',
      rows((p, at) => `${p},${at ? `img${at}` : 7}`),
      { idColumn: 4 },
    ],
    [
      'a label and then an id, at the end',
      rows((pixels, at) => `${pixels},${labels[at]},${at}`),
      { label: { kind: 'number', column: 4, from: 0 }, idColumn: 5, firstPixel: 0 },
    ],
    [
      'a label between an unknown number and the pixels',
      rows((pixels, at) => `${numbers[at]},${labels[at]},${pixels}`),
      { label: { kind: 'number', column: 1, from: 0 }, idColumn: null, firstPixel: 2 },
    ],
    [
      'labels that are all the same',
      rows((pixels) => `${pixels},2`),
      { label: { kind: 'number', column: 4, from: 0 }, firstPixel: 0 },
    ],
  ])('%s', (_, text, dialect) => {
    expect(guess(text, fromZero)).toMatchObject({ dialect, alternatives: [] });
  });

  test('under names that only number them, too, as R and pandas write them', () => {
    const text = rows((pixels, at) => `${labels[at]},${pixels}`);
    const { dialect } = guess(`V1,V2,V3,V4,V5 ${text}`);
    expect(dialect).toMatchObject({ hasHeader: true, label: { column: 0 }, idColumn: null, firstPixel: 1 });
  });

  test('a flag for the id settles what is beside the pixels: none of them is a label then', () => {
    for (const flags of [{ id: '5' }, { id: '5', label: 'none' }]) {
      const { dialect } = guess(
        rows((pixels) => `${pixels},0`),
        flags,
      );
      expect(dialect).toMatchObject({ label: null, idColumn: 4, firstPixel: 0 });
    }
  });

  test.each([
    [
      'two columns that may be labels',
      rows((pixels, at) => `${labels[at]},${labels[3 - at]},${pixels}`),
      [
        { label: 'first', id: '2' },
        { label: '2', id: '1' },
      ],
    ],
    [
      'both ends, where they are alike',
      rows((pixels) => `${pixels},0`),
      [{ label: 'first' }, { label: 'last' }],
    ],
  ])('%s are both offered, each by flags that settle it', (_, text, alternatives) => {
    expect(guess(text, fromZero).alternatives).toEqual(alternatives);
    const settled = alternatives.map((flags) => guess(text, { ...fromZero, ...flags }));
    expect(settled.map((one) => one.alternatives)).toEqual([[], []]);
    expect(settled[0].dialect.label).not.toEqual(settled[1].dialect.label);
  });
});

test('labels are names, though one of them is a number', () => {
  const { dialect } = guess('label,a,b,c,d eins,0,0,255,0 7,0,255,0,0 zwei,0,255,0,0');
  expect(dialect.label).toMatchObject({ kind: 'name', column: 0 });
});

test('one-hot columns are known with the first row, not with the header alone', () => {
  const header = 'c0,c1,c2,c3,p0,p1,p2,p3';
  const of = (text: string) =>
    guessDialect(Buffer.from(text.replaceAll(' ', '\n')), false, known, {}, 'f.csv');
  expect(of(`${header} `).needsMore).toBe(true);
  expect(of(`${header} 0,1,0,0,0,0,255,0 `).dialect.label).toEqual({ kind: 'one-hot', first: 0, count: 4 });
});

test('names in single quotes, as ARFF has them, are names', () => {
  const { dialect } = guess("'label','p 0','p 1','p 2','p 3' 3,0,0,255,0".replaceAll("'p ", "'p"));
  expect(dialect).toMatchObject({ hasHeader: true, label: { column: 0 }, firstPixel: 1 });
});

test('names that pandas made of a row say nothing of their columns', () => {
  const row = (label: number) => [label, ...Array(40).fill(0), 255, ...Array(9).fill(0)].join(',');
  const mangled = ['7', '0', ...Array.from({ length: 39 }, (_, i) => `0.${i + 1}`), '255'];
  const header = [...mangled, ...Array.from({ length: 9 }, (_, i) => `0.${i + 40}`)].join(',');
  const text = Buffer.from(`${header}\n${row(3)}\n${row(1)}\n`);
  const { dialect, guesses, dataStart } = guessDialect(text, true, { ...known, pixelCount: 50 }, {}, 'f.csv');
  expect(dialect).toMatchObject({ hasHeader: true, label: { column: 0 }, firstPixel: 1 });
  expect(dataStart).toBe(header.length + 1);
  expect(describeGuesses('f.csv', guesses)).toContain('header yes (pandas made it of a row of numbers)');
});

test('names that only number the columns beside an id leave it to the values which of them is the label', () => {
  const rows = '"1",3,0,0,255,0 "2",1,0,255,0,0 "3",2,0,0,0,255';
  const { dialect } = guess(`"",V1,V2,V3,V4,V5 ${rows}`);
  expect(dialect).toMatchObject({ firstPixel: 2, idColumn: 0, label: { column: 1 } });
});

test('a column that a flag says is none is told to be left out', () => {
  const { dialect, guesses } = guess('3,0,0,255,0 1,0,255,0,0', { label: 'none' });
  expect(dialect).toMatchObject({ firstPixel: 1, label: null });
  expect(guesses).toContainEqual({ property: 'columns left out', value: '1', by: 'seen' });
});

test('a number beside a label is waited for, until three rows tell whether it counts them', () => {
  const digits = { pixelCount: 784, classes: Array.from('0123456789') };
  const rows = [0, 1, 2].map((i) => {
    const pixels = testImage(i);
    return `${[...pixels, testLabels()[i], 1000 + i].join(',')}\n`;
  });
  const seen = rows.map((_, last) => {
    const block = Buffer.from(rows.slice(0, last + 1).join(''));
    const { needsMore, dialect } = guessDialect(block, false, digits, {}, 'f.csv');
    return [needsMore, dialect.idColumn];
  });
  expect(seen).toEqual([
    [true, null],
    [true, null],
    [false, 785],
  ]);
});

test('several readings, of which flags cannot name one, are refused', () => {
  const rows = '9,9,255,9,2,1000 9,255,9,9,0,1001 9,9,9,255,2,1002';
  expect(() => guess(rows)).toThrowError('found no such run beyond doubt: say --label and --id');
  expect(guess(rows, { label: '5', id: '6' }).dialect).toMatchObject({ firstPixel: 0, idColumn: 5 });
});
