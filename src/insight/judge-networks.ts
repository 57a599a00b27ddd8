import { type ActivationName, activate } from '../network/activations.js';
import { transposePixels } from '../network/feed-forward.js';
import type { ImageSize } from '../network/network.js';
import type { Normalization } from '../network/normalization.js';
import type { OrientedLayer } from './layer-orientation.js';
import { isPlainlyBetter, shareOfRight } from './readings.js';

/** One way to read a network: all that its file does not say. */
export interface NetworkCandidate {
  readonly layers: readonly OrientedLayer[];
  /** One for each layer. */
  readonly activations: readonly ActivationName[];
  readonly normalization: Normalization;
  /** The label of each output. */
  readonly labels: readonly number[];
}

/** Labelled images of the training set. */
export interface LabelledImages {
  readonly count: number;
  /** `(count, height * width)` u8, row by row. */
  readonly pixels: Uint8Array;
  /** `(count)` u8. */
  readonly labels: Uint8Array;
  readonly image: ImageSize;
}

/** How well a candidate does on images. */
export interface Verdict {
  /** `(count)` u8: 1 where its largest output is that of the label. */
  readonly right: Uint8Array;
  /** The mean of -ln p[label], p as softmax makes it of the last sums, or of sigmoids their shares. */
  readonly crossEntropy: number;
}

const LEAST = 1e-12;

/**
 * Asks candidates about the same images. What the first layer makes of pixels is reckoned once for all that share its weights
 * and the order of pixels: W(sx + o) + b = s(Wx) + (b + o·W1). The rest is reckoned once for all that differ only at the end.
 */
export function judge(candidates: readonly NetworkCandidate[], images: LabelledImages): Verdict[] {
  const sums = new Map<OrientedLayer, Map<boolean, FirstSums>>();
  const layersSeen: (readonly OrientedLayer[])[] = [];
  const lastSums = new Map<string, Float64Array>();
  return candidates.map((candidate) => {
    const [first] = candidate.layers;
    const { transposed } = candidate.normalization;
    const known = sums.get(first) ?? new Map<boolean, FirstSums>();
    sums.set(first, known);
    const own = known.get(transposed) ?? firstSums(first, images, transposed);
    known.set(transposed, own);
    const at = layersSeen.indexOf(candidate.layers);
    const way = at < 0 ? layersSeen.push(candidate.layers) - 1 : at;
    const { scale, offset } = candidate.normalization;
    const key = [way, transposed, scale, offset, ...candidate.activations.slice(0, -1)].join();
    const last = lastSums.get(key) ?? sumsOf(candidate, own, images.count);
    lastSums.set(key, last);
    return verdictOf(candidate, last, images);
  });
}

/** Wx of raw pixels, `(count, outputs)`, and W1, `(outputs)`. */
interface FirstSums {
  readonly products: Float64Array;
  readonly ones: Float64Array;
}

function firstSums(
  { weights, inputs, outputs }: OrientedLayer,
  images: LabelledImages,
  transposed: boolean,
): FirstSums {
  // An image that is stored column by column shows, to a network of such, as ours shows when it is turned.
  const pixels = transposed ? transposePixels(images.pixels, swapped(images.image)) : images.pixels;
  const products = new Float64Array(images.count * outputs);
  const lit = new Uint32Array(inputs);
  for (let image = 0; image < images.count; image++) {
    const start = image * inputs;
    let count = 0;
    for (let i = 0; i < inputs; i++) if (pixels[start + i] !== 0) lit[count++] = i;
    for (let n = 0; n < outputs; n++) {
      let sum = 0;
      for (let k = 0; k < count; k++) sum += weights[n * inputs + lit[k]] * pixels[start + lit[k]];
      products[image * outputs + n] = sum;
    }
  }
  const ones = Float64Array.from({ length: outputs }, (_, n) =>
    weights.subarray(n * inputs, (n + 1) * inputs).reduce((sum, weight) => sum + weight, 0),
  );
  return { products, ones };
}

function swapped({ height, width }: ImageSize): ImageSize {
  return { height: width, width: height };
}

