import type { RecordsPlace, RejectedRow } from '../../engine/records.js';

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
  readonly place: RecordsPlace;
}
