import { EXPORT_AGAIN, networkFileError, parseSafetensorsHeader, shown } from './safetensors-header.js';

/** How safetensors stores numbers, little-endian. */
export interface ElementType {
  readonly bytes: number;
  /** All numbers of a tensor, exactly: every one of these types fits float64. */
  decode(data: Uint8Array): Float64Array;
}

/**
 * The element types that weights can have, by their names in safetensors' header.
 *
 * Whole arrays are converted natively, since a loop over a `DataView` takes longer than all the rest of
 * reading a network when it runs for the first time. The price: typed arrays have the machine's byte order,
 * so this needs a little-endian one, as everything does that shares memory with WebAssembly.
 */
export const ELEMENT_TYPES: ReadonlyMap<string, ElementType> = new Map<string, ElementType>([
  ['F64', { bytes: 8, decode: (data) => new Float64Array(aligned(data)) }],
  ['F32', { bytes: 4, decode: (data) => new Float64Array(new Float32Array(aligned(data))) }],
  ['F16', { bytes: 2, decode: (data) => Float64Array.from(new Uint16Array(aligned(data)), halfToNumber) }],
  ['BF16', { bytes: 2, decode: (data) => new Float64Array(upperHalvesToFloats(aligned(data))) }],
]);

/** A copy that begins at byte 0 of its own buffer: the data may begin at any byte of the file's. */
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

/** What a safetensors file holds. */
export interface Safetensors {
  readonly tensors: ReadonlyMap<string, Tensor>;
  readonly metadata: ReadonlyMap<string, string>;
}

/** A tensor as the header announces it, checked: `begin` and `end` count bytes from the end of the header. */
interface Announced {
  readonly name: string;
  readonly shape: readonly number[];
  readonly type: ElementType;
  readonly begin: number;
  readonly end: number;
}

/**
 * Reads a safetensors file (https://github.com/huggingface/safetensors#format) whose tensors are F64, F32,
 * F16 or BF16; all of them become float64, exactly. Every number of it is checked.
 *
 * @param fileName what to call the file in an error.
 * @throws DigitflowError NETWORK_FILE for anything the format does not allow, and for NaN and Infinity.
 */
export function readSafetensors(bytes: Uint8Array, fileName: string): Safetensors {
  const { entries, metadata, dataStart } = parseSafetensorsHeader(bytes, fileName);
  const announced = entries.map(([name, entry]) =>
    checkEntry(name, entry, `${fileName}: tensor ${shown(name)}`),
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
    throw networkFileError(where, `dtype ${known}`, shown(dtype), 'convert it to F32 and export it again');
  }
  if (!isIntegers(shape, 1)) {
    throw networkFileError(where, 'a shape of whole numbers, at least 1', shown(shape), EXPORT_AGAIN);
  }
  if (!isIntegers(offsets, 0) || offsets.length !== 2) {
    throw networkFileError(where, 'data_offsets [begin, end]', shown(offsets), EXPORT_AGAIN);
  }
  const [begin, end] = offsets;
  const needed = shape.reduce((product, size) => product * size, type.bytes);
  if (end - begin !== needed) {
    const expected = `${needed} bytes for ${dtype} ${shown(shape)}`;
    throw networkFileError(where, expected, `${end - begin} (data_offsets ${shown(offsets)})`, EXPORT_AGAIN);
  }
  return { name, shape, type, begin, end };
}

/** The tensors must lie end to end and fill the data: no byte unread, none read twice. */
function checkCoverage(announced: readonly Announced[], dataBytes: number, fileName: string): void {
  let covered = 0;
  for (const { name, begin, end } of [...announced].sort((a, b) => a.begin - b.begin)) {
    if (begin !== covered) {
      const problem = begin < covered ? 'an overlap' : 'a gap';
      const where = `${fileName}: tensor ${shown(name)}`;
      throw networkFileError(
        where,
        `its data to begin at byte ${covered}`,
        `${begin}, ${problem}`,
        EXPORT_AGAIN,
      );
    }
    covered = end;
  }
  if (covered !== dataBytes) {
    const problem = covered > dataBytes ? 'the file is cut off' : 'there are bytes that no tensor claims';
    throw networkFileError(
      `${fileName}: data`,
      `${covered} bytes after the header`,
      `${dataBytes}`,
      `${problem}: export or download it again`,
    );
  }
}

function decode({ name, shape, type, begin, end }: Announced, data: Uint8Array, fileName: string): Tensor {
  const values = type.decode(data.subarray(begin, end));
  if (!values.every(Number.isFinite)) {
    const broken = values.findIndex((value) => !Number.isFinite(value));
    const where = `${fileName}: tensor ${shown(name)} ${shown(shape)}, element ${broken}`;
    throw networkFileError(
      where,
      'a finite number',
      `${values[broken]}`,
      'train or export the network again',
    );
  }
  return { shape, values };
}

function isIntegers(value: unknown, least: number): value is number[] {
  return Array.isArray(value) && value.every((size) => Number.isSafeInteger(size) && size >= least);
}
