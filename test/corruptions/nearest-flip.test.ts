import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { linesOf } from '../../src/corruptions/activation-lines.js';
import { Ball, NORMS } from '../../src/corruptions/ball.js';
import { BallSearch } from '../../src/corruptions/ball-search.js';
import { smallestWithin } from '../../src/corruptions/half-spaces.js';
import type { OpenLayer } from '../../src/corruptions/linear-bounds.js';
import { nearestFlip } from '../../src/corruptions/nearest-flip.js';
import { RelaxedNetwork } from '../../src/corruptions/relaxed-network.js';
import { openModel } from '../../src/inputs/models/open-model.js';
import { activate } from '../../src/network/activations.js';
import { brightnessOf, feedForward, predictedClass } from '../../src/network/feed-forward.js';
import { createRandom } from '../../src/network/random.js';
import { testLabels, testPixels } from '../helpers/mnist.js';
import { randomNetwork, randomPixels } from '../helpers/random-network.js';

const settings = fc.record({
  seed: fc.nat(1e6),
  height: fc.integer({ min: 1, max: 5 }),
  width: fc.integer({ min: 2, max: 5 }),
  outputs: fc.constantFrom([3], [4, 3], [5, 4, 2], [3, 3, 3, 4]),
  hidden: fc.constantFrom('relu' as const, 'sigmoid' as const, 'tanh' as const),
  last: fc.constantFrom('softmax' as const, 'sigmoid' as const, 'identity' as const),
  // Without half of the weights: some sums are the same for all images, so their bounds are a point.
  isSparse: fc.boolean(),
});

function networkOf({ isSparse, ...given }: typeof settings extends fc.Arbitrary<infer T> ? T : never) {
  const network = randomNetwork(given);
  const random = createRandom(given.seed + 2);
  for (const { weights } of isSparse ? network.layers : [])
    for (const i of weights.keys()) if (random.below(2) === 0) weights[i] = 0;
  return network;
}

