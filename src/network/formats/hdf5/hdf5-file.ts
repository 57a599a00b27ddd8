import type { FileHost } from '../found-network.js';
import { Hdf5Bytes, NOWHERE } from './hdf5-bytes.js';
import { Hdf5Numbers } from './hdf5-numbers.js';
import { type Hdf5Message, linksOf, MESSAGE, messageOf, readHeader, rootAddress } from './hdf5-objects.js';
import { attributeTexts } from './hdf5-types.js';

/** Numbers of a dataset, row-major. */
export interface Hdf5Array {
  readonly shape: readonly number[];
  readonly values: Float64Array;
}

/** Groups within groups: Keras has five. */
const MOST_DEPTH = 32;

/**
 * What Keras writes of HDF5 (by h5py as it does by default): groups, attributes that are texts, datasets of floats, stored as they
 * are or in chunks that are packed with gzip.
 */
export class Hdf5File {
  readonly #file: Hdf5Bytes;
  readonly #objects = new Map<string, Hdf5Message[]>();
  readonly #numbers: Hdf5Numbers;

  /** @throws DigitflowError NETWORK_FILE for a file that is damaged, cut off, or uses more of HDF5 than Keras does */
  constructor(bytes: Uint8Array, name: string, inflate: FileHost['inflate']) {
    this.#file = new Hdf5Bytes(bytes, name);
    this.#numbers = new Hdf5Numbers(this.#file, inflate);
    this.#enter('', rootAddress(this.#file), new Set(), 0);
  }

  #enter(path: string, address: number, seen: Set<number>, depth: number): void {
    const file = this.#file;
    file.step();
    if (seen.has(address) || depth > MOST_DEPTH || this.#objects.has(path)) {
      throw file.damaged(
        `each object under one name, ${MOST_DEPTH} deep at most`,
        `one more at byte ${address}`,
      );
    }
    seen.add(address);
    const messages = readHeader(file, address);
    this.#objects.set(path, messages);
    for (const [name, at] of linksOf(file, messages) ?? []) {
      this.#enter(path === '' ? name : `${path}/${name}`, at, seen, depth + 1);
    }
  }

  /** Where there are datasets: `model_weights/dense/dense/kernel:0`. */
  get datasets(): string[] {
    const isDataset = (messages: Hdf5Message[]) => messages.some(({ type }) => type === MESSAGE.layout);
    return [...this.#objects].flatMap(([path, messages]) => (isDataset(messages) ? [path] : []));
  }

  /** The texts of an attribute of a group, `''` for the root; null where there is no such group or attribute. */
  texts(path: string, name: string): string[] | null {
    const messages = this.#objects.get(path);
    if (messages === undefined) return null;
    for (const { type, data } of messages) {
      const texts = type === MESSAGE.attribute ? attributeTexts(data.copy(), name) : null;
      if (texts !== null) return texts;
    }
    const info = messageOf(this.#file, messages, MESSAGE.attributeInfo);
    if (info !== undefined) {
      info.skip(1);
      info.skip(info.u8() & 1 ? 2 : 0);
      if (info.address() !== NOWHERE) throw this.#file.unread('a group of many attributes (a fractal heap)');
    }
    return null;
  }

  /** The numbers of a dataset; null where there is none of that name. */
  numbers(path: string): Hdf5Array | null {
    const messages = this.#objects.get(path);
    return messages === undefined ? null : this.#numbers.read(path, messages);
  }
}
