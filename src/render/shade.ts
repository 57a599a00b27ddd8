import type { Picture } from './picture.js';

/** The size of an image, and the brightness of a black and of a white pixel. */
export interface ShadeRange {
  readonly height: number;
  readonly width: number;
  readonly black: number;
  readonly white: number;
}

/** What a network sees, as a picture: its black is 0, its white 255. */
export function shade({ height, width, black, white }: ShadeRange, brightness: Float64Array): Picture {
  const pixels = Uint8Array.from(brightness, (value) =>
    Math.round((255 * (value - black)) / (white - black)),
  );
  return { height, width, pixels };
}
