import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { LabelReader } from '../../src/formats/label-reader.js';
import { parseNpyHeader } from '../../src/formats/numpy/npy-header.js';
import { fromFortranOrder } from '../../src/formats/numpy/numpy-data.js';
import { npyImageLayout, npyLabelLayout } from '../../src/formats/numpy/numpy-roles.js';
import { PixelReader } from '../../src/formats/pixel-reader.js';
import { failureOf } from '../inputs/failure-of.js';

/** Four images of 2 x 3 and their labels, as fixtures/make.py has them. */
const PIXELS = Array.from({ length: 24 }, (_, at) => at * 11);
const LABELS = [3, 0, 2, 1];

const bytesOf = (name: string) => readFileSync(new URL(`fixtures/${name}`, import.meta.url));

/** The header, and the data in C order. */
function open(name: string) {
  const bytes = bytesOf(name);
  const header = parseNpyHeader(bytes, name);
  const data = bytes.subarray(header.headerBytes);
  expect(data).toHaveLength(header.dataBytes);
  return { header, data: header.isFortran ? fromFortranOrder(data, header) : data };
}

function imagesOf(name: string) {
  const { header, data } = open(name);
  const layout = npyImageLayout(header, { height: 2, width: 3 }, name);
  const reader = new PixelReader(header.element, layout.height * layout.width, name);
  return { ...layout, pixels: [...reader.read(data, 0)] };
}

function labelsOf(name: string) {
  const { header, data } = open(name);
  const { count, format } = npyLabelLayout(header, 4, name);
  return [...new LabelReader(format, ['0', '1', '2', '3'], name).read(data, 0, count)];
}

describe('arrays that NumPy wrote', () => {
  it.each([
    'u1.npy',
    'flat-u1.npy',
    'channel-u1.npy',
    'i8.npy',
    'big-i2.npy',
    'f2.npy',
    'f4.npy',
    'big-f4.npy',
    'f8.npy',
    'fortran-u1.npy',
    'fortran-f4.npy',
    'fortran-flat-u1.npy',
    'version-2.npy',
    'version-3.npy',
  ])('are the same images in %s', (name) => {
    expect(imagesOf(name)).toEqual({ count: 4, height: 2, width: 3, pixels: PIXELS });
  });

  it('are black and white images', () => {
    expect(imagesOf('bool.npy').pixels).toEqual(PIXELS.map((pixel) => (pixel > 100 ? 255 : 0)));
  });

  it('may be empty', () => {
    expect(imagesOf('empty.npy')).toEqual({ count: 0, height: 2, width: 3, pixels: [] });
  });

  it.each([
    'labels-i8.npy',
    'labels-big-u2.npy',
    'labels-f8.npy',
    'labels-column-i4.npy',
    'labels-one-hot-f4.npy',
    'labels-one-hot-bool.npy',
    'labels-one-hot-fortran-f8.npy',
  ])('are the same labels in %s', (name) => {
    expect(labelsOf(name)).toEqual(LABELS);
  });

  it.each([
    ['object.npy', 'NPY_TYPE', "an object array: a pickle, which is never loaded ('|O')"],
    ['strings.npy', 'NPY_TYPE', "strings ('<U1')"],
    ['structured.npy', 'NPY_TYPE', 'a structured array'],
    ['complex.npy', 'NPY_TYPE', "complex numbers ('<c8')"],
    ['scalar.npy', 'NPY_SHAPE', 'found u8 without dimensions'],
    ['labels-i8.npy', 'NPY_SWAPPED', 'expected images, found labels (i64 4)'],
    ['bytes-f4.npy', 'NPY_PIXEL', 'record 0, pixel 1: expected 0 to 1 in floats, found 11; say --scale'],
  ])('are refused as images by name: %s', async (name, code, message) => {
    const error = await failureOf(() => imagesOf(name));
    expect(error).toMatchObject({ code, exitCode: 65 });
    expect(error.message).toContain(message);
  });

  it.each([
    ['u1.npy', 'NPY_SWAPPED', 'expected labels, found images (u8 4 x 2 x 3)'],
    ['flat-u1.npy', 'NPY_SHAPE', 'one-hot count x 4), found u8 4 x 6'],
  ])('are refused as labels by name: %s', async (name, code, message) => {
    const error = await failureOf(() => labelsOf(name));
    expect(error).toMatchObject({ code, exitCode: 65 });
    expect(error.message).toContain(message);
  });
});
