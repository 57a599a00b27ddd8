import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { Adam, addGradients, zeroGradients } from '../../scripts/float64/backpropagation.js';
import { brightnessOf, feedForward, predictedClass } from '../../src/network/feed-forward.js';
import { lossOf, type Network } from '../../src/network/network.js';
import { UNIT_BRIGHTNESS } from '../../src/network/normalization.js';
import { createRandom } from '../../src/network/random.js';
import { AUGMENTATIONS } from '../../src/training/epoch-plan.js';
import { trainedNetwork } from '../../src/training/network-parameters.js';
import type { TrainingOptions } from '../../src/training/training-options.js';
import * as RUN from '../../workers/kernel/common/run-offsets.js';
import { expectCanariesAlive, plantCanaries } from '../helpers/canaries.js';
import { trainingLoss, warpImage, warpOf } from '../training/oracles.js';
import { kernelTraining, type SmallTrainingOptions } from '../training/small-training.js';

type KernelTraining = ReturnType<typeof kernelTraining>;

/** The run's parameters as a float64 network. */
function networkOf({ shared, arrays }: KernelTraining): Network {
  return trainedNetwork(arrays.parameters, shared.layout.shape, shared.options, shared.images, {});
}

function brightnessAt({ shared }: KernelTraining, i: number): Float64Array {
  const { pixels, image } = shared.images;
  const size = image.height * image.width;
  return brightnessOf(pixels.subarray(i * size, (i + 1) * size), UNIT_BRIGHTNESS, image);
}

/** The gradients as the kernel left them, shaped as the oracle's. */
function gradientsOf({ shared, arrays }: KernelTraining) {
  return trainedNetwork(arrays.gradients, shared.layout.shape, shared.options, shared.images, {}).layers;
}

/** Lists where two arrays differ by more than `tolerance` times the largest expected number, or 1. */
function faultsOf(
  what: string,
  found: ArrayLike<number>,
  expected: ArrayLike<number>,
  tolerance: number,
): string[] {
  const largest = Math.max(1, ...Array.from(expected, Math.abs));
  return Array.from(expected).flatMap((x, i) =>
    Math.abs(found[i] - x) <= tolerance * largest ? [] : [`${what} ${i}: expected ${x}, found ${found[i]}`],
  );
}

const shapes = {
  seed: fc.nat(1e6),
  height: fc.integer({ min: 1, max: 13 }),
  width: fc.integer({ min: 1, max: 21 }),
  classCount: fc.integer({ min: 1, max: 21 }),
  count: fc.integer({ min: 1, max: 70 }),
  lit: fc.constantFrom(0, 0.05, 0.3, 1),
};
const hidden = fc.array(fc.integer({ min: 1, max: 37 }), { maxLength: 3 });
const activation = fc.constantFrom<TrainingOptions['activation']>('sigmoid', 'relu', 'tanh');

