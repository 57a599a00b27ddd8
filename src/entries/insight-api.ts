// Each view in one call.
export { type LookImages, type LookOptions, lookNetwork, type NetworkView } from '../../pipelines/look.js';
export { type DetectorView, type LookDetectorOptions, lookDetector } from '../../pipelines/look-detector.js';
export {
  type DigitImage,
  type DigitSpec,
  type DigitView,
  type LookDigitOptions,
  lookDigit,
  openDigit,
} from '../../pipelines/look-digit.js';
export { type LookNeuronOptions, lookNeuron, type NeuronView } from '../../pipelines/look-neuron.js';
export {
  type LookWhatIfOptions,
  lookWhatIf,
  type Outcome,
  type WhatIfView,
} from '../../pipelines/look-what-if.js';
export { readMask } from '../formats/pictures/read-mask.js';
// What a network has seen, and why it said so.
export { type Ablation, ablate } from '../insight/ablate.js';
export { ATTRIBUTION_TOLERANCE, type Attribution, attribute } from '../insight/attribution.js';
export { type Change, type ChangedNetwork, changeNetwork } from '../insight/changes.js';
export { type SmallestChange, smallestChange } from '../insight/counterfactual.js';
export {
  type Detector,
  type DetectorReport,
  detect,
  type Rectangle,
  type RegionWeights,
  rectangleRegion,
  regionWeights,
} from '../insight/detector.js';
export { type Explanation, explain } from '../insight/explain.js';
export { type NetworkReport, networkReport } from '../insight/network-report.js';
export { type NeuronArithmetic, type NeuronPlace, neuronArithmetic } from '../insight/neuron-arithmetic.js';
export { lookedFor } from '../insight/neuron-pattern.js';
export { type Firing, firingThreshold, type NeuronReport, neuronReport } from '../insight/neuron-report.js';
export { type ImageSet, type LayerRun, runImages } from '../insight/run-images.js';
export { type Experiment, type Feed, feedImages, type WhatIf, whatIf } from '../insight/what-if.js';
// Views as JSON, and as text for a terminal.
export {
  lookDetectorJson,
  lookDigitJson,
  lookNetworkJson,
  lookNeuronJson,
  lookWhatIfJson,
} from '../outputs/evaluation-json.js';
export { renderDetector } from '../views/terminal/render-detector.js';
export { renderDigit } from '../views/terminal/render-digit.js';
export { renderNetwork } from '../views/terminal/render-network.js';
export { renderNeuronReport } from '../views/terminal/render-neuron.js';
export { renderWhatIf } from '../views/terminal/render-what-if.js';
