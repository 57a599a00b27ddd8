import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { parseNpyHeader } from '../../src/formats/numpy/npy-header.js';
import { checkFortranSize, fromFortranOrder } from '../../src/formats/numpy/numpy-data.js';
import { PixelReader } from '../../src/formats/pixel-reader.js';
import type { ElementFormat, ElementType } from '../../src/formats/stored-arrays.js';
import { failureOf } from '../inputs/failure-of.js';
import { npyBytes } from './npy-bytes.js';
import { ALL_FORMATS, storedNumbers } from './stored-numbers.js';

const header = (descr: string, shape: number[], isFortran = true) =>
  parseNpyHeader(npyBytes({ descr, shape, isFortran }), 'x');

describe('fromFortranOrder', () => {
  it('puts the pixels of two images of 2 x 3 together', () => {
    // Image 0 is 0 1 2 / 3 4 5, image 1 is 10 11 12 / 13 14 15.
    const stored = Uint8Array.of(0, 10, 3, 13, 1, 11, 4, 14, 2, 12, 5, 15);
    expect([...fromFortranOrder(stored, header('|u1', [2, 2, 3]))]).toEqual([
      0, 1, 2, 3, 4, 5, 10, 11, 12, 13, 14, 15,
    ]);
  });

  it('puts rows together', () => {
    const stored = Uint8Array.of(0, 10, 20, 1, 11, 21);
    expect([...fromFortranOrder(stored, header('|u1', [3, 2]))]).toEqual([0, 1, 10, 11, 20, 21]);
  });

  it('keeps the bytes of an element together', () => {
    const stored = Uint8Array.of(1, 2, 11, 12, 3, 4, 13, 14);
    expect([...fromFortranOrder(stored, header('<u2', [2, 2]))]).toEqual([1, 2, 3, 4, 11, 12, 13, 14]);
  });

  it('gives the element of every index, for any shape and type', () => {
    const sizes = fc.array(fc.integer({ min: 1, max: 5 }), { minLength: 1, maxLength: 3 });
    const anyArray = fc.tuple(
      fc.integer({ min: 1, max: 150 }),
      sizes,
      fc.constantFrom('|u1', '<i2', '<f4', '>f8'),
    );
    fc.assert(
      fc.property(anyArray, ([count, axes, descr]) => {
        const array = header(descr, [count, ...axes]);
        const bytes = Number(descr[2]);
        const strides = array.shape.map((_, axis) =>
          array.shape.slice(0, axis).reduce((product, size) => product * size, 1),
        );
        const stored = Uint8Array.from({ length: array.dataBytes }, (_, at) => (at * 31 + (at >> 8)) % 251);
        const expected: number[] = [];
        const visit = (axis: number, at: number) => {
          if (axis === array.shape.length) {
            expected.push(...stored.subarray(at * bytes, (at + 1) * bytes));
            return;
          }
          for (let index = 0; index < array.shape[axis]; index++) visit(axis + 1, at + index * strides[axis]);
        };
        visit(0, 0);
        expect([...fromFortranOrder(stored, array)]).toEqual(expected);
      }),
    );
  });

  it('makes nothing of an array without records, however large one would be', () => {
    expect(fromFortranOrder(new Uint8Array(0), header('|u1', [0, 100_000, 100_000]))).toHaveLength(0);
  });
});

describe('checkFortranSize', () => {
  it('refuses more than 1 GiB in Fortran order, and nothing in C order', async () => {
    const error = await failureOf(() => checkFortranSize(header('<f4', [400_000, 28, 28]), 'x'));
    expect(error).toMatchObject({ code: 'NPY_FORTRAN', exitCode: 65 });
    expect(error.message).toBe(
      'x: expected at most 1073741824 bytes of an array in Fortran order, which is held in memory, ' +
        'found 1254400000; save it with numpy.ascontiguousarray(array)',
    );
    checkFortranSize(header('<f4', [400_000, 28, 28], false), 'x');
    checkFortranSize(header('<f4', [300_000, 28, 28]), 'x');
  });
});

const LITTLE = (type: ElementType): ElementFormat => ({ type, littleEndian: true });

/** Pixels of images of two pixels, from element 10 (record 5) on. */
const read = (format: ElementFormat, values: readonly number[]) => [
  ...new PixelReader(format, 2, 'x').read(storedNumbers(format, values), 10),
];

