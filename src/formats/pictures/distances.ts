import type { PictureSize } from './grey-image.js';

/**
 * The distance of each pixel of a mask to the nearest one outside of it, from middle to middle; 0 outside. Exact, in linear time
 * (P. Felzenszwalb and D. Huttenlocher, "Distance Transforms of Sampled Functions"). The picture's rim must lie outside.
 */
export function distanceInside({ height, width }: PictureSize, mask: Uint8Array): Float32Array {
  const squares = new Float32Array(mask.length);
  const line = new Float64Array(Math.max(height, width));
  const hulls = new Int32Array(line.length);
  const starts = new Float64Array(line.length + 1);
  // Down each column: the squared distance along it, by two sweeps.
  for (let x = 0; x < width; x++) {
    let distance = height + width;
    for (let y = 0, i = x; y < height; y++, i += width) {
      distance = mask[i] === 0 ? 0 : distance + 1;
      squares[i] = distance;
    }
    distance = height + width;
    for (let y = height - 1, i = (height - 1) * width + x; y >= 0; y--, i -= width) {
      distance = mask[i] === 0 ? 0 : distance + 1;
      const nearest = Math.min(squares[i], distance);
      squares[i] = nearest * nearest;
    }
  }
  for (let y = 0; y < height; y++) sweepRow(y * width);
  for (let i = 0; i < squares.length; i++) squares[i] = Math.sqrt(squares[i]);
  return squares;

  /** Along a row: the lower envelope of the parabolas over its pixels. */
  function sweepRow(first: number): void {
    let last = 0;
    hulls[0] = 0;
    starts[0] = Number.NEGATIVE_INFINITY;
    starts[1] = Number.POSITIVE_INFINITY;
    for (let x = 0; x < width; x++) line[x] = squares[first + x];
    for (let x = 1; x < width; x++) {
      let meeting = meet(x, hulls[last]);
      while (meeting <= starts[last]) meeting = meet(x, hulls[--last]);
      hulls[++last] = x;
      starts[last] = meeting;
      starts[last + 1] = Number.POSITIVE_INFINITY;
    }
    for (let x = 0, k = 0; x < width; x++) {
      while (starts[k + 1] < x) k++;
      const away = x - hulls[k];
      squares[first + x] = away * away + line[hulls[k]];
    }
  }

  function meet(x: number, other: number): number {
    return (line[x] + x * x - line[other] - other * other) / (2 * (x - other));
  }
}
