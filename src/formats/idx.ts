import { DigitflowError } from '../errors.js';
import { type LabelLayout, labelFormat } from './labels.js';
import { isGzip } from './recognize.js';

/** The type of an IDX file's elements, all big-endian. */
export type IdxElementType = 'u8' | 'i8' | 'i16' | 'i32' | 'f32' | 'f64';

/** What an IDX file says of itself before its data. */
export interface IdxHeader {
  readonly elementType: IdxElementType;
  readonly elementBytes: number;
  /** The sizes, outermost first: `[10000, 28, 28]`. */
  readonly dimensions: readonly number[];
  readonly headerBytes: number;
  /** The length of the data that follows the header. */
  readonly dataBytes: number;
}

/** The third byte of the file (Y. LeCun, "The IDX file format", yann.lecun.com/exdb/mnist). */
const ELEMENT_TYPES: ReadonlyMap<number, readonly [type: IdxElementType, bytes: number]> = new Map([
  [0x08, ['u8', 1]],
  [0x09, ['i8', 1]],
  [0x0b, ['i16', 2]],
  [0x0c, ['i32', 4]],
  [0x0d, ['f32', 4]],
  [0x0e, ['f64', 8]],
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
    throw new DigitflowError(
      'IDX_EMPTY',
      `${name}: expected an IDX file, found no bytes at all; get the file again`,
    );
  }
  if (isGzip(start)) {
    throw new DigitflowError(
      'IDX_IS_GZIP',
      `${name}: expected IDX data, found gzip (${magicOf(start)}); unpack it, or once more if it was packed twice`,
    );
  }
  if (start[0] !== 0 || (start.length > 1 && start[1] !== 0)) throw wrongMagic(start, name);
  if (start.length < IDX_MAGIC_BYTES) throw truncatedHeader(start.length, IDX_MAGIC_BYTES, name);
  if (!ELEMENT_TYPES.has(start[2])) throw wrongMagic(start, name);
  return IDX_MAGIC_BYTES + SIZE_BYTES * start[3];
}

/**
 * Reads the header of an IDX file of any element type, with 0 to 255 dimensions.
 *
 * @param bytes The file's beginning: at least the whole header.
 * @param name What to call the file in an error.
 * @throws DigitflowError What `idxHeaderBytes` throws; `IDX_TRUNCATED` when the sizes are cut off; `IDX_OVERFLOW`
 *   when the data would be longer than a number can count exactly (2^53 - 1 bytes).
 */
export function parseIdxHeader(bytes: Uint8Array, name: string): IdxHeader {
  const headerBytes = idxHeaderBytes(bytes, name);
  if (bytes.length < headerBytes) throw truncatedHeader(bytes.length, headerBytes, name);
  const [elementType, elementBytes] = ELEMENT_TYPES.get(bytes[2]) ?? failType(bytes, name);
  const view = new DataView(bytes.buffer, bytes.byteOffset, headerBytes);
  const dimensions = Array.from({ length: bytes[3] }, (_, axis) =>
    view.getUint32(IDX_MAGIC_BYTES + SIZE_BYTES * axis),
  );
  // A size of zero must not hide that the others are absurd: they are still multiplied to find a record's length.
  const bound = dimensions.reduce((product, size) => product * Math.max(1, size), elementBytes);
  if (headerBytes + bound > Number.MAX_SAFE_INTEGER) {
    throw new DigitflowError(
      'IDX_OVERFLOW',
      `${name}: expected at most 2^53 - 1 bytes, found the sizes ${dimensions.join(' x ')}; the header is damaged`,
    );
  }
  const dataBytes = dimensions.includes(0) ? 0 : bound;
  return { elementType, elementBytes, dimensions, headerBytes, dataBytes };
}

function wrongMagic(start: Uint8Array, name: string): DigitflowError {
  return new DigitflowError(
    'IDX_MAGIC',
    `${name}: not an IDX file: expected 0x00000803 (images) or 0x00000801 (labels) at its start, ` +
      `found ${magicOf(start)}; check that this is the right file`,
  );
}

function failType(start: Uint8Array, name: string): never {
  throw wrongMagic(start, name);
}

function truncatedHeader(found: number, expected: number, name: string): DigitflowError {
  return new DigitflowError(
    'IDX_TRUNCATED',
    `${name}: the IDX header is cut off: expected ${expected} bytes, found ${found}; get the file again`,
  );
}

