import { PNG } from 'pngjs';
import type { Picture } from '../picture.js';

/** A grey picture as a `data:` URL. */
export function greyPng({ width, height, pixels }: Picture): string {
  return dataUrl(width, height, Buffer.from(pixels), 'grey');
}

/**
 * Signed values as a `data:` URL: positive green, negative blue, zero black, the largest magnitude at its brightest.
 *
 * @param values `(height * width)` float64, row by row
 */
export function signedPng(values: Float64Array, height: number, width: number): string {
  const largest = values.reduce((most, value) => Math.max(most, Math.abs(value)), 0);
  const data = Buffer.alloc(3 * values.length);
  values.forEach((value, i) => {
    const strength = largest === 0 ? 0 : Math.abs(value) / largest;
    const color = value > 0 ? POSITIVE : NEGATIVE;
    for (let channel = 0; channel < 3; channel++)
      data[3 * i + channel] = Math.round(color[channel] * strength);
  });
  return dataUrl(width, height, data, 'rgb');
}

/** The green is the lighter colour, so that readers who see no hue tell the two apart. */
const POSITIVE = [110, 255, 120];
const NEGATIVE = [60, 110, 255];

/** PNG's numbers of the colour types. */
const COLOR_TYPES = { grey: 0, rgb: 2 } as const;

function dataUrl(width: number, height: number, data: Buffer, colors: keyof typeof COLOR_TYPES): string {
  const colorType = COLOR_TYPES[colors];
  const png = new PNG({ width, height });
  png.data = data;
  const options = { colorType, inputColorType: colorType, inputHasAlpha: false, bitDepth: 8 } as const;
  return `data:image/png;base64,${PNG.sync.write(png, options).toString('base64')}`;
}