describe('the gradients of the kernel', () => {
  test('are those of float64 backpropagation, for any sizes, activations, images and batches', () => {
    fc.assert(
      fc.property(
        fc.record(shapes),
        hidden,
        activation,
        fc.constantFrom<TrainingOptions['output']>('sigmoid', 'softmax', 'identity'),
        (shape, hidden, activation, output) => {
          const loss = output === 'softmax' ? 'cross-entropy' : 'squared error';
          const settings = { hidden, activation, output, loss, batchSize: shape.count } as const;
          const training = kernelTraining({ ...shape, options: settings });
          const { shared, kernel, head, arrays } = training;
          const network = networkOf(training);
          expect(lossOf(network)).toBe(loss);
          const expected = zeroGradients(network);
          let expectedLoss = 0;
          shared.images.labels.forEach((label, i) => {
            expectedLoss += addGradients(network, brightnessAt(training, i), label, expected);
          });
          plantCanaries(shared.setup.memory.buffer, shared.layout);
          const lossSum = kernel.addGradients(head, 0, shape.count);
          expectCanariesAlive(shared.setup.memory.buffer, shared.layout);
          const faults = gradientsOf(training).flatMap(({ weights, biases }, l) => [
            ...faultsOf(`layer ${l}, weight`, weights, expected[l].weights, 2e-5),
            ...faultsOf(`layer ${l}, bias`, biases, expected[l].biases, 2e-5),
          ]);
          faults.push(...faultsOf('loss', [lossSum], [expectedLoss], 1e-5));
          expect(faults).toEqual([]);
          // Padding has no gradient, or it would not stay zero.
          const real = gradientsOf(training).flatMap(({ weights, biases }) => [...weights, ...biases]);
          const count = (values: Iterable<number>) => [...values].filter((x) => x !== 0).length;
          expect(count(arrays.gradients)).toBe(count(real));
        },
      ),
      // ReLU's kink lies where a float32 may fall on its other side: the same examples every time.
      { numRuns: 200, seed: 3 },
    );
  });

  test.each([
    ['sigmoid', 'binary cross-entropy', 0],
    ['sigmoid', 'binary cross-entropy', 0.1],
    ['sigmoid', 'squared error', 0.1],
    ['softmax', 'cross-entropy', 0.1],
    ['softmax', 'squared error', 0],
    ['softmax', 'squared error', 0.2],
    ['identity', 'squared error', 0.1],
  ] as const)(
    'of %s outputs, %s and label smoothing %f are the differences of that loss',
    (output, loss, smoothing) => {
      const options = {
        hidden: [5, 3],
        activation: 'tanh',
        output,
        loss,
        labelSmoothing: smoothing,
      } as const;
      const training = kernelTraining({ count: 9, height: 3, width: 2, options });
      const network = networkOf(training);
      const cost = () => {
        let sum = 0;
        training.shared.images.labels.forEach((label, i) => {
          const outputs = feedForward(network, brightnessAt(training, i))[network.layers.length];
          sum += trainingLoss(outputs, label, loss, smoothing);
        });
        return sum;
      };
      const lossSum = training.kernel.addGradients(training.head, 0, 9);
      expect(lossSum).toBeCloseTo(cost(), 4);
      const slope = (values: Float64Array, at: number) => {
        const [value, h] = [values[at], 1e-5];
        values[at] = value + h;
        const above = cost();
        values[at] = value - h;
        const below = cost();
        values[at] = value;
        return (above - below) / (2 * h);
      };
      const faults = gradientsOf(training).flatMap(({ weights, biases }, l) => {
        const layer = network.layers[l];
        return [
          ...faultsOf(
            `layer ${l}, weight`,
            weights,
            layer.weights.map((_, w) => slope(layer.weights, w)),
            2e-5,
          ),
          ...faultsOf(
            `layer ${l}, bias`,
            biases,
            layer.biases.map((_, n) => slope(layer.biases, n)),
            2e-5,
          ),
        ];
      });
      expect(faults).toEqual([]);
    },
  );

  test('follow the order of the epoch: images 3 and 1, and no other', () => {
    const training = kernelTraining({ count: 5 });
    const { shared, kernel, head } = training;
    new Uint32Array(shared.setup.memory.buffer, shared.layout.runs[0].order, 2).set([3, 1]);
    kernel.addGradients(head, 0, 2);
    const network = networkOf(training);
    const expected = zeroGradients(network);
    for (const i of [3, 1])
      addGradients(network, brightnessAt(training, i), shared.images.labels[i], expected);
    expect(faultsOf('weight', gradientsOf(training)[0].weights, expected[0].weights, 2e-5)).toEqual([]);
  });
});

