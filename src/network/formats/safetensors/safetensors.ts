import { quoteValue } from '../../../errors.js';
import { asFloat32, networkFileError } from '../found-network.js';
import { duplicateKey, parseShallowJson } from '../shallow-json.js';

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

/** How the numbers of a tensor are stored. */
interface ElementType {
  readonly bytes: number;
  /** Absent where such tensors are left out. */
  decode?(data: Uint8Array): Float64Array;
}

/**
 * The element types that weights can have; each fits float64. Typed arrays convert whole tensors, since the first run of
 * a loop over a `DataView` takes longer than all the rest. They need a little-endian machine, as WebAssembly's memory does.
 */
export const ELEMENT_TYPES = new Map<unknown, Required<ElementType>>([
  ['F64', { bytes: 8, decode: (data) => new Float64Array(aligned(data)) }],
  ['F32', { bytes: 4, decode: (data) => new Float64Array(new Float32Array(aligned(data))) }],
  ['F16', { bytes: 2, decode: (data) => Float64Array.from(new Uint16Array(aligned(data)), halfToNumber) }],
  ['BF16', { bytes: 2, decode: (data) => new Float64Array(upperHalvesToFloats(aligned(data))) }],
]);

/** Those that counters of a training have, and weights cannot have. */
const INTEGER_TYPES = new Map<unknown, ElementType>(
  Object.entries({ I64: 8, I32: 4, I16: 2, I8: 1, U64: 8, U32: 4, U16: 2, U8: 1, BOOL: 1 }).map(
    ([type, bytes]) => [type, { bytes }],
  ),
);

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

/** The file begins with the header's length, u64 little-endian. */
const LENGTH_BYTES = 8;
/** The only key of the header that names no tensor. */
const METADATA_KEY = '__metadata__';
/** Room for some 50,000 layers; the reference implementation reads 100 MB, which takes seconds and serves no network of ours. */
const MAX_HEADER_BYTES = 8 * 2 ** 20;

/** The error of a file whose bytes contradict themselves. */
function damaged(where: string, expected: string, found: string) {
  const advice = 'the file is damaged or no safetensors file: export or download it again';
  return networkFileError(where, expected, found, advice);
}

/** A checked entry of the header; `begin` and `end` count bytes from its end. */
type Announced = ReturnType<typeof checkEntry>;

/**
 * Reads a safetensors file (https://github.com/huggingface/safetensors#format) whose tensors are F64, F32, F16 or BF16; all
 * of them become float64, exactly.
 *
 * @param fileName the file's name in an error.
 * @param isCounter which tensors, by name, are left out where they are of whole numbers; none where it is not given.
 * @throws DigitflowError NETWORK_FILE for all that the format does not allow, and for NaN and Infinity.
 */
export function readSafetensors(
  bytes: Uint8Array,
  fileName: string,
  isCounter: (name: string) => boolean = () => false,
): Safetensors {
  const dataStart = LENGTH_BYTES + headerLength(bytes, fileName);
  const header = parseHeader(bytes.subarray(LENGTH_BYTES, dataStart), `${fileName}: header`);
  const metadata = checkMetadata(header[METADATA_KEY] ?? {}, `${fileName}: ${METADATA_KEY}`);
  const announced = Object.entries(header)
    .filter(([key]) => key !== METADATA_KEY)
    .map(([name, entry]) =>
      checkEntry(name, entry, `${fileName}: tensor ${quoteValue(name)}`, isCounter(name)),
    );
  checkCoverage(announced, bytes.length - dataStart, fileName);

  const data = bytes.subarray(dataStart);
  const tensors = announced.flatMap(({ name, where, shape, type, begin, end }) => {
    if (type.decode === undefined) return [];
    return [[name, finite(where, shape, type.decode(data.subarray(begin, end)), type.bytes)] as const];
  });
  return { tensors: new Map(tensors), metadata };
}

function headerLength(bytes: Uint8Array, fileName: string): number {
  if (bytes.length < LENGTH_BYTES) {
    throw damaged(fileName, `a safetensors file of at least ${LENGTH_BYTES} bytes`, `${bytes.length}`);
  }
  const announced = new DataView(bytes.buffer, bytes.byteOffset).getBigUint64(0, true);
  const [where, most] = [`${fileName}: header`, bytes.length - LENGTH_BYTES];
  if (announced > BigInt(most)) throw damaged(where, `at most ${most} bytes`, `a length of ${announced}`);
  if (announced <= MAX_HEADER_BYTES) return Number(announced);
  const advice = 'give a network of fewer layers';
  throw networkFileError(where, `at most ${MAX_HEADER_BYTES} bytes`, `a length of ${announced}`, advice);
}

function parseHeader(bytes: Uint8Array, where: string): Record<string, unknown> {
  let text: string;
  try {
    text = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(bytes);
  } catch {
    throw damaged(where, 'UTF-8 text', 'other bytes');
  }
  const header = parseShallowJson(text);
  if (header === undefined) throw damaged(where, 'a JSON object', quoteValue(text));
  if (!isObject(header)) throw damaged(where, 'a JSON object', quoteValue(header));
  const twin = duplicateKey(text);
  if (twin !== undefined) throw damaged(where, 'each key once', `${quoteValue(twin)} twice`);
  return header;
}

