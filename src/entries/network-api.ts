export { ACTIVATIONS, type ActivationName } from '../network/activations.js';
export {
  brightnessOf,
  feedForward,
  foldNormalization,
  isUnsure,
  predictedClass,
} from '../network/feed-forward.js';
export { type Film, type FilmFrame, readFilm, writeFilm } from '../network/formats/film.js';
export { readOwnNetwork, writeOwnNetwork } from '../network/formats/safetensors/network-file.js';
export {
  type ImageSize,
  type Layer,
  type LayeredNetwork,
  type LossName,
  layerSizes,
  loss,
  lossOf,
  type Network,
  parameterCount,
} from '../network/network.js';
export {
  blackAndWhite,
  describeNormalization,
  type Normalization,
  parseNormalization,
  UNIT_BRIGHTNESS,
} from '../network/normalization.js';
