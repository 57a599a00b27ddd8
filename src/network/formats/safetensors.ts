import { quoteValue } from '../../errors.js';
import {
  EXPORT_AGAIN,
  LENGTH_BYTES,
  METADATA_KEY,
  networkFileError,
  parseSafetensorsHeader,
} from './safetensors-header.js';

/** How safetensors stores numbers, little-endian. */
interface ElementType {
  readonly bytes: number;
  /** All numbers of a tensor. They stay exact: each of these types fits float64. */
  decode(data: Uint8Array): Float64Array;
}

/**
 * The element types that weights can have, by their names in safetensors' header.
 *
 * Typed arrays convert whole tensors, since the first run of a loop over a `DataView` takes longer than all the rest of
 * reading a network. The price: they have the machine's byte order, so this needs a little-endian one, as all code does
 * that shares memory with WebAssembly.
 */
const ELEMENT_TYPES: ReadonlyMap<string, ElementType> = new Map<string, ElementType>([
  ['F64', { bytes: 8, decode: (data) => new Float64Array(aligned(data)) }],
  ['F32', { bytes: 4, decode: (data) => new Float64Array(new Float32Array(aligned(data))) }],
  ['F16', { bytes: 2, decode: (data) => Float64Array.from(new Uint16Array(aligned(data)), halfToNumber) }],
  ['BF16', { bytes: 2, decode: (data) => new Float64Array(upperHalvesToFloats(aligned(data))) }],
]);

/** A copy in a buffer of its own, since typed arrays of wider numbers cannot begin at any byte. */
function aligned(data: Uint8Array): ArrayBuffer {
  return Uint8Array.from(data).buffer;
}

/** IEEE 754 binary16: a sign, 5 bits of exponent (bias 15), 10 bits of fraction. */
function halfToNumber(bits: number): number {
  const sign = bits & 0x8000 ? -1 : 1;
  const exponent = (bits >> 10) & 0x1f;
  const fraction = bits & 0x3ff;
  if (exponent === 0x1f) return fraction === 0 ? sign * Number.POSITIVE_INFINITY : Number.NaN;
  if (exponent === 0) return sign * fraction * 2 ** -24;
  return sign * (1 + fraction / 1024) * 2 ** (exponent - 15);
}

/** bfloat16 is the upper half of a float32. */
function upperHalvesToFloats(data: ArrayBuffer): Float32Array {
  const floats = Uint32Array.from(new Uint16Array(data), (bits) => bits << 16);
  return new Float32Array(floats.buffer);
}

/** An array of numbers with a shape, row-major. */
export interface Tensor {
  /** `[outputs, inputs]`, `[outputs]`; all sizes at least 1. */
  readonly shape: readonly number[];
  /** The product of the sizes; finite. */
  readonly values: Float64Array;
}

/** The content of a safetensors file. */
export interface Safetensors {
  readonly tensors: ReadonlyMap<string, Tensor>;
  readonly metadata: ReadonlyMap<string, string>;
}

/** A checked entry of the header: `begin` and `end` count bytes from the end of the header. */
interface Announced {
  readonly name: string;
  readonly shape: readonly number[];
  readonly type: ElementType;
  readonly begin: number;
  readonly end: number;
}

/**
 * Reads a safetensors file (https://github.com/huggingface/safetensors#format) whose tensors are F64, F32,
 * F16 or BF16; all of them become float64, exactly.
 *
 * @param fileName the file's name in an error.
 * @throws DigitflowError NETWORK_FILE for all that the format does not allow, and for NaN and Infinity.
 */
export function readSafetensors(bytes: Uint8Array, fileName: string): Safetensors {
  const { entries, metadata, dataStart } = parseSafetensorsHeader(bytes, fileName);
  const announced = entries.map(([name, entry]) =>
    checkEntry(name, entry, `${fileName}: tensor ${quoteValue(name)}`),
  );
  checkCoverage(announced, bytes.length - dataStart, fileName);

  const data = bytes.subarray(dataStart);
  const tensors = new Map<string, Tensor>();
  for (const tensor of announced) tensors.set(tensor.name, decode(tensor, data, fileName));
  return { tensors, metadata };
}

