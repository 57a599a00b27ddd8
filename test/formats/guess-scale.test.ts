import { describe, expect, test } from 'vitest';
import { guessScale } from '../../src/formats/csv/guess/guess-scale.js';

const columns = { firstPixel: 1, pixelCount: 4 };
const split = (text: string) => text.split(' ').map((line) => line.split(','));
const guess = (text: string, scale?: number) => guessScale(split(text), columns, { scale }, 'f.csv');

test('pixels beyond 255 are refused with the brightest of them, but for a row of its own kind', () => {
  expect(() => guess('7,0,0,0,65535 7,0,0,0,4000 7,0,0,0,255')).toThrowError(
    expect.objectContaining({
      code: 'CSV_SCALE',
      message:
        'f.csv: expected pixels from 0 to 255, found brighter ones, up to 65535: say --scale with the value that is white',
    }),
  );
  expect(guess('7,0,0,0,65535 7,0,0,0,200 7,0,0,0,255').white).toBe(255);
});

test('what most rows hold counts, also where the first half is 0 to 255', () => {
  const usual = Array<string>(50).fill('7,0,0,0,255');
  const after = (row: string, count: number) => [...usual, ...Array<string>(count).fill(row)].join(' ');
  expect(() => guess(after('7,0,0,0,4000', 51))).toThrow('up to 4000');
  expect(() => guess(after('7,-9,0,0,255', 51))).toThrow('found -9 to 255');
  expect(guess(after('7,0,0,0,4000', 50)).white).toBe(255);
  expect(guess(after('7,-9,0,0,255', 50))).toMatchObject({ black: 0, white: 255 });
});

describe('a bright background is told, since it may be black on white:', () => {
  const told = expect.objectContaining({
    property: 'background',
    value: 'bright (for black on white say --invert)',
  });

  test.each([
    ['white pixels, mostly', '0,255,255,255,0', undefined],
    ['nearly white ones, as a scanner sees them', '0,240,250,245,10', undefined],
    ['fractions', '0,1,0.97,1.0,0.1', undefined],
    ['any scale that was given', '0,16,16,16,0', 16],
  ])('%s', (_, row, scale) => {
    expect(guess(`${row} ${row}`, scale).guesses).toContainEqual(told);
  });

  test.each([
    ['black pixels, mostly', '0,255,255,0,0 0,0,0,0,255'],
    ['nothing but black', '0,0,0,0,0'],
    ['pixels of all brightnesses', '0,100,150,200,255'],
    ['a single bright row', '0,255,255,255,255 0,0,0,0,255'],
  ])('not %s', (_, text) => {
    expect(guess(text).guesses).not.toContainEqual(told);
  });
});

test('rows of the largest images that there may be are looked at', () => {
  const pixelCount = 262_144;
  const row = ['7', ...Array<string>(pixelCount - 1).fill('0'), '255'];
  expect(guessScale([row], { firstPixel: 1, pixelCount }, {}, 'f.csv').white).toBe(255);
});
