import { backThroughActivation } from '../network/activations.js';
import { feedForward, predictedClass, transposedTimes } from '../network/feed-forward.js';
import type { Ball } from './ball.js';
import type { OpenLayer } from './linear-bounds.js';
import type { RelaxedNetwork } from './relaxed-network.js';

/** An image with another verdict, and how far it is away. */
export interface Flipped {
  readonly size: number;
  /** `(inputs)` 0..1; times 255, each is a float32. */
  readonly point: Float64Array;
}

/** How often an attack is put right. */
const MOST_TURNS = 24;
/** Shares of the way by which a border may have to be passed until float32 pixels lie beyond it, too. */
const PASSED = [0, 1e-7, 1e-6, 1e-5, 1e-4];

/**
 * Looks for near images with another verdict. It goes to the plane where a rival would win, were the network linear as it is
 * at the last point, again and again (DeepFool, arXiv:1511.04599, within the pixels' range); then back as far as it can.
 */
export class FlipAttack {
  best: Flipped | null = null;
  readonly #network: RelaxedNetwork;
  readonly #x: Float64Array;
  readonly #ball: Ball;
  readonly #verdict: number;

  constructor(network: RelaxedNetwork, x: Float64Array, ball: Ball, verdict: number) {
    this.#network = network;
    this.#x = x;
    this.#ball = ball;
    this.#verdict = verdict;
  }

  /** Goes on from the image, changed: for `rival` to win. Answers how far the nearest flip of this attack is away. */
  from(change: Float64Array, rival: number): number {
    let nearest = this.#keep(change);
    let last = change;
    for (let turn = 0; turn < MOST_TURNS; turn++) {
      const { lead, gradient } = this.#leadAt(last, rival);
      const offset = lead - gradient.reduce((sum, g, i) => sum + g * last[i], 0);
      // The plane's distance, and a little beyond it.
      const step = this.#ball.reach(gradient, Math.max(0, offset) * (1 + 1e-4) + 1e-9);
      if (step === null) break;
      const size = this.#keep(step);
      if (size < nearest * (1 - 1e-6)) nearest = size;
      else if (size < Number.POSITIVE_INFINITY && turn > 4) break;
      last = step;
    }
    return nearest;
  }

  /** Goes back on a change as far as the verdict stays another; answers how far that is, Infinity where it is none. */
  #keep(change: Float64Array): number {
    const [network, x, verdict] = [this.#network, this.#x, this.#verdict];
    const [from, to] = [network.sumsAt(new Float64Array(x.length)), network.sumsAt(change)];
    const isFlipped = (share: number) =>
      network.verdictOf(from.map((sum, n) => sum + share * (to[n] - sum))) !== verdict;
    if (!isFlipped(1)) return Number.POSITIVE_INFINITY;
    let [low, high] = [0, 1];
    while (high - low > 1e-7) {
      const middle = (low + high) / 2;
      if (isFlipped(middle)) high = middle;
      else low = middle;
    }
    for (const more of PASSED) {
      const share = Math.min(1, high + more);
      const point = x.map((value, i) => {
        const changed = Math.min(1, Math.max(0, value + share * change[i]));
        return change[i] === 0 ? value : Math.fround(255 * changed) / 255;
      });
      const { layers } = network;
      if (predictedClass(feedForward({ layers }, point)[layers.length]) === verdict) continue;
      const size = this.#ball.sizeOf(point, x);
      if (this.best === null || size < this.best.size) this.best = { size, point };
      return size;
    }
    return Number.POSITIVE_INFINITY;
  }

  /** How much the verdict leads over a rival, and how that changes with the pixels: `(inputs)`. */
  #leadAt(change: Float64Array, rival: number) {
    const { layers } = this.#network;
    const activations = feedForward(
      { layers },
      this.#x.map((value, i) => value + change[i]),
    );
    const outputs = activations[layers.length];
    let gradient: Float64Array = new Float64Array(outputs.length);
    [gradient[this.#verdict], gradient[rival]] = [1, -1];
    for (let l = layers.length - 1; l >= 0; l--) {
      gradient = backward(layers[l], activations[l + 1], gradient);
    }
    return { lead: outputs[this.#verdict] - outputs[rival], gradient };
  }
}

function backward(layer: OpenLayer, activations: Float64Array, gradient: Float64Array) {
  return transposedTimes(layer, backThroughActivation(layer.activation, activations, gradient));
}
