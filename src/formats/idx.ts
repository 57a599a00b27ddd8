import { DigitflowError, type ErrorCode } from '../errors.js';
import { type LabelLayout, labelFormat } from './labels.js';
import { isGzip } from './recognize.js';
import {
  type ArrayHeader,
  dataBytesOf,
  describeArray,
  type ElementType,
  type ImageLayout,
  notLabels,
  swapped,
} from './stored-arrays.js';

/** By the third byte of the file (Y. LeCun, "The IDX file format", yann.lecun.com/exdb/mnist). */
const ELEMENT_TYPES: ReadonlyMap<number, ElementType> = new Map([
  [0x08, 'u8'],
  [0x09, 'i8'],
  [0x0b, 'i16'],
  [0x0c, 'i32'],
  [0x0d, 'f32'],
  [0x0e, 'f64'],
]);

/** Two zero bytes, the element type, the number of dimensions. */
export const IDX_MAGIC_BYTES = 4;
const SIZE_BYTES = 4;

/**
 * The length of an IDX header, told by its first four bytes (fewer only where the file ends).
 *
 * @throws DigitflowError `IDX_EMPTY` without a byte, `IDX_IS_GZIP`, `IDX_MAGIC`, `IDX_TRUNCATED`.
 */
export function idxHeaderBytes(start: Uint8Array, name: string): number {
  if (start.length === 0) {
    throw failure('IDX_EMPTY', name, 'expected an IDX file, found no bytes at all; get the file again');
  }
  if (isGzip(start)) {
    const found = `found gzip (${magicOf(start)}); unpack it, or once more if it was packed twice`;
    throw failure('IDX_IS_GZIP', name, `expected IDX data, ${found}`);
  }
  if (start[0] !== 0 || (start.length > 1 && start[1] !== 0)) throw wrongMagic(start, name);
  if (start.length < IDX_MAGIC_BYTES) throw truncatedHeader(start.length, IDX_MAGIC_BYTES, name);
  if (!ELEMENT_TYPES.has(start[2])) throw wrongMagic(start, name);
  return IDX_MAGIC_BYTES + SIZE_BYTES * start[3];
}

/**
 * Reads the header of an IDX file, of any element type and with 0 to 255 dimensions, from at least all of its bytes.
 *
 * @throws DigitflowError what `idxHeaderBytes` throws; `IDX_OVERFLOW` for more than 2^53 - 1 bytes
 */
export function parseIdxHeader(bytes: Uint8Array, name: string): ArrayHeader {
  const headerBytes = idxHeaderBytes(bytes, name);
  if (bytes.length < headerBytes) throw truncatedHeader(bytes.length, headerBytes, name);
  const type = ELEMENT_TYPES.get(bytes[2]);
  if (type === undefined) throw wrongMagic(bytes, name);
  const view = new DataView(bytes.buffer, bytes.byteOffset, headerBytes);
  const shape = Array.from({ length: bytes[3] }, (_, axis) =>
    view.getUint32(IDX_MAGIC_BYTES + SIZE_BYTES * axis),
  );
  const header = { element: { type, littleEndian: false }, shape, headerBytes };
  const tooLong = () => {
    const found = `found the sizes ${shape.join(' x ')}; the header is damaged`;
    return failure('IDX_OVERFLOW', name, `expected at most 2^53 - 1 bytes, ${found}`);
  };
  return { ...header, dataBytes: dataBytesOf(header, tooLong) };
}

function failure(code: ErrorCode, name: string, message: string): DigitflowError {
  return new DigitflowError(code, `${name}: ${message}`);
}

function wrongMagic(start: Uint8Array, name: string): DigitflowError {
  const expected = 'expected 0x00000803 (images) or 0x00000801 (labels) at its start';
  const message = `not an IDX file: ${expected}, found ${magicOf(start)}; check that this is the right file`;
  return failure('IDX_MAGIC', name, message);
}

function truncatedHeader(found: number, expected: number, name: string): DigitflowError {
  const message = `the IDX header is cut off: expected ${expected} bytes, found ${found}; get the file again`;
  return failure('IDX_TRUNCATED', name, message);
}

/** The first bytes as other tools print them: `0x1f8b0808, 529205256`. */
function magicOf(start: Uint8Array): string {
  const hex = Buffer.from(start.subarray(0, IDX_MAGIC_BYTES)).toString('hex');
  return `0x${hex}, ${Number.parseInt(hex, 16)}`;
}

const LABEL_TYPES: ReadonlySet<ElementType> = new Set(['u8', 'i8', 'i16', 'i32']);

/** QMNIST stores a label as a row of 32-bit integers: its class, then where the digit came from. */
export const QMNIST_COLUMNS = 8;

/**
 * Reads a header as that of images: u8, `(n, height, width)`, or `(n, height, width, 1)`.
 *
 * @throws DigitflowError `IDX_SWAPPED` when these are labels, `IDX_TYPE` when the pixels are not u8, `IDX_SHAPE` when
 *   there are other than three dimensions or an image has no pixels.
 */
export function imageLayout(header: ArrayHeader, name: string): ImageLayout {
  const { element, shape } = header;
  const hasLabels = shape.length === 1 || (shape.length === 2 && element.type === 'i32');
  if (hasLabels && LABEL_TYPES.has(element.type)) throw swapped('IDX_SWAPPED', 'images', header, name);
  const found = `found ${describeArray(header)}`;
  if (element.type !== 'u8') {
    const message = `expected pixels of type u8, ${found}; store the images as unsigned bytes`;
    throw failure('IDX_TYPE', name, message);
  }
  const [count, height, width, channels = 1, ...others] = shape;
  if (shape.length < 3 || channels !== 1 || others.length > 0) {
    const expected = 'expected images as count x height x width';
    throw failure('IDX_SHAPE', name, `${expected}, ${found}; reshape the file`);
  }
  if (height === 0 || width === 0) {
    const expected = 'expected images of at least 1 x 1 pixels';
    throw failure('IDX_SHAPE', name, `${expected}, found ${height} x ${width}; the header is damaged`);
  }
  return { count, height, width };
}

/**
 * Reads a header as that of labels: integers, `(n)`, `(n, classCount)` of one-hot rows, or QMNIST's i32 `(n, 8)` with the class
 * in column 0.
 *
 * @throws DigitflowError `IDX_SWAPPED` when these are images, `IDX_TYPE` for floats, `IDX_SHAPE` for other dimensions.
 */
export function labelLayout(header: ArrayHeader, name: string, classCount: number): LabelLayout {
  const { element, shape } = header;
  if (element.type === 'u8' && shape.length >= 3) throw swapped('IDX_SWAPPED', 'labels', header, name);
  if (!LABEL_TYPES.has(element.type)) {
    const found = `found ${describeArray(header)}; store them as integers`;
    throw failure('IDX_TYPE', name, `expected labels of type u8, i8, i16 or i32, ${found}`);
  }
  const [count, columns = 1, ...others] = shape;
  const isIndex = columns === 1 || (element.type === 'i32' && columns === QMNIST_COLUMNS);
  const isOneHot = !isIndex && columns === classCount;
  if (shape.length === 0 || !(isIndex || isOneHot) || others.length > 0) {
    throw notLabels('IDX_SHAPE', classCount, header, name);
  }
  return { count, format: labelFormat(element, columns, isIndex ? 'index' : 'one-hot') };
}
