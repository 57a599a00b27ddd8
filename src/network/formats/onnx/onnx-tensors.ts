import { quoteValue } from '../../../errors.js';
import { type FileHost, MOST_PARAMETERS, networkFileError } from '../found-network.js';
import { ELEMENT_TYPES } from '../safetensors/safetensors.js';
import type { OnnxTensor } from './onnx-model.js';

/** Numbers that the graph has from the start, row-major. */
export interface Constant {
  readonly kind: 'constant';
  readonly shape: readonly number[];
  /** As many as the sizes of the shape make; of strings none. */
  readonly values: Float64Array;
  /** What a tensor of strings holds; else empty. */
  readonly texts: readonly string[];
}

type Decode = (data: Uint8Array) => Float64Array;

/** A TensorProto's element type: its name, its bytes as raw data, and how they become numbers. */
interface ElementType {
  readonly title: string;
  readonly bytes: number;
  readonly decode: Decode;
}

/** By TensorProto.DataType. Typed arrays need a little-endian machine, as WebAssembly's memory does. */
const TYPES = new Map<number, ElementType>([
  [1, floats('float', 'F32')],
  [11, floats('double', 'F64')],
  [10, floats('float16', 'F16')],
  [16, floats('bfloat16', 'BF16')],
  [2, integers('uint8', 1, (data) => new Uint8Array(data))],
  [3, integers('int8', 1, (data) => new Int8Array(data))],
  [4, integers('uint16', 2, (data) => new Uint16Array(data))],
  [5, integers('int16', 2, (data) => new Int16Array(data))],
  [6, integers('int32', 4, (data) => new Int32Array(data))],
  [7, integers('int64', 8, (data) => Float64Array.from(new BigInt64Array(data), Number))],
  [9, integers('bool', 1, (data) => new Uint8Array(data))],
  [12, integers('uint32', 4, (data) => new Uint32Array(data))],
  [13, integers('uint64', 8, (data) => Float64Array.from(new BigUint64Array(data), Number))],
]);
export const UINT8 = 2;
const STRING = 8;
/** Types whose typed numbers are bits. */
const HALVES = [10, 16];

function floats(title: string, dtype: string): ElementType {
  const { bytes = 0, decode = () => new Float64Array() } = ELEMENT_TYPES.get(dtype) ?? {};
  return { title, bytes, decode };
}

function integers(title: string, bytes: number, read: (data: ArrayBuffer) => ArrayLike<number>): ElementType {
  return { title, bytes, decode: (data) => Float64Array.from(read(Uint8Array.from(data).buffer)) };
}

/** `float`, `type 17`: an element type in words. */
export function typeTitle(type: number): string {
  return TYPES.get(type)?.title ?? (type === STRING ? 'string' : `type ${type}`);
}

/** Whether numbers of this type have a fraction, so that a cast to it loses nothing that matters. */
export function isFloat(type: number): boolean {
  return [1, 10, 11, 16].includes(type);
}

/** How many numbers a shape makes, at most MOST_PARAMETERS; null for what is no shape. */
export function sizeOf(shape: readonly number[]): number | null {
  let size = 1;
  for (const side of shape) {
    if (!Number.isSafeInteger(side) || side < 0) return null;
    size *= side;
    if (size > MOST_PARAMETERS) return null;
  }
  return size;
}

/** Reads tensors, those in other files too, and counts the numbers that were made. */
export class TensorReader {
  readonly #host: FileHost;
  readonly #fileName: string;
  readonly #files = new Map<string, Uint8Array>();
  /** How many numbers may still be made: a file's own size bounds them, so that a small one cannot ask for much. */
  #left: number;

  constructor(host: FileHost, fileName: string, fileBytes: number) {
    this.#host = host;
    this.#fileName = fileName;
    this.#left = NUMBERS_FREE + NUMBERS_A_BYTE * fileBytes;
  }

