import type { Normalization } from '../network/normalization.js';

/** Images held in memory, to be looked at through a network. */
export interface ImageSet {
  readonly count: number;
  /** `(count, height * width)` u8, row-major: pixels as stored. */
  readonly pixels: Uint8Array;
  /** `(count)` u8 class indices, or null where they are not known. */
  readonly labels: Uint8Array | null;
  /** How these pixels become what the network sees. */
  readonly normalization: Normalization;
}
