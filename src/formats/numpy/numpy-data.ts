import { DigitflowError } from '../../errors.js';
import { type ElementFormat, elementBytes, isFloat, numberReader } from '../stored-arrays.js';
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
export function fromFortranOrder(stored: Uint8Array, { element, shape }: NpyHeader): Uint8Array {
  const [count, ...axes] = shape;
  const bytes = elementBytes(element.type);
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

/**
 * Reads stored numbers as pixels, u8: integers from 0 to 255 as they are, floats from 0 to 1 as the nearest of 255ths,
 * false and true as 0 and 255.
 */
export class PixelReader {
  readonly #format: ElementFormat;
  readonly #recordPixels: number;
  readonly #name: string;
  readonly #numberAt: (view: DataView, byteOffset: number) => number;
  #pixels = new Uint8Array(0);

  /** `recordPixels`, the pixels of an image, and `name` say in an error which one is wrong. */
  constructor(format: ElementFormat, recordPixels: number, name: string) {
    this.#format = format;
    this.#recordPixels = recordPixels;
    this.#name = name;
    this.#numberAt = numberReader(format);
  }

  /** The pixels of elements from the index `first` on, valid until the next call. Throws NPY_PIXEL for one out of range. */
  read(stored: Uint8Array, first: number): Uint8Array {
    const { type } = this.#format;
    if (type === 'u8') return stored;
    const count = stored.length / elementBytes(type);
    if (this.#pixels.length < count) this.#pixels = new Uint8Array(count);
    const pixels = this.#pixels.subarray(0, count);
    const view = new DataView(stored.buffer, stored.byteOffset, stored.byteLength);
    // Two loops: in one, the compiler would do arithmetic of floats on integers.
    if (type === 'bool' || isFloat(type)) this.#readScaled(view, first, pixels);
    else this.#readWhole(view, first, pixels);
    return pixels;
  }

  #readScaled(view: DataView, first: number, pixels: Uint8Array): void {
    const bytes = elementBytes(this.#format.type);
    const numberAt = this.#numberAt;
    for (let index = 0; index < pixels.length; index++) {
      const value = numberAt(view, index * bytes);
      // NaN passes no comparison.
      if (!(value >= 0 && value <= 1)) throw this.#notBrightness(value, first + index);
      // Stored without its fraction: rounded to the nearest.
      pixels[index] = value * 255 + 0.5;
    }
  }

  #readWhole(view: DataView, first: number, pixels: Uint8Array): void {
    const bytes = elementBytes(this.#format.type);
    const numberAt = this.#numberAt;
    for (let index = 0; index < pixels.length; index++) {
      const value = numberAt(view, index * bytes);
      if (value < 0 || value > 255) {
        throw this.#refused(first + index, '0 to 255', value, 'divide or clip, then save it as uint8');
      }
      pixels[index] = value;
    }
  }

  /** Floats from 0 to 255 are met often; so are those that were standardized. */
  #notBrightness(value: number, index: number): DigitflowError {
    const isByte = Number.isInteger(value) && value > 1 && value <= 255;
    const advice = isByte
      ? "integers mean 0 to 255: save it with array.astype('uint8')"
      : 'undo what was done to the pixels, so that 0 is black and 1 is white';
    return this.#refused(index, '0 to 1 in floats', value, advice);
  }

  #refused(index: number, expected: string, value: number, advice: string): DigitflowError {
    const place = `record ${Math.floor(index / this.#recordPixels)}, pixel ${index % this.#recordPixels}`;
    const message = `${this.#name}: ${place}: expected ${expected}, found ${value}; ${advice}`;
    return new DigitflowError('NPY_PIXEL', message);
  }
}
