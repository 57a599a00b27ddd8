/**
 * Networks in float64: to run, to read and to write.
 *
 * @module digitflow/network
 */

export type { ImageSession } from '../engine/runtime/session-scorer.js';
export {
  type ReadNetwork,
  type ReadNetworkOptions,
  readNetwork,
  writeNetwork,
} from '../inputs/models/network-files.js';
export type { ModelFound, ModelRuntime } from '../inputs/models/open-model.js';
export type { NetworkFlags, NetworkGuess } from '../insight/settle-network.js';
export { ACTIVATIONS, type ActivationName } from '../network/activations.js';
export {
  brightnessOf,
  feedForward,
  foldNormalization,
  isUnsure,
  predictedClass,
} from '../network/feed-forward.js';
export { type Film, type FilmFrame, readFilm, writeFilm } from '../network/formats/film.js';
export type { NetworkFormat } from '../network/formats/found-network.js';
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