function checkMetadata(value: unknown, where: string): Map<string, string> {
  if (!isObject(value)) throw damaged(where, 'an object of strings', quoteValue(value));
  const entries = Object.entries(value);
  for (const [key, text] of entries) {
    if (typeof text === 'string') continue;
    const advice = 'export it again with str(…) around it';
    throw networkFileError(`${where} ${quoteValue(key)}`, 'a string', quoteValue(text), advice);
  }
  return new Map(entries as [string, string][]);
}

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function checkEntry(name: string, entry: unknown, where: string, isCounter: boolean) {
  const { dtype, shape, data_offsets: offsets } = (entry ?? {}) as Record<string, unknown>;
  const integer = isCounter ? INTEGER_TYPES.get(dtype) : undefined;
  const type: ElementType | undefined = integer ?? ELEMENT_TYPES.get(dtype);
  if (type === undefined) {
    const expected = `dtype ${[...ELEMENT_TYPES.keys()].join(', ')}`;
    throw networkFileError(where, expected, quoteValue(dtype), 'convert it to F32 and export it again');
  }
  if (!isIntegers(shape, 1)) throw damaged(where, 'a shape of whole numbers, at least 1', quoteValue(shape));
  if (!isIntegers(offsets, 0) || offsets.length !== 2) {
    throw damaged(where, 'data_offsets [begin, end]', quoteValue(offsets));
  }
  const [begin, end] = offsets;
  const needed = shape.reduce((product, size) => product * size, type.bytes);
  if (end - begin !== needed) {
    const found = `${end - begin} (data_offsets ${quoteValue(offsets)})`;
    throw damaged(where, `${needed} bytes for ${dtype} ${quoteValue(shape)}`, found);
  }
  return { name, where, shape, type, begin, end };
}

/** The tensors must lie end to end and fill the data: each byte is read once. */
function checkCoverage(announced: readonly Announced[], dataBytes: number, fileName: string): void {
  let covered = 0;
  for (const { where, begin, end } of [...announced].sort((a, b) => a.begin - b.begin)) {
    if (begin !== covered) {
      const problem = begin < covered ? 'an overlap' : 'a gap';
      throw damaged(where, `its data to begin at byte ${covered}`, `${begin}, ${problem}`);
    }
    covered = end;
  }
  if (covered !== dataBytes) {
    const problem = covered > dataBytes ? 'the file is cut off' : 'there are bytes that no tensor claims';
    const advice = `${problem}: export or download it again`;
    throw networkFileError(`${fileName}: data`, `${covered} bytes after the header`, `${dataBytes}`, advice);
  }
}

function finite(where: string, shape: readonly number[], values: Float64Array, bytes: number): Tensor {
  // They are scored in float32: what it cannot hold would be Infinity there, and the outputs NaN.
  const scored = bytes > F32_BYTES ? new Float32Array(values) : values;
  if (scored.every(Number.isFinite)) return { shape, values };
  const broken = scored.findIndex((value) => !Number.isFinite(value));
  const element = `${where} ${quoteValue(shape)}, element ${broken}`;
  const isTooLarge = Number.isFinite(values[broken]);
  const expected = isTooLarge ? 'a number that float32 can hold' : 'a finite number';
  throw networkFileError(element, expected, `${values[broken]}`, 'train or export the network again');
}

function isIntegers(value: unknown, least: number): value is number[] {
  return Array.isArray(value) && value.every((size) => Number.isSafeInteger(size) && size >= least);
}

const F32_BYTES = 4;
/** The data begins at a multiple of this, so that other readers can map it into memory. */
const ALIGNMENT_BYTES = 8;

/**
 * Writes a safetensors file, all numbers rounded to F32. The same tensors and metadata give the same bytes.
 *
 * @throws DigitflowError NETWORK_FILE for a number that F32 cannot hold: NaN, Infinity, above 3.4e38.
 */
export function writeSafetensors({ tensors, metadata }: Safetensors): Uint8Array {
  const entries: [string, unknown][] = [[METADATA_KEY, Object.fromEntries(metadata)]];
  let dataBytes = 0;
  for (const [name, { shape, values }] of tensors) {
    const begin = dataBytes;
    dataBytes += values.length * F32_BYTES;
    entries.push([name, { dtype: 'F32', shape, data_offsets: [begin, dataBytes] }]);
  }
  const header = new TextEncoder().encode(JSON.stringify(Object.fromEntries(entries)));
  const headerBytes = Math.ceil(header.length / ALIGNMENT_BYTES) * ALIGNMENT_BYTES;
  const dataStart = LENGTH_BYTES + headerBytes;

  const bytes = new Uint8Array(dataStart + dataBytes);
  const view = new DataView(bytes.buffer);
  view.setBigUint64(0, BigInt(headerBytes), true);
  bytes.set(header, LENGTH_BYTES);
  // The only filler that the format allows.
  bytes.fill(0x20, LENGTH_BYTES + header.length, dataStart);

  let byteOffset = dataStart;
  for (const [name, { values }] of tensors) {
    for (const value of asFloat32(values, `tensor ${quoteValue(name)}`)) {
      view.setFloat32(byteOffset, value, true);
      byteOffset += F32_BYTES;
    }
  }
  return bytes;
}
