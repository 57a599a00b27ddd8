import { DigitflowError } from '../errors.js';
import { activate, backThroughActivation } from '../network/activations.js';
import { feedForward, transposedTimes } from '../network/feed-forward.js';
import type { Network } from '../network/network.js';
import { rowOf } from './explain.js';

/** z of the first layer, Wx + b: `(outputs)` float64, for brightness `(inputs)`. */
export function firstSums({ layers }: Pick<Network, 'layers'>, brightness: Float64Array): Float64Array {
  return feedForward({ layers: [{ ...layers[0], activation: 'identity' }] }, brightness)[1];
}

/** The activations of all layers from z of the first one, whose many weights need not be summed again. */
export function forwardFromSums({ layers }: Pick<Network, 'layers'>, sums: Float64Array): Float64Array[] {
  return feedForward({ layers: layers.slice(1) }, activate(layers[0].activation, sums));
}

/**
 * ∂F/∂z of the first layer, `(outputs)` float64, for F = Σ `outputGradient` · outputs and the `activations` that
 * `forwardFromSums` gives. Its product with the first layer's weights is the gradient of every pixel.
 */
export function firstDeltas(
  { layers }: Pick<Network, 'layers'>,
  activations: readonly Float64Array[],
  outputGradient: Float64Array,
): Float64Array {
  const back = (l: number, gradient: Float64Array) =>
    backThroughActivation(layers[l].activation, activations[l], gradient);
  let gradient = outputGradient;
  for (let l = layers.length - 1; l > 0; l--) gradient = transposedTimes(layers[l], back(l, gradient));
  return back(0, gradient);
}

/** Nodes and weights of Gauss and Legendre on -1..1, five points: exact for polynomials up to degree 9. */
const NODES: readonly (readonly [node: number, weight: number])[] = [
  [0, 128 / 225],
  ...[-1, 1].flatMap((sign) =>
    [-1, 1].map((inner): [number, number] => [
      (sign / 3) * Math.sqrt(5 + inner * 2 * Math.sqrt(10 / 7)),
      (322 - inner * 13 * Math.sqrt(70)) / 900,
    ]),
  ),
];
/** The equal pieces at first: enough that the nodes miss nothing that is not very narrow. */
const FIRST_PIECES = 32;
/** Halving closes in on a kink; after this many times the piece is narrower than a double can tell. */
const DEEPEST = 48;
/** After this many evaluations no piece is halved: rounding, not the function, keeps the halves apart. */
const MOST_EVALUATIONS = 400_000;

/**
 * ∫₀¹ f, for a function of vectors, and how often `f` was called. Each piece is integrated as a whole and in halves, and
 * is halved again until the two agree in every component to its share of `tolerances`.
 *
 * @param isRight whether the integral of a piece agrees with what else is known of it, but for `share` of what is
 *   allowed. Only this finds a jump so narrow that it lies between the nodes.
 */
function integrateVector(
  f: (at: number) => Float64Array,
  tolerances: Float64Array,
  isRight: (piece: readonly [from: number, to: number], integral: Float64Array, share: number) => boolean,
) {
  const integral = new Float64Array(tolerances.length);
  let evaluations = 0;
  const gauss = (from: number, to: number) => {
    const sum = new Float64Array(tolerances.length);
    for (const [node, weight] of NODES) {
      const values = f((from + to + node * (to - from)) / 2);
      for (let n = 0; n < sum.length; n++) sum[n] += (weight / 2) * (to - from) * values[n];
    }
    evaluations += NODES.length;
    return sum;
  };
  const add = (from: number, to: number, whole: Float64Array, depth: number) => {
    const middle = (from + to) / 2;
    const [left, right] = [gauss(from, middle), gauss(middle, to)];
    // The share of the tolerance falls slower than the width, or no piece with a jump would ever be narrow enough.
    const share = 1 / FIRST_PIECES / 2 ** (depth / 4);
    const agree = whole.every((value, n) => Math.abs(value - left[n] - right[n]) <= tolerances[n] * share);
    const both = left.map((value, n) => value + right[n]);
    if ((agree && isRight([from, to], both, share)) || depth >= DEEPEST || evaluations >= MOST_EVALUATIONS) {
      for (let n = 0; n < integral.length; n++) integral[n] += both[n];
      return;
    }
    add(from, middle, left, depth + 1);
    add(middle, to, right, depth + 1);
  };
  for (let piece = 0; piece < FIRST_PIECES; piece++) {
    const [from, to] = [piece / FIRST_PIECES, (piece + 1) / FIRST_PIECES];
    add(from, to, gauss(from, to), 0);
  }
  return { integral, evaluations };
}