describe('the nearest flip', () => {
  test('is an image that the network takes for something else, and none is nearer than what is proven', () => {
    fc.assert(
      fc.property(settings, (given) => {
        const network = networkOf(given);
        const size = given.height * given.width;
        const image = randomPixels(given.seed, size, 0.6);
        const flip = nearestFlip(network, network.normalization, image, 0);
        const x = Float64Array.from(image, (pixel) => pixel / 255);
        const verdictOf = (point: Float64Array) =>
          predictedClass(feedForward(network, point)[network.layers.length]);
        expect(flip.verdict).toBe(verdictOf(x));
        const random = createRandom(given.seed + 1);
        for (const norm of NORMS) {
          const { low, high } = flip.distances[norm];
          if (high !== null) expect(low).toBeLessThanOrEqual(high * (1 + 1e-9));
          // Images at random within what is proven, half of them on its border.
          for (let i = 0; i < 200; i++) {
            const change = x.map(() => 2 * random.uniform() - 1);
            if (norm === 'largest')
              for (let p = 0; p < size; p += 1 + random.below(2)) change[p] = Math.sign(change[p]);
            const length = norm === 'largest' ? 1 : Math.sqrt(change.reduce((sum, d) => sum + d * d, 0));
            const scale = (i % 2 ? 1 : random.uniform()) * (1 - 1e-9) * (low / length);
            const point = x.map((value, p) => Math.min(1, Math.max(0, value + scale * change[p])));
            expect(verdictOf(point)).toBe(flip.verdict);
          }
        }
        if (flip.changed === null) return;
        const changed = Float64Array.from(flip.changed, (pixel) => pixel / 255);
        // As it is kept it is taken for that, by the network itself.
        expect(verdictOf(changed)).toBe(flip.becomes);
        expect(changed.every((value) => value >= -1e-6 && value <= 1 + 1e-6)).toBe(true);
        const most = changed.reduce((so, value, p) => Math.max(so, Math.abs(value - x[p])), 0);
        expect(most).toBeCloseTo(flip.distances.largest.high ?? -1, 5);
        expect(flip.becomes).not.toBe(flip.verdict);
      }),
      { numRuns: 60 },
    );
  });

  test('is the nearest there is to 1 %, with ReLU', () => {
    fc.assert(
      fc.property(settings, (given) => {
        const network = networkOf({ ...given, hidden: 'relu' });
        const image = randomPixels(given.seed, given.height * given.width, 0.6);
        const { distances } = nearestFlip(network, network.normalization, image, 0);
        for (const norm of NORMS) {
          const { low, high } = distances[norm];
          expect(low).toBeGreaterThanOrEqual(0.99 * (high ?? 1) * (1 - 1e-9));
        }
      }),
      { numRuns: 100 },
    );
  });

  test('is found and bounded in a larger network, too', () => {
    const network = randomNetwork({
      ...{ seed: 5, height: 28, width: 28, outputs: [64, 48, 10] },
      ...{ hidden: 'relu', last: 'softmax' },
    });
    const { distances } = nearestFlip(network, network.normalization, testPixels().subarray(0, 784), 7);
    for (const norm of NORMS) {
      expect(distances[norm].low).toBeGreaterThan(0);
      expect(distances[norm].high).toBeGreaterThan(distances[norm].low);
    }
  });

  test('proves nothing of a softmax between layers, whose bounds it does not know', () => {
    const network = randomNetwork({
      seed: 3,
      height: 3,
      width: 3,
      outputs: [4, 3],
      hidden: 'softmax',
      last: 'softmax',
    });
    const { distances } = nearestFlip(network, network.normalization, randomPixels(3, 9, 0.6), 0);
    expect([distances.largest.low, distances.euclidean.low]).toEqual([0, 0]);
  });

  test('proves nothing by a sigmoid whose sum is the same everywhere', () => {
    const layer = (
      inputs: number,
      weights: number[],
      biases: number[],
      activation: OpenLayer['activation'],
    ) => ({
      ...{ inputs, outputs: biases.length, activation },
      ...{ weights: Float64Array.from(weights), biases: Float64Array.from(biases) },
    });
    for (let bias = -6; bias < 6; bias += 0.05) {
      const layers = [
        layer(1, [0, 8], [bias, -4], 'sigmoid'),
        layer(2, [3, 0, 0, 8], [0, -4], 'sigmoid'),
        layer(2, [0, -1, 0, 1], [0.5, -0.5], 'identity'),
      ];
      const x = Float64Array.of(0.1);
      const network = new RelaxedNetwork(layers, x, 0);
      expect(network.verdictOf(network.sumsAt(Float64Array.of(0.9)))).toBe(1);
      const search = new BallSearch(network, new Ball('largest', x), 0);
      expect(search.isProven(1, 1, 100, () => 1)).toBe(false);
    }
  });

  test('is found where the way down leads elsewhere', () => {
    const { network } = openModel('relu');
    const { distances } = nearestFlip(network, network.normalization, testPixels().subarray(0, 784), 7);
    // An attack that follows gradients alone ends at 0.0270.
    expect(distances.largest.high).toBeCloseTo(0.02444, 4);
    expect(distances.largest.low).toBeCloseTo(0.99 * 0.02444, 4);
    expect(distances.euclidean.low).toBeCloseTo(0.99 * (distances.euclidean.high ?? 0), 9);
  });

  test('of one layer alone is exact: the way to the plane between two classes', () => {
    const network = randomNetwork({
      seed: 4,
      height: 3,
      width: 3,
      outputs: [2],
      hidden: 'relu',
      last: 'softmax',
    });
    const image = new Uint8Array(9).fill(128);
    const { distances } = nearestFlip(network, network.normalization, image, 0);
    const [{ weights, biases }] = network.layers;
    const x = 128 / 255;
    const difference = Array.from({ length: 9 }, (_, i) => weights[i] - weights[9 + i]);
    const lead = Math.abs(difference.reduce((sum, w) => sum + w * x, biases[0] - biases[1]));
    const ofLargest = lead / difference.reduce((sum, w) => sum + Math.abs(w), 0);
    // No pixel meets an end of its range.
    expect(ofLargest).toBeLessThan(127 / 255);
    expect(distances.largest.high).toBeCloseTo(ofLargest, 4);
    expect(distances.largest.low).toBeGreaterThan(0.98 * ofLargest);
    const ofEuclidean = lead / Math.sqrt(difference.reduce((sum, w) => sum + w * w, 0));
    expect(distances.euclidean.high).toBeCloseTo(ofEuclidean, 4);
    expect(distances.euclidean.low).toBeGreaterThan(0.98 * ofEuclidean);
  });

  test('of a real digit is a small change, whatever way the network sees pixels', () => {
    const { network } = openModel('relu');
    const image = testPixels().subarray(0, 784);
    const [truth] = testLabels();
    const flip = nearestFlip(network, network.normalization, image, truth);
    expect(flip).toMatchObject({ truth, verdict: truth });
    expect(flip.distances.largest.high).toBeLessThan(0.1);
    expect(flip.distances.largest.low).toBeGreaterThan(0.003);
    const inverted = { scale: -1 / 255, offset: 1, transposed: false };
    const turned = nearestFlip(
      network,
      inverted,
      image.map((pixel) => 255 - pixel),
      truth,
    );
    expect(turned.distances.largest.high).toBeCloseTo(flip.distances.largest.high ?? -1, 4);
    const pixels = Uint8Array.from(flip.changed ?? [], (pixel) => Math.round(pixel));
    // Rounded to whole pixels it may be on either side; it is near the border, in any case.
    const outputs = feedForward(network, brightnessOf(pixels, network.normalization, network.image))[3];
    const [first, second] = outputs.toSorted((a, b) => b - a);
    expect(first - second).toBeLessThan(0.5);
  });
});

