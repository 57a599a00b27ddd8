import { compileKernel, KERNEL_FILE } from '../../assets.js';
import { RowKernel, TEXT_BYTES } from './row-kernel.js';
import { type RowPiece, type RowShape, type RowShapeOptions, rowShape } from './row-shape.js';
import { RowText } from './row-text.js';
import type { ScoredRows } from './scored-rows.js';

/** What is said of each row, and how that is written. */
export interface RowFormatOptions extends RowShapeOptions {
  /** False to do without the kernel: for tests, which compare. Default true. */
  readonly withKernel?: boolean;
}

/** Turns scored rows into text, as UTF-8. */
export interface RowFormat {
  /** What comes before the first row; may be empty. */
  readonly head: string;
  /**
   * The rows of one batch, each with its line end, in parts: each holds until the next one is asked for. The parts of one batch
   * come to their end before another one's are begun.
   */
  rows(rows: ScoredRows): Iterable<Uint8Array>;
}

/**
 * How rows are written: CSV with a header, NDJSON, or what Kaggle's digit recognizer takes.
 *
 * Records are counted from 1 in each input, those that were rejected too; Kaggle's ids over all inputs. The text does not
 * depend on where one batch ends and the next begins.
 *
 * @throws DigitflowError BUILD_INCOMPLETE
 */
export function rowFormat(options: RowFormatOptions): RowFormat {
  const { classes, withKernel = true } = options;
  const shape = rowShape(options);
  const plain = new RowText(shape, classes);
  const isForKernel = withKernel && RowKernel.takes(shape.pieces(''));
  const kernel = isForKernel ? openKernel(shape, classes) : null;
  let known: { readonly file: string; readonly pieces: readonly RowPiece[] } | undefined;
  return {
    head: shape.head,
    rows: (rows) => {
      const { name, firstOfAll, firstRow } = rows.place;
      if (known?.file !== name) known = { file: name, pieces: shape.pieces(name) };
      const { pieces } = known;
      const firstRecord = 1 + (shape.countsAll ? firstOfAll : firstRow);
      const rowText = (place: number, record: number) => plain.row(pieces, rows, place, record);
      if (kernel === null) return plainly(rows, firstRecord, rowText);
      return byKernel(kernel, pieces, rows, firstRecord, rowText);
    },
  };
}

/** Null where there is no address space for one more memory (V8 reserves 10 GiB of it for each): then all is written plainly. */
function openKernel(shape: RowShape, classes: readonly string[]): RowKernel | null {
  const module = compileKernel(KERNEL_FILE);
  try {
    return new RowKernel(module, shape, classes);
  } catch (error) {
    if (error instanceof RangeError) return null;
    throw error;
  }
}

/** What the kernel does not take is written plainly, in its place. */
function* byKernel(
  kernel: RowKernel,
  pieces: readonly RowPiece[],
  rows: ScoredRows,
  firstRecord: number,
  rowText: (place: number, record: number) => string,
): Generator<Uint8Array, void> {
  kernel.begin(pieces);
  for (const { first, count, row } of runsOf(rows)) {
    for (let done = 0; done < count; ) {
      const record = firstRecord + row + done;
      const written = kernel.append(rows, first + done, count - done, record);
      done += written;
      if (kernel.isFull) yield kernel.take();
      else if (written === 0) kernel.appendText(rowText(first + done++, record));
    }
  }
  const rest = kernel.take();
  if (rest.length > 0) yield rest;
}

function* plainly(
  rows: ScoredRows,
  firstRecord: number,
  rowText: (place: number, record: number) => string,
): Generator<Uint8Array, void> {
  let text = '';
  for (const { first, count, row } of runsOf(rows)) {
    for (let i = 0; i < count; i++) {
      text += rowText(first + i, firstRecord + row + i);
      if (text.length < TEXT_BYTES) continue;
      yield Buffer.from(text);
      text = '';
    }
  }
  if (text.length > 0) yield Buffer.from(text);
}

/** Scored rows that lie one behind the other, no rejected one between: from `first` on, `row` rows of the batch before them. */
function* runsOf({ count, rejects }: ScoredRows): Generator<{ first: number; count: number; row: number }> {
  let first = 0;
  for (const [rejected, { row }] of rejects.entries()) {
    // As many scored rows come before a rejected one as there are rows before it that are none of the rejected ones.
    const end = Math.min(row - rejected, count);
    if (end > first) yield { first, count: end - first, row: first + rejected };
    first = Math.max(first, end);
  }
  if (count > first) yield { first, count: count - first, row: first + rejects.length };
}
