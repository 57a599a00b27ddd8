import { MOST_PARAMETERS } from './found-network.js';

/** Numbers as a buffer has them, and how an array goes over them; all counted in elements. */
export interface StridedNumbers {
  readonly data: Uint8Array;
  readonly elementBytes: number;
  /** Reads the element that begins at a byte. */
  readonly read: (view: DataView, at: number) => number;
  readonly shape: readonly number[];
  readonly strides: readonly number[];
  readonly offset: number;
}

/** The strides of an array whose last index varies fastest, or its first one (Fortran order). */
export function stridesOf(shape: readonly number[], isFortran: boolean): number[] {
  const strides = shape.map(() => 1);
  const axes = [...shape.keys()];
  if (!isFortran) axes.reverse();
  for (const [i, axis] of axes.entries()) {
    if (i > 0) strides[axis] = strides[axes[i - 1]] * shape[axes[i - 1]];
  }
  return strides;
}

/** How many elements a shape has; Infinity for more than any network has. */
export function countOf(shape: readonly number[]): number {
  if (shape.includes(0)) return 0;
  const count = shape.reduce((product, size) => product * size, 1);
  return count > MOST_PARAMETERS ? Infinity : count;
}

/** The elements in row-major order; null where one of them would lie outside of the data, or there are too many. */
export function gatherNumbers(numbers: StridedNumbers): Float64Array | null {
  const { data, elementBytes, read, shape, strides, offset } = numbers;
  const count = countOf(shape);
  if (count === 0) return new Float64Array(0);
  const last = shape.reduce((sum, size, axis) => sum + (size - 1) * strides[axis], offset);
  if (count === Infinity || (last + 1) * elementBytes > data.length) return null;
  const view = new DataView(data.buffer, data.byteOffset, data.length);
  const values = new Float64Array(count);
  const indices = shape.map(() => 0);
  const row = shape.at(-1) ?? 1;
  const step = (strides.at(-1) ?? 1) * elementBytes;
  let from = offset;
  for (let begin = 0; begin < count; begin += row) {
    let at = from * elementBytes;
    for (let i = begin; i < begin + row; i++, at += step) values[i] = read(view, at);
    // Counts up the other indices, the last of them fastest.
    for (let axis = shape.length - 2; axis >= 0; axis--) {
      from += strides[axis];
      if (++indices[axis] < shape[axis]) break;
      from -= strides[axis] * shape[axis];
      indices[axis] = 0;
    }
  }
  return values;
}
