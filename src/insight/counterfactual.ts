import { feedForward, predictedClass, transposedTimes } from '../network/feed-forward.js';
import type { Network } from '../network/network.js';
import { firstDeltas, firstSums, forwardFromSums } from './attribution.js';

/** Each step tries this many pixels: those that are the most effective by the gradient. */
const SHORTLIST = 256;

/** A change of few pixels that changes the prediction. */
export interface SmallestChange {
  /** The indices of the pixels that were set, ascending. */
  readonly pixels: readonly number[];
  /** Of the pixels that were set. */
  readonly brightness: number;
  /** `(height * width)` float64: the changed image. */
  readonly changed: Float64Array;
  /** The class that is predicted for the image as it is. */
  readonly verdictBefore: number;
  /** The class that is predicted for the changed image. */
  readonly verdictAfter: number;
}

/**
 * The smallest change found that flips the prediction by setting pixels to one `value`, white or black; null for none.
 * `brightness`: `(height * width)` float64.
 *
 * For each other class it sets, one at a time, the pixel that brings that class nearest to winning, until the prediction
 * changes; then it puts pixels back as long as the prediction stays changed. The fewest pixels win. Putting back any one
 * of them brings the prediction back. A different set with fewer pixels may exist.
 */
export function smallestChange(
  network: Pick<Network, 'layers'>,
  brightness: Float64Array,
  value: number,
): SmallestChange | null {
  const verdictOf = (image: Float64Array) =>
    predictedClass(feedForward(network, image)[network.layers.length]);
  const verdict = verdictOf(brightness);
  const isFlipped = (pixels: readonly number[]) =>
    verdictOf(changedBy(brightness, pixels, value)) !== verdict;
  const classCount = network.layers[network.layers.length - 1].outputs;
  let best: number[] | null = null;
  for (let rival = 0; rival < classCount; rival++) {
    if (rival === verdict) continue;
    const set = greedy(network, brightness, value, { verdict, rival, most: best?.length ?? Infinity });
    if (set === null) continue;
    const pruned = prune(set, isFlipped);
    if (best === null || pruned.length < best.length) best = pruned;
  }
  if (best === null) return null;
  const changed = changedBy(brightness, best, value);
  const pixels = best.sort((a, b) => a - b);
  return { pixels, brightness: value, changed, verdictBefore: verdict, verdictAfter: verdictOf(changed) };
}

function changedBy(brightness: Float64Array, pixels: readonly number[], value: number): Float64Array {
  const changed = brightness.slice();
  for (const pixel of pixels) changed[pixel] = value;
  return changed;
}

/** The pixels in the order they were set; null when no pixel helps any more, or when there are too many. */
function greedy(
  network: Pick<Network, 'layers'>,
  brightness: Float64Array,
  value: number,
  { verdict, rival, most }: { verdict: number; rival: number; most: number },
): number[] | null {
  const { layers } = network;
  const { weights, inputs } = layers[0];
  const last = layers.length - 1;
  // Without the last activation, since a saturated sigmoid has no gradient to follow. The order of the outputs is the same.
  const open = {
    layers: layers.map((layer, l) => (l === last ? { ...layer, activation: 'identity' as const } : layer)),
  };
  const lead = (sums: Float64Array) => {
    const outputs = forwardFromSums(open, sums)[last];
    return outputs[verdict] - outputs[rival];
  };
  const toLead = Float64Array.from({ length: layers[last].outputs }, (_, k) =>
    k === verdict ? 1 : k === rival ? -1 : 0,
  );
  const image = brightness.slice();
  const set: number[] = [];
  // Pruning may make a longer set shorter than the shortest one.
  while (set.length < 2 * most) {
    const activations = feedForward(network, image);
    if (predictedClass(activations[layers.length]) !== verdict) return set;
    const sums = firstSums(network, image);
    const gradient = transposedTimes(layers[0], firstDeltas(open, forwardFromSums(open, sums), toLead));
    // The most negative effects first; that of pixels that are set is 0.
    const effects = image.map((pixel, i) => gradient[i] * (value - pixel));
    const order = Array.from(effects.keys()).sort((a, b) => effects[a] - effects[b]);
    let [bestPixel, bestLead] = [-1, lead(sums)];
    for (const pixel of order.slice(0, SHORTLIST)) {
      const difference = value - image[pixel];
      const found = lead(sums.map((sum, n) => sum + weights[n * inputs + pixel] * difference));
      if (found < bestLead) [bestPixel, bestLead] = [pixel, found];
    }
    if (bestPixel < 0) return null;
    image[bestPixel] = value;
    set.push(bestPixel);
  }
  return null;
}

/** Puts pixels back, the last one set first, until all that are left are needed. */
function prune(set: readonly number[], isFlipped: (pixels: readonly number[]) => boolean): number[] {
  let kept = [...set];
  for (let before = -1; before !== kept.length; ) {
    before = kept.length;
    for (const pixel of [...kept].reverse()) {
      const fewer = kept.filter((other) => other !== pixel);
      if (isFlipped(fewer)) kept = fewer;
    }
  }
  return kept;
}
