import { activate } from '../network/activations.js';
import { predictedClass } from '../network/feed-forward.js';
import { type Lines, linesOf } from './activation-lines.js';
import type { Ball } from './ball.js';
import type { HalfSpace } from './half-spaces.js';
import { type Linear, leadOver, leastWithin, type OpenLayer, type Range, sumOf } from './linear-bounds.js';

/** Bounds of a sum that is the same everywhere may cross by rounding: that alone makes no part empty. */
const ROUNDED = 1e-9;

/** A sum of a hidden layer that is at most, or at least, so much. */
interface Cut {
  readonly layer: number;
  readonly neuron: number;
  readonly at: number;
  readonly side: 'below' | 'above';
}

/** A part of the surroundings of an image: what each hidden layer's sums lie between, and which of that was cut. */
export interface Part {
  readonly ranges: readonly Range[];
  readonly cuts: readonly Cut[];
}

/** What is known of a part, for one rival. */
export interface Look {
  /** Where the rival can win: none of the part's images lies outside of any. */
  readonly halfSpaces: readonly HalfSpace[];
  readonly lines: readonly Lines[][];
  /** For each of them: what each hidden layer's activations weigh in it, as far as it is made of them. */
  readonly kept: readonly (readonly Float64Array[])[];
}

/** Bounds of what a network makes of all images around one. */
export class RelaxedNetwork {
  readonly layers: readonly OpenLayer[];
  readonly #verdict: number;
  /** The first layer's sums of the image itself. */
  readonly #sums: Float64Array;

