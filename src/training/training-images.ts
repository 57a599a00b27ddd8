import type { ImageSize } from '../network/network.js';

/** Images to learn from, and what they are. */
export interface TrainingImages {
  /** `(count, height * width)` u8, row-major; 0 is black, 255 is a brightness of 1. */
  readonly pixels: Uint8Array;
  /** `(count)` u8 class indices, all below the number of `classes`. */
  readonly labels: Uint8Array;
  readonly image: ImageSize;
  /** The name of each class, in order. */
  readonly classes: readonly string[];
}
