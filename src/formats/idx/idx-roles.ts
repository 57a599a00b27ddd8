import { DigitflowError } from '../../errors.js';
import type { LabelFormat } from '../../operators/events.js';
import type { IdxElementType, IdxHeader } from './idx-header.js';

/** How many images of which size an IDX file holds. */
export interface ImageLayout {
  readonly count: number;
  readonly height: number;
  readonly width: number;
}

/** How many labels an IDX file holds, and how each is stored. */
export interface LabelLayout {
  readonly count: number;
  readonly format: LabelFormat;
}

/** The element types that may be labels: how wide, and whether negative numbers can be written. */
const LABEL_TYPES: Partial<Record<IdxElementType, Pick<LabelFormat, 'bytes' | 'signed'>>> = {
  u8: { bytes: 1, signed: false },
  i8: { bytes: 1, signed: true },
  i16: { bytes: 2, signed: true },
  i32: { bytes: 4, signed: true },
};

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
 * Reads a header as that of labels: integers, `(n)`, or `(n, k)` with the class in column 0 as QMNIST has it.
 *
 * @throws DigitflowError `IDX_SWAPPED` when these are images, `IDX_TYPE` for floats, `IDX_SHAPE` for other dimensions.
 */
export function labelLayout(header: IdxHeader, name: string): LabelLayout {
  if (header.elementType === 'u8' && header.dimensions.length >= 3) {
    throw new DigitflowError(
      'IDX_SWAPPED',
      `${name}: expected labels, found images (${describe(header)}); were images and labels swapped?`,
    );
  }
  const type = LABEL_TYPES[header.elementType];
  if (type === undefined) {
    throw new DigitflowError(
      'IDX_TYPE',
      `${name}: expected labels of type u8, i8, i16 or i32, found ${describe(header)}; store them as integers`,
    );
  }
  const [count, columns = 1, ...others] = header.dimensions;
  if (header.dimensions.length === 0 || columns === 0 || others.length > 0) {
    throw new DigitflowError(
      'IDX_SHAPE',
      `${name}: expected one label a record (count, or count x columns), found ${describe(header)}`,
    );
  }
  return { count, format: { ...type, strideBytes: type.bytes * columns } };
}

function looksLikeLabels({ elementType, dimensions }: IdxHeader): boolean {
  if (LABEL_TYPES[elementType] === undefined) return false;
  return dimensions.length === 1 || (dimensions.length === 2 && elementType === 'i32');
}

/** `u8 10000 x 28 x 28`. */
function describe({ elementType, dimensions }: IdxHeader): string {
  const sizes = dimensions.length === 0 ? 'without dimensions' : dimensions.join(' x ');
  return `${elementType} ${sizes}`;
}
