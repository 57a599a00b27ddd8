import * as ROW_TASK from '../../../workers/kernel/common/row-offsets.js';
import type { CsvDialect } from '../../formats/csv/dialect.js';
import type { ParsedRow } from '../../formats/csv/parse-row.js';
import type { ForwardRange } from '../kernel.js';
import { type MemoryLayout, REJECT, type SlotLayout, type TextLayout } from '../layout.js';
import type { Scored } from '../messages.js';
import type { TextCapacity } from '../sizes.js';

/** Text in memory: absolute byte offsets. */
export interface TextWindow {
  /** Where the next row begins. */
  readonly at: number;
  /** Rows that begin from here on belong to the next batch. */
  readonly limit: number;
  /** How far the text reaches. */
  readonly end: number;
  /** Whether no more text follows: then the last row may lack its line end. */
  readonly isLast: boolean;
  /** Where the batch's text begins: rejects and row starts are counted from here. */
  readonly origin: number;
}

/** All that a worker knows of one slot for text. */
export interface TextTarget {
  readonly bytes: Uint8Array;
  readonly layout: MemoryLayout;
  readonly slot: SlotLayout;
  readonly text: TextLayout;
  readonly capacity: TextCapacity;
  readonly dialect: CsvDialect;
  readonly forward: ForwardRange;
}

/**
 * Writes rows into their slot: pixels, labels, row starts, ids and rejects. It scores every full piece of pixels at once, while
 * that is in the cache. Only the worker that holds the slot uses it.
 */
export class RowWriter {
  /** Rows scored, or waiting to be. */
  records = 0;
  rejects = 0;
  /** Lines that have ended. */
  lines = 0;
  readonly withIds: boolean;
  /** How many rows the present piece has, which is not scored yet. */
  #pieceCount = 0;
  /** How many bytes of ids are written. */
  #idBytes = 0;
  readonly #target: TextTarget;
  readonly #view: DataView;

  constructor(target: TextTarget) {
    this.#target = target;
    this.#view = new DataView(target.bytes.buffer);
    this.withIds = target.capacity.withIds && target.dialect.idColumn !== null;
  }

  /** How many more rows the piece of pixels takes. */
  get room(): number {
    return this.#target.capacity.pieceRecords - this.#pieceCount;
  }

  /** Where the pixels of the next row go. */
  get #pixels(): number {
    return this.#target.slot.pixels + this.#pieceCount * this.#target.layout.recordBytes;
  }

  /** Where the kernel is told what to read; see `ROW_TASK`. */
  get rowTask(): number {
    return this.#target.text.rowTask;
  }

  /** Tells the kernel where to write the next rows. */
  place(set: (field: number, value: number) => void): void {
    const { slot, text, capacity } = this.#target;
    set(ROW_TASK.mostRows, this.room);
    set(ROW_TASK.pixels, this.#pixels);
    set(ROW_TASK.labels, slot.labels + this.records);
    set(ROW_TASK.rowStarts, text.rowStarts + this.records * 4);
    set(ROW_TASK.idEnds, this.withIds ? text.idEnds + this.records * 4 : 0);
    set(ROW_TASK.ids, text.ids);
    set(ROW_TASK.idBytes, this.#idBytes);
    set(ROW_TASK.idRoom, capacity.stretchBytes);
  }

  /**
   * Counts rows that the kernel has written, each a line, and scores the piece when it is full.
   *
   * @param idBytes where their ids end
   */
  advance(count: number, idBytes: number): void {
    this.records += count;
    this.lines += count;
    this.#pieceCount += count;
    this.#idBytes = idBytes;
    if (this.room === 0) this.flush();
  }

  /** Writes a row that begins at `start` of the batch's text; false when there is no room for its id. */
  take({ pixels, label, id }: ParsedRow, start: number): boolean {
    const { bytes, slot, text, capacity } = this.#target;
    if (this.withIds && id !== null) {
      if (this.#idBytes + id.length > capacity.stretchBytes) return false;
      bytes.set(id, text.ids + this.#idBytes);
      this.#idBytes += id.length;
      this.#view.setUint32(text.idEnds + this.records * 4, this.#idBytes, true);
    }
    bytes.set(pixels, this.#pixels);
    if (label !== null) bytes[slot.labels + this.records] = label;
    this.#view.setUint32(text.rowStarts + this.records * 4, start, true);
    this.records++;
    this.#pieceCount++;
    if (this.room === 0) this.flush();
    return true;
  }

  /** Writes down a row that is not scored; false when the table is full. */
  reject(start: number, length: number): boolean {
    const { text, capacity } = this.#target;
    if (this.rejects === capacity.mostRejects) return false;
    const entry = text.rejects + this.rejects * REJECT.bytes;
    this.#view.setUint32(entry + REJECT.row, this.records + this.rejects, true);
    this.#view.setUint32(entry + REJECT.line, this.lines, true);
    this.#view.setUint32(entry + REJECT.start, start, true);
    this.#view.setUint32(entry + REJECT.length, length, true);
    this.rejects++;
    return true;
  }

  /** Scores the rows of the present piece. */
  flush(): void {
    const { slot, dialect, forward } = this.#target;
    if (this.#pieceCount === 0) return;
    const first = this.records - this.#pieceCount;
    forward(slot, first, this.#pieceCount, slot.pixels, dialect.label !== null);
    this.#pieceCount = 0;
  }

  /** Scores what is left, and returns the worker's answer. */
  finish(rest: Omit<Scored, 'records' | 'rejects' | 'lines'>): Scored {
    this.flush();
    return { records: this.records, rejects: this.rejects, lines: this.lines, ...rest };
  }
}
