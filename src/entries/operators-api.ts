// Counting.
export { summarize } from '../counting/evaluation.js';
export { EvaluationTally, type EvaluationTallyOptions } from '../counting/evaluation-tally.js';
// Shared memory and threads.
export type { Batch } from '../engine/batch.js';
export { openScorer, type ScorerOptions } from '../engine/open-scorer.js';
export type { Permits } from '../engine/permits.js';
export type { Scorer } from '../engine/scorer.js';
export { chooseWorkers } from '../engine/sizes.js';
// Where images come from.
export { type IdxInputs, type IdxSource, openIdx } from '../inputs/idx-source.js';
export { type LabelledInput, openLabelledImages } from '../inputs/open-images.js';
// The operators.
export { type BatchOptions, batch } from '../operators/batch.js';
export { decode } from '../operators/decode.js';
export type { Chunk, LabelFormat, RecordFormat, Records } from '../operators/events.js';
export { forward } from '../operators/forward.js';
export { inOrder, type Ordered } from '../operators/in-order.js';
export { type Normalized, type NormalizedRecords, normalize } from '../operators/normalize.js';
export { sink } from '../operators/sink.js';
export { takeRecords } from '../operators/take-records.js';
export { tally } from '../operators/tally.js';