describe('the optimizer of the kernel', () => {
  const setSteps = ({ shared }: KernelTraining, steps: readonly number[]) =>
    new Float32Array(shared.setup.memory.buffer, shared.layout.runs[0].steps, steps.length).set(steps);

  test('Adam is the float64 one, with decay of weights alone, and clears the gradients', () => {
    const training = kernelTraining({
      options: { averaging: 0, largestFirstWeight: Number.POSITIVE_INFINITY },
    });
    const { shared, kernel, head, arrays } = training;
    const { weightBytes } = shared.layout.shape;
    const random = createRandom(9);
    const expected = Float64Array.from(arrays.parameters);
    const weights = new Adam(expected.subarray(0, weightBytes / 4));
    const biases = new Adam(expected.subarray(weightBytes / 4));
    for (let step = 1; step <= 20; step++) {
      const gradient = Float64Array.from(expected, () => Math.fround(random.uniform() - 0.5));
      arrays.gradients.set(gradient);
      setSteps(training, [0.01 / (1 - 0.9 ** step), 1 / (1 - 0.999 ** step), 1 - 0.01 * 0.3, 0]);
      kernel.optimize(head, 0, 7);
      weights.step(gradient.subarray(0, weightBytes / 4), 1 / 7, { learningRate: 0.01, weightDecay: 0.3 });
      biases.step(gradient.subarray(weightBytes / 4), 1 / 7, { learningRate: 0.01, weightDecay: 0 });
      expect(arrays.gradients.every((g) => g === 0)).toBe(true);
    }
    expect(faultsOf('parameter', arrays.parameters, expected, 3e-6)).toEqual([]);
  });

  test('SGD keeps its momentum: m = 0.9 m + g, w = keep w - rate m', () => {
    const training = kernelTraining({ options: { optimizer: 'sgd', averaging: 0 } });
    const { shared, kernel, head, arrays } = training;
    const weightCount = shared.layout.shape.weightBytes / 4;
    const expected = Float64Array.from(arrays.parameters);
    const momentum = new Float64Array(expected.length);
    const random = createRandom(9);
    for (let step = 0; step < 10; step++) {
      const gradient = Float64Array.from(expected, () => Math.fround(random.uniform() - 0.5));
      arrays.gradients.set(gradient);
      setSteps(training, [0.02, 1, 0.99, 0]);
      kernel.optimize(head, 0, 3);
      expected.forEach((w, p) => {
        momentum[p] = 0.9 * momentum[p] + gradient[p] / 3;
        expected[p] = (p < weightCount ? 0.99 : 1) * w - 0.02 * momentum[p];
      });
    }
    expect(faultsOf('parameter', arrays.parameters, expected, 3e-6)).toEqual([]);
  });

  test.each(['adam', 'sgd'] as const)(
    '%s keeps the first layer within its bound, and no other layer',
    (optimizer) => {
      const training = kernelTraining({ options: { optimizer, largestFirstWeight: 0.25 } });
      const { shared, kernel, head, arrays } = training;
      arrays.gradients.fill(-1);
      setSteps(training, [20, 1, 1, 1]);
      kernel.optimize(head, 0, 1);
      const { weights } = shared.layout.shape.layers[1];
      expect(Math.max(...arrays.parameters.subarray(0, weights / 4))).toBe(0.25);
      expect(Math.min(...arrays.parameters.subarray(weights / 4))).toBeGreaterThan(0.25);
    },
  );

  test('averages go part of the way to the new parameters', () => {
    const training = kernelTraining({ options: { averaging: 0.9 } });
    const { kernel, head, arrays } = training;
    const before = arrays.averages.slice();
    arrays.gradients.forEach((_, p) => {
      arrays.gradients[p] = p % 5;
    });
    setSteps(training, [0.01, 1, 1, 0.25]);
    kernel.optimize(head, 0, 1);
    const expected = before.map((e, p) => e + 0.25 * (arrays.parameters[p] - e));
    expect(faultsOf('average', arrays.averages, expected, 1e-6)).toEqual([]);
    expect(expected).not.toEqual(before);
  });

  test.each(['adam', 'sgd'] as const)('%s does not hide a gradient that is no number', (optimizer) => {
    const training = kernelTraining({ options: { optimizer } });
    const { kernel, head, arrays } = training;
    arrays.gradients[0] = Number.NaN;
    setSteps(training, [0.01, 1, 1, 0.1]);
    kernel.optimize(head, 0, 1);
    expect(arrays.parameters[0]).toBeNaN();
    expect(arrays.averages[0]).toBeNaN();
    expect(arrays.parameters.subarray(1).every(Number.isFinite)).toBe(true);
  });

  test('training on batches is gradients and steps in turn, the last batch being what is left', () => {
    const options = { batchSize: 8 };
    const [whole, parts] = [kernelTraining({ count: 20, options }), kernelTraining({ count: 20, options })];
    const steps = Array.from({ length: 3 }, (_, i) => [0.01 * (i + 1), 1, 0.999, 0.1]).flat();
    setSteps(whole, steps);
    setSteps(parts, steps);
    whole.kernel.train(whole.head, 0, 3);
    for (const [batch, begin, end] of [
      [0, 0, 8],
      [1, 8, 16],
      [2, 16, 20],
    ]) {
      parts.kernel.addGradients(parts.head, begin, end);
      parts.kernel.optimize(parts.head, batch, end - begin);
    }
    expect(whole.arrays.parameters).toEqual(parts.arrays.parameters);
    expect(whole.arrays.averages).toEqual(parts.arrays.averages);
  });
});