/** The first bytes as other tools print them: `0x1f8b0808, 529205256`. */
function magicOf(start: Uint8Array): string {
  const magic = start.subarray(0, IDX_MAGIC_BYTES);
  const hex = Buffer.from(magic).toString('hex');
  return `0x${hex}, ${Number.parseInt(hex, 16)}`;
}

/** How many images of which size an IDX file holds. */
export interface ImageLayout {
  readonly count: number;
  readonly height: number;
  readonly width: number;
}

/** The element types that may be labels. */
const LABEL_TYPES: ReadonlySet<IdxElementType> = new Set(['u8', 'i8', 'i16', 'i32']);

/** QMNIST stores a label as a row of 32-bit integers: its class, then where the digit came from. */
const QMNIST_COLUMNS = 8;

/**
 * Reads a header as that of images: u8, `(n, height, width)`, or `(n, height, width, 1)`.
 *
 * @throws DigitflowError `IDX_SWAPPED` when these are labels, `IDX_TYPE` when the pixels are not u8, `IDX_SHAPE` when
 *   there are other than three dimensions or an image has no pixels.
 */
export function imageLayout(header: IdxHeader, name: string): ImageLayout {
  if (looksLikeLabels(header)) {
    throw new DigitflowError(
      'IDX_SWAPPED',
      `${name}: expected images, found labels (${describe(header)}); were images and labels swapped?`,
    );
  }
  if (header.elementType !== 'u8') {
    throw new DigitflowError(
      'IDX_TYPE',
      `${name}: expected pixels of type u8, found ${describe(header)}; store the images as unsigned bytes`,
    );
  }
  const [count, height, width, channels = 1, ...others] = header.dimensions;
  if (header.dimensions.length < 3 || channels !== 1 || others.length > 0) {
    throw new DigitflowError(
      'IDX_SHAPE',
      `${name}: expected images as count x height x width, found ${describe(header)}; reshape the file`,
    );
  }
  if (height === 0 || width === 0) {
    throw new DigitflowError(
      'IDX_SHAPE',
      `${name}: expected images of at least 1 x 1 pixels, found ${height} x ${width}; the header is damaged`,
    );
  }
  return { count, height, width };
}

/**
 * Reads a header as that of labels: integers, `(n)`, `(n, k)` of one-hot rows, or QMNIST's i32 `(n, 8)` with the class
 * in column 0.
 *
 * @param classCount How many columns one-hot labels must have, where that is known; a `LabelReader` asks for it, too.
 * @throws DigitflowError `IDX_SWAPPED` when these are images, `IDX_TYPE` for floats, `IDX_SHAPE` for other dimensions.
 */
export function labelLayout(header: IdxHeader, name: string, classCount?: number): LabelLayout {
  const { elementType, dimensions } = header;
  if (elementType === 'u8' && dimensions.length >= 3) {
    throw new DigitflowError(
      'IDX_SWAPPED',
      `${name}: expected labels, found images (${describe(header)}); were images and labels swapped?`,
    );
  }
  if (!LABEL_TYPES.has(elementType)) {
    throw new DigitflowError(
      'IDX_TYPE',
      `${name}: expected labels of type u8, i8, i16 or i32, found ${describe(header)}; store them as integers`,
    );
  }
  const [count, columns = 1, ...others] = dimensions;
  const isIndex = columns === 1 || (elementType === 'i32' && columns === QMNIST_COLUMNS);
  const isOneHot = !isIndex && columns > 0 && columns === (classCount ?? columns);
  if (dimensions.length === 0 || !(isIndex || isOneHot) || others.length > 0) {
    throw new DigitflowError(
      'IDX_SHAPE',
      `${name}: expected one label a record (count, or one-hot count x ${classCount ?? 'classes'}), ` +
        `found ${describe(header)}; give the class of each record`,
    );
  }
  const element = { type: elementType, littleEndian: false };
  return { count, format: labelFormat(element, columns, isIndex ? 'index' : 'one-hot') };
}

function looksLikeLabels({ elementType, dimensions }: IdxHeader): boolean {
  if (!LABEL_TYPES.has(elementType)) return false;
  return dimensions.length === 1 || (dimensions.length === 2 && elementType === 'i32');
}

/** `u8 10000 x 28 x 28`. */
function describe({ elementType, dimensions }: IdxHeader): string {
  const sizes = dimensions.length === 0 ? 'without dimensions' : dimensions.join(' x ');
  return `${elementType} ${sizes}`;
}
