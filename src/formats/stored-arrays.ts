import { DigitflowError, type ErrorCode } from '../errors.js';

/** The types of numbers that binary formats store, each with its bits. */
export type ElementType = 'bool' | `${'u' | 'i'}${8 | 16 | 32 | 64}` | `f${16 | 32 | 64}`;

/** How many bytes one element of a type takes. */
export function elementBytes(type: ElementType): number {
  return type === 'bool' ? 1 : Number(type.slice(1)) / 8;
}

/** How a file stores its numbers. */
export interface ElementFormat {
  readonly type: ElementType;
  readonly littleEndian: boolean;
}

/** What a file says of its array, before the data. */
export interface ArrayHeader {
  readonly element: ElementFormat;
  /** The sizes, outermost first: `[10000, 28, 28]`; none for a single number. */
  readonly shape: readonly number[];
  /** How many elements make a text, where the array is one of texts: its characters, or their bytes. */
  readonly characters?: number | undefined;
  readonly headerBytes: number;
  /** The length of the data that follows the header. */
  readonly dataBytes: number;
}

/** How many images of which size an array holds. */
export interface ImageLayout {
  readonly count: number;
  readonly height: number;
  readonly width: number;
}

/** The length of an array's data in bytes. Throws `tooLong()` where no number counts so many (2^53 - 1). */
export function dataBytesOf(
  { element, shape, characters = 1, headerBytes }: Omit<ArrayHeader, 'dataBytes'>,
  tooLong: () => DigitflowError,
): number {
  // A size of zero must not hide that the others are absurd: they are still multiplied to find a record's length.
  const bound = shape.reduce(
    (product, size) => product * Math.max(1, size),
    characters * elementBytes(element.type),
  );
  if (headerBytes + bound > Number.MAX_SAFE_INTEGER) throw tooLong();
  return shape.includes(0) ? 0 : bound;
}

/** `u8 10000 x 28 x 28`, `strings 10000`. */
export function describeArray({ element, shape, characters }: ArrayHeader): string {
  return `${characters === undefined ? element.type : 'strings'} ${shape.length === 0 ? 'without dimensions' : shape.join(' x ')}`;
}

/** The error where images are given for labels, or labels for images. */
export function swapped(
  code: ErrorCode,
  expected: 'images' | 'labels',
  header: ArrayHeader,
  name: string,
): DigitflowError {
  const found = `${expected === 'images' ? 'labels' : 'images'} (${describeArray(header)})`;
  const message = `${name}: expected ${expected}, found ${found}; were images and labels swapped?`;
  return new DigitflowError(code, message);
}

/** As many as a byte tells apart: so many there are where nobody has said how many. */
export const MOST_CLASSES = 256;

/** The error where labels have another shape. */
export function notLabels(
  code: ErrorCode,
  classCount: number,
  header: ArrayHeader,
  name: string,
): DigitflowError {
  const oneHot =
    classCount < MOST_CLASSES ? `one-hot count x ${classCount}` : 'one-hot with --classes to say of what';
  const expected = `one label a record (count, or ${oneHot})`;
  const message = `${name}: expected ${expected}, found ${describeArray(header)}; give the class of each record`;
  return new DigitflowError(code, message);
}

/** Whether elements of this type may have a fraction. */
export function isFloat(type: ElementType): boolean {
  return type === 'f16' || type === 'f32' || type === 'f64';
}

/** Reads the element that begins at a byte of a view. */
type NumberReader = (view: DataView, byteOffset: number) => number;

const HIGH = 2 ** 32;

const READERS: Readonly<Record<ElementType, (little: boolean) => NumberReader>> = {
  bool: () => (view, at) => (view.getUint8(at) === 0 ? 0 : 1),
  u8: () => (view, at) => view.getUint8(at),
  i8: () => (view, at) => view.getInt8(at),
  u16: (little) => (view, at) => view.getUint16(at, little),
  i16: (little) => (view, at) => view.getInt16(at, little),
  u32: (little) => (view, at) => view.getUint32(at, little),
  i32: (little) => (view, at) => view.getInt32(at, little),
  u64: (little) => {
    const [low, high] = little ? [0, 4] : [4, 0];
    return (view, at) => view.getUint32(at + high, little) * HIGH + view.getUint32(at + low, little);
  },
  i64: (little) => {
    const [low, high] = little ? [0, 4] : [4, 0];
    return (view, at) => view.getInt32(at + high, little) * HIGH + view.getUint32(at + low, little);
  },
  f16: (little) => {
    halves ??= Float32Array.from({ length: 1 << 16 }, (_, bits) => halfOf(bits));
    const values = halves;
    return (view, at) => values[view.getUint16(at, little)];
  },
  f32: (little) => (view, at) => view.getFloat32(at, little),
  f64: (little) => (view, at) => view.getFloat64(at, little),
};

/** How to read elements as numbers (beyond 2^53 the nearest): as fast as a typed array while a program reads one format. */
export function numberReader({ type, littleEndian }: ElementFormat): NumberReader {
  return READERS[type](littleEndian);
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
