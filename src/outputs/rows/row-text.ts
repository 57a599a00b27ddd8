import type { RowPiece, RowShape } from './row-shape.js';
import type { ScoredRows } from './scored-rows.js';

/** Digits behind the point: float32 has about seven that mean something. */
const DIGITS = 6;

/** The text of one row: the plain way, which takes every row, and says what the kernel must say too. */
export class RowText {
  readonly #shape: RowShape;
  readonly #names: readonly string[];

  /** @param classes the names of the classes, in order */
  constructor(shape: RowShape, classes: readonly string[]) {
    this.#shape = shape;
    this.#names = classes.map(shape.name);
  }

  /**
   * @param pieces those of the shape for the rows' file
   * @param place which of the scored rows
   * @param record its number
   */
  row(pieces: readonly RowPiece[], rows: ScoredRows, place: number, record: number): string {
    const classCount = this.#names.length;
    const outputs = rows.outputs.subarray(place * classCount, (place + 1) * classCount);
    let ranked: readonly number[] | undefined;
    const best = (rank: number): number => {
      ranked ??= fromBest(outputs);
      return ranked[rank];
    };
    let line = '';
    for (const piece of pieces) {
      if (piece.kind === 'text') line += piece.text;
      else if (piece.kind === 'record') line += record;
      else if (piece.kind === 'id') line += this.#shape.name(idOf(rows, place));
      else if (piece.kind === 'prediction') line += this.#names[rows.predictions[place]];
      else if (piece.kind === 'confidence') line += this.#decimal(rows.confidences[place]);
      else if (piece.kind === 'output') line += this.#decimal(outputs[piece.of]);
      else if (piece.kind === 'best') line += this.#names[best(piece.rank)];
      else line += this.#decimal(outputs[best(piece.rank)]);
    }
    return line;
  }

  #decimal(value: number): string {
    return this.#shape.isJson && !Number.isFinite(value) ? 'null' : value.toFixed(DIGITS);
  }
}

function idOf({ ids, idEnds }: ScoredRows, place: number): string {
  if (idEnds.length === 0) return '';
  const [start, end] = [place === 0 ? 0 : idEnds[place - 1], idEnds[place]];
  // A copy: text decoders do not take shared memory.
  return Buffer.from(ids.subarray(start, end)).toString();
}

/** The places of the outputs, the largest first; of equals the first. */
function fromBest(outputs: Float32Array): number[] {
  return Array.from(outputs.keys()).sort((a, b) => outputs[b] - outputs[a] || a - b);
}
