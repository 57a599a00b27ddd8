import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { createWorker } from '../../src/engine/create-worker.js';
import { SharedNetwork } from '../../src/engine/shared-network.js';
import { Slots } from '../../src/engine/slots.js';
import { BUNDLED_MODELS, openModel } from '../../src/inputs/models/open-model.js';
import { ACTIVATIONS } from '../../src/network/activations.js';
import { brightnessOf, feedForward, predictedClass } from '../../src/network/feed-forward.js';
import { loss, lossOf, type Network } from '../../src/network/network.js';
import type { Normalization } from '../../src/network/normalization.js';
import * as HEAD from '../../workers/kernel/common/head-offsets.js';
import { expectCanariesAlive, plantCanaries } from '../helpers/canaries.js';
import { testLabels, testPixels } from '../helpers/mnist.js';
import { randomNetwork, randomPixels } from '../helpers/random-network.js';

/** The kernel's promise against float64: outputs, and where the winner must be the same. */
const TOLERANCE = 1e-4;
const CLEAR_MARGIN = 1e-3;
/**
 * The same for networks and images drawn at random. A sum over 169 pixels, in units of half a standard deviation of MNIST, is
 * off by 3e-5 (root mean square) where all weights are rounded to int16: so 1e-4 would come up once in some hundred runs.
 */
const RANDOM_TOLERANCE = 3e-4;

interface Run {
  readonly network: Network;
  readonly normalization: Normalization;
  readonly pixels: Uint8Array;
  readonly labels: Uint8Array;
}

/** Scores with the kernel, in a memory of which every guard holds a canary. */
function scoreWithKernel({ network, normalization, pixels, labels }: Run) {
  const shared = new SharedNetwork(network, {
    slotCount: 2,
    recordsPerSlot: labels.length,
    withOutputs: true,
  });
  shared.placeFor(normalization);
  plantCanaries(shared.memory.buffer, shared.layout);
  const slot = new Slots(shared.memory.buffer, shared.layout).take();
  slot.pixels.set(pixels);
  slot.labels.set(labels);
  const score = createWorker(shared);
  score({ slot: slot.index, count: labels.length, hasLabels: true });
  expectCanariesAlive(shared.memory.buffer, shared.layout);
  expect(Buffer.compare(slot.pixels, pixels)).toBe(0);
  expect(Buffer.compare(slot.labels, labels)).toBe(0);
  const head = new DataView(shared.memory.buffer, shared.layout.network.head);
  return { slot, isQuantized: head.getInt32(HEAD.quantized, true) === 1 };
}

/** Checks every number that the kernel left against the float64 network. */
function expectLikeOracle(run: Run, tolerance = TOLERANCE): void {
  const { network, normalization, pixels, labels } = run;
  const { slot } = scoreWithKernel(run);
  const classes = network.classes.length;
  const size = pixels.length / labels.length;
  const name = lossOf(network);
  // Collected and expected once: an expectation a number would take minutes.
  const faults: string[] = [];
  const compare = (what: string, found: number, expected: number, most: number) => {
    const isClose = Math.abs(found - expected) <= most * Math.max(1, Math.abs(expected));
    if (!isClose) faults.push(`${what}: expected ${expected}, found ${found}`);
  };
  labels.forEach((label, i) => {
    const brightness = brightnessOf(pixels.subarray(i * size, (i + 1) * size), normalization, network.image);
    const expected = feedForward(network, brightness)[network.layers.length];
    const found = slot.outputs.subarray(i * classes, (i + 1) * classes);
    expected.forEach((x, k) => {
      compare(`output ${k} of image ${i}`, found[k], x, tolerance);
    });
    const prediction = slot.predictions[i];
    compare(`confidence of image ${i}`, slot.confidences[i], found[prediction], 0);
    const [first, second] = expected.toSorted((a, b) => b - a);
    const isClear = second === undefined || first - second > CLEAR_MARGIN;
    if (isClear) compare(`prediction of image ${i}`, prediction, predictedClass(expected), 0);
    // Squared errors add up what each output is off by.
    compare(`loss of image ${i}`, slot.losses[i], loss(expected, label, name), 20 * tolerance);
  });
  expect(faults).toEqual([]);
}

const normalizations = fc.constantFrom<Normalization>(
  { scale: 1 / 255, offset: 0, transposed: false },
  { scale: -1 / 255, offset: 1, transposed: false },
  { scale: 1 / 255 / 0.3081, offset: -0.1307 / 0.3081, transposed: false },
  { scale: 1 / 255, offset: 0, transposed: true },
);

