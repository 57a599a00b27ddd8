import { MNIST_FILES } from '../src/inputs/known-datasets.js';
import {
  countCorrect,
  type LabelledImages,
  type TrainingSettings,
  trainFloat64,
} from '../src/network/float64/train-float64.js';
import type { Network } from '../src/network/network.js';
import { UNIT_BRIGHTNESS } from '../src/network/normalization.js';
import { readMnistFile } from './mnist-data.js';

const IMAGE = { height: 28, width: 28 };
const PIXELS = IMAGE.height * IMAGE.width;
const IMAGES_HEADER_BYTES = 16;
const LABELS_HEADER_BYTES = 8;

/** The network of the video, and the settings that did best on the last 10,000 training images. */
export const FIRST_NETWORK: TrainingSettings = {
  seed: 1,
  outputs: [16, 16, 10],
  activation: 'sigmoid',
  normalization: UNIT_BRIGHTNESS,
  epochs: 60,
  batchSize: 64,
  learningRate: 0.005,
  weightDecay: 0.05,
};

/** A trained network, and how it did on the images that were kept from a twin of it. */
export interface FirstNetwork {
  readonly network: Network;
  /** How many of the held-out images the twin got right. */
  readonly validationCorrect: number;
}

/**
 * Trains twice with the same settings: once without the last `heldOut` images, to see how well such a
 * network does on images it never saw, and once on all of them, which gives the network.
 */
export function trainFirstNetwork(
  data: LabelledImages,
  settings: TrainingSettings,
  heldOut: number,
  note: (line: string) => void = () => {},
): FirstNetwork {
  const kept = data.labels.length - heldOut;
  const noteEpoch = (epoch: number, meanLoss: number) =>
    note(`epoch ${epoch} of ${settings.epochs}: mean loss ${meanLoss.toFixed(4)}`);

  note(`training on ${kept} images, to validate on ${heldOut}`);
  const twin = trainFloat64(slice(data, 0, kept), settings, noteEpoch);
  const correct = countCorrect(twin, slice(data, kept, data.labels.length), settings.normalization);
  note(`validation: ${correct} of ${heldOut} right`);

  note(`training on all ${data.labels.length} images`);
  const layers = trainFloat64(data, settings, noteEpoch);
  const network: Network = {
    layers,
    image: data.image,
    normalization: settings.normalization,
    classes: Array.from('0123456789'),
    provenance: {
      task: 'handwritten digits (MNIST)',
      command: 'npm run train:float64',
      seed: `${settings.seed}`,
      epochs: `${settings.epochs}`,
      optimizer: `Adam, learning rate ${settings.learningRate} falling to 0, weight decay ${settings.weightDecay}, batches of ${settings.batchSize}`,
      loss: 'squared error',
      'training images': `${data.labels.length}`,
      'training images sha256': MNIST_FILES.trainImages.sha256,
      'training labels sha256': MNIST_FILES.trainLabels.sha256,
      validation: `${correct} of ${heldOut} held-out training images right, by a twin trained on the other ${kept}`,
    },
  };
  return { network, validationCorrect: correct };
}

/** MNIST's 60,000 training images, checked by SHA-256. */
export function readTrainingImages(folder: string): LabelledImages {
  return readImages(folder, 'trainImages', 'trainLabels');
}

/** MNIST's 10,000 test images, checked by SHA-256: only to be looked at when the network is done. */
export function readTestImages(folder: string): LabelledImages {
  return readImages(folder, 'testImages', 'testLabels');
}

function readImages(folder: string, images: keyof typeof MNIST_FILES, labels: keyof typeof MNIST_FILES) {
  // The digest vouches for the headers: nothing in them can be different from what is known.
  return {
    pixels: readMnistFile(folder, MNIST_FILES[images]).subarray(IMAGES_HEADER_BYTES),
    labels: readMnistFile(folder, MNIST_FILES[labels]).subarray(LABELS_HEADER_BYTES),
    image: IMAGE,
  };
}

function slice({ pixels, labels, image }: LabelledImages, begin: number, end: number): LabelledImages {
  return {
    pixels: pixels.subarray(begin * PIXELS, end * PIXELS),
    labels: labels.subarray(begin, end),
    image,
  };
}
