// Whole runs and views, each in one call.

export {
  type LookHead,
  type LookImages,
  type LookOptions,
  lookNetwork,
  type NetworkView,
} from '../../pipelines/look.js';
export { type DetectorView, type LookDetectorOptions, lookDetector } from '../../pipelines/look-detector.js';
export {
  type DigitImage,
  type DigitSpec,
  type DigitView,
  type LookDigitOptions,
  lookDigit,
  openDigit,
  type Why,
} from '../../pipelines/look-digit.js';
export { type LookNeuronOptions, lookNeuron, type NeuronView } from '../../pipelines/look-neuron.js';
export {
  type ChangeMade,
  type LookWhatIfOptions,
  lookWhatIf,
  type Outcome,
  type WhatIfView,
} from '../../pipelines/look-what-if.js';
// What bytes mean.
export type { PictureSize } from '../formats/pictures/decode-png.js';
export type { FitOptions } from '../formats/pictures/fit-digit.js';
export { readMask } from '../formats/pictures/read-mask.js';
// What a network has seen, and why it said so.
export { type Ablation, ablate } from '../insight/ablate.js';
export { ATTRIBUTION_TOLERANCE, type Attribution, attribute } from '../insight/attribution.js';
export {
  type Change,
  type ChangeableNetwork,
  type ChangedNetwork,
  changeNetwork,
  type PixelPlace,
} from '../insight/changes.js';
export { type SmallestChange, smallestChange } from '../insight/counterfactual.js';
export {
  type Detector,
  type DetectorImage,
  type DetectorReport,
  detect,
  type Rectangle,
  type RegionWeights,
  rectangleRegion,
  regionWeights,
} from '../insight/detector.js';
export { type Explanation, explain, type LayerActivity } from '../insight/explain.js';
export {
  type Distribution,
  type LayerReport,
  type NetworkReport,
  type NeuronSummary,
  networkReport,
} from '../insight/network-report.js';
export { type NeuronArithmetic, type NeuronPlace, neuronArithmetic } from '../insight/neuron-arithmetic.js';
export { neuronPattern } from '../insight/neuron-pattern.js';
export {
  type Firing,
  firingThreshold,
  type NeuronEffect,
  type NeuronImage,
  type NeuronReport,
  neuronReport,
} from '../insight/neuron-report.js';
export { type ImageSet, type LayerRun, runImages, type Verdicts } from '../insight/run-images.js';
export { type Experiment, type Feed, feedImages, type WhatIf, whatIf } from '../insight/what-if.js';
// Results as text and JSON.
export {
  lookDetectorJson,
  lookDigitJson,
  lookNetworkJson,
  lookNeuronJson,
  lookWhatIfJson,
} from '../outputs/json-text.js';
// Results as text for a terminal, and as pictures.
export type { HeadShown } from '../views/terminal/look-parts.js';
export { type DetectorShown, renderDetector } from '../views/terminal/render-detector.js';
export { type DigitShown, renderDigit } from '../views/terminal/render-digit.js';
export { type NetworkShown, renderNetwork } from '../views/terminal/render-network.js';
export { type NeuronShown, renderNeuronReport } from '../views/terminal/render-neuron.js';
export {
  type ChangeShown,
  type OutcomeShown,
  renderWhatIf,
  type WhatIfShown,
} from '../views/terminal/render-what-if.js';
