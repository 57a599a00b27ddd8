import { quoteValue, safeText } from '../../../errors.js';
import type { ActivationName } from '../../activations.js';
import type { ImageSize } from '../../network.js';
import { networkFileError } from '../found-network.js';
import { KerasChain } from './keras-chain.js';
import { AS_ONNX, asObject, isOwn, type KerasLayer, layerError } from './keras-config.js';
import { denseLayer, type KerasWeights } from './keras-weights.js';

/** What Keras calls the activations that digitflow runs. */
const ACTIVATIONS = new Map<unknown, ActivationName>([
  ['linear', 'identity'],
  ['sigmoid', 'sigmoid'],
  ['relu', 'relu'],
  ['tanh', 'tanh'],
  ['softmax', 'softmax'],
  ['log_softmax', 'softmax'],
]);
/** Layers that do something while a network is trained, and nothing afterwards. */
const ONLY_IN_TRAINING = [
  'Dropout',
  'AlphaDropout',
  'GaussianDropout',
  'GaussianNoise',
  'ActivityRegularization',
];
/** Of BatchNormalization, in Keras. */
const EPSILON = 1e-3;

/** Goes through the layers of a model, as an image does. */
export class KerasReader {
  readonly chain = new KerasChain();
  readonly #weights: KerasWeights;
  readonly #fileName: string;
  /** The sizes of one image's features; null where the model does not say. */
  #shape: readonly number[] | null = null;

  constructor(weights: KerasWeights, fileName: string) {
    this.#weights = weights;
    this.#fileName = fileName;
  }

  read(layers: readonly KerasLayer[]): ImageSize | null {
    const [{ config }] = layers;
    const declared = config.batch_shape ?? config.batch_input_shape;
    this.#shape = Array.isArray(declared) ? sizesOf(declared.slice(1)) : null;
    const image = this.#image(layers[0]);
    for (const layer of layers) this.#pass(layer);
    const last = layers[layers.length - 1];
    if (!this.chain.end(this.#features))
      throw this.#fail(last, 'a dense layer after BatchNormalization', 'none');
    if (this.chain.layers.length === 0) throw this.#fail(last, 'dense layers', 'none');
    return image;
  }

  /** The size of the images that a model says it takes. */
  #image(first: KerasLayer): ImageSize | null {
    const sides = this.#shape?.filter((size) => size !== 1) ?? [];
    if (sides.length > 2) throw this.#fail(first, 'grey images of height x width', quoteValue(this.#shape));
    if (sides.length === 2) return { height: sides[0], width: sides[1] };
    return null;
  }

  get #features(): number | null {
    return this.#shape?.reduce((product, size) => product * size, 1) ?? null;
  }

