import { describe, expect, it } from 'vitest';
import { type ElementFormat, elementBytes, isFloat, numberReader } from '../../src/formats/stored-arrays.js';
import { ALL_FORMATS, storedNumbers } from './stored-numbers.js';

/** Reads all numbers of `bytes`, which are put at an odd offset first: elements need no alignment. */
function numbersOf(format: ElementFormat, bytes: Uint8Array): number[] {
  const shifted = new Uint8Array(bytes.length + 1);
  shifted.set(bytes, 1);
  const view = new DataView(shifted.buffer, 1);
  const numberAt = numberReader(format);
  const width = elementBytes(format.type);
  return Array.from({ length: bytes.length / width }, (_, index) => numberAt(view, index * width));
}

describe('numberReader', () => {
  it.each(ALL_FORMATS)('reads what was written: %j', (format) => {
    const most = format.type === 'bool' ? 1 : 127;
    const values = [0, 1, most, ...(format.type.startsWith('i') ? [-1, -128] : [])];
    if (isFloat(format.type)) values.push(0.5, -0.25, 1 / 1024);
    expect(numbersOf(format, storedNumbers(format, values))).toEqual(values);
  });

  it.each([
    ['u16', [0x01, 0x02], 0x0201, 0x0102],
    ['i16', [0xff, 0xfe], -257, -2],
    ['u32', [1, 2, 3, 0xff], 0xff030201, 0x010203ff],
    ['i64', [0xfe, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff], -2, -(2 ** 56) - 1],
    ['u64', [1, 0, 0, 0, 0, 0, 0x10, 0], 2 ** 52 + 1, 2 ** 56 + 4096],
    ['f16', [0x00, 0x3c], 1, 0x3c * 2 ** -24],
    ['f32', [0, 0, 0x80, 0x3f], 1, 4.600602988224807e-41],
  ] as const)('reads literal bytes as %s in both byte orders', (type, bytes, little, big) => {
    expect(numbersOf({ type, littleEndian: true }, Uint8Array.from(bytes))).toEqual([little]);
    expect(numbersOf({ type, littleEndian: false }, Uint8Array.from(bytes))).toEqual([big]);
  });

  it('takes every byte but zero for true', () => {
    expect(numbersOf({ type: 'bool', littleEndian: true }, Uint8Array.of(0, 1, 2, 255))).toEqual([
      0, 1, 1, 1,
    ]);
  });

  it('reads the odd values of 16 bits', () => {
    const bits = [0x7bff, 0x7c00, 0xfc00, 0x7e00, 0x0001, 0x8000, 0x0400, 0x3555];
    const bytes = Uint8Array.from(bits.flatMap((half) => [half >> 8, half & 0xff]));
    expect(numbersOf({ type: 'f16', littleEndian: false }, bytes)).toEqual([
      65504,
      Number.POSITIVE_INFINITY,
      Number.NEGATIVE_INFINITY,
      Number.NaN,
      2 ** -24,
      -0,
      2 ** -14,
      0.333251953125,
    ]);
  });
});