describe('the kernel against the float64 network', () => {
  test('any sizes, activations, normalizations and images give the same outputs, winners and losses', () => {
    fc.assert(
      fc.property(
        fc.record({
          seed: fc.nat(),
          height: fc.integer({ min: 1, max: 13 }),
          width: fc.integer({ min: 1, max: 13 }),
          outputs: fc.array(fc.integer({ min: 1, max: 40 }), { minLength: 1, maxLength: 4 }),
          hidden: fc.constantFrom(...ACTIVATIONS),
          last: fc.constantFrom(...ACTIVATIONS),
        }),
        normalizations,
        fc.integer({ min: 1, max: 70 }),
        fc.constantFrom(0, 0.05, 0.2, 0.8, 1),
        (options, normalization, count, lit) => {
          const network = randomNetwork(options);
          const pixels = randomPixels(options.seed + 1, count * options.height * options.width, lit);
          const labels = Uint8Array.from({ length: count }, (_, i) => i % network.classes.length);
          expectLikeOracle({ network, normalization, pixels, labels }, RANDOM_TOLERANCE);
        },
      ),
      { numRuns: 300 },
    );
  });

  test.each([1, 2, 15, 16, 17, 255, 256])(
    'a network of the usual shape with %i classes agrees, on black, white, inverted, sparse and one-pixel images',
    (classes) => {
      const shape = { seed: classes, height: 28, width: 28, outputs: [16, 16, classes] };
      const network = randomNetwork({ ...shape, hidden: 'sigmoid', last: 'sigmoid' });
      const digits = testPixels().subarray(0, 40 * 784);
      const images = [
        new Uint8Array(784),
        new Uint8Array(784).fill(255),
        ...Array.from({ length: 20 }, (_, i) => new Uint8Array(784).fill(200, i * 41, i * 41 + 1)),
        new Uint8Array(784).fill(255, 783),
      ];
      const pixels = Uint8Array.from([
        ...digits,
        ...digits.map((x) => 255 - x),
        ...images.flatMap((image) => [...image]),
      ]);
      const labels = Uint8Array.from(
        { length: pixels.length / 784 },
        (_, i) => (classes - 1 - i + 1024) % classes,
      );
      expectLikeOracle({ network, normalization: network.normalization, pixels, labels });
    },
  );

  test.each(BUNDLED_MODELS)(
    'the bundled network %s makes the same confusions on all 10,000 test images, and outputs within 1e-4',
    (name) => {
      const { network } = openModel(name);
      const run = {
        network,
        normalization: network.normalization,
        pixels: testPixels(),
        labels: testLabels(),
      };
      const { slot, isQuantized } = scoreWithKernel(run);
      expect(isQuantized).toBe(true);
      let worst = 0;
      for (let i = 0; i < 10_000; i++) {
        const pixels = run.pixels.subarray(i * 784, (i + 1) * 784);
        const outputs = feedForward(network, brightnessOf(pixels, network.normalization, network.image))[3];
        outputs.forEach((x, k) => {
          worst = Math.max(worst, Math.abs(x - slot.outputs[i * 10 + k]));
        });
        if (predictedClass(outputs) !== slot.predictions[i]) expect.fail(`image ${i} is judged otherwise`);
      }
      expect(worst).toBeLessThanOrEqual(TOLERANCE);
    },
  );

  test('weights that int16 cannot hold well enough are taken as float32', () => {
    const network = randomNetwork({
      seed: 5,
      height: 28,
      width: 28,
      outputs: [16, 10],
      hidden: 'tanh',
      last: 'softmax',
    });
    // One huge weight on a pixel that is always black takes all resolution from its neuron's others.
    network.layers[0].weights[0] = 1e4;
    const pixels = testPixels().slice(0, 100 * 784);
    const run = { network, normalization: network.normalization, pixels, labels: testLabels().slice(0, 100) };
    expect(scoreWithKernel(run).isQuantized).toBe(false);
    expectLikeOracle(run);
  });

  test('a part of a slot is scored and the rest left alone', () => {
    const network = randomNetwork({
      seed: 6,
      height: 28,
      width: 28,
      outputs: [16, 10],
      hidden: 'sigmoid',
      last: 'sigmoid',
    });
    const shared = new SharedNetwork(network, { slotCount: 1, recordsPerSlot: 50 });
    shared.placeFor(network.normalization);
    const slot = new Slots(shared.memory.buffer, shared.layout).take();
    for (const array of [slot.predictions, slot.confidences, slot.losses]) array.fill(77);
    slot.pixels.set(testPixels().subarray(0, 50 * 784));
    const score = createWorker(shared);
    score({ slot: 0, count: 33, hasLabels: true });
    for (const array of [slot.predictions, slot.confidences, slot.losses]) {
      expect([...array.subarray(33)]).toEqual(new Array(17).fill(77));
      expect([...array.subarray(0, 33)]).not.toContain(77);
    }
  });

  test('without labels no loss is written', () => {
    const network = randomNetwork({
      seed: 7,
      height: 2,
      width: 2,
      outputs: [3],
      hidden: 'relu',
      last: 'softmax',
    });
    const shared = new SharedNetwork(network, { slotCount: 1, recordsPerSlot: 4 });
    shared.placeFor(network.normalization);
    const slot = new Slots(shared.memory.buffer, shared.layout).take();
    slot.losses.fill(-1);
    createWorker(shared)({ slot: 0, count: 4, hasLabels: false });
    expect([...slot.losses]).toEqual([-1, -1, -1, -1]);
    expect([...slot.confidences].every((p) => p > 0 && p <= 1)).toBe(true);
  });
});
