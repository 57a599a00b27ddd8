import { DigitflowError } from '../../errors.js';
import type { LabelValues } from '../labels.js';
import type { TextEncoding } from './text-encoding.js';

/** How rows of text hold images. Plain data: it crosses to the workers with each task. Columns are counted from 0. */
export interface CsvDialect {
  /** One character: `,`, `;`, tab or space. Spaces side by side are one delimiter, and none at either end of a row. */
  readonly delimiter: string;
  /** What ends a row: a line feed (carriage returns before it belong to the end), or a carriage return alone. */
  readonly lineEnd: 'lf' | 'cr';
  /** Whether the first row names the columns. */
  readonly hasHeader: boolean;
  /** How many fields every row has. */
  readonly columnCount: number;
  /** The pixels are the `pixelCount` columns from this one on, in the order of the image. */
  readonly firstPixel: number;
  /** How many pixels a row has. */
  readonly pixelCount: number;
  /** The value that is black. A pixel is the nearest of 256 levels from here to `white`. */
  readonly black: number;
  /** The value that is white. */
  readonly white: number;
  /**
   * True when the pixels stand column by column (EMNIST), by their names or a flag; false when a flag says row by row; else
   * null, even if names count along the rows: then the normalization decides. It concerns the normalization, no row.
   */
  readonly transposed: boolean | null;
  /** Whether 255 - x replaces each pixel x, by a flag. It concerns the normalization, no row. */
  readonly inverted?: boolean | undefined;
  /** Where the truth stands; null when there is none, or it is not wanted. */
  readonly label: LabelColumns | null;
  /** The column that is carried through to the output, or null. */
  readonly idColumn: number | null;
  /** More columns that are carried with it, in one text, each after a NUL. */
  readonly moreIds?: readonly number[] | undefined;
  /** How letters are stored, where that was said: default UTF-8. */
  readonly encoding?: TextEncoding | undefined;
}

/** How text is cut into rows and fields. */
export type TextShape = Pick<CsvDialect, 'delimiter' | 'lineEnd'>;

/** Where a row says what its image shows. */
export type LabelColumns =
  /** A whole number; `from` is that of the first class (1 for EMNIST letters). */
  | { readonly kind: 'number'; readonly column: number; readonly from: number }
  /** A text or a number that stands for a class: its index, by the value. */
  | { readonly kind: 'value'; readonly column: number; readonly values: LabelValues }
  /** The name of a class, exactly. */
  | { readonly kind: 'name'; readonly column: number; readonly names: readonly string[] }
  /** A column for each class, in order: 1 in that of the truth, 0 in all others. */
  | { readonly kind: 'one-hot'; readonly first: number; readonly count: number };

const LEAST_ROW_BYTES = 2 ** 16;
/** A pixel may be written as `"0.00392156862745098",`, and be padded; in a header it has a name as long. */
const MOST_PIXEL_BYTES = 32;

/** The most bytes that a row of `pixelCount` pixels may have. */
export function mostRowBytesOf(pixelCount: number): number {
  return Math.max(LEAST_ROW_BYTES, pixelCount * MOST_PIXEL_BYTES);
}

export function rowTooLong(name: string, mostRowBytes: number): DigitflowError {
  const expected = `expected rows of at most ${mostRowBytes} bytes`;
  const message = `${name}: ${expected}, found a longer one; is it a CSV of images, one a row?`;
  return new DigitflowError('CSV_ROW_TOO_LONG', message);
}

/** What to raise where rows of text come to slots for pixels. */
export function noTextSlots(name: string): DigitflowError {
  const message = `${name}: rows of text need slots for text: open the scorer with isText, as inputs.look() says`;
  return new DigitflowError('USAGE', message);
}
