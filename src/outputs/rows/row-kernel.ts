import * as TASK from '../../../workers/kernel/common/format-offsets.js';
import { allocateWasmMemory, instantiateWasm, type WasmMemory, type WasmModule } from '../../assets.js';
import type { RowPiece, RowShape } from './row-shape.js';
import type { ScoredRows } from './scored-rows.js';

/** What the kernel's module exports to who writes rows; see workers/kernel/score/format.ts. */
interface FormatKernel {
  readonly formatRows: (task: number) => void;
}

/** Pieces that are for the kernel. */
const KINDS: Readonly<Partial<Record<RowPiece['kind'], number>>> = {
  text: TASK.TEXT,
  record: TASK.RECORD,
  prediction: TASK.PREDICTION,
  confidence: TASK.CONFIDENCE,
  output: TASK.OUTPUT,
};

const PAGE_BYTES = 65_536;
const MOST_PAGES = 65_536;
/** More digits than any record's number has. */
const MOST_DIGITS = 24;
/** What `toFixed` makes of a float32 at most: a sign, 21 digits before the point, and six after it. */
const MOST_DECIMAL_BYTES = 29;
/** The kernel copies 16 bytes at a time. */
const SLACK = 16;
/** How much text is made before it is handed on, at least. */
export const TEXT_BYTES = 2 ** 19;
/** How many rows at a time, and how much text they may become. */
const MOST_ROWS = 4096;
const MOST_ROWS_BYTES = 2 ** 25;

/** Where things lie in the memory; all in bytes. */
interface Places {
  readonly predictions: number;
  readonly confidences: number;
  /** 0 where none are written. */
  readonly outputs: number;
  readonly digitsEnd: number;
  readonly target: number;
  /** From here on no row is begun. */
  readonly targetFull: number;
  /** How many rows there is room for. */
  readonly rows: number;
}

/**
 * The text of rows, written by the kernel in a memory of its own: in a tenth of the time that JavaScript takes, which the
 * main thread has not got where it feeds many cores.
 */
export class RowKernel {
  readonly #classes: readonly string[];
  readonly #shape: RowShape;
  readonly #memory: WasmMemory;
  readonly #kernel: FormatKernel;
  #bytes: Uint8Array = new Uint8Array(0);
  #words: Uint32Array = new Uint32Array(0);
  #pieces: readonly RowPiece[] = [];
  #places: Places | undefined;
  #end = 0;
  /** Which scored rows' numbers lie in the memory. */
  #window: { readonly rows: ScoredRows; readonly first: number; readonly end: number } | undefined;

  /** Whether all of these pieces are for the kernel: ids and the best classes are not. */
  static takes(pieces: readonly RowPiece[]): boolean {
    return pieces.every(({ kind }) => KINDS[kind] !== undefined);
  }

  /**
   * @param module the compiled kernel
   * @param classes the names of the classes, in order
   */
  constructor(module: WasmModule, shape: RowShape, classes: readonly string[]) {
    this.#shape = shape;
    this.#classes = classes;
    // The kernel's module asks for a shared memory; this one belongs to this object alone.
    this.#memory = allocateWasmMemory(1, MOST_PAGES);
    this.#kernel = instantiateWasm<FormatKernel>(module, this.#memory);
  }

  /** Whether what was written should be taken before more is. */
  get isFull(): boolean {
    return this.#places !== undefined && this.#end >= this.#places.targetFull;
  }

