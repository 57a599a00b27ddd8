import type { ImageSize } from '../../src/network/network.js';
import { type Amplitudes, mix } from '../../src/training/epoch-plan.js';
import type { TrainingLoss } from '../../src/training/training-options.js';

/**
 * The loss of one image in float64: the oracle of the kernel. Without smoothing, squared error and cross-entropy are
 * what the network's own `loss` gives.
 *
 * @param outputs `(classes)` activations of the last layer
 * @param smoothing how much of the desired outputs is spread over all classes, 0..1
 */
export function trainingLoss(
  outputs: Float64Array,
  label: number,
  loss: TrainingLoss,
  smoothing: number,
): number {
  const others = smoothing / outputs.length;
  let sum = 0;
  for (const [k, a] of outputs.entries()) {
    const y = k === label ? 1 - smoothing + others : others;
    if (loss === 'squared error') sum += (a - y) ** 2;
    else if (loss === 'cross-entropy') sum -= y * Math.log(a);
    else sum -= y * Math.log(a) + (1 - y) * Math.log(1 - a);
  }
  return sum;
}

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
 * The variation of one image in float64: the oracle of the kernel's augmentation. It depends on the keys of run and
 * epoch and on the image's index only, not on the order of the images or on the thread.
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
