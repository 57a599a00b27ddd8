import { safeText } from '../../../errors.js';
import { type FileHost, MOST_PARAMETERS, networkFileError } from '../found-network.js';
import { ELEMENT_TYPES } from '../safetensors/safetensors.js';
import { type Hdf5Bytes, type Hdf5Cursor, NOWHERE } from './hdf5-bytes.js';
import { checkVersion, eachLeaf, type Hdf5Message, MESSAGE, messageOf } from './hdf5-objects.js';
import { readShape, readType } from './hdf5-types.js';

/** Weights hardly pack; what says to be larger than this many times the file is there to fill the memory. */
const MOST_TIMES_FILE = 8;
const LEAST_MOST = 2 ** 20;

const [COMPACT, CONTIGUOUS, CHUNKED] = [0, 1, 2];
const [DEFLATE, SHUFFLE] = [1, 2];

/** An array whose numbers lie in chunks. */
interface Grid {
  readonly shape: readonly number[];
  readonly chunk: readonly number[];
  readonly elementBytes: number;
  /** Numbers of the filters that were applied, the first first. */
  readonly filters: readonly number[];
}

/** Reads the numbers of datasets, and counts them. */
export class Hdf5Numbers {
  readonly #file: Hdf5Bytes;
  readonly #inflate: FileHost['inflate'];
  #left: number;

  constructor(file: Hdf5Bytes, inflate: FileHost['inflate']) {
    this.#file = file;
    this.#inflate = inflate;
    this.#left = Math.min(MOST_PARAMETERS, Math.max(LEAST_MOST, file.bytes.length * MOST_TIMES_FILE));
  }

  read(path: string, messages: readonly Hdf5Message[]) {
    const file = this.#file;
    const where = `${file.name}: dataset ${safeText(path)}`;
    const cursors = [MESSAGE.datatype, MESSAGE.dataspace, MESSAGE.layout].map((type) =>
      messageOf(file, messages, type),
    );
    const [typeAt, shapeAt, layout] = cursors;
    if (!typeAt || !shapeAt || !layout) throw file.damaged(`a dataset ${safeText(path)}`, 'something else');
    const type = readType(typeAt);
    if (type.kind !== 'float') {
      const found = type.kind === 'other' ? type.title : 'text';
      throw networkFileError(
        where,
        'float16, float32 or float64',
        found,
        'save the network with float32 weights',
      );
    }
    const shape = readShape(shapeAt);
    const count = shape?.reduce((product, size) => product * size, 1) ?? 0;
    if (shape === null || count === 0) {
      throw networkFileError(where, 'numbers', 'none', 'save the network again');
    }
    if (count > this.#left) {
      const advice = 'the file is damaged, or no network of dense layers for images';
      throw networkFileError(where, `at most ${this.#left} numbers`, `${count}`, advice);
    }
    this.#left -= count;
    if (messages.some((message) => message.type === MESSAGE.externalFiles)) {
      throw file.unread(`a dataset ${safeText(path)} in another file`);
    }
    const raw = this.#raw(layout, { shape, elementBytes: type.bytes }, messages, where);
    if (type.isBigEndian)
      for (let at = 0; at < raw.length; at += type.bytes) raw.subarray(at, at + type.bytes).reverse();
    return { shape, values: ELEMENT_TYPES.get(type.dtype)?.decode(raw) ?? new Float64Array() };
  }

