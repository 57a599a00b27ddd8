import { quoteValue } from '../../../errors.js';
import { networkFileError } from '../found-network.js';

/** More structures than this no file of weights has; it bounds what a hostile one can cost. */
const MOST_STEPS = 2 ** 18;
/** An address that is not given. */
export const NOWHERE = -1;

/** The bytes of an HDF5 file: who reads them is kept within them, and comes to an end. */
export class Hdf5Bytes {
  readonly bytes: Uint8Array;
  /** The file's name in an error. */
  readonly name: string;
  #steps = 0;
  #textBytes: number;

  constructor(bytes: Uint8Array, name: string) {
    this.bytes = bytes;
    this.name = name;
    this.#textBytes = bytes.length;
  }

  /** Reads on from an address. */
  at(address: number, end = this.bytes.length): Hdf5Cursor {
    return new Hdf5Cursor(this, address, end);
  }

  /** To be called for each structure; ends a file that has no end. */
  step(): void {
    if (++this.#steps <= MOST_STEPS) return;
    throw this.damaged(`at most ${MOST_STEPS} parts`, 'more');
  }

  /** To be called for each text that is read: one that is named again and again would fill the memory. */
  spend(textBytes: number): void {
    this.#textBytes -= textBytes;
    if (this.#textBytes < 0) throw this.damaged('each text once', 'one that many attributes name');
  }

  damaged(expected: string, found: string) {
    return networkFileError(this.name, expected, found, 'the file is damaged: save or download it again');
  }

  /** The error of what HDF5 allows and Keras does not write. */
  unread(found: string) {
    const advice = 'save it with model.save of Keras, or with h5py as it does by default';
    return networkFileError(this.name, 'HDF5 as Keras writes it', found, advice);
  }
}

/** Numbers and bytes of a stretch of the file, one after the other; they are little-endian. */
export class Hdf5Cursor {
  readonly file: Hdf5Bytes;
  position: number;
  readonly end: number;
  readonly #view: DataView;

  constructor(file: Hdf5Bytes, position: number, end: number) {
    this.file = file;
    this.position = position;
    this.end = end;
    const { buffer, byteOffset, length } = file.bytes;
    this.#view = new DataView(buffer, byteOffset, length);
    if (position < 0 || position > end || end > length) {
      throw file.damaged(`bytes ${position} to ${end}`, `${length} bytes`);
    }
  }

  /** The same place, to be read without going on here. */
  copy(): Hdf5Cursor {
    return new Hdf5Cursor(this.file, this.position, this.end);
  }

  /** Where the next `count` bytes begin. */
  skip(count: number): number {
    const from = this.position;
    if (count > this.end - from) {
      throw this.file.damaged(`${count} bytes at byte ${from}`, `${this.end - from}`);
    }
    this.position = from + count;
    return from;
  }

  u8(): number {
    return this.#view.getUint8(this.skip(1));
  }

  u16(): number {
    return this.#view.getUint16(this.skip(2), true);
  }

  u32(): number {
    return this.#view.getUint32(this.skip(4), true);
  }

  /** A size of 8 bytes. */
  size(): number {
    const size = this.#view.getBigUint64(this.skip(8), true);
    if (size <= Number.MAX_SAFE_INTEGER) return Number(size);
    throw this.file.damaged(`a size at byte ${this.position - 8}`, `${size}`);
  }

  /** An address of 8 bytes, or NOWHERE. */
  address(): number {
    const from = this.skip(8);
    if (this.#view.getBigInt64(from, true) === -1n) return NOWHERE;
    this.position = from;
    return this.size();
  }

  /** A view of the next bytes. */
  take(count: number): Uint8Array {
    const from = this.skip(count);
    return this.file.bytes.subarray(from, from + count);
  }

  /** A stretch of the next bytes, to be read by itself. */
  part(count: number): Hdf5Cursor {
    const from = this.skip(count);
    return new Hdf5Cursor(this.file, from, from + count);
  }

  /** The next bytes as characters, such as a signature. */
  letters(count: number): string {
    return String.fromCharCode(...this.take(count));
  }

  expect(signature: string): void {
    const from = this.position;
    const found = this.letters(signature.length);
    if (found === signature) return;
    throw this.file.damaged(`${quoteValue(signature)} at byte ${from}`, quoteValue(found));
  }

  /** UTF-8 up to a zero, at most `count` bytes; all of these are passed over. */
  text(count = this.end - this.position): string {
    const bytes = this.take(count);
    const zero = bytes.indexOf(0);
    return new TextDecoder().decode(zero < 0 ? bytes : bytes.subarray(0, zero));
  }
}
