import { arithmeticOf, type NeuronArithmetic, type NeuronPlace } from '../../../../insight/explain.js';
import { columnOf } from '../../../../insight/run-images.js';
import { activate } from '../../../../network/activations.js';
import { feedForward } from '../../../../network/feed-forward.js';
import type { ImageSize, Layer, LayeredNetwork } from '../../../../network/network.js';

/** So many terms are told one by one. */
export const TERMS = 5;
/** So many inputs, if they are not pixels, are shown as a bar each. */
const MOST_BARS = 64;
/** Points of a curve. */
const POINTS = 97;

/** How the value of a neuron comes about: the largest terms + the rest + the bias = z. */
export interface NeuronSum extends NeuronArithmetic {
  /** The inputs with the largest |wᵢaᵢ|, the largest first; none that adds nothing. */
  readonly largest: readonly number[];
  /** What all other inputs add. */
  readonly rest: number;
}

/** The sum of one neuron, for the activations of all layers. */
export function neuronSum(
  network: LayeredNetwork,
  activations: readonly Float64Array[],
  place: NeuronPlace,
): NeuronSum {
  const arithmetic = arithmeticOf(network, activations, place);
  const { contributions, weightedSum } = arithmetic;
  const sizes = contributions.map(Math.abs);
  const largest = Array.from(sizes.keys())
    .filter((i) => sizes[i] > 0)
    .sort((a, b) => sizes[b] - sizes[a] || a - b)
    .slice(0, TERMS);
  const told = largest.reduce((sum, i) => sum + contributions[i], 0);
  return { ...arithmetic, largest, rest: weightedSum - told };
}

/**
 * f(z) of a neuron at points evenly from z = -reach to reach, `(97)` float64. Of a softmax, whose outputs depend on
 * each other, the other sums stay as the `inputs` make them.
 */
export function curveOf(layer: Layer, inputs: Float64Array, neuron: number, reach: number): Float64Array {
  const { activation, outputs } = layer;
  const z = Float64Array.from({ length: POINTS }, (_, i) => reach * ((2 * i) / (POINTS - 1) - 1));
  if (activation !== 'softmax') return activate(activation, z);
  const [, sums] = feedForward({ layers: [{ ...layer, activation: 'identity' }] }, inputs);
  const rows = Float64Array.from({ length: POINTS * outputs }, (_, i) =>
    i % outputs === neuron ? z[Math.floor(i / outputs)] : sums[i % outputs],
  );
  return columnOf(activate(activation, rows, outputs), outputs, neuron);
}

/** How the inputs of a layer are shown: as the image, as a row of bars, or as a grid where they are too many for bars. */
export interface InputShape extends ImageSize {
  readonly isBars: boolean;
}

export function inputShape({ layers, image }: LayeredNetwork, layer: number): InputShape {
  if (layer === 1) return { ...image, isBars: false };
  const { inputs } = layers[layer - 1];
  if (inputs <= MOST_BARS) return { height: 1, width: inputs, isBars: true };
  const width = Math.ceil(Math.sqrt(inputs));
  return { height: Math.ceil(inputs / width), width, isBars: false };
}

/** What dragging in the picture of the weights does. */
export const BRUSHES = ['one', 'raise', 'lower', 'restore'] as const;

/** The inputs under a soft brush that goes from one place to another, each with 0..1 of its strength. Places are in cells. */
export function brushed(
  { height, width }: ImageSize,
  from: { readonly y: number; readonly x: number },
  to: { readonly y: number; readonly x: number },
): Map<number, number> {
  const cells = new Map<number, number>();
  const [dy, dx] = [to.y - from.y, to.x - from.x];
  const steps = Math.max(1, Math.ceil(Math.hypot(dy, dx)));
  for (let step = 1; step <= steps; step++) {
    const [y, x] = [from.y + (dy * step) / steps, from.x + (dx * step) / steps];
    for (let row = Math.floor(y) - 1; row <= Math.floor(y) + 1; row++) {
      for (let column = Math.floor(x) - 1; column <= Math.floor(x) + 1; column++) {
        if (row < 0 || row >= height || column < 0 || column >= width) continue;
        const strength = 1.5 - Math.hypot(row + 0.5 - y, column + 0.5 - x);
        const input = row * width + column;
        if (strength > 0) cells.set(input, Math.max(cells.get(input) ?? 0, Math.min(1, strength)));
      }
    }
  }
  return cells;
}