function checkEntry(name: string, entry: unknown, where: string): Announced {
  const { dtype, shape, data_offsets: offsets } = (entry ?? {}) as Record<string, unknown>;
  const type = typeof dtype === 'string' ? ELEMENT_TYPES.get(dtype) : undefined;
  if (type === undefined) {
    const known = [...ELEMENT_TYPES.keys()].join(', ');
    throw networkFileError(
      where,
      `dtype ${known}`,
      quoteValue(dtype),
      'convert it to F32 and export it again',
    );
  }
  if (!isIntegers(shape, 1)) {
    throw networkFileError(where, 'a shape of whole numbers, at least 1', quoteValue(shape), EXPORT_AGAIN);
  }
  if (!isIntegers(offsets, 0) || offsets.length !== 2) {
    throw networkFileError(where, 'data_offsets [begin, end]', quoteValue(offsets), EXPORT_AGAIN);
  }
  const [begin, end] = offsets;
  const needed = shape.reduce((product, size) => product * size, type.bytes);
  if (end - begin !== needed) {
    const expected = `${needed} bytes for ${dtype} ${quoteValue(shape)}`;
    throw networkFileError(
      where,
      expected,
      `${end - begin} (data_offsets ${quoteValue(offsets)})`,
      EXPORT_AGAIN,
    );
  }
  return { name, shape, type, begin, end };
}

/** The tensors must lie end to end and fill the data: each byte is read once. */
function checkCoverage(announced: readonly Announced[], dataBytes: number, fileName: string): void {
  let covered = 0;
  for (const { name, begin, end } of [...announced].sort((a, b) => a.begin - b.begin)) {
    if (begin !== covered) {
      const problem = begin < covered ? 'an overlap' : 'a gap';
      const where = `${fileName}: tensor ${quoteValue(name)}`;
      const expected = `its data to begin at byte ${covered}`;
      throw networkFileError(where, expected, `${begin}, ${problem}`, EXPORT_AGAIN);
    }
    covered = end;
  }
  if (covered !== dataBytes) {
    const problem = covered > dataBytes ? 'the file is cut off' : 'there are bytes that no tensor claims';
    const advice = `${problem}: export or download it again`;
    throw networkFileError(`${fileName}: data`, `${covered} bytes after the header`, `${dataBytes}`, advice);
  }
}

function decode({ name, shape, type, begin, end }: Announced, data: Uint8Array, fileName: string): Tensor {
  const values = type.decode(data.subarray(begin, end));
  if (!values.every(Number.isFinite)) {
    const broken = values.findIndex((value) => !Number.isFinite(value));
    const where = `${fileName}: tensor ${quoteValue(name)} ${quoteValue(shape)}, element ${broken}`;
    const advice = 'train or export the network again';
    throw networkFileError(where, 'a finite number', `${values[broken]}`, advice);
  }
  return { shape, values };
}

function isIntegers(value: unknown, least: number): value is number[] {
  return Array.isArray(value) && value.every((size) => Number.isSafeInteger(size) && size >= least);
}

const F32_BYTES = 4;
/** The data begins at a multiple of this, so that other readers can map it into memory. */
const ALIGNMENT_BYTES = 8;

/**
 * Writes a safetensors file. All numbers are rounded to F32: half the size of F64, and the type that every framework
 * trains in. The same tensors and metadata give the same bytes.
 *
 * @throws DigitflowError NETWORK_FILE for a number that F32 cannot hold: NaN, Infinity, above 3.4e38.
 */
export function writeSafetensors({ tensors, metadata }: Safetensors): Uint8Array {
  const header = encodeHeader({ tensors, metadata });
  let elements = 0;
  for (const { values } of tensors.values()) elements += values.length;

  const bytes = new Uint8Array(LENGTH_BYTES + header.length + elements * F32_BYTES);
  const view = new DataView(bytes.buffer);
  view.setBigUint64(0, BigInt(header.length), true);
  bytes.set(header, LENGTH_BYTES);

  let byteOffset = LENGTH_BYTES + header.length;
  for (const [name, { values }] of tensors) {
    for (const [i, value] of values.entries()) {
      if (!Number.isFinite(Math.fround(value))) {
        const where = `tensor ${quoteValue(name)}, element ${i}`;
        const expected = 'a finite number that F32 can hold';
        throw networkFileError(where, expected, `${value}`, 'train it with smaller steps');
      }
      view.setFloat32(byteOffset, value, true);
      byteOffset += F32_BYTES;
    }
  }
  return bytes;
}

/** The header as JSON, padded with spaces, the only filler that the format allows. */
function encodeHeader({ tensors, metadata }: Safetensors): Uint8Array {
  const entries: [string, unknown][] = [[METADATA_KEY, Object.fromEntries(metadata)]];
  let begin = 0;
  for (const [name, { shape, values }] of tensors) {
    const end = begin + values.length * F32_BYTES;
    entries.push([name, { dtype: 'F32', shape, data_offsets: [begin, end] }]);
    begin = end;
  }
  const json = new TextEncoder().encode(JSON.stringify(Object.fromEntries(entries)));
  const padded = new Uint8Array(Math.ceil(json.length / ALIGNMENT_BYTES) * ALIGNMENT_BYTES).fill(0x20);
  padded.set(json);
  return padded;
}