  constructor(layers: readonly OpenLayer[], x: Float64Array, verdict: number) {
    this.layers = layers;
    this.#verdict = verdict;
    const { weights, biases, inputs } = layers[0];
    this.#sums = biases.map((bias, n) => {
      let sum = bias;
      for (let i = 0; i < inputs; i++) sum += weights[n * inputs + i] * x[i];
      return sum;
    });
  }

  /** All images of a ball. */
  whole(ball: Ball, radius: number): Part {
    const { weights, inputs, outputs } = this.layers[0];
    const rows = Array.from({ length: outputs }, (_, n) => weights.subarray(n * inputs, (n + 1) * inputs));
    const first = {
      low: Float64Array.from(rows, (row, n) => this.#sums[n] + ball.least(row, radius)),
      high: Float64Array.from(
        rows,
        (row, n) =>
          this.#sums[n] -
          ball.least(
            row.map((w) => -w),
            radius,
          ),
      ),
    };
    const others = this.layers.slice(1, -1).map((layer) => ({
      low: new Float64Array(layer.outputs).fill(Number.NEGATIVE_INFINITY),
      high: new Float64Array(layer.outputs).fill(Number.POSITIVE_INFINITY),
    }));
    if (this.layers.length === 1) return { ranges: [], cuts: [] };
    return this.#tightened({ ranges: [first, ...others], cuts: [] }, 1, ball, radius);
  }

  /** The part of a part where a sum is on one side of a place. */
  cut(part: Part, cut: Cut, ball: Ball, radius: number): Part {
    const ranges = part.ranges.map((range, l) =>
      l < cut.layer ? range : { low: range.low.slice(), high: range.high.slice() },
    );
    ranges[cut.layer][cut.side === 'below' ? 'high' : 'low'][cut.neuron] = cut.at;
    // What is nearer takes the place of what was on the same side.
    const others = part.cuts.filter(
      ({ layer, neuron, side }) => layer !== cut.layer || neuron !== cut.neuron || side !== cut.side,
    );
    return this.#tightened({ ranges, cuts: [...others, cut] }, cut.layer + 1, ball, radius);
  }

  /** Where a rival can win in a part; null where it cannot. */
  look(part: Part, rival: number, ball: Ball, radius: number): Look | null {
    const lines = this.#linesOf(part);
    const kept: Float64Array[][] = [[], ...part.cuts.map(() => [])];
    const lead = leadOver(this.layers, this.#verdict, rival, lines, kept[0]);
    if (
      part.ranges.some(({ low, high }) =>
        low.some((value, n) => value > high[n] + ROUNDED * (1 + Math.abs(value))),
      )
    )
      return null;
    const first = this.#halfSpace(lead);
    if (first.offset + ball.least(first.row, radius) > 0) return null;
    if (part.ranges.length > 0 && leastWithin(lead, part.ranges[0]) > 0) return null;
    const others = part.cuts.map(({ layer, neuron, at, side }, k) =>
      this.#halfSpace(sumOf(this.layers, layer, neuron, side === 'below' ? 1 : -1, at, lines, kept[k + 1])),
    );
    return { halfSpaces: [first, ...others], lines, kept };
  }

  /** Where to cut a part in two: where bounds are loosest at a change, as the lead weighs it; null where all are tight. */
  whereToCut({ ranges, cuts }: Part, { lines, kept }: Look, change: Float64Array) {
    let best: Omit<Cut, 'side'> | null = null;
    let most = 0;
    let sums = this.sumsAt(change);
    for (const [layer, { low, high }] of ranges.entries()) {
      const { activation, outputs } = this.layers[layer];
      const isRelu = activation === 'relu';
      const values = activate(activation, sums);
      for (let neuron = 0; neuron < outputs; neuron++) {
        const [l, h, z] = [low[neuron], high[neuron], sums[neuron]];
        if (activation === 'identity' || (isRelu && (l >= 0 || h <= 0)) || h - l < 1e-6) continue;
        const at = isRelu ? 0 : Math.min(h - 0.2 * (h - l), Math.max(l + 0.2 * (h - l), z));
        const [lowSlope, lowAt0, highSlope, highAt0] = lines[layer][neuron];
        // Where all is tight at the change itself, what is loose elsewhere.
        const wide = (highSlope - lowSlope) * at + highAt0 - lowAt0;
        // A sum that is not where it was cut to be: what lies before it is to be cut.
        const isAside = z < l - 1e-9 || z > h + 1e-9;
        const above = isAside ? 0 : values[neuron] - (lowSlope * z + lowAt0);
        const below = isAside ? 0 : highSlope * z + highAt0 - values[neuron];
        let loss = 1e-9 * wide;
        for (const [k, weights] of kept.entries()) {
          const weight = weights[layer]?.[neuron] ?? 0;
          const cut = k === 0 ? undefined : cuts[k - 1];
          const share = cut === undefined ? 1 : Math.abs(kept[0][cut.layer][cut.neuron]);
          loss += share * Math.abs(weight) * (Math.max(0, weight > 0 ? above : below) + 1e-3 * wide);
        }
        if (loss > most) [most, best] = [loss, { layer, neuron, at }];
      }
      sums = this.#next(sums, layer);
    }
    return best;
  }

  /** The first layer's sums of the image, changed. */
  sumsAt(change: Float64Array): Float64Array {
    const { weights, inputs } = this.layers[0];
    return this.#sums.map((sum, n) => {
      let all = sum;
      for (let i = 0, at = n * inputs; i < inputs; i++, at++) all += weights[at] * change[i];
      return all;
    });
  }

  /** What is largest of the last layer's sums, given those of the first. */
  verdictOf(firstSums: Float64Array): number {
    let sums = firstSums;
    for (let l = 0; l < this.layers.length - 1; l++) sums = this.#next(sums, l);
    return predictedClass(sums);
  }

  #next(sums: Float64Array, layer: number): Float64Array {
    const activations = activate(this.layers[layer].activation, sums);
    const { weights, biases, inputs } = this.layers[layer + 1];
    return biases.map((bias, n) => {
      let sum = bias;
      for (let i = 0; i < inputs; i++) sum += weights[n * inputs + i] * activations[i];
      return sum;
    });
  }

  /** A part with what the sums of its layers from `from` on lie between. */
  #tightened(part: Part, from: number, ball: Ball, radius: number): Part {
    const { ranges } = part;
    for (let l = from; l < ranges.length; l++) {
      const lines = this.#linesOf({ ...part, ranges: ranges.slice(0, l) });
      const { low, high } = ranges[l];
      for (let n = 0; n < low.length; n++) {
        if (this.layers[l].activation === 'relu' && (low[n] >= 0 || high[n] <= 0)) continue;
        const [least, most] = [1, -1].map((sign) => {
          const linear = sumOf(this.layers, l, n, sign, 0, lines);
          const { row, offset } = this.#halfSpace(linear);
          return sign * Math.max(leastWithin(linear, ranges[0]), offset + ball.least(row, radius));
        });
        low[n] = Math.max(low[n], least);
        high[n] = Math.min(high[n], most);
      }
    }
    return part;
  }

  #linesOf({ ranges }: Part): Lines[][] {
    return ranges.map(({ low, high }, l) =>
      Array.from(low, (value, n) => linesOf(this.layers[l].activation, value, Math.max(value, high[n]))),
    );
  }

  /** Of changes of pixels: where a linear function of the first layer's sums is at most 0. */
  #halfSpace(linear: Linear): HalfSpace {
    const { weights, inputs } = this.layers[0];
    const row = new Float64Array(inputs);
    let offset = linear.constant;
    for (const [n, slope] of linear.weights.entries()) {
      if (slope === 0) continue;
      offset += slope * this.#sums[n];
      for (let i = 0, at = n * inputs; i < inputs; i++, at++) row[i] += slope * weights[at];
    }
    return { row, offset };
  }
}
