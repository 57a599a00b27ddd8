/** A batch of records and what the network made of them. The arrays may be views of a slot: read, never kept. */
export interface ScoredRecords {
  /** Index of the first record in the whole input, from 0. */
  readonly first: number;
  readonly count: number;
  /** `(>= count)` u8, the true class indices; each below the number of classes. */
  readonly labels: Uint8Array;
  /** `(>= count)` u8, the predicted class indices; each below the number of classes. */
  readonly predictions: Uint8Array;
  /** `(>= count)` f32, the output of the predicted class. */
  readonly confidences: Float32Array;
  /** `(>= count)` f32. */
  readonly losses: Float32Array;
  /** `(recordBytes)` u8: the pixels, as stored, of the record at a place from 0; may be slow, and is a view. */
  pixelsOf(place: number): Uint8Array;
}