  /** An array of zeros; throws NETWORK_FILE where the file asks for far more numbers than it holds. */
  zeros(size: number): Float64Array {
    this.#left -= size;
    if (this.#left >= 0) return new Float64Array(size);
    const expected = 'a graph that makes about as many numbers as it holds';
    const advice = 'give a network of dense layers alone';
    throw networkFileError(this.#fileName, expected, 'one that makes far more', advice);
  }

  /** @throws DigitflowError NETWORK_FILE for a type that is not read, and where shape and data contradict each other */
  read(tensor: OnnxTensor): Constant {
    const { type, dims, texts, numbers } = tensor;
    const where = `${this.#fileName}: tensor ${quoteValue(tensor.name)}`;
    const size = sizeOf(dims);
    if (size === null || tensor.isSegment) {
      const expected = `a shape of at most ${MOST_PARAMETERS} numbers`;
      throw networkFileError(where, expected, quoteValue(dims), 'the file is damaged: export it again');
    }
    if (type === STRING) {
      if (texts.length !== size) throw countError(where, dims, `${texts.length}`);
      return { kind: 'constant', shape: dims, values: new Float64Array(), texts };
    }
    const element = TYPES.get(type);
    if (element === undefined) {
      const expected = `numbers of ${[...TYPES.values()].map(({ title }) => title).join(', ')}`;
      throw networkFileError(where, expected, typeTitle(type), 'export it as float');
    }
    const raw = tensor.external === null ? tensor.raw : this.#besides(tensor.external, where);
    if (raw === null ? numbers.length !== size : raw.length !== size * element.bytes) {
      throw countError(
        where,
        dims,
        raw === null ? `${numbers.length}` : `${raw.length} bytes of ${element.title}`,
      );
    }
    this.zeros(0);
    this.#left -= size;
    const values = raw !== null ? element.decode(raw) : decodeTyped(numbers, type, element);
    return { kind: 'constant', shape: dims, values, texts: [] };
  }

  /** The part of another file that external data names. */
  #besides(external: ReadonlyMap<string, string>, where: string): Uint8Array {
    const location = external.get('location') ?? '';
    if (location === '' || /^[/\\]|^[a-z]:|(?:^|[/\\])\.\.(?:[/\\]|$)|\0/i.test(location)) {
      const advice = 'put the data beside it and export it again';
      throw networkFileError(where, 'data in a file beside the network', quoteValue(location), advice);
    }
    let file = this.#files.get(location);
    if (file === undefined) {
      file = this.#host.beside(location);
      this.#files.set(location, file);
      this.#left += NUMBERS_A_BYTE * file.length;
    }
    const offset = Number(external.get('offset') ?? 0);
    const length = Number(external.get('length') ?? file.length - offset);
    if (isCount(offset) && isCount(length) && offset + length <= file.length) {
      return file.subarray(offset, offset + length);
    }
    const found = `${file.length} bytes in ${quoteValue(location)}`;
    const expected = `${external.get('length') ?? 'some'} bytes from ${external.get('offset') ?? 0} on`;
    throw networkFileError(where, expected, found, 'bring the data file that belongs to it');
  }
}

/** Every network may have so many numbers made for it, 32 MiB, and these for each byte that it brings. */
const NUMBERS_FREE = 2 ** 22;
const NUMBERS_A_BYTE = 4;

function isCount(value: number): boolean {
  return Number.isSafeInteger(value) && value >= 0;
}

function decodeTyped(numbers: readonly number[], type: number, { decode }: ElementType): Float64Array {
  if (!HALVES.includes(type)) return Float64Array.from(numbers);
  return decode(new Uint8Array(Uint16Array.from(numbers).buffer));
}

function countError(where: string, dims: readonly number[], found: string) {
  const advice = 'the file is damaged: export it again';
  return networkFileError(where, `numbers for the shape ${quoteValue(dims)}`, found, advice);
}
