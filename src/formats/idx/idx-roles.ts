import { DigitflowError } from '../../errors.js';
import { type LabelLayout, labelFormat } from '../labels.js';
import type { IdxElementType, IdxHeader } from './idx-header.js';

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