/** How far the sum of the contributions may be from the difference of the outputs (times that difference, if above 1). */
export const ATTRIBUTION_TOLERANCE = 1e-7;

/** What every pixel contributes to one output, compared with a baseline image. */
export interface Attribution {
  /** The class whose output is explained. */
  readonly target: number;
  /** `(height * width)` float64, row by row: above 0 for the class, below 0 against it. */
  readonly contributions: Float64Array;
  /** The target's output for the image. */
  readonly output: number;
  /** The target's output for the baseline. */
  readonly baselineOutput: number;
  /** Σ contributions: output - baselineOutput within `residual`. */
  readonly sum: number;
  /** |sum - (output - baselineOutput)|. */
  readonly residual: number;
  /** At how many points of the path the gradient was taken. */
  readonly steps: number;
}

/**
 * Integrated gradients (Sundararajan, Taly, Yan 2017): pixel i contributes (xᵢ - x'ᵢ) ∫₀¹ ∂F/∂xᵢ along the straight
 * path from the baseline x' (usually black) to the image x, both `(height * width)` float64, where F is the output of
 * `target`. The steps adapt to the network, so that the sum also holds for sharp sigmoids and the kinks of ReLUs.
 *
 * @throws DigitflowError USAGE for a class that the network does not have.
 */
export function attribute(
  network: Pick<Network, 'layers'>,
  brightness: Float64Array,
  baseline: Float64Array,
  target: number,
): Attribution {
  const outputs = (image: Float64Array) => feedForward(network, image)[network.layers.length];
  const [output, baselineOutput] = [outputs(brightness)[target], outputs(baseline)[target]];
  const [first] = network.layers;
  const classCount = network.layers[network.layers.length - 1].outputs;
  if (output === undefined) {
    const expected = `a class from 0 to ${classCount - 1}`;
    const message = `class ${target}: expected ${expected}, found ${target}; give one that is there`;
    throw new DigitflowError('USAGE', message);
  }
  // On the path the first layer's sums change linearly, so only its few deltas are integrated.
  const from = firstSums(network, baseline);
  const path = firstSums(network, brightness).map((sum, n) => sum - from[n]);
  const chosen = Float64Array.from({ length: classCount }, (_, k) => (k === target ? 1 : 0));
  const activationsAt = (share: number) => {
    const sums = from.map((sum, n) => sum + share * path[n]);
    return forwardFromSums(network, sums);
  };
  const outputAt = (share: number) => activationsAt(share)[network.layers.length - 1][target];
  // Ten times more exact than promised.
  const allowed = (ATTRIBUTION_TOLERANCE * Math.max(1, Math.abs(output - baselineOutput))) / 10;
  const difference = brightness.map((value, i) => value - baseline[i]);
  // An error of ∫δₙ changes the contributions Σᵢ |wₙᵢ (xᵢ - x'ᵢ)| times as much.
  const tolerances = from.map((_, n) => {
    const weight = rowOf(first, n).reduce((sum, w, i) => sum + Math.abs(w * difference[i]), 0);
    return allowed / first.outputs / Math.max(weight, Number.EPSILON);
  });
  const { integral, evaluations } = integrateVector(
    (share) => firstDeltas(network, activationsAt(share), chosen),
    tolerances,
    // Over every piece of the path the gradients must add up to the rise of the output.
    ([start, end], deltas, share) => {
      const rise = deltas.reduce((sum, delta, n) => sum + delta * path[n], 0);
      return Math.abs(rise - (outputAt(end) - outputAt(start))) <= allowed * share;
    },
  );

  const contributions = transposedTimes(first, integral).map((mean, i) => mean * difference[i]);
  const sum = contributions.reduce((total, contribution) => total + contribution, 0);
  const residual = Math.abs(sum - (output - baselineOutput));
  return { target, contributions, output, baselineOutput, sum, residual, steps: evaluations };
}