  /** Says what rows are made of from now on; nothing may wait to be taken. */
  begin(pieces: readonly RowPiece[]): void {
    this.#window = undefined;
    if (pieces === this.#pieces) return;
    this.#pieces = pieces;
    this.#places = this.#place(pieces);
    this.#end = this.#places.target;
  }

  /**
   * Writes rows that lie one behind the other, up to the first that is not for it, or until it is full.
   *
   * @param first which of the scored rows comes first
   * @param record its number; the next ones count up from it
   * @returns how many it wrote
   */
  append(rows: ScoredRows, first: number, count: number, record: number): number {
    const places = this.#places;
    if (places === undefined || this.isFull) return 0;
    const window = this.#windowAt(rows, first, places);
    const skipped = first - window.first;
    const digits = String(record);
    this.#bytes.fill(0x30, places.digitsEnd - MOST_DIGITS, places.digitsEnd);
    this.#bytes.set(Buffer.from(digits), places.digitsEnd - digits.length);
    this.#words[TASK.digitCount / 4] = digits.length;
    this.#words[TASK.count / 4] = Math.min(count, window.end - first);
    this.#words[TASK.target / 4] = this.#end;
    this.#words[TASK.predictions / 4] = places.predictions + skipped;
    this.#words[TASK.confidences / 4] = places.confidences + skipped * 4;
    this.#words[TASK.outputs / 4] = places.outputs + skipped * 4 * this.#classes.length;
    this.#kernel.formatRows(0);
    this.#end = this.#words[TASK.end / 4];
    return this.#words[TASK.done / 4];
  }

  /** Copies numbers into the memory, unless they lie there: where many rows are not for the kernel, it is asked of each anew. */
  #windowAt(rows: ScoredRows, first: number, places: Places) {
    const window = this.#window;
    if (window?.rows === rows && first >= window.first && first < window.end) return window;
    const { predictions, confidences, outputs, count } = rows;
    const classCount = this.#classes.length;
    const end = Math.min(count, first + places.rows);
    const floats = new Float32Array(this.#memory.buffer);
    this.#bytes.set(predictions.subarray(first, end), places.predictions);
    floats.set(confidences.subarray(first, end), places.confidences / 4);
    if (places.outputs > 0)
      floats.set(outputs.subarray(first * classCount, end * classCount), places.outputs / 4);
    this.#window = { rows, first, end };
    return this.#window;
  }

  /** Writes a row whose text is known, made of the same pieces. */
  appendText(text: string): void {
    const bytes = Buffer.from(text);
    this.#bytes.set(bytes, this.#end);
    this.#end += bytes.length;
  }

  /** What was written since the last time: a view, which holds until more is written. */
  take(): Uint8Array {
    const { target } = this.#places ?? { target: 0 };
    const text = this.#bytes.subarray(target, this.#end);
    this.#end = target;
    return text;
  }

  /** Lays out the memory, and writes what is the same for all rows. */
  #place(pieces: readonly RowPiece[]): Places {
    const classCount = this.#classes.length;
    const texts = pieces.map((piece) => Buffer.from(piece.kind === 'text' ? piece.text : ''));
    const names = this.#classes.map((name) => Buffer.from(this.#shape.name(name)));
    const longestName = Math.max(...names.map(({ length }) => length));
    const mostRowBytes = pieces.reduce((sum, piece, i) => {
      if (piece.kind === 'text') return sum + texts[i].length;
      if (piece.kind === 'prediction') return sum + longestName;
      return sum + (piece.kind === 'record' ? MOST_DIGITS : MOST_DECIMAL_BYTES);
    }, SLACK);

    let end: number = TASK.bytes;
    const take = (bytes: number): number => {
      const at = end;
      end += (bytes + SLACK + 15) & ~15;
      return at;
    };
    const pieceTable = take(pieces.length * TASK.PIECE_BYTES);
    const nameTable = take(names.length * TASK.TEXT_BYTES);
    const textPlaces = texts.map(({ length }) => take(length));
    const namePlaces = names.map(({ length }) => take(length));
    const rows = Math.max(1, Math.min(MOST_ROWS, Math.floor(MOST_ROWS_BYTES / mostRowBytes)));
    const hasOutputs = pieces.some(({ kind }) => kind === 'output');
    const places: Places = {
      rows,
      digitsEnd: take(MOST_DIGITS) + MOST_DIGITS,
      predictions: take(rows),
      confidences: take(rows * 4),
      outputs: hasOutputs ? take(rows * classCount * 4) : 0,
      target: take(0),
      targetFull: end + TEXT_BYTES,
    };
    // As many rows as are written at a time may follow the last one that was begun.
    this.#grow(places.targetFull + rows * mostRowBytes);

    const write = (at: number, values: readonly number[]) => this.#words.set(values, at / 4);
    pieces.forEach((piece, i) => {
      const output = piece.kind === 'output' ? piece.of : 0;
      const entry = [KINDS[piece.kind] ?? 0, textPlaces[i], texts[i].length, output];
      write(pieceTable + i * TASK.PIECE_BYTES, entry);
      this.#bytes.set(texts[i], textPlaces[i]);
    });
    names.forEach((name, i) => {
      write(nameTable + i * TASK.TEXT_BYTES, [namePlaces[i], name.length]);
      this.#bytes.set(name, namePlaces[i]);
    });
    write(TASK.pieces, [
      pieceTable,
      pieceTable + pieces.length * TASK.PIECE_BYTES,
      nameTable,
      places.digitsEnd,
    ]);
    write(TASK.classes, [classCount]);
    return places;
  }

  #grow(bytes: number): void {
    const missing = bytes - this.#memory.buffer.byteLength;
    if (missing > 0) this.#memory.grow(Math.ceil(missing / PAGE_BYTES));
    this.#bytes = new Uint8Array(this.#memory.buffer);
    this.#words = new Uint32Array(this.#memory.buffer);
  }
}
