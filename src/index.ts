// Whole runs, each in one call.
export { type EvaluateOptions, type EvaluateResult, evaluate } from '../pipelines/evaluate.js';
export { type ReportOptions, type ReportResult, report } from '../pipelines/report.js';
export { score } from '../pipelines/score.js';
export { type ScoredRow, type ScoreStreamOptions, scoreStream } from '../pipelines/score-stream.js';
export { type EpochTotals, type TrainOptions, type TrainResult, train } from '../pipelines/train.js';
// What an evaluation found.
export type { Evaluation } from './counting/evaluation.js';
// What goes wrong, by name.
export { DigitflowError, type ErrorCode } from './errors.js';
// Where images and networks come from.
export type { ByteInput } from './inputs/bytes/open-bytes.js';
export { BUNDLED_MODELS, type Model, openModel } from './inputs/open-model.js';
// An evaluation as text, and rows as they are scored.
export { evaluationCsv } from './outputs/evaluation-csv.js';
export { evaluationJson } from './outputs/evaluation-json.js';
export { evaluationMarkdown } from './outputs/evaluation-markdown.js';
export type { ScoreOptions, ScoreProgress, ScoreResult } from './outputs/score-options.js';
export type { ScoredRows } from './outputs/scored-rows.js';
export { renderEvaluation } from './views/terminal/render-evaluation.js';
