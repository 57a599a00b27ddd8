import type { Normalization } from '../network/normalization.js';

/**
 * The brightness that a network takes for the darkest and the lightest pixel. Of an inverted normalization these are
 * the pixels 255 and 0: black is what the network sees as black.
 */
export function blackAndWhite({ scale, offset }: Pick<Normalization, 'scale' | 'offset'>): {
  readonly black: number;
  readonly white: number;
} {
  const ends = [offset, 255 * scale + offset];
  return { black: Math.min(...ends), white: Math.max(...ends) };
}
