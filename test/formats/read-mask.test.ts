import { describe, expect, test } from 'vitest';
import { DigitflowError } from '../../src/errors.js';
import { readMask } from '../../src/formats/pictures/read-mask.js';
import { greyPng } from '../helpers/picture-bytes.js';

const size = { height: 4, width: 6 };
const read = (text: string) => readMask(Buffer.from(text), size, 'mask');

describe('readMask', () => {
  test('reads a drawing of the whole image', () => {
    expect(Array.from(read('......\n.-##-.\n 0+xX1\n______\n'))).toEqual(
      [
        [0, 0, 0, 0, 0, 0],
        [0, -1, 1, 1, -1, 0],
        [0, 0, 1, 1, 1, 1],
        [0, 0, 0, 0, 0, 0],
      ].flat(),
    );
  });

  test('puts a smaller drawing into the middle, whatever ends its lines', () => {
    const region = read('##\r\n#');
    expect(Array.from(region.entries()).filter(([, value]) => value !== 0)).toEqual([
      [8, 1],
      [9, 1],
      [14, 1],
    ]);
  });

  test('reads a PNG: what is bright belongs to the region', () => {
    const pixels = Uint8Array.from({ length: 24 }, (_, i) => (i === 7 ? 255 : i === 8 ? 51 : 0));
    const region = readMask(greyPng({ ...size, pixels }), size, 'mask.png');
    expect(Array.from(region.entries()).filter(([, value]) => value !== 0)).toEqual([
      [7, 1],
      [8, 0.2],
    ]);
  });

  test.each([
    ['#?', 'IMAGE_FORMAT', 'mask: line 1, column 2: expected #, - or ., found "?"'],
    ['...', 'IMAGE_FORMAT', 'found nothing drawn'],
    ['', 'IMAGE_FORMAT', 'found nothing drawn'],
    ['#######', 'INPUT_SIZE', 'a drawing of 6 x 4 for these images, found 7 x 1'],
    ['#\n#\n#\n#\n#', 'INPUT_SIZE', 'found 1 x 5'],
  ])('%j is an error', (text, code, words) => {
    const failure = (() => {
      try {
        return read(text);
      } catch (error) {
        return error;
      }
    })();
    expect(failure).toBeInstanceOf(DigitflowError);
    expect(failure).toMatchObject({ code });
    expect((failure as Error).message).toContain(words);
  });

  test('refuses a drawing of any number of lines by its size', () => {
    expect(() => read('#\n'.repeat(300_000))).toThrow('found 1 x 300000; draw it in their size');
  });

  test('refuses a PNG of another size', () => {
    const tall = { width: 4, height: 6, pixels: new Uint8Array(24) };
    expect(() => readMask(greyPng(tall), size, 'mask.png')).toThrow('found 4 x 6');
  });
});
