import type { ActivationName } from '../../src/network/activations.js';
import type { Layer, Network } from '../../src/network/network.js';
import { UNIT_BRIGHTNESS } from '../../src/network/normalization.js';
import { createRandom, type Random } from '../../src/network/random.js';

/** What a random network is made of. */
export interface RandomNetworkOptions {
  readonly seed: number;
  readonly height: number;
  readonly width: number;
  /** Neurons of each layer, the input not counted. */
  readonly outputs: readonly number[];
  readonly hidden: ActivationName;
  readonly last: ActivationName;
}

/** A network with weights as a fresh one has them, spread by the number of inputs: its sums are of the order of 1. */
export function randomNetwork({ seed, height, width, outputs, hidden, last }: RandomNetworkOptions): Network {
  const random = createRandom(seed);
  const layers: Layer[] = [];
  let inputs = height * width;
  outputs.forEach((count, index) => {
    layers.push(randomLayer(random, inputs, count, index === outputs.length - 1 ? last : hidden));
    inputs = count;
  });
  return {
    layers,
    image: { height, width },
    normalization: UNIT_BRIGHTNESS,
    classes: Array.from({ length: inputs }, (_, index) => String(index)),
    provenance: {},
  };
}

function randomLayer(random: Random, inputs: number, outputs: number, activation: ActivationName): Layer {
  const signed = () => 2 * random.uniform() - 1;
  const spread = Math.sqrt(3 / inputs);
  return {
    inputs,
    outputs,
    activation,
    weights: Float64Array.from({ length: inputs * outputs }, () => signed() * spread),
    biases: Float64Array.from({ length: outputs }, signed),
  };
}

/** `count` bytes, of which about `lit` (0..1) are not zero. */
export function randomPixels(seed: number, count: number, lit: number): Uint8Array {
  const random = createRandom(seed);
  return Uint8Array.from({ length: count }, () => (random.uniform() < lit ? random.below(256) : 0));
}
