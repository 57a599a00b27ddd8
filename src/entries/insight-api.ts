/**
 * Why a network said so: what `digitflow look` shows.
 *
 * @module digitflow/insight
 */

export {
  type DetectorView,
  type LookDetectorOptions,
  type LookHead,
  type LookImages,
  type LookNeuronOptions,
  type LookOptions,
  lookDetector,
  lookNetwork,
  lookNeuron,
  type NetworkView,
  type NeuronView,
} from '../../pipelines/look/look.js';
export {
  type DigitImage,
  type DigitSpec,
  type DigitView,
  type LookDigitOptions,
  lookDigit,
  openDigit,
} from '../../pipelines/look/look-digit.js';
export {
  type DigitInLayer,
  type LayerView,
  type LookLayerOptions,
  lookLayer,
} from '../../pipelines/look/look-layer.js';
export { type LookWhatIfOptions, lookWhatIf, type WhatIfView } from '../../pipelines/look/look-what-if.js';
export {
  type FitOptions,
  type FittedDigit,
  fitDigit,
  type PlaceOptions,
} from '../formats/pictures/fit-digit.js';
export type { GreyImage, PictureSize } from '../formats/pictures/grey-image.js';
export type { DigitCentre } from '../formats/pictures/place-digit.js';
export { readMask } from '../formats/pictures/read-mask.js';
export { decodePicture } from '../inputs/pictures/unpack-picture.js';
export { ATTRIBUTION_TOLERANCE, type Attribution, attribute } from '../insight/attribution.js';
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
export {
  type Explanation,
  explain,
  type LayerActivity,
  type LayerArithmetic,
  layerArithmetic,
  type NeuronArithmetic,
  type NeuronPlace,
  neuronArithmetic,
} from '../insight/explain.js';
export {
  type Ablation,
  ablate,
  type Distribution,
  type Firing,
  firingThreshold,
  type LayerReport,
  type NetworkReport,
  type NetworkResponse,
  type NeuronSummary,
  networkReport,
} from '../insight/network-report.js';
export {
  type NeuronEffect,
  type NeuronImage,
  type NeuronReport,
  neuronPattern,
  neuronReport,
} from '../insight/neuron-report.js';
export {
  type ImageSet,
  type LayerRun,
  runImages,
  type Spread,
  type Verdicts,
} from '../insight/run-images.js';
export {
  type Change,
  type ChangedNetwork,
  type ChangeMade,
  changeNetwork,
  type Experiment,
  type FedImage,
  type Feed,
  feedImages,
  type Outcome,
  type PixelPlace,
  type WhatIf,
  type WhatIfReport,
  whatIf,
} from '../insight/what-if.js';
export type { Why } from '../insight/why.js';
export {
  lookDetectorJson,
  lookDigitJson,
  lookLayerJson,
  lookNetworkJson,
  lookNeuronJson,
  lookWhatIfJson,
} from '../outputs/json-text.js';
export type { ShadeRange } from '../views/picture.js';
export type { EquationShown } from '../views/terminal/look/draw-equation.js';
export type { ExtremesShown, HeadShown } from '../views/terminal/look/look-parts.js';
export { type DetectorShown, renderDetector } from '../views/terminal/look/render-detector.js';
export { type DigitShown, renderDigit } from '../views/terminal/look/render-digit.js';
export { type DigitShownInLayer, type LayerShown, renderLayer } from '../views/terminal/look/render-layer.js';
export { type NetworkShown, renderNetwork } from '../views/terminal/look/render-network.js';
export { type NeuronShown, renderNeuronReport } from '../views/terminal/look/render-neuron.js';
export { renderWhatIf, type WhatIfShown } from '../views/terminal/look/render-what-if.js';