describe('the smallest change within half-spaces', () => {
  test('lies in all of them, and no other is smaller; or there is none', () => {
    const given = fc.record({
      seed: fc.nat(1e6),
      size: fc.integer({ min: 1, max: 6 }),
      planes: fc.integer({ min: 1, max: 5 }),
      reach: fc.constantFrom(Number.POSITIVE_INFINITY, 0.3),
    });
    fc.assert(
      fc.property(given, ({ seed, size, planes, reach }) => {
        const random = createRandom(seed);
        const vector = (from: number, to: number) =>
          Float64Array.from({ length: size }, () => from + (to - from) * random.uniform());
        const halfSpaces = Array.from({ length: planes }, () => ({
          row: vector(-1, 1),
          offset: 0.6 * random.uniform() - 0.2,
        }));
        const box = { low: vector(-0.5, 0), high: vector(0, 0.5), reach };
        const found = smallestWithin(halfSpaces, box);
        const sizeOf = (change: Float64Array) => Math.sqrt(change.reduce((sum, d) => sum + d * d, 0));
        const most = (change: Float64Array) =>
          Math.max(
            ...halfSpaces.map(({ row, offset }) => row.reduce((sum, w, i) => sum + w * change[i], offset)),
          );
        if (found) {
          expect(most(found)).toBeLessThan(1e-6);
          expect(found.every((d, i) => d >= box.low[i] && d <= box.high[i])).toBe(true);
        }
        for (let i = 0; i < 300; i++) {
          const change = Float64Array.from(box.low, (low, p) => low + (box.high[p] - low) * random.uniform());
          if (most(change) > 0 || sizeOf(change) > reach) continue;
          expect(found).not.toBeNull();
          if (found) expect(sizeOf(change)).toBeGreaterThan(sizeOf(found) - 1e-6);
        }
      }),
      { numRuns: 300 },
    );
  });
});

describe('bounds', () => {
  test('the least of a ball is at least as low as any of its points, and is reached', () => {
    fc.assert(
      fc.property(
        fc.array(fc.double({ min: 0, max: 1, noNaN: true }), { minLength: 1, maxLength: 12 }),
        fc.constantFrom(...NORMS),
        fc.double({ min: 0.001, max: 2, noNaN: true }),
        fc.nat(1e6),
        (values, norm, radius, seed) => {
          const x = Float64Array.from(values);
          const ball = new Ball(norm, x);
          const random = createRandom(seed);
          const direction = x.map(() => (random.below(4) === 0 ? 0 : 2 * random.uniform() - 1));
          const least = ball.least(direction, radius);
          for (let i = 0; i < 50; i++) {
            const step = x.map(() => 2 * random.uniform() - 1);
            const length =
              norm === 'largest' ? 1 : Math.max(1e-9, Math.sqrt(step.reduce((sum, d) => sum + d * d, 0)));
            const point = x.map((value, p) => Math.min(1, Math.max(0, value + (radius * step[p]) / length)));
            const found = point.reduce((sum, value, p) => sum + direction[p] * (value - x[p]), 0);
            expect(found).toBeGreaterThanOrEqual(least - 1e-9);
          }
          // The smallest change that goes so far has the size of the ball, or every pixel is at its end.
          const change = ball.reach(direction, -least * (1 - 1e-9));
          const reached = change?.reduce((sum, d, p) => sum + direction[p] * d, 0) ?? 0;
          expect(reached).toBeCloseTo(least, 6);
          expect(
            ball.sizeOf(
              x.map((value, p) => value + (change?.[p] ?? 0)),
              x,
            ),
          ).toBeLessThanOrEqual(radius * (1 + 1e-6));
          expect(ball.reach(direction, 1 + direction.reduce((sum, d) => sum + Math.abs(d), 0))).toBeNull();
        },
      ),
    );
  });

  test('an activation lies between its lines', () => {
    const end = fc.double({ min: -12, max: 12, noNaN: true });
    fc.assert(
      fc.property(
        fc.constantFrom('relu' as const, 'sigmoid' as const, 'tanh' as const, 'identity' as const),
        end,
        end,
        (name, a, b) => {
          const [low, high] = [Math.min(a, b), Math.max(a, b)];
          const [lowSlope, lowAt0, highSlope, highAt0] = linesOf(name, low, high);
          for (let i = 0; i <= 40; i++) {
            const z = low + (i / 40) * (high - low);
            const [value] = activate(name, Float64Array.of(z), 1);
            expect(lowSlope * z + lowAt0).toBeLessThanOrEqual(value + 1e-9);
            expect(highSlope * z + highAt0).toBeGreaterThanOrEqual(value - 1e-9);
          }
        },
      ),
      { numRuns: 500 },
    );
  });
});
