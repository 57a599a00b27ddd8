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
/** The interval is cut in so many equal pieces at first, so that nothing narrow lies unseen between the nodes. */
const FIRST_PIECES = 32;
/** A kink is closed in on by halving: this often, and it is narrower than a double can tell. */
const DEEPEST = 48;
/** Beyond this there is no more halving: rounding, not the function, keeps the halves apart. */
const MOST_EVALUATIONS = 400_000;

/**
 * ∫₀¹ f, for a function of vectors: each piece is taken as a whole and as its halves, and is halved again until the two agree
 * in every component to `tolerances` (shared among the pieces as they are halved).
 *
 * @param isRight whether the integral of a piece agrees with what else is known of it, but for `share` of what is
 *   allowed: a jump so narrow that it lies between the nodes is found by nothing else.
 * @returns the integral, `(n)` float64, and how often `f` was called.
 */
export function integrateVector(
  f: (at: number) => Float64Array,
  tolerances: Float64Array,
  isRight: (piece: readonly [from: number, to: number], integral: Float64Array, share: number) => boolean,
): { readonly integral: Float64Array; readonly evaluations: number } {
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
    // A piece's share of the tolerance falls slower than its width, else a jump would never be narrow enough.
    const share = 1 / FIRST_PIECES / 2 ** (depth / 4);
    const agree = whole.every((value, n) => Math.abs(value - left[n] - right[n]) <= tolerances[n] * share);
    const both = left.map((value, n) => value + right[n]);
    const isDone = agree && isRight([from, to], both, share);
    if (isDone || depth >= DEEPEST || evaluations >= MOST_EVALUATIONS) {
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
