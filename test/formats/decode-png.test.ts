import { PNG } from 'pngjs';
import { describe, expect, it } from 'vitest';
import { decodePng } from '../../src/formats/pictures/decode-png.js';

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
    expect(() => decodePng(Buffer.from('GIF89a'), 'x')).toThrow(/^x: expected a PNG, found 0x47494638/);
    expect(() => decodePng(new Uint8Array(0), 'x')).toThrow(/found no bytes at all/);
    expect(() => decodePng(good.subarray(0, 40), 'x')).toThrow(/^x: broken PNG/);
    expect(() => decodePng(huge, 'x')).toThrow(/found 2147483647 x 1/);
  });
});
