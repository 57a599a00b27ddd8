import type { ImageSize } from '../network/network.js';

/** Where one image is made worse: bright on dark, row by row, pixels 0..255. */
export interface Canvas extends ImageSize {
  /** `(height * width)` u8, as is `target`: what there is, and what is made of it. */
  source: Uint8Array;
  readonly target: Uint8Array;
  /** `(height * width)` f32 each, for steps between the two. */
  readonly scratch: readonly [Float32Array, Float32Array];
  /** How long a pixel of MNIST is here: distances are said for images of 28 pixels. */
  readonly unit: number;
}

const USUAL_SIZE = 28;

/** A canvas for images of a size. */
export function createCanvas({ height, width }: ImageSize): Canvas {
  const size = height * width;
  return {
    ...{ height, width, source: new Uint8Array(size), target: new Uint8Array(size) },
    scratch: [new Float32Array(size), new Float32Array(size)],
    unit: Math.min(height, width) / USUAL_SIZE,
  };
}

/** Where in the source each pixel of the target is taken from, counted from the middle of both: a matrix, then a step. */
export interface Warp {
  readonly xx: number;
  readonly xy: number;
  readonly yx: number;
  readonly yy: number;
  readonly x: number;
  readonly y: number;
}

/** Moves the pixels of an image, between pixels bilinearly; black comes in from outside. */
export function warp(
  { source, target, height, width }: Canvas,
  { xx, xy, yx, yy, x: dx, y: dy }: Warp,
): void {
  const [middleX, middleY] = [(width - 1) / 2, (height - 1) / 2];
  for (let y = 0, at = 0; y < height; y++) {
    const v = y - middleY;
    for (let x = 0; x < width; x++, at++) {
      const u = x - middleX;
      const fromX = xx * u + xy * v + dx + middleX;
      const fromY = yx * u + yy * v + dy + middleY;
      const left = Math.floor(fromX);
      const top = Math.floor(fromY);
      if (left < -1 || top < -1 || left >= width || top >= height) {
        target[at] = 0;
        continue;
      }
      const [right, low] = [fromX - left, fromY - top];
      const corner = top * width + left;
      const hasLeft = left >= 0;
      const hasRight = left + 1 < width;
      let sum = 0;
      if (top >= 0) {
        if (hasLeft) sum += (1 - low) * (1 - right) * source[corner];
        if (hasRight) sum += (1 - low) * right * source[corner + 1];
      }
      if (top + 1 < height) {
        if (hasLeft) sum += low * (1 - right) * source[corner + width];
        if (hasRight) sum += low * right * source[corner + width + 1];
      }
      target[at] = sum + 0.5;
    }
  }
}

/**
 * Makes strokes thinner or thicker: each turn every pixel takes the darkest, or the brightest, of itself and its four
 * neighbours; of the last turn only a share counts where `turns` is no whole number. Outside all is black.
 */
export function erode(canvas: Canvas, turns: number, isDilation: boolean): void {
  const { source, target, height, width } = canvas;
  let [from, to] = canvas.scratch;
  from.set(source);
  const best = isDilation ? Math.max : Math.min;
  for (let left = turns; left > 0; left--) {
    const share = Math.min(1, left);
    for (let y = 0, at = 0; y < height; y++) {
      for (let x = 0; x < width; x++, at++) {
        let found = from[at];
        found = best(found, x > 0 ? from[at - 1] : 0);
        found = best(found, x + 1 < width ? from[at + 1] : 0);
        found = best(found, y > 0 ? from[at - width] : 0);
        found = best(found, y + 1 < height ? from[at + width] : 0);
        to[at] = from[at] + share * (found - from[at]);
      }
    }
    [from, to] = [to, from];
  }
  for (let at = 0; at < target.length; at++) target[at] = from[at] + 0.5;
}

/** Blurs by a Gaussian of `sigma` pixels, cut off at three of them; what leaves the image is lost. */
export function blur({ source, target, height, width, scratch: [between] }: Canvas, sigma: number): void {
  const reach = Math.max(1, Math.ceil(3 * sigma));
  const weights = Array.from({ length: 2 * reach + 1 }, (_, i) =>
    Math.exp(-((i - reach) ** 2) / (2 * sigma ** 2)),
  );
  const whole = weights.reduce((sum, weight) => sum + weight, 0);
  const kernel = Float64Array.from(weights, (weight) => weight / whole);
  for (let y = 0; y < height; y++) {
    for (let x = 0; x < width; x++) {
      let sum = 0;
      for (let k = Math.max(-reach, -x); k <= Math.min(reach, width - 1 - x); k++) {
        sum += kernel[k + reach] * source[y * width + x + k];
      }
      between[y * width + x] = sum;
    }
  }
  for (let y = 0; y < height; y++) {
    for (let x = 0; x < width; x++) {
      let sum = 0;
      for (let k = Math.max(-reach, -y); k <= Math.min(reach, height - 1 - y); k++) {
        sum += kernel[k + reach] * between[(y + k) * width + x];
      }
      target[y * width + x] = sum + 0.5;
    }
  }
}
