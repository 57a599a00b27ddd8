import { fitDigit } from '../../../formats/pictures/fit-digit.js';
import type { ImageSize } from '../../../network/network.js';
import type { Pad } from './pad.js';

/** How a drawing becomes what the network sees. */
export const PLACEMENTS = ['drawn', 'boxed', 'centred'] as const;

export type Placement = (typeof PLACEMENTS)[number];

/** A drawing as the network sees it. */
export interface Placed {
  /** `(height * width)` u8, bright on black. */
  readonly pixels: Uint8Array;
  /** Why it may be no single digit, a phrase each, as the command line has them. */
  readonly doubts: readonly string[];
}

/** Places a drawing: pixel by pixel as it is, or as pictures on the command line are, in the middle by box or by mass. */
export function place(pad: Pad, image: ImageSize, placement: Placement): Placed {
  if (placement === 'drawn' || pad.isEmpty) return { pixels: means(pad, image), doubts: [] };
  return fitDigit(pad, image, { centre: placement === 'boxed' ? 'box' : 'mass' }, 'drawing');
}

function means({ pixels, scale, width }: Pad, image: ImageSize): Uint8Array {
  return Uint8Array.from({ length: image.height * image.width }, (_, i) => {
    const [row, column] = [Math.floor(i / image.width), i % image.width];
    let sum = 0;
    for (let y = row * scale; y < (row + 1) * scale; y++) {
      for (let x = column * scale; x < (column + 1) * scale; x++) sum += pixels[y * width + x];
    }
    return Math.round(sum / (scale * scale));
  });
}
