/** Rows as they were scored, in the order of the input: what a batch holds behind `inOrder`. */
export interface ScoredRows {
  /** How many rows were scored. */
  readonly count: number;
  /** `(count)` u8 class indices. */
  readonly predictions: Uint8Array;
  /** `(count)` f32: the winner's activation. */
  readonly confidences: Float32Array;
  /** `(count, classes)` f32, row-major; empty where they are not kept. */
  readonly outputs: Float32Array;
  /** `(count)` u32: where each row's id ends in `ids`; empty where there are none. */
  readonly idEnds: Uint32Array;
  /** u8: the ids, one after the other, unquoted UTF-8. */
  readonly ids: Uint8Array;
  /** Rows that were not scored, in the order of the input. */
  readonly rejects: readonly RejectedRow[];
  /** What they are, and where they lie. */
  readonly place: RowPlace;
}

/** A row that was not scored. */
export interface RejectedRow {
  /** How many rows of the batch came before it, scored or not. */
  readonly row: number;
  /** How many lines of the batch ended before it. */
  readonly line: number;
  /** Why, in words: `column 12: expected 0 to 255, found 256`. Looked up only when asked for. */
  readonly reason: () => string;
  /** The row as it stands in the input, without its line end. Looked up only when asked for. */
  readonly text: () => Uint8Array;
}

/** Where a batch of rows lies in the input. */
export interface RowPlace {
  /** Which input, from 0, and what it is called. */
  readonly file: number;
  readonly name: string;
  /** How many rows of this input came before the batch, scored or not. */
  readonly firstRow: number;
  /** How many lines of this input ended before the batch, a header among them. */
  readonly firstLine: number;
  /** How many rows of all inputs came before the batch, scored or not. */
  readonly firstOfAll: number;
  /** Where the batch ends: bytes of this input's unpacked content, counted from its start. */
  readonly endBytes: number;
  /** How many lines of this input ended before `endBytes`. */
  readonly endLine: number;
}
