import type { Ball } from './ball.js';
import { type HalfSpace, smallestWithin } from './half-spaces.js';
import type { Part, RelaxedNetwork } from './relaxed-network.js';

/** A little beyond a border, so that what lies on it is passed. */
const BEYOND = 1 + 1e-4;
const FURTHER = 1e-6;

/** Looks for an image with another verdict in the surroundings of one, part by part, until there can be none. */
export class BallSearch {
  /** Parts that were looked at. */
  parts = 0;
  readonly #network: RelaxedNetwork;
  readonly #ball: Ball;
  readonly #verdict: number;
  #whole: { readonly radius: number; readonly part: Part } | undefined;

  constructor(network: RelaxedNetwork, ball: Ball, verdict: number) {
    this.#network = network;
    this.#ball = ball;
    this.#verdict = verdict;
  }

  /**
   * Whether no image of a ball is taken for `rival`; false where that took more than `mostParts` parts. What is found that
   * has another verdict is given to `onFlip`, which answers up to where the search is to go on.
   */
  isProven(
    rival: number,
    radius: number,
    mostParts: number,
    onFlip: (change: Float64Array) => number,
  ): boolean {
    const [network, ball] = [this.#network, this.#ball];
    if (this.#whole?.radius !== radius) this.#whole = { radius, part: network.whole(ball, radius) };
    const open = [this.#whole.part];
    let within = radius;
    for (let left = mostParts; open.length > 0; ) {
      const part = open.pop() as Part;
      const looked = network.look(part, rival, ball, within);
      if (looked === null) continue;
      if (left-- <= 0) return false;
      this.parts++;
      const box = ball.box(within);
      const change = smallestWithin(looked.halfSpaces, box);
      if (change === null) continue;
      const place = network.whereToCut(part, looked, change ?? new Float64Array(ball.size));
      // Where nothing is left to cut, what is found lies on a border, and a little further on is another verdict.
      const flip =
        place === null
          ? smallestWithin(beyond(looked.halfSpaces), box)
          : change?.map((value) => value * BEYOND);
      if (flip && network.verdictOf(network.sumsAt(flip)) !== this.#verdict) {
        const found = onFlip(flip);
        if (found < within) {
          within = found;
          open.push(part);
          continue;
        }
      }
      if (place === null) return false;
      for (const side of ['above', 'below'] as const) {
        open.push(network.cut(part, { ...place, side }, ball, within));
      }
    }
    return true;
  }
}

/** Half-spaces of which the first is a little farther away. */
function beyond([first, ...others]: readonly HalfSpace[]): HalfSpace[] {
  const length = Math.sqrt(first.row.reduce((sum, value) => sum + value * value, 0));
  return [{ ...first, offset: first.offset + FURTHER * length }, ...others];
}
