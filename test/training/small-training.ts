import { instantiateWasm } from '../../src/assets.js';
import { createRandom } from '../../src/network/random.js';
import { placeEpoch, type TrainingKernel } from '../../src/training/epoch-runner.js';
import { SharedTraining } from '../../src/training/shared-training.js';
import {
  completeTrainingOptions,
  type TrainingImages,
  type TrainingOptions,
} from '../../src/training/training-options.js';
import { randomPixels } from '../helpers/random-network.js';

/** What a small training is made of; the rest are the defaults, without augmentation and held-out images. */
export interface SmallTrainingOptions {
  readonly seed?: number;
  readonly height?: number;
  readonly width?: number;
  readonly classCount?: number;
  readonly count?: number;
  /** How much of an image is not black, 0..1. */
  readonly lit?: number;
  /** How many threads work on a run. */
  readonly threads?: number;
  readonly options?: Partial<TrainingOptions>;
}

/** Random images, and labels that a network can learn: the class decides which pixels are brightest. */
export function smallImages(given: SmallTrainingOptions): TrainingImages {
  const { seed = 1, height = 5, width = 7, classCount = 3, count = 40, lit = 0.4 } = given;
  const pixels = randomPixels(seed, count * height * width, lit);
  const random = createRandom(seed + 1);
  const labels = Uint8Array.from({ length: count }, () => random.below(classCount));
  labels.forEach((label, i) => {
    const first = i * height * width;
    for (let p = label; p < height * width; p += classCount) pixels[first + p] |= 128;
  });
  return {
    pixels,
    labels,
    image: { height, width },
    classes: Array.from({ length: classCount }, (_, k) => `${k}`),
  };
}

/** A training on `smallImages`. */
export function smallTraining(given: SmallTrainingOptions): SharedTraining {
  const options = completeTrainingOptions({
    augment: 'none',
    validation: 0,
    epochs: 3,
    batchSize: 8,
    ...given.options,
  });
  return new SharedTraining(smallImages(given), options, given.threads);
}

/** A training whose first run can be handed to the kernel piece by piece: live state and order are in place. */
export function kernelTraining(given: SmallTrainingOptions): {
  readonly shared: SharedTraining;
  readonly kernel: TrainingKernel;
  /** The head of the run. */
  readonly head: number;
  readonly view: DataView;
  /** The arrays of the live state, and the gradients: `(parameters)` f32 each. */
  readonly arrays: Record<'parameters' | 'means' | 'squares' | 'averages' | 'gradients', Float32Array>;
} {
  const shared = smallTraining(given);
  const { buffer } = shared.setup.memory;
  const run = shared.layout.runs[0];
  const count = shared.layout.shape.bytes / 4;
  const array = (index: number) => new Float32Array(buffer, run.live + index * count * 4, count);
  const arrays = {
    parameters: array(0),
    means: array(1),
    squares: array(2),
    averages: array(3),
    gradients: new Float32Array(buffer, run.gradients, count),
  };
  const kernel = instantiateWasm<TrainingKernel>(shared.setup.module, shared.setup.memory);
  placeEpoch(kernel, shared.setup, { run: 0, epoch: 0, rank: 0 });
  // Biases begin at 0: others show more.
  const random = createRandom((given.seed ?? 1) + 2);
  for (const { biases, outputs } of shared.layout.shape.layers) {
    for (let n = 0; n < outputs; n++) arrays.parameters[biases / 4 + n] = random.uniform() - 0.5;
  }
  new Uint32Array(buffer, run.order, shared.layout.imageCount).forEach((_, i, order) => {
    order[i] = i;
  });
  return { shared, kernel, head: run.ranks[0].head, view: new DataView(buffer), arrays };
}
