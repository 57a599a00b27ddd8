import type { ImageSize } from '../network/network.js';
import { mix } from './streams.js';

/** The furthest that each part of an image's variation goes, either way. */
export interface Amplitudes {
  /** In radians. */
  readonly rotation: number;
  /** Of width and height, each by itself. */
  readonly scale: number;
  /** Pixels to the side a pixel of height. */
  readonly shear: number;
  /** In pixels, each way. */
  readonly shift: number;
  /** How far the ends of a middle line are moved against its middle, in pixels. */
  readonly bend: number;
}

/** What `light` and `strong` mean, for digits of about 20 x 20 pixels in 28 x 28. */
export const AUGMENTATIONS = {
  none: { rotation: 0, scale: 0, shear: 0, shift: 0, bend: 0 },
  light: { rotation: 0.14, scale: 0.09, shear: 0.12, shift: 1, bend: 0 },
  strong: { rotation: 0.22, scale: 0.14, shear: 0.2, shift: 1.6, bend: 1 },
} as const satisfies Record<string, Amplitudes>;

/** Where a pixel of the varied image is taken from; x, y from the image's middle. */
export interface Warp {
  readonly xx: number;
  readonly xy: number;
  readonly yx: number;
  readonly yy: number;
  readonly shiftX: number;
  readonly shiftY: number;
  readonly bendX: number;
  readonly bendY: number;
}

/**
 * The variation of one image, from nothing but the keys of run and epoch and its index: it depends neither on the order
 * of the images nor on the thread. What workers/kernel/train/augment.ts does, in float64 and in plain sight.
 */
export function warpOf(
  keys: readonly [number, number],
  index: number,
  amplitudes: Amplitudes,
  width: number,
): Warp {
  const random = (keys[0] ^ mix(index + keys[1])) >>> 0;
  const image = mix(random);
  const signed = (draw: number) => ((mix(image + Math.imul(draw, 0x9e3779b9)) >>> 8) - 0x800000) / 0x800000;
  const angle = amplitudes.rotation * signed(1);
  const scaleX = 1 + amplitudes.scale * signed(2);
  const scaleY = 1 + amplitudes.scale * signed(3);
  const shear = amplitudes.shear * signed(4);
  const unit = 4 / (width * width);
  return {
    xx: Math.cos(angle) * scaleX,
    xy: Math.cos(angle) * shear - Math.sin(angle) * scaleY,
    yx: Math.sin(angle) * scaleX,
    yy: Math.sin(angle) * shear + Math.cos(angle) * scaleY,
    shiftX: amplitudes.shift * signed(5),
    shiftY: amplitudes.shift * signed(6),
    bendX: amplitudes.bend * unit * signed(7),
    bendY: amplitudes.bend * unit * signed(8),
  };
}

/**
 * The varied image before rounding, sampled bilinearly; all is black beyond the edge.
 *
 * @param pixels `(height, width)` u8
 * @returns `(height, width)` float64, 0..255
 */
export function warpImage(pixels: Uint8Array, { height, width }: ImageSize, warp: Warp): Float64Array {
  const at = (x: number, y: number) =>
    x >= 0 && x < width && y >= 0 && y < height ? pixels[y * width + x] : 0;
  const warped = new Float64Array(height * width);
  for (let row = 0; row < height; row++) {
    for (let column = 0; column < width; column++) {
      const u = column - (width - 1) / 2;
      const v = row - (height - 1) / 2;
      const x = (width - 1) / 2 + warp.shiftX + warp.xx * u + warp.xy * v + warp.bendX * v * v;
      const y = (height - 1) / 2 + warp.shiftY + warp.yx * u + warp.yy * v + warp.bendY * u * u;
      const [left, top] = [Math.floor(x), Math.floor(y)];
      const [right, down] = [x - left, y - top];
      const upper = (1 - right) * at(left, top) + right * at(left + 1, top);
      const lower = (1 - right) * at(left, top + 1) + right * at(left + 1, top + 1);
      warped[row * width + column] = (1 - down) * upper + down * lower;
    }
  }
  return warped;
}