  /** A copy of all elements' bytes, row-major. */
  #raw(
    layout: Hdf5Cursor,
    { shape, elementBytes }: Pick<Grid, 'shape' | 'elementBytes'>,
    messages: readonly Hdf5Message[],
    where: string,
  ): Uint8Array {
    const file = this.#file;
    const byteCount = shape.reduce((product, size) => product * size, elementBytes);
    const version = layout.u8();
    const kind = layout.u8();
    const isRead = version === 3 || (version === 4 && kind < CHUNKED);
    if (!isRead || kind > CHUNKED) throw file.unread(`a dataset of layout ${version}.${kind}`);
    if (kind === COMPACT) return this.#plain(layout.u16(), byteCount, where, () => layout.take(byteCount));
    if (kind === CONTIGUOUS) {
      const address = layout.address();
      if (address === NOWHERE) throw unwritten(where);
      return this.#plain(layout.size(), byteCount, where, () => file.at(address).take(byteCount));
    }
    const rank = layout.u8() - 1;
    const address = layout.address();
    const chunk = Array.from({ length: rank }, () => layout.u32());
    if (rank !== shape.length || layout.u32() !== elementBytes || chunk.includes(0)) {
      throw file.damaged(
        `chunks of ${elementBytes} bytes an element in ${shape.length} dimensions`,
        chunk.join(' x '),
      );
    }
    if (address === NOWHERE) throw unwritten(where);
    const filters = readFilters(messageOf(file, messages, MESSAGE.filters), elementBytes);
    return this.#chunks(address, { shape, chunk, elementBytes, filters }, where);
  }

  #plain(declared: number, byteCount: number, where: string, take: () => Uint8Array): Uint8Array {
    if (declared === byteCount) return Uint8Array.from(take());
    throw this.#file.damaged(`${byteCount} bytes in ${where}`, `${declared}`);
  }

  #chunks(address: number, grid: Grid, where: string): Uint8Array {
    const { shape, chunk, elementBytes, filters } = grid;
    const chunkBytes = chunk.reduce((product, size) => product * size, elementBytes);
    const byteCount = shape.reduce((product, size) => product * size, elementBytes);
    // A chunk may be larger than what is in it, at the rim.
    if (chunkBytes > LEAST_MOST * 8 + byteCount) {
      throw this.#file.damaged(`chunks of at most ${byteCount} bytes in ${where}`, `${chunkBytes}`);
    }
    const raw = new Uint8Array(byteCount);
    const seen = new Set<string>();
    const keyBytes = 8 + 8 * (shape.length + 1);
    eachLeaf(this.#file, address, { type: 1, keyBytes }, (key, at) => {
      const [storedBytes, mask] = [key.u32(), key.u32()];
      const start = shape.map(() => key.size());
      if (start.some((from, d) => from % chunk[d] !== 0 || from >= shape[d]) || seen.has(start.join())) {
        throw this.#file.damaged(`chunks side by side in ${where}`, `one at ${start.join(', ')}`);
      }
      seen.add(start.join());
      let content = this.#file.at(at).take(storedBytes);
      for (let i = filters.length - 1; i >= 0; i--) {
        if (mask & (1 << i)) continue;
        if (filters[i] === SHUFFLE) content = unshuffled(content, elementBytes);
        else content = this.#unpacked(content, chunkBytes, where);
      }
      if (content.length !== chunkBytes) {
        throw this.#file.damaged(`${chunkBytes} bytes in a chunk of ${where}`, `${content.length}`);
      }
      copyChunk(content, start, grid, raw);
    });
    const expected = shape.reduce((product, size, d) => product * Math.ceil(size / chunk[d]), 1);
    if (seen.size < expected) throw unwritten(where);
    return raw;
  }

  #unpacked(packed: Uint8Array, most: number, where: string): Uint8Array {
    try {
      return this.#inflate(packed, most, 'zlib');
    } catch {
      throw this.#file.damaged(`${most} bytes packed by gzip in ${where}`, 'what cannot be unpacked');
    }
  }
}

function unwritten(where: string) {
  return networkFileError(
    where,
    'all of its numbers',
    'some that were never written',
    'save the network again',
  );
}

function readFilters(cursor: Hdf5Cursor | undefined, elementBytes: number): number[] {
  if (cursor === undefined) return [];
  const version = cursor.copy().u8();
  checkVersion(cursor, version === 2 ? 2 : 1);
  const count = cursor.u8();
  if (version === 1) cursor.skip(6);
  const filters = Array.from({ length: count }, () => {
    const id = cursor.u16();
    const nameBytes = version === 1 || id >= 256 ? cursor.u16() : 0;
    cursor.skip(2);
    const values = cursor.u16();
    cursor.skip(version === 1 ? Math.ceil(nameBytes / 8) * 8 : nameBytes);
    const parameters = cursor.part(4 * (values + (version === 1 ? values % 2 : 0)));
    const shuffled = id === SHUFFLE ? parameters.u32() : elementBytes;
    if (shuffled === elementBytes) return id;
    throw cursor.file.damaged(`numbers of ${elementBytes} bytes to be shuffled`, `${shuffled}`);
  });
  const other = filters.find((id) => id !== DEFLATE && id !== SHUFFLE);
  if (other !== undefined || new Set(filters).size < count) {
    throw cursor.file.unread(`numbers packed by filter ${other ?? filters.join(', ')}`);
  }
  return filters;
}

/** All first bytes of the elements, then all second ones, …: back to element after element. */
function unshuffled(bytes: Uint8Array, elementBytes: number): Uint8Array {
  const count = Math.floor(bytes.length / elementBytes);
  const result = Uint8Array.from(bytes);
  for (let byte = 0, from = 0; byte < elementBytes; byte++) {
    for (let element = 0; element < count; element++) result[element * elementBytes + byte] = bytes[from++];
  }
  return result;
}

/** Copies what of a chunk lies within the array, a row at a time. */
function copyChunk(content: Uint8Array, start: readonly number[], grid: Grid, raw: Uint8Array): void {
  const { shape, chunk, elementBytes } = grid;
  const extent = shape.map((size, d) => Math.min(chunk[d], size - start[d]));
  const last = shape.length - 1;
  const copy = (d: number, from: number, to: number) => {
    const [chunkFrom, arrayFrom] = [from * chunk[d], to * shape[d] + start[d]];
    if (d === last) {
      const begin = chunkFrom * elementBytes;
      raw.set(content.subarray(begin, begin + extent[d] * elementBytes), arrayFrom * elementBytes);
    } else {
      for (let i = 0; i < extent[d]; i++) copy(d + 1, chunkFrom + i, arrayFrom + i);
    }
  };
  copy(0, 0, 0);
}
