import type { ElementFormat } from '../../src/formats/stored-arrays.js';

/** Numbers as a file stores them, by DataView's own writers (f16 by hand: small whole numbers and halves only). */
export function storedNumbers({ type, littleEndian }: ElementFormat, values: readonly number[]): Uint8Array {
  const bytes = type === 'bool' ? 1 : Number(type.slice(1)) / 8;
  const stored = new DataView(new ArrayBuffer(values.length * bytes));
  values.forEach((value, index) => {
    const at = index * bytes;
    if (type === 'bool' || type === 'u8') stored.setUint8(at, value);
    else if (type === 'i8') stored.setInt8(at, value);
    else if (type === 'u16') stored.setUint16(at, value, littleEndian);
    else if (type === 'i16') stored.setInt16(at, value, littleEndian);
    else if (type === 'u32') stored.setUint32(at, value, littleEndian);
    else if (type === 'i32') stored.setInt32(at, value, littleEndian);
    else if (type === 'u64') stored.setBigUint64(at, BigInt(value), littleEndian);
    else if (type === 'i64') stored.setBigInt64(at, BigInt(value), littleEndian);
    else if (type === 'f32') stored.setFloat32(at, value, littleEndian);
    else if (type === 'f64') stored.setFloat64(at, value, littleEndian);
    else stored.setUint16(at, halfBits(value), littleEndian);
  });
  return new Uint8Array(stored.buffer);
}

/** The bits of binary16, cut from those of binary32: exact where the value has at most 11 binary digits. */
function halfBits(value: number): number {
  const single = new DataView(new ArrayBuffer(4));
  single.setFloat32(0, value);
  const bits = single.getUint32(0);
  if (value === 0) return bits >>> 16;
  const exponent = ((bits >>> 23) & 0xff) - 127 + 15;
  return ((bits >>> 16) & 0x8000) | (exponent << 10) | ((bits >>> 13) & 0x3ff);
}

/** All element types, in both byte orders. */
export const ALL_FORMATS: readonly ElementFormat[] = (
  ['bool', 'u8', 'i8', 'u16', 'i16', 'u32', 'i32', 'u64', 'i64', 'f16', 'f32', 'f64'] as const
).flatMap((type) => [
  { type, littleEndian: true },
  { type, littleEndian: false },
]);
