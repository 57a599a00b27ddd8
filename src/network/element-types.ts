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
