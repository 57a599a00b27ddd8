import { feedForward, foldNormalization, predictedClass } from '../network/feed-forward.js';
import type { Network } from '../network/network.js';
import type { Normalization } from '../network/normalization.js';
import { Ball, NORMS, type NormName } from './ball.js';
import { BallSearch } from './ball-search.js';
import { FlipAttack } from './flip-attack.js';
import type { OpenLayer } from './linear-bounds.js';
import { RelaxedNetwork } from './relaxed-network.js';

/** How far the nearest image lies that gets another verdict: at least `low`, at most `high`, in shares of white. */
export interface Distance {
  /** No image nearer than this gets another verdict: proven. */
  readonly low: number;
  /** An image this far does; null where none was found. */
  readonly high: number | null;
}

/** What it takes to flip the verdict on one image. */
export interface Flip {
  /** The class that the image is of. */
  readonly truth: number;
  /** The class that it is taken for as it is. */
  readonly verdict: number;
  /** What the image nearest by the largest change of a pixel is taken for; null where there is none. */
  readonly becomes: number | null;
  /** How far the nearest flip lies, by each norm. */
  readonly distances: Readonly<Record<NormName, Distance>>;
  /** That image, `(inputs)` as stored, 0..255, not rounded: for pictures. */
  readonly changed: Float32Array | null;
}

/** What is proven of the distance found: a network of straight pieces can be taken apart into them, up to so many parts. */
const ALMOST_ALL = 0.99;
const MOST_PIECES = 1000;
/** Shares that are proven one after the other where that was too much, or where activations are curved; parts for all of them. */
const SHARES = [0.1, 0.25, 0.4, 0.5, 0.65, 0.8, 0.9, ALMOST_ALL];
const MOST_PARTS = 200;
/** A network whose bounds take more than those of 784-16-16-10 gets fewer parts. */
const USUAL_WORK = 784 * 16 * 17;

const prepared = new WeakMap<
  Network,
  { readonly normalization: Normalization; readonly layers: OpenLayer[] }
>();

/**
 * The nearest image that gets another verdict, of pixels 0..255 that need not be whole.
 *
 * What is found is an image that the network itself takes for something else. What is proven is that none is nearer: its
 * surroundings are cut into parts where a neuron bends, until linear bounds of the activations (Zhang and others, CROWN,
 * arXiv:1811.00866) leave no place in a part, or the nearest image is found there. With ReLU a part is at last linear, so
 * this comes to an end: what is found is the nearest, to 1 %. Curved activations are straight in no part, however small: there
 * the search stops after some parts, and the true distance lies between the two. All is reckoned in float64 without directed
 * rounding: what is proven is proven up to that, and is no formal certificate.
 *
 * @param image `(inputs)` u8, as stored
 */
export function nearestFlip(
  network: Network,
  normalization: Normalization,
  image: Uint8Array,
  truth: number,
): Flip {
  let known = prepared.get(network);
  if (known?.normalization !== normalization) {
    known = { normalization, layers: openLayers(network, normalization) };
    prepared.set(network, known);
  }
  const { layers } = known;
  const x = Float64Array.from(image, (pixel) => pixel / 255);
  const verdict = predictedClass(feedForward({ layers }, x)[layers.length]);
  const relaxed = new RelaxedNetwork(layers, x, verdict);
  const [largest, euclidean] = NORMS.map((norm) => nearest(relaxed, x, verdict, norm));
  const { best } = largest;
  return {
    ...{ truth, verdict },
    becomes: best && predictedClass(feedForward({ layers }, best.point)[layers.length]),
    distances: { largest: largest.distance, euclidean: euclidean.distance },
    changed: best && Float32Array.from(best.point, (value) => value * 255),
  };
}

/** The layers for pixels 0..1 as stored, without the last activation: it does not change which output is largest. */
function openLayers(network: Network, normalization: Normalization): OpenLayer[] {
  const last = network.layers.length - 1;
  return network.layers.map((layer, l) => {
    const folded = l === 0 ? foldNormalization(layer, normalization, network.image) : layer;
    const weights = l === 0 ? folded.weights.map((weight) => weight * 255) : folded.weights;
    return { ...folded, weights, activation: l === last ? ('identity' as const) : layer.activation };
  });
}

/** Attacks first; then what is left of the surroundings is searched, part by part. */
function nearest(relaxed: RelaxedNetwork, x: Float64Array, verdict: number, norm: NormName) {
  const ball = new Ball(norm, x);
  const attack = new FlipAttack(relaxed, x, ball, verdict);
  const still = new Float64Array(x.length);
  const classes = relaxed.layers[relaxed.layers.length - 1].outputs;
  const attacked = Array.from({ length: classes }, (_, rival) => rival)
    .filter((rival) => rival !== verdict)
    .map((rival) => ({ rival, size: attack.from(still, rival) }))
    .sort((a, b) => a.size - b.size);
  const search = new BallSearch(relaxed, ball, verdict);
  const foundAt = () => attack.best?.size ?? ball.most;
  /** How far no image has another verdict, if that is a share of the distance found; null where it is not proven. */
  const proven = (share: number, mostParts: number): number | null => {
    const goal = () => share * foundAt();
    const onFlip = (change: Float64Array) => {
      attack.from(change, relaxed.verdictOf(relaxed.sumsAt(change)));
      return goal();
    };
    const until = search.parts + mostParts;
    const isProven = attacked.every(({ rival }) =>
      search.isProven(rival, goal(), until - search.parts, onFlip),
    );
    return isProven ? goal() : null;
  };
  const activations = new Set(relaxed.layers.map(({ activation }) => activation));
  // Between layers it has no bounds here: nothing is proven.
  if (activations.has('softmax'))
    return { best: attack.best, distance: { low: 0, high: attack.best?.size ?? null } };
  const [first, ...others] = relaxed.layers;
  const work = first.weights.length * others.reduce((sum, { inputs }) => sum + inputs, 1 - first.outputs);
  const share = Math.min(1, USUAL_WORK / Math.max(1, work));
  const isCurved = activations.has('sigmoid') || activations.has('tanh');
  let low = isCurved ? 0 : (proven(ALMOST_ALL, MOST_PIECES * share) ?? 0);
  const until = search.parts + MOST_PARTS * share;
  for (const tried of low > 0 ? [] : SHARES) {
    const next = proven(tried, until - search.parts);
    if (next === null) break;
    low = next;
  }
  return { best: attack.best, distance: { low, high: attack.best?.size ?? null } };
}
