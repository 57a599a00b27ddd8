/** What somebody says of a CSV; whatever is left out is guessed. Columns by name, or by number from 1. */
export interface CsvFlags {
  readonly header?: boolean | undefined;
  readonly delimiter?: string | undefined;
  /** `none`, `first`, `last`, `one-hot`, a column's name or its number. */
  readonly label?: string | undefined;
  /** `none`, a column's name or its number. */
  readonly id?: string | undefined;
  /** The value that is white, such as 255 or 1. */
  readonly scale?: number | undefined;
  readonly transpose?: boolean | undefined;
  /** The number of the first class. Default 0. */
  readonly labelsFrom?: number | undefined;
}
