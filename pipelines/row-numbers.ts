import type { TextBatch } from '../src/engine/text-batch.js';
import type { ScorePosition } from '../src/outputs/score-options.js';
import type { RowPlace } from '../src/outputs/scored-rows.js';

/** Counts rows and lines of inputs as batches pass in order: so each batch knows where it lies. */
export class RowNumbers {
  #input: number;
  #row: number;
  #line: number | null;
  #rows: number;
  #rejected: number;

  /** @param from where to go on counting */
  constructor(from?: ScorePosition) {
    this.#input = from?.file ?? 0;
    this.#row = from?.row ?? 0;
    this.#line = from && from.bytes > 0 ? from.line : null;
    this.#rows = from?.rows ?? 0;
    this.#rejected = from?.rejected ?? 0;
  }

  /** Rows of all inputs so far, scored or not. */
  get rows(): number {
    return this.#rows;
  }

  get rejected(): number {
    return this.#rejected;
  }

  /** Says where a batch lies, and counts what it holds. */
  place({ reading, answer, position, byteCount }: TextBatch): RowPlace {
    if (reading.input !== this.#input) {
      this.#input = reading.input;
      this.#row = 0;
      this.#line = null;
    }
    const firstLine = this.#line ?? reading.linesBefore;
    const endLine = firstLine + answer.lines;
    const place = {
      file: reading.input,
      name: reading.name,
      firstRow: this.#row,
      firstLine,
      firstOfAll: this.#rows,
      endBytes: answer.quotedLineEndAt ?? answer.leftAt ?? position + byteCount,
      endLine,
    };
    const rows = answer.records + answer.rejects;
    this.#line = endLine;
    this.#row += rows;
    this.#rows += rows;
    this.#rejected += answer.rejects;
    return place;
  }
}
