import { describe, expect, test } from 'vitest';
import { guessDialect } from '../../src/formats/csv/guess/guess-dialect.js';
import { describeGuesses, type ReadingFlags } from '../../src/formats/reading.js';

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
