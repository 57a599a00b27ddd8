// One digit seen from inside.
export { type DigitImage, type DigitSpec, openDigit } from '../pipelines/digit-image.js';
// The whole evaluation in one call.
export { type EvaluateOptions, type EvaluateResult, evaluate } from '../pipelines/evaluate.js';
export { type DetectorView, type LookDetectorOptions, lookDetector } from '../pipelines/look-detector.js';
export { type DigitView, type LookDigitOptions, lookDigit } from '../pipelines/look-digit.js';
export type { LookOptions } from '../pipelines/look-images.js';
export { lookNetwork, type NetworkView } from '../pipelines/look-network.js';
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
export {
  type ScoreOptions,
  type ScorePosition,
  type ScoreProgress,
  type ScoreResult,
  score,
} from '../pipelines/score.js';
// The whole training in one call.
export { type EpochTotals, type TrainOptions, type TrainResult, train } from '../pipelines/train.js';
export type { Judgement, Training } from '../pipelines/training-report.js';
// What goes wrong, by name.
export { DigitflowError, type ErrorCode } from './errors.js';
// What a network has seen, and why it said so.
export { type Ablation, ablate } from './insight/ablate.js';
export { ATTRIBUTION_TOLERANCE, type Attribution, attribute } from './insight/attribution.js';
export { blackAndWhite } from './insight/black-and-white.js';
export { type Change, type ChangedNetwork, changeNetwork } from './insight/changes.js';
export { type SmallestChange, smallestChange } from './insight/counterfactual.js';
export { type Detector, type DetectorReport, detect } from './insight/detector.js';
export {
  type Rectangle,
  type RegionWeights,
  rectangleRegion,
  regionWeights,
} from './insight/detector-weights.js';
export { type Explanation, explain } from './insight/explain.js';
export { type Feed, feedImages } from './insight/feed.js';
export { type Firing, firingThreshold } from './insight/firing.js';
export type { ImageSet } from './insight/image-set.js';
export { lookedFor } from './insight/looked-for.js';
export { type NetworkReport, networkReport } from './insight/network-report.js';
export { type NeuronArithmetic, type NeuronPlace, neuronArithmetic } from './insight/neuron-arithmetic.js';
export { type NeuronReport, neuronReport } from './insight/neuron-report.js';
export { type LayerRun, runImages } from './insight/run-images.js';
export { type Experiment, type WhatIf, whatIf } from './insight/what-if.js';
// The network: float64, plain, the oracle.
export { ACTIVATIONS, type ActivationName } from './network/activations.js';
export { type LossName, loss, lossOf } from './network/cost.js';
export { forward as forwardOne, predictedClass } from './network/forward.js';
export { type ImageSize, type Layer, layerSizes, type Network, parameterCount } from './network/network.js';
export { readNetwork, writeNetwork } from './network/network-file.js';
export {
  brightnessOf,
  foldNormalization,
  type Normalization,
  UNIT_BRIGHTNESS,
} from './network/normalization.js';
export { describeNormalization, parseNormalization } from './network/parse-normalization.js';
// The operators.
export { type BatchOptions, batch } from './operators/batch.js';
export { decode } from './operators/decode.js';
export type { Chunk, LabelFormat, RecordFormat, Records } from './operators/events.js';
export { forward } from './operators/forward.js';
export { inOrder, type Ordered } from './operators/in-order.js';
export { type Normalized, type NormalizedRecords, normalize } from './operators/normalize.js';
export { sink } from './operators/sink.js';
export { takeRecords } from './operators/take-records.js';
export { tally } from './operators/tally.js';
// Shared memory and threads.
export type { Batch } from './pool/batch.js';
export { chooseWorkers } from './pool/choose-workers.js';
export { openScorer, type ScorerOptions } from './pool/open-scorer.js';
export type { Permits } from './pool/permits.js';
export type { Scorer } from './pool/scorer.js';
// Output.
export { type LearningCurve, renderLearningCurve } from './render/learning-curve.js';
export { learningCurveSvg } from './render/learning-curve-svg.js';
export { renderDetector } from './render/render-detector.js';
export { renderDigit } from './render/render-digit.js';
export { renderNetwork } from './render/render-network.js';
export { renderNeuronReport } from './render/render-neuron-report.js';
export { renderWhatIf } from './render/render-what-if.js';
export { evaluationCsv } from './sinks/evaluation-csv.js';
export { evaluationJson } from './sinks/evaluation-json.js';
export { evaluationMarkdown } from './sinks/evaluation-markdown.js';
export {
  lookDetectorJson,
  lookDigitJson,
  lookNetworkJson,
  lookNeuronJson,
  lookWhatIfJson,
} from './sinks/look-json.js';
// Where images and networks come from.
export { checkFitsNetwork } from './sources/check-fits-network.js';
export { type IdxInputs, type IdxSource, openIdx } from './sources/idx-source.js';
export { type LabelledInput, openLabelledImages } from './sources/open-images.js';
export { BUNDLED_MODELS, type Model, openModel } from './sources/open-model.js';
export { readMask } from './sources/read-mask.js';
// Counting.
export type { Evaluation } from './tally/evaluation.js';
export { EvaluationTally, type EvaluationTallyOptions } from './tally/evaluation-tally.js';
export { summarize } from './tally/summarize.js';
// Learning, epoch by epoch.
export { DEFAULT_TRAINING, type TrainingOptions } from './training/options.js';
export type { EpochReport } from './training/training-epochs.js';
