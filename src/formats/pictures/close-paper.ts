import { type FloatImage, shrink } from './grey-image.js';

/** The paper under a shadow with an edge is looked at in this size: what is finer is ink, or its edge. */
const LONGEST = 100;
/** What is narrower than this share of the picture is no paper: twice, and one pixel more. */
const RADIUS_SHARE = 0.15;

/**
 * The paper of a picture, whatever its shades and their edges: what is left when all that is narrow is filled with what lies
 * around it (a closing of grey morphology; an opening, where the ink is bright).
 *
 * @returns a function that gives the paper's shade at a place of the picture
 */
export function closePaper(image: FloatImage, isDark: boolean): (y: number, x: number) => number {
  const small = shrink(image, LONGEST);
  const radius = Math.max(1, Math.round(RADIUS_SHARE * Math.max(small.height, small.width)));
  const { values } = extremes(extremes(small, radius, isDark), radius, !isDark);
  const [downscale, acrossScale] = [small.height / image.height, small.width / image.width];

  return (y, x) => {
    const v = Math.min(small.height - 1, Math.max(0, (y + 0.5) * downscale - 0.5));
    const u = Math.min(small.width - 1, Math.max(0, (x + 0.5) * acrossScale - 0.5));
    const top = Math.floor(v);
    const left = Math.floor(u);
    const bottom = Math.min(small.height - 1, top + 1) * small.width;
    const right = Math.min(small.width - 1, left + 1);
    const down = v - top;
    const across = u - left;
    const upper =
      values[top * small.width + left] * (1 - across) + values[top * small.width + right] * across;
    const lower = values[bottom + left] * (1 - across) + values[bottom + right] * across;
    return upper * (1 - down) + lower * down;
  };
}

/** Of each pixel's square, as far as it lies in the picture, the largest value or the smallest. */
function extremes(image: FloatImage, radius: number, isLargest: boolean): FloatImage {
  const { height, width } = image;
  const along = (values: Float32Array, count: number, step: number, lines: number, lineStep: number) => {
    const result = new Float32Array(values.length);
    for (let line = 0; line < lines; line++) {
      for (let i = 0; i < count; i++) {
        const last = line * lineStep + Math.min(count - 1, i + radius) * step;
        let best = values[last];
        for (let k = line * lineStep + Math.max(0, i - radius) * step; k < last; k += step) {
          if (isLargest ? values[k] > best : values[k] < best) best = values[k];
        }
        result[line * lineStep + i * step] = best;
      }
    }
    return result;
  };
  const rows = along(image.values, width, 1, height, width);
  return { height, width, values: along(rows, height, width, width, 1) };
}
