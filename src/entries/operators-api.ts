// Counting.
export { summarize } from '../counting/evaluation.js';
export { EvaluationTally, type EvaluationTallyOptions } from '../counting/evaluation-tally.js';
// Shared memory and threads.
export type { Batch } from '../engine/batch.js';
export { openScorer, type ScorerOptions } from '../engine/open-scorer.js';
export type {
  Normalized,
  Permits,
  Piece,
  PixelRecords,
  Reading,
  Records,
  RecordsPlace,
  RejectedRow,
  TextRecords,
} from '../engine/records.js';
export type { Scorer } from '../engine/scorer.js';
export { chooseWorkers } from '../engine/sizes.js';
// Where images come from.
export type { ElementType } from '../formats/elements.js';
export type { LabelFormat } from '../formats/labels.js';
export type { Input, InputDescription, InputFile } from '../inputs/input.js';
export { type ImageFiles, Inputs, type InputsOptions } from '../inputs/inputs.js';
export { type ImagesSpec, openInputs } from '../inputs/open-inputs.js';
export type { RunPosition } from '../inputs/read-inputs.js';
// The operators.
export { accept } from '../operators/accept.js';
export { type BatchOptions, batch } from '../operators/batch.js';
export { decode } from '../operators/decode.js';
export { forward } from '../operators/forward.js';
export { inOrder, type Ordered } from '../operators/in-order.js';
export { normalize } from '../operators/normalize.js';
export { sink } from '../operators/sink.js';
export { takeRecords, takeScored } from '../operators/take-records.js';
export { tally } from '../operators/tally.js';
