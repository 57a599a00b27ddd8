import * as TASK from '../../../workers/kernel/common/format-offsets.js';
import {
  allocateWasmMemory,
  growWasmMemory,
  instantiateWasm,
  type WasmMemory,
  type WasmModule,
} from '../../assets.js';
import type { RowPiece } from './row-shape.js';
import type { ScoredRows } from './scored-rows.js';

/** What the kernel's module exports for rows; see workers/kernel/score/format.ts. */
interface FormatKernel {
  readonly formatRows: (task: number) => void;
}

const KINDS: Readonly<Partial<Record<RowPiece['kind'], number>>> = {
  text: TASK.TEXT,
  record: TASK.RECORD,
  prediction: TASK.PREDICTION,
  confidence: TASK.CONFIDENCE,
  output: TASK.OUTPUT,
};

const MOST_PAGES = 65_536;
/** No record's number has more. */
const MOST_DIGITS = 24;
/** What `toFixed` makes of a float32 at most: a sign, 21 digits before the point, and six after it. */
const MOST_DECIMAL_BYTES = 29;
/** The kernel copies 16 bytes at a time. */
const SLACK = 16;
/** The least text that is handed on at once, but for the end. */
export const TEXT_BYTES = 2 ** 19;
/** The most rows at a time, and the most text they may become. */
const MOST_ROWS = 4096;
const MOST_ROWS_BYTES = 2 ** 25;

/** Byte offsets in the memory; `rows` is how many rows there is room for. */
interface Places {
  readonly rows: number;
  readonly digitsEnd: number;
  readonly predictions: number;
  readonly confidences: number;
  /** 0 where none are written. */
  readonly outputs: number;
  readonly target: number;
  /** No row is begun from here on. */
  readonly targetFull: number;
}

/** The text of rows, written by the kernel in a memory of its own, in a tenth of the time of JavaScript. */
export class RowKernel {
  readonly #names: readonly Buffer[];
  readonly #memory: WasmMemory;
  readonly #kernel: FormatKernel;
  #bytes: Uint8Array = new Uint8Array(0);
  #words: Uint32Array = new Uint32Array(0);
  #pieces: readonly RowPiece[] = [];
  #places: Places | undefined;
  #end = 0;
  /** The scored rows whose numbers lie in the memory. */
  #window: { readonly rows: ScoredRows; readonly first: number; readonly end: number } | undefined;

  /** Whether the kernel can write all of these pieces: ids and the best classes it cannot. */
  static takes(pieces: readonly RowPiece[]): boolean {
    return pieces.every(({ kind }) => KINDS[kind] !== undefined);
  }

  /** @param names those of the classes, in order, as they are written */
  constructor(module: WasmModule, names: readonly string[]) {
    this.#names = names.map((name) => Buffer.from(name));
    // The kernel's module asks for a shared memory; this one belongs to this object alone.
    this.#memory = allocateWasmMemory(1, MOST_PAGES);
    this.#kernel = instantiateWasm<FormatKernel>(module, this.#memory);
  }

  /** Whether the text should be taken before more is written. */
  get isFull(): boolean {
    return this.#places !== undefined && this.#end >= this.#places.targetFull;
  }

  /** Sets what rows are made of; all text must have been taken. */
  begin(pieces: readonly RowPiece[]): void {
    this.#window = undefined;
    if (pieces === this.#pieces) return;
    this.#pieces = pieces;
    this.#places = this.#layOut(pieces);
    this.#end = this.#places.target;
  }

  /**
   * Writes `count` rows from index `first` on, up to one that the kernel does not take, or until it is full.
   *
   * @param record the number of the first row; those of the next rows follow
   * @returns how many rows it wrote
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
    this.#words[TASK.outputs / 4] = places.outputs + skipped * 4 * this.#names.length;
    this.#kernel.formatRows(0);
    this.#end = this.#words[TASK.end / 4];
    return this.#words[TASK.done / 4];
  }

  /** Copies numbers into the memory, unless they lie there from the call before. */
  #windowAt(rows: ScoredRows, first: number, places: Places) {
    const window = this.#window;
    if (window?.rows === rows && first >= window.first && first < window.end) return window;
    const { predictions, confidences, outputs, count } = rows;
    const classCount = this.#names.length;
    const end = Math.min(count, first + places.rows);
    const floats = new Float32Array(this.#memory.buffer);
    this.#bytes.set(predictions.subarray(first, end), places.predictions);
    floats.set(confidences.subarray(first, end), places.confidences / 4);
    if (places.outputs > 0)
      floats.set(outputs.subarray(first * classCount, end * classCount), places.outputs / 4);
    this.#window = { rows, first, end };
    return this.#window;
  }

  /** Adds a row made of the same pieces: a string of bytes. */
  appendText(text: string): void {
    const bytes = Buffer.from(text, 'latin1');
    this.#bytes.set(bytes, this.#end);
    this.#end += bytes.length;
  }

  /** The text since the last call: a view that holds until more is written. */
  take(): Uint8Array {
    const { target } = this.#places ?? { target: 0 };
    const text = this.#bytes.subarray(target, this.#end);
    this.#end = target;
    return text;
  }

  /** Lays out the memory, and writes to it what all rows share. */
  #layOut(pieces: readonly RowPiece[]): Places {
    const names = this.#names;
    const texts = pieces.map((piece) => Buffer.from(piece.kind === 'text' ? piece.text : ''));
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
      outputs: hasOutputs ? take(rows * names.length * 4) : 0,
      target: take(0),
      targetFull: end + TEXT_BYTES,
    };
    // After the last row that is begun, all rows of one call may follow.
    this.#grow(places.targetFull + rows * mostRowBytes);

    const write = (at: number, values: readonly number[]) => this.#words.set(values, at / 4);
    pieces.forEach((piece, i) => {
      const output = piece.kind === 'output' ? piece.of : 0;
      const at = pieceTable + i * TASK.PIECE_BYTES;
      write(at, [KINDS[piece.kind] ?? 0, textPlaces[i], texts[i].length, output]);
      this.#bytes.set(texts[i], textPlaces[i]);
    });
    names.forEach((name, i) => {
      write(nameTable + i * TASK.TEXT_BYTES, [namePlaces[i], name.length]);
      this.#bytes.set(name, namePlaces[i]);
    });
    const piecesEnd = pieceTable + pieces.length * TASK.PIECE_BYTES;
    write(TASK.pieces, [pieceTable, piecesEnd, nameTable, places.digitsEnd]);
    write(TASK.classes, [names.length]);
    return places;
  }

  #grow(bytes: number): void {
    const missing = bytes - this.#memory.buffer.byteLength;
    if (missing > 0) growWasmMemory(this.#memory, missing);
    this.#bytes = new Uint8Array(this.#memory.buffer);
    this.#words = new Uint32Array(this.#memory.buffer);
  }
}
