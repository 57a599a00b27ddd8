import fc from 'fast-check';
import type { ActivationName } from '../../src/network/activations.js';
import type { Layer, Network } from '../../src/network/network.js';
import { UNIT_BRIGHTNESS } from '../../src/network/normalization.js';

/** A vector of numbers between -limit and limit, on a grid: most doubles that chance would give are near 0. */
export function vector(length: number, limit: number): fc.Arbitrary<Float64Array> {
  const number = fc.integer({ min: -10_007, max: 10_007 }).map((x) => (x / 10_007) * limit);
  return fc.array(number, { minLength: length, maxLength: length }).map((xs) => Float64Array.from(xs));
}

/** A layer of the given shape whose weights and biases lie between -2 and 2. */
export function layer(inputs: number, outputs: number, activation: ActivationName): fc.Arbitrary<Layer> {
  return fc
    .tuple(vector(inputs * outputs, 2), vector(outputs, 2))
    .map(([weights, biases]) => ({ weights, biases, inputs, outputs, activation }));
}

/** A network for images of 2 x 3 pixels: 6-4-3. */
export function smallNetwork(hidden: ActivationName, output: ActivationName): fc.Arbitrary<Network> {
  return fc.tuple(layer(6, 4, hidden), layer(4, 3, output)).map((layers) => ({
    layers,
    image: { height: 2, width: 3 },
    normalization: UNIT_BRIGHTNESS,
    classes: ['a', 'b', 'c'],
    provenance: { seed: '7' },
  }));
}