describe('PixelReader', () => {
  it('gives u8 as they are stored, not copied', () => {
    const stored = Uint8Array.of(0, 1, 255);
    expect(new PixelReader(LITTLE('u8'), 2, 'x').read(stored, 0)).toBe(stored);
  });

  it('reads truths as black and white', () => {
    expect(read(LITTLE('bool'), [0, 1, 1])).toEqual([0, 255, 255]);
  });

  it.each(ALL_FORMATS.filter(({ type }) => /^[ui]/.test(type)))(
    'reads integers as they are: %j',
    (format) => {
      const most = format.type === 'i8' ? 127 : 255;
      expect(read(format, [0, 1, most])).toEqual([0, 1, most]);
    },
  );

  it.each(ALL_FORMATS.filter(({ type }) => /^f/.test(type)))('reads floats from 0 to 1: %j', (format) => {
    expect(read(format, [0, 1, 0.5, 0.25])).toEqual([0, 255, 128, 64]);
  });

  it.each(['f16', 'f32', 'f64'] as const)(
    'finds each of 256 levels again that was divided by 255, in %s',
    (type) => {
      const levels = Array.from({ length: 256 }, (_, level) => level);
      const stored = levels.map((level) => level / 255);
      const bytes =
        type === 'f16' ? new Uint8Array(nearestHalves(stored).buffer) : storedNumbers(LITTLE(type), stored);
      expect([...new PixelReader(LITTLE(type), 2, 'x').read(bytes, 0)]).toEqual(levels);
    },
  );

  it('rounds any brightness to the nearest level', () => {
    fc.assert(
      fc.property(fc.array(fc.double({ min: 0, max: 1, noNaN: true })), (values) => {
        const pixels = read(LITTLE('f64'), values);
        values.forEach((value, at) => {
          expect(Math.abs(pixels[at] - value * 255)).toBeLessThanOrEqual(0.5 + 1e-9);
        });
      }),
    );
  });

  it('reads bytes that begin anywhere', () => {
    const bytes = new Uint8Array(9);
    bytes.set(storedNumbers(LITTLE('f32'), [1, 0.2]), 1);
    const pixels = new PixelReader(LITTLE('f32'), 2, 'x').read(bytes.subarray(1), 0);
    expect([...pixels]).toEqual([255, 51]);
  });

  it('gives no pixels for no bytes', () => {
    expect(read(LITTLE('f32'), [])).toEqual([]);
  });

  it.each([
    ['f32', 254, '254; say --scale with the value that is white, such as 255 or 16'],
    ['f64', 2, '2; say --scale with the value'],
    ['f64', 1.0000001, '1.0000001; say --scale with the value'],
    [
      'f64',
      -0.4242,
      '-0.4242; say --scale with what is black and white, such as -1..1 or mean=0.1307,std=0.3081',
    ],
    ['f16', -1, '-1; say --scale with what'],
    ['f32', Number.NaN, 'NaN; say --scale with what'],
    ['f64', Number.POSITIVE_INFINITY, 'Infinity; say --scale with the value'],
  ] as const)('refuses %s of %d', async (type, value, found) => {
    const error = await failureOf(() => read(LITTLE(type), [0, 1, 1, value]));
    expect(error).toMatchObject({ code: 'NPY_PIXEL', exitCode: 65 });
    expect(error.message).toContain(`x: record 6, pixel 1: expected 0 to 1 in floats, found ${found}`);
  });

  it.each([
    ['i8', -1],
    ['i16', 256],
    ['u16', 65_535],
    ['i32', -(2 ** 31)],
    ['u32', 2 ** 32 - 1],
    ['i64', 2 ** 32 + 7],
    ['u64', 2 ** 53],
  ] as const)('refuses %s of %d', async (type, value) => {
    const error = await failureOf(() => read(LITTLE(type), [0, 1, value]));
    expect(error.code).toBe('NPY_PIXEL');
    expect(error.message).toContain(
      `x: record 6, pixel 0: expected 0 to 255, found ${value}; say --scale with what is black and white`,
    );
  });
});

/** Little-endian, as the machines that run tests are. */
function nearestHalves(values: readonly number[]): Uint16Array {
  const halves = Array.from({ length: 0x3c01 }, (_, bits) =>
    bits >> 10 === 0 ? bits * 2 ** -24 : (1 + (bits & 0x3ff) / 1024) * 2 ** ((bits >> 10) - 15),
  );
  return Uint16Array.from(values, (value) => {
    const after = Math.max(
      1,
      halves.findIndex((half) => half >= value),
    );
    return halves[after] - value < value - halves[after - 1] ? after : after - 1;
  });
}
