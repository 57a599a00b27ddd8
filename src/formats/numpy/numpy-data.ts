import { DigitflowError } from '../../errors.js';
import { elementBytes } from '../stored-arrays.js';
import type { NpyHeader } from './npy-header.js';

/** A record of an array in Fortran order lies all over the file, so that the whole array is held in memory. */
const MAX_BYTES = 1024 ** 3;

/** How many records are put together at a time: of 28 x 28 float32 they fit into the second cache. */
const BLOCK_RECORDS = 64;

/** Throws NPY_FORTRAN for an array in Fortran order that is too large to be held. */
export function checkFortranSize({ isFortran, dataBytes }: NpyHeader, name: string): void {
  if (!isFortran || dataBytes <= MAX_BYTES) return;
  const expected = `at most ${MAX_BYTES} bytes of an array in Fortran order, which is held in memory`;
  const found = `found ${dataBytes}; save it with numpy.ascontiguousarray(array)`;
  throw new DigitflowError('NPY_FORTRAN', `${name}: expected ${expected}, ${found}`);
}

/** A copy of an array's data (all `dataBytes` of it) in C order: the last index varies fastest, no longer the first. */
export function fromFortranOrder(
  stored: Uint8Array,
  { element, shape, characters = 1 }: NpyHeader,
): Uint8Array {
  const [count, ...axes] = shape;
  const bytes = characters * elementBytes(element.type);
  const ordered = new Uint8Array(stored.length);
  if (stored.length === 0) return ordered;
  const places = placesOf(axes);
  const recordBytes = places.length * bytes;
  for (let begin = 0; begin < count; begin += BLOCK_RECORDS) {
    const end = Math.min(count, begin + BLOCK_RECORDS);
    for (let index = 0; index < places.length; index++) {
      let from = (index * count + begin) * bytes;
      let to = begin * recordBytes + places[index] * bytes;
      for (let record = begin; record < end; record++) {
        for (let byte = 0; byte < bytes; byte++) ordered[to + byte] = stored[from + byte];
        from += bytes;
        to += recordBytes;
      }
    }
  }
  return ordered;
}

/** Where in a record in C order each element goes, in the order in which Fortran has them. */
function placesOf(axes: readonly number[]): Uint32Array {
  const places = new Uint32Array(axes.reduce((product, size) => product * size, 1));
  const indices = axes.map(() => 0);
  for (let at = 0; at < places.length; at++) {
    places[at] = axes.reduce((place, size, axis) => place * size + indices[axis], 0);
    // Counts up, the first index fastest.
    for (let axis = 0; axis < axes.length && ++indices[axis] === axes[axis]; axis++) indices[axis] = 0;
  }
  return places;
}
