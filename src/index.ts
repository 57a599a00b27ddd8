/**
 * Whole runs as one call: evaluate, score, train, report, and what they give and take.
 *
 * @module digitflow
 */

export { type Converted, type ConvertOptions, convert } from '../pipelines/convert.js';
export { type DrawOptions, draw } from '../pipelines/draw.js';
export { type EvaluateOptions, type EvaluateResult, evaluate } from '../pipelines/evaluate.js';
export type { EvaluationFormat } from '../pipelines/evaluation-text.js';
export type { ReadingOptions } from '../pipelines/hold.js';
export type { DriftOptions } from '../pipelines/judging/drifting.js';
export type { GateOptions } from '../pipelines/judging/gated.js';
export type { SliceBy, SliceGiven } from '../pipelines/judging/slicing.js';
export {
  type QueueOptions,
  type QueueRunOptions,
  type QueueStatusOptions,
  queueStatus,
  removeFromQueue,
  retryInQueue,
  type SubmitOptions,
  submitToQueue,
} from '../pipelines/queue/queue.js';
export { type WorkingOnQueue, type WorkOptions, workOnQueue } from '../pipelines/queue/work-on-queue.js';
export { type ReportOptions, type ReportResult, report } from '../pipelines/report.js';
export type { ScoreOptions } from '../pipelines/score.js';
export { score } from '../pipelines/score.js';
export { type ScoredRow, type ScoreStreamOptions, scoreStream } from '../pipelines/score-stream.js';
export { type ServeOptions, type Serving, serve } from '../pipelines/serve.js';
export { type MergeOptions, type MergeResult, merge } from '../pipelines/sharding/merge.js';
export { type PlanOptions, type PlanProgress, plan } from '../pipelines/sharding/plan-shards.js';
export {
  type EvaluateShardOptions,
  evaluateShard,
  type ScoreShardOptions,
  scoreShard,
} from '../pipelines/sharding/shard.js';
export { type EpochTotals, type TrainOptions, type TrainResult, train } from '../pipelines/train.js';
export type {
  EvaluatedData,
  EvaluatedMistake,
  EvaluatedModel,
  Evaluation,
  OtherReading,
} from './counting/evaluation.js';
export type { BaselineComparison, GateResult, PairedWithBaseline } from './counting/gate-result.js';
export type { ClassRanking, OutputScores } from './counting/metrics/outputs-tally.js';
export type { PictureDoubts, PicturesSeen } from './counting/pictures-seen.js';
export type { KeptRecord, Mistake, RecordCounts, ScoredRecords } from './counting/scored-records.js';
export type { Slice, SliceValue } from './counting/slices.js';
export type { InputDescription } from './engine/records.js';
export type { ImageSession } from './engine/runtime/session-scorer.js';
export { DigitflowError, type ErrorCode } from './errors.js';
export type { TextEncoding } from './formats/csv/text-encoding.js';
export type { ReadingFlags } from './formats/reading.js';
export type { Scale } from './formats/scale.js';
export type { ByteInput } from './inputs/bytes/open-bytes.js';
export type { WebByteStream } from './inputs/bytes/stream-bytes.js';
export type { DigestMode } from './inputs/data-stream.js';
export type { KnownSet } from './inputs/find-set.js';
export {
  type AnyModelOptions,
  BUNDLED_MODELS,
  loadModel,
  type Model,
  type ModelFound,
  type ModelOptions,
  type ModelRuntime,
  openModel,
} from './inputs/models/open-model.js';
export type { ImagesSpec } from './inputs/open-inputs.js';
export type { NetworkFlags, NetworkGuess } from './insight/settle-network.js';
export type { DriftBounds, DriftFigure, DriftSummary, DriftWindow } from './judging/drift.js';
export type { DriftMeasure } from './judging/drift-reference.js';
export type { Gates } from './judging/gates.js';
export { evaluationCsv } from './outputs/evaluation-csv.js';
export { evaluationMarkdown } from './outputs/evaluation-markdown.js';
export { evaluationJson } from './outputs/json-text.js';
export type { ScoreCounts, ScoredRows } from './outputs/rows/scored-rows.js';
export type { RowsTaken, ScoreProgress, ScoreResult, ScoreStart } from './outputs/score-writer.js';
export type {
  QueuedEvaluation,
  QueuedMerge,
  QueuedScore,
  RunFault,
  RunStatus,
  SubmittedRun,
} from './queue/queued-run.js';
export { KeptScorers } from './sharding/kept-scorers.js';
export type { ShardDone, ShardProgress, ShardRun } from './sharding/make-shard.js';
export type { CopyProgress } from './sharding/merge/merge-rows.js';
export type { Plan, PlannedFile, PlannedInput, PlannedShard, ShardEnd } from './sharding/plan.js';
export { planText, type ReadPlan, readPlan } from './sharding/plan-file.js';
export type { ShardHead, ShardIdentity, ShardOptions, ShardPart } from './sharding/shard-file.js';
export type { BootstrapInterval } from './statistics/bootstrap.js';
export type { CurvePoint } from './statistics/ranking.js';
export type { Picture } from './views/picture.js';
export { renderEvaluation } from './views/terminal/render-evaluation.js';
export type { ColorLevel, RenderOptions } from './views/terminal/terminal.js';
export type { Language } from './views/words/words.js';
