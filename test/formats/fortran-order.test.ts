import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { checkFortranSize, fromFortranOrder } from '../../src/formats/numpy/fortran-order.js';
import { parseNpyHeader } from '../../src/formats/numpy/npy-header.js';
import { failureOf } from '../inputs/failure-of.js';
import { npyBytes } from './npy-bytes.js';

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
