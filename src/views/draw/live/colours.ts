import type { ImageSize } from '../../../network/network.js';
import { LIT, LOWERS, RAISES } from '../../picture.js';

export { LIT, LOWERS, RAISES };

/** What is there to compare with, and what marks the ink of a drawing. */
export const GREY = [154, 160, 171] as const;
export const INK = [255, 120, 90] as const;

type Colour = readonly [number, number, number];

/** A colour of CSS, so strong as 0..1. */
export function css([red, green, blue]: Colour, strength = 1): string {
  return `rgb(${red} ${green} ${blue} / ${strength.toFixed(3)})`;
}

/** Grey shades `(height * width)` u8 as a picture. */
export function greyPicture({ height, width }: ImageSize, shades: Uint8Array): ImageData {
  const picture = new ImageData(width, height);
  const opaque = new Uint32Array(picture.data.buffer);
  for (let i = 0; i < shades.length; i++) opaque[i] = 0xff000000 | (shades[i] * 0x010101);
  return picture;
}

/** Numbers `(height * width)` as a picture: green above 0, blue below, black at 0, the strongest by `largest`. */
export function signedPicture(
  { height, width }: ImageSize,
  values: ArrayLike<number>,
  largest: number,
): ImageData {
  const picture = new ImageData(width, height);
  for (let i = 0; i < values.length; i++) {
    // The eye sees weak ones better so.
    const strength = largest === 0 ? 0 : Math.min(1, Math.abs(values[i]) / largest) ** 0.8;
    const colour = values[i] > 0 ? RAISES : LOWERS;
    for (let k = 0; k < 3; k++) picture.data[4 * i + k] = colour[k] * strength;
    picture.data[4 * i + 3] = 255;
  }
  return picture;
}

/** Draws a picture into a canvas of its size, which CSS enlarges. */
export function show(canvas: HTMLCanvasElement, picture: ImageData): void {
  if (canvas.width !== picture.width) canvas.width = picture.width;
  if (canvas.height !== picture.height) canvas.height = picture.height;
  canvas.getContext('2d')?.putImageData(picture, 0, 0);
}

/** A picture that stays as it is. Each canvas is a layer by itself, which every frame has to put together; an image is not. */
export function still(picture: ImageData): HTMLImageElement {
  const canvas = document.createElement('canvas');
  show(canvas, picture);
  return Object.assign(new Image(picture.width, picture.height), { src: canvas.toDataURL(), alt: '' });
}
