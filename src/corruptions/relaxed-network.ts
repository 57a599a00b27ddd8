import type { Layer } from '../network/network.js';
import { type Lines, linesOf } from './activation-lines.js';
import type { Ball } from './ball.js';

/** A layer as bounds need it. */
export type OpenLayer = Pick<Layer, 'weights' | 'biases' | 'inputs' | 'outputs' | 'activation'>;

/** What the sums of a layer lie between. */
interface Range {
  readonly low: Float64Array;
  readonly high: Float64Array;
}

/** A part of the surroundings of an image: where sums of hidden layers are cut. */
type Cuts = readonly {
  readonly layer: number;
  readonly neuron: number;
  readonly low: number;
  readonly high: number;
}[];

/** Bounds of what a network makes of all images around one. */
export class RelaxedNetwork {
  readonly rivals: readonly number[];
  readonly #layers: readonly OpenLayer[];
  readonly #verdict: number;
  /** The first layer's sums of the image itself. */
  readonly #sums: Float64Array;
  readonly #scratch: Float64Array;

  constructor(layers: readonly OpenLayer[], x: Float64Array, verdict: number) {
    this.#layers = layers;
    this.#verdict = verdict;
    const { weights, biases, inputs, outputs } = layers[0];
    this.#sums = biases.map((bias, n) => {
      let sum = bias;
      for (let i = 0; i < inputs; i++) sum += weights[n * inputs + i] * x[i];
      return sum;
    });
    this.#scratch = new Float64Array(inputs);
    const classes = layers.length === 1 ? outputs : layers[layers.length - 1].outputs;
    this.rivals = Array.from({ length: classes }, (_, k) => k).filter((k) => k !== verdict);
  }

  /**
   * Whether all images of a ball are proven to get the verdict of its middle. Where bounds do not tell, the surroundings are
   * cut in two, by the sum of the neuron whose bounds are loosest, into `mostParts` parts at most.
   */
  isProven(ball: Ball, radius: number, mostParts: number): boolean {
    const open: { readonly cuts: Cuts; readonly rivals: readonly number[] }[] = [
      { cuts: [], rivals: this.rivals },
    ];
    for (let parts = 1; open.length > 0; ) {
      const { cuts, rivals } = open.pop() as (typeof open)[number];
      const looked = this.#look(ball, radius, cuts, rivals);
      if (looked.left.length === 0) continue;
      if (looked.cut === null || ++parts > mostParts) return false;
      const { layer, neuron, low, high, at } = looked.cut;
      open.push({ cuts: [...cuts, { layer, neuron, low, high: at }], rivals: looked.left });
      open.push({ cuts: [...cuts, { layer, neuron, low: at, high }], rivals: looked.left });
    }
    return true;
  }

  /** The rivals that may win within a part, and where to cut it. */
  #look(ball: Ball, radius: number, cuts: Cuts, rivals: readonly number[]) {
    const ranges: Range[] = [];
    const lines: Lines[][] = [];
    for (let l = 0; l < this.#layers.length - 1; l++) {
      const range = this.#rangeOf(l, ball, radius, ranges, lines);
      for (const { layer, neuron, low, high } of cuts) {
        if (layer !== l) continue;
        range.low[neuron] = Math.max(range.low[neuron], low);
        range.high[neuron] = Math.min(range.high[neuron], high);
        // Nothing of the ball is in this part.
        if (range.low[neuron] > range.high[neuron]) return { left: [], cut: null };
      }
      ranges.push(range);
      const { activation } = this.#layers[l];
      lines.push(Array.from(range.low, (low, n) => linesOf(activation, low, range.high[n])));
    }
    const left: number[] = [];
    let worst: { readonly value: number; readonly weights: Float64Array[] } | null = null;
    for (const rival of rivals) {
      const weights: Float64Array[] = [];
      const value = this.#leastLead(rival, ball, radius, ranges, lines, weights);
      if (value > 0) continue;
      left.push(rival);
      if (worst === null || value < worst.value) worst = { value, weights };
    }
    return { left, cut: worst && this.#cutOf(ranges, lines, worst.weights) };
  }

  #rangeOf(
    l: number,
    ball: Ball,
    radius: number,
    ranges: readonly Range[],
    lines: readonly Lines[][],
  ): Range {
    const { weights, biases, inputs, outputs } = this.#layers[l];
    const [low, high] = [new Float64Array(outputs), new Float64Array(outputs)];
    for (let n = 0; n < outputs; n++) {
      const row = weights.subarray(n * inputs, (n + 1) * inputs);
      if (l === 0) {
        low[n] = this.#sums[n] + ball.least(row, radius);
        for (let i = 0; i < inputs; i++) this.#scratch[i] = -row[i];
        high[n] = this.#sums[n] - ball.least(this.#scratch, radius);
      } else {
        low[n] = this.#least(row, biases[n], l - 1, ball, radius, ranges, lines);
        high[n] = -this.#least(
          row.map((w) => -w),
          -biases[n],
          l - 1,
          ball,
          radius,
          ranges,
          lines,
        );
      }
    }
    return { low, high };
  }

  /** The least lead of the verdict over a rival; leaves what each hidden layer's activations weigh in it. */
  #leastLead(
    rival: number,
    ball: Ball,
    radius: number,
    ranges: readonly Range[],
    lines: readonly Lines[][],
    kept: Float64Array[],
  ): number {
    const last = this.#layers.length - 1;
    const { weights, biases, inputs } = this.#layers[last];
    const row = new Float64Array(inputs);
    for (let i = 0; i < inputs; i++)
      row[i] = weights[this.#verdict * inputs + i] - weights[rival * inputs + i];
    const bias = biases[this.#verdict] - biases[rival];
    if (last > 0) return this.#least(row, bias, last - 1, ball, radius, ranges, lines, kept);
    return this.#sums[this.#verdict] - this.#sums[rival] + ball.least(row, radius);
  }

  /** The least value of `row` times a + `constant`, a being the activations of layer `l`, by lines back to the pixels. */
  #least(
    row: Float64Array,
    constant: number,
    l: number,
    ball: Ball,
    radius: number,
    ranges: readonly Range[],
    lines: readonly Lines[][],
    kept?: Float64Array[],
  ): number {
    let weights = row;
    let sum = constant;
    for (let at = l; ; at--) {
      if (kept) kept[at] = weights;
      const { inputs, outputs, weights: matrix, biases } = this.#layers[at];
      const slopes = new Float64Array(outputs);
      for (let n = 0; n < outputs; n++) {
        const [lowSlope, lowAt0, highSlope, highAt0] = lines[at][n];
        const weight = weights[n];
        slopes[n] = weight * (weight >= 0 ? lowSlope : highSlope);
        sum += weight * (weight >= 0 ? lowAt0 : highAt0);
      }
      if (at === 0) return this.#leastOfFirst(slopes, sum, ball, radius, ranges[0]);
      const before = new Float64Array(inputs);
      for (let n = 0; n < outputs; n++) {
        sum += slopes[n] * biases[n];
        for (let i = 0; i < inputs; i++) before[i] += slopes[n] * matrix[n * inputs + i];
      }
      weights = before;
    }
  }

  /** The least value of `slopes` times z + `constant`, z being the first layer's sums: over the ball, or over their ranges. */
  #leastOfFirst(slopes: Float64Array, constant: number, ball: Ball, radius: number, range: Range): number {
    const { weights, inputs, outputs } = this.#layers[0];
    const direction = this.#scratch.fill(0);
    let [inBall, inRange] = [constant, constant];
    for (let n = 0; n < outputs; n++) {
      const slope = slopes[n];
      if (slope === 0) continue;
      inBall += slope * this.#sums[n];
      inRange += slope * (slope > 0 ? range.low[n] : range.high[n]);
      for (let i = 0, at = n * inputs; i < inputs; i++, at++) direction[i] += slope * weights[at];
    }
    return Math.max(inBall + ball.least(direction, radius), inRange);
  }

  /** Where bounds are loosest, weighed as the outputs weigh it; null where all are tight. */
  #cutOf(ranges: readonly Range[], lines: readonly Lines[][], weights: readonly Float64Array[]) {
    let best: { layer: number; neuron: number; low: number; high: number; at: number } | null = null;
    let most = 1e-12;
    for (const [layer, { low, high }] of ranges.entries()) {
      for (let neuron = 0; neuron < low.length; neuron++) {
        const [l, h] = [low[neuron], high[neuron]];
        const isRelu = this.#layers[layer].activation === 'relu';
        const at = isRelu ? 0 : (l + h) / 2;
        if (at <= l || at >= h) continue;
        const [lowSlope, lowAt0, highSlope, highAt0] = lines[layer][neuron];
        const gap = (highSlope - lowSlope) * at + highAt0 - lowAt0;
        const loss = Math.abs(weights[layer][neuron]) * gap;
        if (loss > most) {
          most = loss;
          best = { layer, neuron, low: l, high: h, at };
        }
      }
    }
    return best;
  }
}
