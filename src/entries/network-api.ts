export { checkFitsNetwork } from '../inputs/check-fits-network.js';
export { ACTIVATIONS, type ActivationName } from '../network/activations.js';
export { readNetwork, writeNetwork } from '../network/formats/network-file.js';
// Float64, plain: what the kernels are tested against.
export { forward as feedForward, predictedClass } from '../network/forward.js';
export {
  type ImageSize,
  type Layer,
  type LossName,
  layerSizes,
  loss,
  lossOf,
  type Network,
  parameterCount,
} from '../network/network.js';
export {
  blackAndWhite,
  brightnessOf,
  describeNormalization,
  foldNormalization,
  type Normalization,
  parseNormalization,
  UNIT_BRIGHTNESS,
} from '../network/normalization.js';