  #pass(layer: KerasLayer): void {
    const { className, config } = layer;
    if (className === 'InputLayer' || ONLY_IN_TRAINING.includes(className)) return;
    switch (className) {
      case 'Flatten':
        if (this.#features !== null) this.#shape = [this.#features];
        return;
      case 'Reshape':
        this.#reshape(layer);
        return;
      case 'Dense':
        this.#dense(layer);
        return;
      case 'BatchNormalization':
        this.#batchNormalization(layer);
        return;
      case 'Rescaling':
        this.#rescaling(layer);
        return;
      case 'Activation':
        this.#activate(layer, config.activation);
        return;
      case 'ReLU':
      case 'Softmax':
        this.#activationLayer(layer);
        return;
    }
    if (/ReLU|ELU|Softplus/.test(className)) throw this.#notRun(layer, className);
    throw layerError(this.#fileName, layer);
  }

  #dense(layer: KerasLayer): void {
    const { name, config } = layer;
    if (this.#shape !== null && this.#shape.length > 1) {
      throw this.#fail(layer, 'Flatten before a dense layer', `features of ${this.#shape.join(' x ')}`);
    }
    const roles = config.use_bias === false ? ['kernel'] : ['kernel', 'bias'];
    const [kernel, bias] = this.#weights.of(layer, roles);
    const dense = denseLayer({ kernel, bias }, name, this.#fileName);
    const [inputs, units] = [this.#features ?? dense.rows, config.units ?? dense.columns];
    if (dense.rows !== inputs || dense.columns !== units) {
      throw this.#fail(layer, `a kernel ${quoteValue([inputs, units])}`, quoteValue(kernel.shape));
    }
    this.chain.dense(dense);
    this.#shape = [dense.columns];
    this.#activate(layer, config.activation ?? 'linear');
  }

  #batchNormalization(layer: KerasLayer): void {
    const { scale, center, epsilon = EPSILON, axis = -1 } = layer.config;
    const roles = [
      ...(scale === false ? [] : ['gamma']),
      ...(center === false ? [] : ['beta']),
      'moving_mean',
      'moving_variance',
    ];
    const arrays = this.#weights.of(layer, roles);
    const valuesOf = (role: string) => arrays[roles.indexOf(role)]?.values ?? null;
    const [mean, variance] = [valuesOf('moving_mean'), valuesOf('moving_variance')];
    const sizes = new Set(arrays.map(({ values }) => values.length));
    const isLast = [-1, this.#shape?.length ?? 1].includes(Number([axis].flat().at(-1)));
    const fits = sizes.size === 1 && mean?.length === (this.#features ?? mean?.length);
    if (mean === null || variance === null || !isLast || !fits || (this.#shape?.length ?? 1) > 1) {
      const found = `${[...sizes].join(', ')} on axis ${quoteValue(axis)} of ${quoteValue(this.#shape)}`;
      throw this.#fail(layer, 'a number for each feature of a flat layer', found);
    }
    if (typeof epsilon !== 'number' || variance.some((value) => !(value + epsilon > 0))) {
      throw this.#fail(layer, 'variances above 0', quoteValue(epsilon));
    }
    this.chain.normalize({ scale: valuesOf('gamma'), shift: valuesOf('beta'), mean, variance, epsilon });
    this.#shape ??= [mean.length];
  }

  #rescaling(layer: KerasLayer): void {
    const [scale, offset] = [layer.config.scale, layer.config.offset ?? 0].map((value) =>
      Array.isArray(value) && value.length === 1 ? value[0] : value,
    );
    const isRight = [scale, offset].every((value) => typeof value === 'number' && Number.isFinite(value));
    if (!isRight || scale === 0) {
      throw this.#fail(layer, 'one scale and one offset', quoteValue([scale, offset]));
    }
    if (!this.chain.rescale(scale, offset))
      throw this.#fail(layer, 'Rescaling before all else', 'it after another');
  }

  #reshape(layer: KerasLayer): void {
    const target = Array.isArray(layer.config.target_shape) ? layer.config.target_shape.map(Number) : [];
    const known = target.filter((size) => size !== -1).reduce((product, size) => product * size, 1);
    const features = this.#features;
    if (target.length === 1 && features === null) return;
    const shape = target.map((size) => (size === -1 && features !== null ? features / known : size));
    const isRight = shape.every((size) => Number.isSafeInteger(size) && size > 0);
    const count = shape.reduce((product, size) => product * size, 1);
    if (!isRight || (features !== null && count !== features)) {
      throw this.#fail(
        layer,
        `a shape of ${features ?? 'all'} features`,
        quoteValue(layer.config.target_shape),
      );
    }
    this.#shape = shape;
  }

  #activationLayer(layer: KerasLayer): void {
    const { className, config } = layer;
    const { max_value: most, negative_slope: slope, threshold, axis } = config;
    // Anything else than the plain one is told by its values.
    const isPlain = (most ?? null) === null && !slope && !threshold;
    if (className === 'ReLU' && !isPlain) {
      throw this.#notRun(
        layer,
        `ReLU with ${quoteValue({ max_value: most, negative_slope: slope, threshold })}`,
      );
    }
    const isLast =
      axis === undefined || [-1, this.#shape?.length ?? 1].includes(Number([axis].flat().at(-1)));
    if (className === 'Softmax' && !isLast) throw this.#notRun(layer, `Softmax on axis ${quoteValue(axis)}`);
    this.#activate(layer, className.toLowerCase());
  }

  /** An activation as a configuration has it: a name, or a layer that is one. */
  #activate(layer: KerasLayer, given: unknown): void {
    const { class_name: className, config } = asObject(given);
    if (typeof className === 'string' && className !== 'function') {
      if (!isOwn(asObject(given)) || !['ReLU', 'Softmax'].includes(className))
        throw this.#notRun(layer, className);
      this.#activationLayer({ ...layer, className, config: asObject(config) });
      return;
    }
    const activation = ACTIVATIONS.get(given);
    if (activation === undefined) throw this.#notRun(layer, className === 'function' ? config : given);
    if (activation === 'softmax' && (this.#shape?.length ?? 1) > 1) {
      throw this.#notRun(layer, `softmax over the last of ${quoteValue(this.#shape)}`);
    }
    if (given === 'log_softmax') this.chain.notes.push('read log_softmax as softmax');
    if (!this.chain.activate(activation, this.#features)) {
      throw this.#fail(layer, 'a dense layer before its activation', 'none of a size that is known');
    }
  }

  #notRun(layer: KerasLayer, activation: unknown) {
    const found = typeof activation === 'string' ? safeText(activation).slice(0, 60) : quoteValue(activation);
    return this.#fail(layer, 'linear, sigmoid, relu, tanh or softmax', found);
  }

  #fail({ className, name }: KerasLayer, expected: string, found: string) {
    const where = `${this.#fileName}: layer ${quoteValue(name)} (${safeText(className).slice(0, 60)})`;
    return networkFileError(where, expected, found, `digitflow runs dense layers only; ${AS_ONNX}`);
  }
}

/** The sizes of a shape, where all of them are given. */
function sizesOf(shape: readonly unknown[]): number[] | null {
  const sizes = shape.filter((size): size is number => Number.isSafeInteger(size) && Number(size) > 0);
  return sizes.length === shape.length && sizes.length > 0 ? sizes : null;
}
