/** How many bytes one element of each type takes. */
export const ELEMENT_BYTES = {
  bool: 1,
  u8: 1,
  i8: 1,
  u16: 2,
  i16: 2,
  u32: 4,
  i32: 4,
  u64: 8,
  i64: 8,
  f16: 2,
  f32: 4,
  f64: 8,
} as const;

/** The types of numbers that binary formats store. */
export type ElementType = keyof typeof ELEMENT_BYTES;

/** How a file stores its numbers. */
export interface ElementFormat {
  readonly type: ElementType;
  readonly littleEndian: boolean;
}

/** Whether elements of this type may have a fraction. */
export function isFloat(type: ElementType): boolean {
  return type === 'f16' || type === 'f32' || type === 'f64';
}

/** Reads the element that begins at a byte of a view. */
type NumberReader = (view: DataView, byteOffset: number) => number;

const HIGH = 2 ** 32;

/**
 * How to read elements of a format as numbers; beyond 2^53 the nearest number.
 *
 * Measured: as fast as a typed array while a program reads one format, and it needs neither alignment nor the
 * machine's byte order.
 */
export function numberReader({ type, littleEndian }: ElementFormat): NumberReader {
  switch (type) {
    case 'bool':
      return (view, at) => (view.getUint8(at) === 0 ? 0 : 1);
    case 'u8':
      return (view, at) => view.getUint8(at);
    case 'i8':
      return (view, at) => view.getInt8(at);
    case 'u16':
      return (view, at) => view.getUint16(at, littleEndian);
    case 'i16':
      return (view, at) => view.getInt16(at, littleEndian);
    case 'u32':
      return (view, at) => view.getUint32(at, littleEndian);
    case 'i32':
      return (view, at) => view.getInt32(at, littleEndian);
    case 'f32':
      return (view, at) => view.getFloat32(at, littleEndian);
    case 'f64':
      return (view, at) => view.getFloat64(at, littleEndian);
    case 'f16': {
      halves ??= Float32Array.from({ length: 1 << 16 }, (_, bits) => halfOf(bits));
      const values = halves;
      return (view, at) => values[view.getUint16(at, littleEndian)];
    }
    case 'u64':
    case 'i64': {
      const [low, high] = littleEndian ? [0, 4] : [4, 0];
      return type === 'u64'
        ? (view, at) =>
            view.getUint32(at + high, littleEndian) * HIGH + view.getUint32(at + low, littleEndian)
        : (view, at) =>
            view.getInt32(at + high, littleEndian) * HIGH + view.getUint32(at + low, littleEndian);
    }
  }
}

/** All values of 16 bits, made when they are first needed: raising to a power is slow. */
let halves: Float32Array | undefined;

/** IEEE 754 binary16: a sign, 5 bits of exponent, 10 of fraction. */
function halfOf(bits: number): number {
  const sign = bits >> 15 === 0 ? 1 : -1;
  const exponent = (bits >> 10) & 0x1f;
  const fraction = (bits & 0x3ff) / 0x400;
  if (exponent === 0x1f) return fraction === 0 ? sign * Number.POSITIVE_INFINITY : Number.NaN;
  return exponent === 0 ? sign * fraction * 2 ** -14 : sign * (1 + fraction) * 2 ** (exponent - 15);
}
