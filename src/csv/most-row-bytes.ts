const LEAST_ROW_BYTES = 2 ** 16;
/** A pixel may be written as `"0.00392156862745098",`, and be padded; in a header it has a name. */
const MOST_PIXEL_BYTES = 32;

/** The longest row that there may be of images of so many pixels. */
export function mostRowBytesOf(pixelCount: number): number {
  return Math.max(LEAST_ROW_BYTES, pixelCount * MOST_PIXEL_BYTES);
}
