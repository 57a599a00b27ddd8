// The whole evaluation in one call.
export { type EvaluateOptions, type EvaluateResult, evaluate } from '../pipelines/evaluate.js';
export { type LookImages, type LookOptions, lookNetwork, type NetworkView } from '../pipelines/look.js';
export { type DetectorView, type LookDetectorOptions, lookDetector } from '../pipelines/look-detector.js';
export {
  type DigitImage,
  type DigitSpec,
  type DigitView,
  type LookDigitOptions,
  lookDigit,
  openDigit,
} from '../pipelines/look-digit.js';
export { type LookNeuronOptions, lookNeuron, type NeuronView } from '../pipelines/look-neuron.js';
export {
  type LookWhatIfOptions,
  lookWhatIf,
  type Outcome,
  type WhatIfView,
} from '../pipelines/look-what-if.js';
// The whole evaluation as one HTML page.
export { type ReportOptions, type ReportResult, report } from '../pipelines/report.js';
// The whole scoring in one call.
export { score } from '../pipelines/score.js';
// The whole training in one call.
export { type EpochTotals, type TrainOptions, type TrainResult, train } from '../pipelines/train.js';
// Counting.
export type { Evaluation } from './counting/evaluation.js';
export { summarize } from './counting/evaluation.js';
export { EvaluationTally, type EvaluationTallyOptions } from './counting/evaluation-tally.js';
// Shared memory and threads.
export type { Batch } from './engine/batch.js';
export { openScorer, type ScorerOptions } from './engine/open-scorer.js';
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
} from './engine/records.js';
export type { Scorer } from './engine/scorer.js';
export { chooseWorkers } from './engine/sizes.js';
// What goes wrong, by name.
export { DigitflowError, type ErrorCode } from './errors.js';
// The operators.
export type { ElementType } from './formats/elements.js';
export type { LabelFormat } from './formats/labels.js';
export { readMask } from './formats/pictures/read-mask.js';
// Where images and networks come from.
export type { ByteInput } from './inputs/bytes/open-bytes.js';
export type { Input, InputDescription, InputFile } from './inputs/input.js';
export { type ImageFiles, Inputs, type InputsOptions } from './inputs/inputs.js';
export { type ImagesSpec, openInputs } from './inputs/open-inputs.js';
export { BUNDLED_MODELS, type Model, openModel } from './inputs/open-model.js';
export type { RunPosition } from './inputs/read-inputs.js';
// What a network has seen, and why it said so.
export { type Ablation, ablate } from './insight/ablate.js';
export { ATTRIBUTION_TOLERANCE, type Attribution, attribute } from './insight/attribution.js';
export { type Change, type ChangedNetwork, changeNetwork } from './insight/changes.js';
export { type SmallestChange, smallestChange } from './insight/counterfactual.js';
export {
  type Detector,
  type DetectorReport,
  detect,
  type Rectangle,
  type RegionWeights,
  rectangleRegion,
  regionWeights,
} from './insight/detector.js';
export { type Explanation, explain } from './insight/explain.js';
export { type NetworkReport, networkReport } from './insight/network-report.js';
export { type NeuronArithmetic, type NeuronPlace, neuronArithmetic } from './insight/neuron-arithmetic.js';
export { lookedFor } from './insight/neuron-pattern.js';
export { type Firing, firingThreshold, type NeuronReport, neuronReport } from './insight/neuron-report.js';
export type { ImageSet } from './insight/run-images.js';
export { type LayerRun, runImages } from './insight/run-images.js';
export { type Experiment, type Feed, feedImages, type WhatIf, whatIf } from './insight/what-if.js';
// The network: float64, plain, the oracle.
export { ACTIVATIONS, type ActivationName } from './network/activations.js';
export { brightnessOf, feedForward, foldNormalization, predictedClass } from './network/feed-forward.js';
export { readNetwork, writeNetwork } from './network/formats/network-file.js';
export {
  type ImageSize,
  type Layer,
  type LossName,
  layerSizes,
  loss,
  lossOf,
  type Network,
  parameterCount,
} from './network/network.js';
export {
  blackAndWhite,
  describeNormalization,
  type Normalization,
  parseNormalization,
  UNIT_BRIGHTNESS,
} from './network/normalization.js';
export { accept } from './operators/accept.js';
export { type BatchOptions, batch } from './operators/batch.js';
export { decode } from './operators/decode.js';
export { forward } from './operators/forward.js';
export { inOrder, type Ordered } from './operators/in-order.js';
export { normalize } from './operators/normalize.js';
export { sink } from './operators/sink.js';
export { takeRecords, takeScored } from './operators/take-records.js';
export { tally } from './operators/tally.js';
export { evaluationCsv } from './outputs/evaluation-csv.js';
export {
  evaluationJson,
  lookDetectorJson,
  lookDigitJson,
  lookNetworkJson,
  lookNeuronJson,
  lookWhatIfJson,
} from './outputs/evaluation-json.js';
export { evaluationMarkdown } from './outputs/evaluation-markdown.js';
export type { ScoreOptions, ScoreProgress, ScoreResult } from './outputs/score-options.js';
export type { ScoredRows } from './outputs/scored-rows.js';
export type { EpochReport } from './training/training-epochs.js';
// Learning, epoch by epoch.
export { DEFAULT_TRAINING, type TrainingOptions } from './training/training-options.js';
export type { Judgement, Training } from './training/training-report.js';
// Output.
export { type LearningCurve, learningCurveSvg } from './views/learning-curve.js';
export { renderDetector } from './views/terminal/render-detector.js';
export { renderDigit } from './views/terminal/render-digit.js';
export { renderLearningCurve } from './views/terminal/render-learning-curve.js';
export { renderNetwork } from './views/terminal/render-network.js';
export { renderNeuronReport } from './views/terminal/render-neuron.js';
export { renderWhatIf } from './views/terminal/render-what-if.js';
