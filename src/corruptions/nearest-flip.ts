import { feedForward, foldNormalization, predictedClass } from '../network/feed-forward.js';
import type { Network } from '../network/network.js';
import type { Normalization } from '../network/normalization.js';
import { Ball, NORMS, type NormName } from './ball.js';
import { type OpenLayer, RelaxedNetwork } from './relaxed-network.js';

/** How far the nearest image lies that gets another verdict: at least `low`, at most `high`, in shares of white. */
export interface Distance {
  /** No image nearer than this gets another verdict: proven. */
  readonly low: number;
  /** An image this far does; null where none was found. */
  readonly high: number | null;
}

/** What it takes to flip the verdict on one image. */
export interface Flip {
  readonly truth: number;
  readonly verdict: number;
  /** What the image nearest by the largest change of a pixel is taken for; null where there is none. */
  readonly becomes: number | null;
  readonly distances: Readonly<Record<NormName, Distance>>;
  /** That image, `(inputs)` as stored, 0..255, not rounded: for pictures. */
  readonly changed: Float32Array | null;
}

/** Shares of the distance found that are tried to be proven, the best first. */
const PROOFS = [0.99, 0.9];
/** Parts into which the surroundings of an image may be cut for one proof; and the share that must be proven without any. */
const MOST_PARTS = 12;
const WORTH_PARTS = 0.6;
/** How often an attack is put right. */
const ATTACK_TURNS = 24;

const prepared = new WeakMap<
  Network,
  { readonly normalization: Normalization; readonly layers: OpenLayer[] }
>();

/**
 * The nearest image that gets another verdict, of pixels 0..255 that need not be whole.
 *
 * What is found is an image that the network itself takes for something else; what is proven follows from linear bounds of
 * the activations (Zhang and others, CROWN, arXiv:1811.00866), with the surroundings of the image cut into parts where a
 * neuron bends. So the true distance lies between the two.
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
  const logitsOf = (point: Float64Array) => feedForward({ layers }, point)[layers.length];
  const verdict = predictedClass(logitsOf(x));
  const relaxed = new RelaxedNetwork(layers, x, verdict);
  const found = (norm: NormName) => {
    const ball = new Ball(norm, x);
    let best: { readonly size: number; readonly point: Float64Array } | null = null;
    for (const rival of relaxed.rivals) {
      const attack = attackOf(layers, x, ball, { verdict, rival, logitsOf });
      if (attack !== null && (best === null || attack.size < best.size)) best = attack;
    }
    return { best, distance: { low: proven(relaxed, ball, best?.size ?? null), high: best?.size ?? null } };
  };
  const [largest, euclidean] = NORMS.map(found);
  const { best } = largest;
  return {
    ...{ truth, verdict },
    becomes: best && predictedClass(logitsOf(best.point)),
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

interface Attack {
  readonly verdict: number;
  readonly rival: number;
  readonly logitsOf: (point: Float64Array) => Float64Array;
}

/**
 * Looks for the nearest point where `rival` wins: to the plane where it would, were the network linear as it is at the last
 * point, again and again (DeepFool, arXiv:1511.04599, within the pixels' range); then back along the line as far as it goes.
 */
function attackOf(layers: readonly OpenLayer[], x: Float64Array, ball: Ball, attack: Attack) {
  const { verdict, rival, logitsOf } = attack;
  const pull = (point: Float64Array) => {
    const logits = logitsOf(point);
    return logits[verdict] - logits[rival];
  };
  let point = x;
  let best: { size: number; point: Float64Array } | null = null;
  for (let turn = 0; turn < ATTACK_TURNS; turn++) {
    const gradient = gradientOf(layers, point, verdict, rival);
    // The plane's distance from x, and a little beyond it.
    const offset = pull(point) + gradient.reduce((sum, g, i) => sum + g * (x[i] - point[i]), 0);
    const step = ball.reach(gradient, Math.max(0, offset) * (1 + 1e-4) + 1e-9);
    if (step === null) break;
    const next = x.map((value, i) => value + step[i]);
    const flipped = nearestOnLine(x, next, (p) => predictedClass(logitsOf(p)) !== verdict);
    if (flipped !== null) {
      const size = ball.sizeOf(flipped, x);
      if (best === null || size < best.size * (1 - 1e-6)) best = { size, point: flipped };
      else if (turn > 4) break;
    }
    point = next;
  }
  return best;
}

/** The point nearest to `from` on the line to `to` that is flipped; null where `to` is not. */
function nearestOnLine(from: Float64Array, to: Float64Array, isFlipped: (point: Float64Array) => boolean) {
  if (!isFlipped(to)) return null;
  const at = (share: number) => from.map((value, i) => value + share * (to[i] - value));
  let [low, high] = [0, 1];
  while (high - low > 1e-6) {
    const middle = (low + high) / 2;
    if (isFlipped(at(middle))) high = middle;
    else low = middle;
  }
  return at(high);
}

/** ∂(z_verdict - z_rival)/∂x: `(inputs)`. */
function gradientOf(
  layers: readonly OpenLayer[],
  x: Float64Array,
  verdict: number,
  rival: number,
): Float64Array {
  const activations = feedForward({ layers }, x);
  let gradient = new Float64Array(layers[layers.length - 1].outputs);
  [gradient[verdict], gradient[rival]] = [1, -1];
  for (let l = layers.length - 1; l >= 0; l--) {
    const { weights, inputs, outputs, activation } = layers[l];
    const before = new Float64Array(inputs);
    for (let n = 0; n < outputs; n++) {
      const a = activations[l + 1][n];
      const slope =
        activation === 'sigmoid'
          ? a * (1 - a)
          : activation === 'tanh'
            ? 1 - a * a
            : activation === 'relu' && a <= 0
              ? 0
              : 1;
      const delta = gradient[n] * slope;
      if (delta === 0) continue;
      for (let i = 0, at = n * inputs; i < inputs; i++, at++) before[i] += delta * weights[at];
    }
    gradient = before;
  }
  return gradient;
}

/** The largest distance up to `found` within which no other verdict is possible, as far as it can be proven. */
function proven(relaxed: RelaxedNetwork, ball: Ball, found: number | null): number {
  const most = found ?? ball.most;
  // Without parts first: the largest radius whose bounds prove it.
  let [low, high] = [0, most];
  for (let turn = 0; turn < 7; turn++) {
    const middle = (low + high) / 2;
    if (relaxed.isProven(ball, middle, 1)) low = middle;
    else high = middle;
  }
  if (low < WORTH_PARTS * most) return low;
  for (const share of PROOFS) {
    if (share * most > low && relaxed.isProven(ball, share * most, MOST_PARTS)) return share * most;
  }
  return low;
}
