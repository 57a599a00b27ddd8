import type { ActivationName } from '../activations.js';
import { brightnessOf, feedForward, predictedClass } from '../feed-forward.js';
import type { ImageSize, Layer } from '../network.js';
import type { Normalization } from '../normalization.js';
import { createRandom, type Random, shuffle } from '../random.js';
import { Adam, addGradients, zeroGradients } from './backpropagation.js';

/** Images with their true classes. */
export interface LabelledImages {
  /** `(count, height * width)` u8, row-major. */
  readonly pixels: Uint8Array;
  /** `(count)` u8 class indices. */
  readonly labels: Uint8Array;
  readonly image: ImageSize;
}

/** How to train. The same settings and images give the same network, bit for bit. */
export interface TrainingSettings {
  /** A safe integer, at least 0: decides the first weights and the order of the images. */
  readonly seed: number;
  /** How many neurons each layer has, the input not counted: `[16, 16, 10]`. */
  readonly outputs: readonly number[];
  readonly activation: ActivationName;
  readonly normalization: Normalization;
  /** How often training sees every image. */
  readonly epochs: number;
  /** Images a step. */
  readonly batchSize: number;
  /** At the first step; it falls to 0 in a straight line. */
  readonly learningRate: number;
  /** Of the weights; biases do not decay. */
  readonly weightDecay: number;
}

/**
 * Trains a network by backpropagation and Adam, in float64 and on one core: slow, plain and reproducible.
 *
 * @param onEpoch gets the mean cost of each epoch, taken while the weights changed; epochs count from 1.
 */
export function trainFloat64(
  data: LabelledImages,
  settings: TrainingSettings,
  onEpoch: (epoch: number, meanLoss: number) => void = () => {},
): Layer[] {
  const { epochs, batchSize, learningRate, normalization } = settings;
  const random = createRandom(settings.seed);
  const network = { layers: initialLayers(data, settings, random) };
  const optimizers = network.layers.map((layer) => ({
    weights: new Adam(layer.weights),
    biases: new Adam(layer.biases),
  }));

  const order = Uint32Array.from(data.labels.keys());
  const steps = epochs * Math.ceil(order.length / batchSize);
  for (let epoch = 1, step = 0; epoch <= epochs; epoch++) {
    shuffle(order, random);
    let totalLoss = 0;
    for (let first = 0; first < order.length; first += batchSize, step++) {
      const batch = order.subarray(first, first + batchSize);
      const gradients = zeroGradients(network);
      for (const i of batch) {
        totalLoss += addGradients(network, brightnessAt(data, i, normalization), data.labels[i], gradients);
      }
      const rate = learningRate * (1 - step / steps);
      for (const [l, optimizer] of optimizers.entries()) {
        const { weights, biases } = gradients[l];
        const weightDecay = settings.weightDecay;
        optimizer.weights.step(weights, 1 / batch.length, { learningRate: rate, weightDecay });
        optimizer.biases.step(biases, 1 / batch.length, { learningRate: rate, weightDecay: 0 });
      }
    }
    onEpoch(epoch, totalLoss / order.length);
  }
  return network.layers;
}

/** On how many of the images the largest output is that of the true class. */
export function countCorrect(
  layers: readonly Layer[],
  data: LabelledImages,
  normalization: Normalization,
): number {
  let correct = 0;
  for (const [i, label] of data.labels.entries()) {
    const activations = feedForward({ layers }, brightnessAt(data, i, normalization));
    if (predictedClass(activations[activations.length - 1]) === label) correct++;
  }
  return correct;
}

/**
 * Glorot and Bengio's uniform weights (±√(6 / (inputs + outputs))) and biases of 0. The first layer's weights of a pixel
 * that is 0 in every image are 0, since training could never change them.
 */
function initialLayers(
  data: LabelledImages,
  { outputs, activation }: TrainingSettings,
  random: Random,
): Layer[] {
  const everLit = pixelsEverLit(data);
  const sizes = [everLit.length, ...outputs];
  return outputs.map((neurons, l) => {
    const inputs = sizes[l];
    const bound = Math.sqrt(6 / (inputs + neurons));
    const weights = Float64Array.from({ length: neurons * inputs }, () => (2 * random.uniform() - 1) * bound);
    if (l === 0) for (let w = 0; w < weights.length; w++) if (!everLit[w % inputs]) weights[w] = 0;
    return { weights, biases: new Float64Array(neurons), inputs, outputs: neurons, activation };
  });
}

/** For each pixel 1 where some image is not 0, otherwise 0. */
function pixelsEverLit({ pixels, image }: LabelledImages): Uint8Array {
  const everLit = new Uint8Array(image.height * image.width);
  for (let p = 0; p < pixels.length; p++) if (pixels[p] !== 0) everLit[p % everLit.length] = 1;
  return everLit;
}

function brightnessAt(
  { pixels, image }: LabelledImages,
  i: number,
  normalization: Normalization,
): Float64Array {
  const size = image.height * image.width;
  return brightnessOf(pixels.subarray(i * size, (i + 1) * size), normalization, image);
}