describe('the evaluation of the kernel', () => {
  test.each([
    ['sigmoid', 'squared error'],
    ['softmax', 'cross-entropy'],
  ] as const)('counts what float64 gets right, and its loss without smoothing: %s, %s', (output, loss) => {
    const given: SmallTrainingOptions = { count: 67, options: { output, loss, labelSmoothing: 0.2 } };
    const training = kernelTraining(given);
    const { shared, kernel, head, view } = training;
    const network = networkOf(training);
    let [correct, lossSum] = [0, 0];
    for (let i = 20; i < 67; i++) {
      const outputs = feedForward(network, brightnessAt(training, i))[network.layers.length];
      if (predictedClass(outputs) === shared.images.labels[i]) correct++;
      lossSum += trainingLoss(outputs, shared.images.labels[i], loss, 0);
    }
    kernel.evaluate(head, shared.layout.runs[0].live, 20, 47);
    expect(view.getInt32(head + RUN.correct, true)).toBe(correct);
    expect(view.getFloat64(head + RUN.lossSum, true)).toBeCloseTo(lossSum, 3);
  });
});

describe('the augmentation of the kernel', () => {
  test('is the plain one, to half a pixel value, for any size of image, and writes nothing beyond it', () => {
    fc.assert(
      fc.property(
        fc.record({
          ...shapes,
          height: fc.integer({ min: 1, max: 40 }),
          width: fc.integer({ min: 1, max: 40 }),
        }),
        fc.constantFrom('light', 'strong'),
        fc.tuple(fc.nat(2 ** 32 - 1), fc.nat(2 ** 32 - 1)),
        (shape, augment, keys) => {
          const count = 3;
          const { shared, kernel, head, view } = kernelTraining({ ...shape, count, options: { augment } });
          const { pixels, image } = shared.images;
          view.setUint32(head + RUN.key0, keys[0], true);
          view.setUint32(head + RUN.key1, keys[1], true);
          const { buffer } = shared.setup.memory;
          plantCanaries(buffer, shared.layout);
          const size = image.height * image.width;
          const target = shared.layout.runs[0].ranks[0].tilePixels;
          const faults = Array.from({ length: count }, (_, i) => {
            kernel.augmentImage(head, i, target);
            const warp = warpOf(keys, i, AUGMENTATIONS[augment], image.width);
            const expected = warpImage(pixels.subarray(i * size, (i + 1) * size), image, warp);
            const found = new Uint8Array(buffer, target, size);
            return Array.from(expected).filter((x, p) => Math.abs(x - found[p]) > 0.55);
          });
          expect(faults.flat()).toEqual([]);
          expectCanariesAlive(buffer, shared.layout);
        },
      ),
      { numRuns: 150 },
    );
  });

  test('differs from image to image and from epoch to epoch, and changes no image of the set', () => {
    const { shared, kernel, head, view } = kernelTraining({
      height: 12,
      width: 12,
      options: { augment: 'strong' },
    });
    const { buffer } = shared.setup.memory;
    const { layout, images } = shared;
    const augmented = (index: number) => {
      kernel.augmentImage(head, index, layout.runs[0].ranks[0].tilePixels);
      return new Uint8Array(buffer, layout.runs[0].ranks[0].tilePixels, 144).slice();
    };
    new Uint8Array(buffer, layout.pixels, 288).copyWithin(144, 0, 144);
    const [first, second] = [augmented(0), augmented(1)];
    expect(first).not.toEqual(second);
    expect(augmented(0)).toEqual(first);
    view.setUint32(head + RUN.key0, 77, true);
    expect(augmented(0)).not.toEqual(first);
    expect(new Uint8Array(buffer, layout.pixels, 144)).toEqual(images.pixels.slice(0, 144));
  });
});
