import type { ImageSize, Layer } from './network.js';

/**
 * How a pixel becomes a brightness: `brightness = pixel * scale + offset`, pixel 0..255, after an optional
 * transposition of the image. Every normalization that MNIST-like data needs is of this form.
 */
export interface Normalization {
  readonly scale: number;
  readonly offset: number;
  /** True when the images are stored column by column (EMNIST). */
  readonly transposed: boolean;
}

/** Pixels 0..255 become 0..1. */
export const UNIT_BRIGHTNESS: Normalization = { scale: 1 / 255, offset: 0, transposed: false };

export function isSameNormalization(a: Normalization, b: Normalization): boolean {
  return a.scale === b.scale && a.offset === b.offset && a.transposed === b.transposed;
}

/**
 * The brightness of one image, pixel by pixel: what `foldNormalization` must amount to.
 *
 * @param pixels `(height * width)` u8 as stored: row by row, or column by column when transposed.
 * @returns `(height * width)` float64, always row by row.
 */
export function brightnessOf(
  pixels: Uint8Array,
  { scale, offset, transposed }: Normalization,
  { height, width }: ImageSize,
): Float64Array {
  const brightness = new Float64Array(height * width);
  for (let row = 0; row < height; row++) {
    for (let column = 0; column < width; column++) {
      const stored = transposed ? column * height + row : row * width + column;
      brightness[row * width + column] = pixels[stored] * scale + offset;
    }
  }
  return brightness;
}

/**
 * The same layer, made to take raw pixels: `folded.weights · pixels + folded.biases` is what
 * `layer.weights · brightnessOf(pixels) + layer.biases` is, and costs nothing an image:
 * W(sx + o) + b = (sW)x + (b + W·o·1), with W's columns permuted when the images are transposed.
 *
 * @param layer the first layer, `(outputs, height * width)`; it is left as it is.
 */
export function foldNormalization(
  layer: Layer,
  { scale, offset, transposed }: Normalization,
  { height, width }: ImageSize,
): Layer {
  const weights = new Float64Array(layer.weights.length);
  const biases = layer.biases.slice();
  // From one pixel of a row to the next, as they are stored.
  const step = transposed ? height : 1;
  let input = 0;
  for (let n = 0; n < layer.outputs; n++) {
    let sum = 0;
    for (let row = 0; row < height; row++) {
      let stored = n * layer.inputs + (transposed ? row : row * width);
      for (const end = input + width; input < end; input++, stored += step) {
        const weight = layer.weights[input];
        weights[stored] = weight * scale;
        sum += weight;
      }
    }
    biases[n] += sum * offset;
  }
  return { ...layer, weights, biases };
}
