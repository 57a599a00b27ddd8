import fc from 'fast-check';
import { expect, test } from 'vitest';
import { detect } from '../../src/insight/detector.js';
import { changeNetwork } from '../../src/insight/what-if.js';
import { brightnessOf, feedForward } from '../../src/network/feed-forward.js';
import { UNIT_BRIGHTNESS } from '../../src/network/normalization.js';
import {
  detectorOf,
  inPlaceOf,
  mostBias,
  nudged,
  PRESETS,
  presetOf,
  seenBy,
  spanned,
} from '../../src/views/draw/live/handmade/handmade.js';
import { testImage, testLabels, testPixels } from '../helpers/mnist.js';

const MNIST = { height: 28, width: 28 };
const size = fc.record({ height: fc.integer({ min: 1, max: 60 }), width: fc.integer({ min: 1, max: 60 }) });
const spot = fc.record({ row: fc.nat(59), column: fc.nat(59) });
const step = fc.record({ row: fc.integer({ min: -70, max: 70 }), column: fc.integer({ min: -70, max: 70 }) });

test('a rectangle lies in the image, however it is dragged, moved and stretched, and so do the presets', () => {
  fc.assert(
    fc.property(size, spot, spot, step, fc.boolean(), (image, a, b, by, isStretched) => {
      const within = ({ row, column }: typeof a) => ({
        row: row % image.height,
        column: column % image.width,
      });
      const rectangle = spanned(within(a), within(b), image);
      expect(rectangle.width).toBe(Math.abs(within(a).column - within(b).column) + 1);
      expect(rectangle.height).toBe(Math.abs(within(a).row - within(b).row) + 1);
      const moved = nudged(rectangle, by, isStretched, image);
      for (const made of [rectangle, moved, ...PRESETS.map((name) => presetOf(name, image))]) {
        // It refuses what does not lie in the image.
        expect(detectorOf({ bias: 0, ...made }, image).weights).toHaveLength(image.height * image.width);
      }
      if (!isStretched) expect(moved).toMatchObject({ width: rectangle.width, height: rectangle.height });
      else expect(moved).toMatchObject({ x: rectangle.x, y: rectangle.y });
    }),
  );
});

test('each preset finds its digit in most images, and few of some other one', () => {
  const images = {
    ...{ count: 2000, pixels: testPixels().subarray(0, 2000 * 784), labels: testLabels().subarray(0, 2000) },
    normalization: UNIT_BRIGHTNESS,
  };
  const wanted = { topBar: [7, 6], upright: [1, 0], leftStroke: [0, 1], middleBar: [4, 0] } as const;
  for (const name of PRESETS) {
    const made = presetOf(name, MNIST);
    expect(Math.abs(made.bias)).toBeLessThan(mostBias(MNIST));
    const { firesByClass } = detect(detectorOf(made, MNIST), images, 10);
    expect(firesByClass[wanted[name][0]]).toBeGreaterThan(0.65);
    expect(firesByClass[wanted[name][1]]).toBeLessThan(0.02);
  }
});

test('it adds up what is in the rectangle and takes away what is around it', () => {
  const pixels = new Uint8Array(784);
  const detector = detectorOf({ x: 10, y: 10, width: 5, height: 2, bias: -1.5 }, MNIST);
  pixels[10 * 28 + 10] = 255;
  pixels[11 * 28 + 14] = 51;
  pixels[9 * 28 + 10] = 102;
  pixels[7 * 28 + 10] = 255;
  const { weightedSum, sum, sigmoid } = seenBy(detector, pixels);
  expect([weightedSum, sum]).toEqual([expect.closeTo(0.8, 12), expect.closeTo(-0.7, 12)]);
  expect(sigmoid).toBeCloseTo(1 / (1 + Math.exp(0.7)), 12);
});

test('in place of a neuron it has the same sum, whatever black and white are to the network', () => {
  const standard = { scale: 1 / 255 / 0.3081, offset: -0.1307 / 0.3081, transposed: false };
  const inverted = { scale: -1 / 255, offset: 1, transposed: false };
  const detector = detectorOf(presetOf('topBar', MNIST), MNIST);
  for (const normalization of [UNIT_BRIGHTNESS, standard, inverted]) {
    const layer = { inputs: 784, outputs: 2, activation: 'identity' } as const;
    const network = {
      layers: [{ ...layer, weights: new Float64Array(1568).fill(0.1), biases: new Float64Array(2) }],
      image: MNIST,
    };
    const changes = inPlaceOf({ layer: 1, neuron: 1 }, detector, normalization);
    for (let n = 0; n < 20; n++) {
      const pixels = testImage(n);
      const stored = normalization.scale < 0 ? pixels.map((pixel) => 255 - pixel) : pixels;
      const brightness = brightnessOf(stored, normalization, MNIST);
      const [, outputs] = feedForward(changeNetwork(network, changes).network, brightness);
      expect(outputs[1]).toBeCloseTo(seenBy(detector, pixels).sum, 9);
      expect(outputs[0]).toBe(feedForward(network, brightness)[1][0]);
    }
  }
});
