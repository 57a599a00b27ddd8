import { PNG } from 'pngjs';
import { describe, expect, it, test } from 'vitest';
import { DigitflowError } from '../../src/errors.js';
import { decodePng, readMask } from '../../src/formats/pictures/read-picture.js';

type Rgba = readonly [number, number, number, number];

function png(width: number, pixels: readonly Rgba[], colorType: 0 | 2 | 4 | 6 = 6): Uint8Array {
  const image = new PNG({ width, height: pixels.length / width });
  image.data.set(pixels.flat());
  return PNG.sync.write(image, { colorType, inputHasAlpha: true });
}

/** 2 x 1 pixels of one bit with a palette of white and red: what pngjs itself cannot write. */
const PALETTE = Buffer.from(
  'iVBORw0KGgoAAAANSUhEUgAAAAIAAAABAQMAAADO7O3JAAAABlBMVEX///8AAABVwtN+AAAACklEQVQI12NoAAAAggCB3UNq9AAAAABJRU5ErkJggg==',
  'base64',
);

const grey = (value: number, alpha = 255): Rgba => [value, value, value, alpha];
const ROW = [grey(0), grey(100), grey(255)];

describe('decodePng', () => {
  it.each([0, 2, 4, 6] as const)('gives grey back as it was (colour type %i)', (colorType) => {
    expect(decodePng(png(3, ROW, colorType), 'x')).toEqual({
      height: 1,
      width: 3,
      pixels: Uint8Array.of(0, 100, 255),
    });
  });

  it('weighs red, green and blue as the eye does', () => {
    const colors: Rgba[] = [
      [255, 0, 0, 255],
      [0, 255, 0, 255],
      [0, 0, 255, 255],
    ];
    expect(decodePng(png(1, colors), 'x').pixels).toEqual(Uint8Array.of(76, 150, 29));
  });

  it('reads a palette of one bit', () => {
    expect(decodePng(PALETTE, 'x').pixels).toEqual(Uint8Array.of(0, 255));
  });

  it('puts a white ground under dark ink, and a black one under light ink', () => {
    expect(decodePng(png(2, [grey(0), grey(0, 0)]), 'x').pixels).toEqual(Uint8Array.of(0, 255));
    expect(decodePng(png(2, [grey(250), grey(0, 0)]), 'x').pixels).toEqual(Uint8Array.of(250, 0));
  });

  it('says what is wrong', () => {
    const good = png(3, ROW);
    const huge = Uint8Array.from(good);
    huge.set([0x7f, 0xff, 0xff, 0xff], 16);
    expect(() => decodePng(Buffer.from('GIF89a'), 'x')).toThrow(
      /^x: expected a PNG or JPEG, found 0x47494638/,
    );
    expect(() => decodePng(new Uint8Array(0), 'x')).toThrow(/found no bytes at all/);
    expect(() => decodePng(good.subarray(0, 40), 'x')).toThrow(/^x: broken PNG/);
    expect(() => decodePng(huge, 'x')).toThrow(/found 2147483647 x 1/);
  });
});

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
    const image = new PNG({ width: 6, height: 4 });
    for (let i = 0; i < 24; i++) {
      const grey = i === 7 ? 255 : i === 8 ? 51 : 0;
      image.data.set([grey, grey, grey, 255], 4 * i);
    }
    const region = readMask(PNG.sync.write(image), size, 'mask.png');
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

  test('refuses a PNG of another size', () => {
    expect(() => readMask(PNG.sync.write(new PNG({ width: 4, height: 6 })), size, 'mask.png')).toThrow(
      'found 4 x 6',
    );
  });
});