/** The weighted sums of the last layer, `(count, classes)`. */
function sumsOf(
  { layers, activations, normalization }: NetworkCandidate,
  first: FirstSums,
  count: number,
): Float64Array {
  const { scale, offset } = normalization;
  const { outputs, biases } = layers[0];
  let sums = first.products.map((product, at) => {
    const n = at % outputs;
    return scale * product + biases[n] + offset * first.ones[n];
  });
  for (const [l, layer] of layers.entries()) {
    if (l === 0) continue;
    sums = nextSums(layer, activate(activations[l - 1], sums, layer.inputs), count);
  }
  return sums;
}

function verdictOf(
  { layers, activations, labels }: NetworkCandidate,
  sums: Float64Array,
  images: LabelledImages,
): Verdict {
  const { outputs: classes } = layers[layers.length - 1];
  const last = activations[activations.length - 1];
  const values = activate(last, sums, classes);
  const odds = last === 'sigmoid' ? values : activate('softmax', sums, classes);
  return verdictOfOutputs(values, odds, labels, images);
}

/**
 * What outputs are worth: `values` and `odds` `(count, classes)`, of which the largest is the verdict, and whose share of their
 * sum is how likely each class is; `labels` of each output.
 */
export function verdictOfOutputs(
  values: Float64Array,
  odds: Float64Array,
  labels: readonly number[],
  images: Pick<LabelledImages, 'count' | 'labels'>,
): Verdict {
  const classes = labels.length;
  const outputOf = new Map(labels.map((label, k) => [label, k]));
  const right = new Uint8Array(images.count);
  let cost = 0;
  for (let image = 0; image < images.count; image++) {
    const [start, end] = [image * classes, (image + 1) * classes];
    const wanted = outputOf.get(images.labels[image]) ?? -1;
    right[image] = largest(values.subarray(start, end)) === wanted ? 1 : 0;
    const all = odds.subarray(start, end).reduce((sum, p) => sum + p, 0);
    const p = wanted < 0 ? 0 : odds[start + wanted] / all;
    cost -= Math.log(Number.isFinite(p) ? Math.max(p, LEAST) : LEAST);
  }
  return { right, crossEntropy: cost / images.count };
}

/** McNemar's z of 4, one tail. */
const SIGNIFICANT = 3.2e-5;
/** Readings within this of the lowest cross-entropy are as good as equal. */
const NEAR = { share: 1.1, difference: 0.01 };

/** Those that are not plainly worse than the best. */
export function bestOf<Reading>(candidates: readonly Reading[], verdicts: readonly Verdict[]) {
  const shares = verdicts.map(({ right }) => shareOfRight(right));
  const best = verdicts[shares.indexOf(Math.max(...shares))];
  return candidates
    .map((candidate, at) => ({ candidate, verdict: verdicts[at] }))
    .filter(({ verdict }) => !isPlainlyBetter(best.right, verdict.right, SIGNIFICANT));
}

/** Of those the ones that are as good as the surest, in their order. */
export function surest<Reading>(candidates: readonly Reading[], verdicts: readonly Verdict[]) {
  const best = bestOf(candidates, verdicts);
  const lowest = Math.min(...best.map(({ verdict }) => verdict.crossEntropy));
  return best.filter(
    ({ verdict: { crossEntropy } }) =>
      crossEntropy <= lowest * NEAR.share || crossEntropy <= lowest + NEAR.difference,
  );
}

function nextSums({ weights, biases, inputs, outputs }: OrientedLayer, values: Float64Array, count: number) {
  const sums = new Float64Array(count * outputs);
  for (let image = 0, at = 0; image < count; image++) {
    for (let n = 0, w = 0; n < outputs; n++) {
      let sum = 0;
      for (let i = 0, a = image * inputs; i < inputs; i++) sum += weights[w++] * values[a++];
      sums[at++] = sum + biases[n];
    }
  }
  return sums;
}

function largest(values: Float64Array): number {
  let best = 0;
  for (let k = 1; k < values.length; k++) if (values[k] > values[best]) best = k;
  return best;
}
