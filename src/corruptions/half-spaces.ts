/** Changes of pixels that have to lie on one side of a plane: `row` times change + `offset` <= 0. */
export interface HalfSpace {
  /** `(inputs)` */
  readonly row: Float64Array;
  readonly offset: number;
}

/** Where changes may lie. */
export interface Box {
  /** `(inputs)`, at most 0, as `high` is at least 0. */
  readonly low: Float64Array;
  readonly high: Float64Array;
  /** The largest root of the sum of squares that counts. */
  readonly reach: number;
}

const MOST_STEPS = 60;
/** How far a change may lie outside of a half-space, in shares of white; and what a proof has to exceed. */
const NEAR = 1e-7;
const EXACT = 1e-9;

/**
 * The change with the smallest sum of squares that lies in a box and in half-spaces; null where it is proven that there is
 * none within reach; undefined where that took too long.
 *
 * Solves the dual problem, one price >= 0 a half-space, by Newton's method: it is concave, with a second derivative almost
 * everywhere. Any prices give a bound by themselves, so a proof does not hang on how well they were found.
 */
export function smallestWithin(halfSpaces: readonly HalfSpace[], box: Box): Float64Array | null | undefined {
  const planes = halfSpaces.map(({ row, offset }) => {
    const length = Math.sqrt(row.reduce((sum, value) => sum + value * value, 0)) || 1;
    return { row: row.map((value) => value / length), offset: offset / length };
  });
  let at = pricedAt(new Float64Array(planes.length), planes, box);
  for (let step = 0; step < MOST_STEPS; step++) {
    if (at.isNone) return null;
    const { prices, slopes } = at;
    const free = Array.from(prices.keys()).filter((k) => prices[k] > 0 || slopes[k] > 0);
    if (free.every((k) => Math.abs(slopes[k]) <= NEAR)) return at.change;
    const next = better(at, directionOf(at, free, planes, box), planes, box);
    if (next === null) return undefined;
    at = next;
  }
  return undefined;
}

type Priced = ReturnType<typeof pricedAt>;

/** What prices come to: the change that is best at them, and the value and slopes of the dual problem. */
function pricedAt(prices: Float64Array, planes: readonly HalfSpace[], { low, high, reach }: Box) {
  const size = low.length;
  const pulls = new Float64Array(size);
  let [value, sum] = [0, 0];
  for (const [k, { row, offset }] of planes.entries()) {
    const price = prices[k];
    if (price === 0) continue;
    value += price * offset;
    sum += price;
    for (let i = 0; i < size; i++) pulls[i] += price * row[i];
  }
  // Without squares: above 0, no change of the box lies in all half-spaces.
  let flat = value;
  const change = new Float64Array(size);
  for (let i = 0; i < size; i++) {
    const pull = pulls[i];
    const moved = Math.min(high[i], Math.max(low[i], -pull));
    change[i] = moved;
    value += moved * (0.5 * moved + pull);
    flat += pull * (pull > 0 ? low[i] : high[i]);
  }
  const isNone = value > 0.5 * reach * reach * (1 + EXACT) + EXACT * EXACT || flat > EXACT * sum;
  const slopes = planes.map(({ row, offset }) => {
    let slope = offset;
    for (let i = 0; i < size; i++) slope += row[i] * change[i];
    return slope;
  });
  return { prices, pulls, change, value, slopes, isNone };
}

/** Minus the second derivative by the prices, with a little on its diagonal, so that it can be solved for. */
function curvesOf(
  free: readonly number[],
  planes: readonly HalfSpace[],
  pulls: Float64Array,
  { low, high }: Box,
) {
  const inside: number[] = [];
  for (let i = 0; i < pulls.length; i++) if (-pulls[i] >= low[i] && -pulls[i] <= high[i]) inside.push(i);
  const rows = free.map((k) => Float64Array.from(inside, (i) => planes[k].row[i]));
  return rows.map((row, k) =>
    Float64Array.from(rows, (other, l) => {
      let sum = k === l ? 1e-9 : 0;
      for (let i = 0; i < row.length; i++) sum += row[i] * other[i];
      return sum;
    }),
  );
}

/** x of `matrix` x = `wanted`, the matrix being symmetric and positive, by Cholesky's way. */
function solved(matrix: readonly Float64Array[], wanted: readonly number[]): number[] {
  const size = wanted.length;
  const lower = matrix.map((row) => row.slice());
  const x = [...wanted];
  for (let k = 0; k < size; k++) {
    for (let l = 0; l <= k; l++) {
      let sum = lower[k][l];
      for (let i = 0; i < l; i++) sum -= lower[k][i] * lower[l][i];
      lower[k][l] = k === l ? Math.sqrt(Math.max(sum, 1e-12)) : sum / lower[l][l];
    }
    for (let i = 0; i < k; i++) x[k] -= lower[k][i] * x[i];
    x[k] /= lower[k][k];
  }
  for (let k = size - 1; k >= 0; k--) {
    for (let i = k + 1; i < size; i++) x[k] -= lower[i][k] * x[i];
    x[k] /= lower[k][k];
  }
  return x;
}

/** Newton's way up, of prices that are free to move: none that is 0 goes down. */
function directionOf(
  at: Priced,
  free: readonly number[],
  planes: readonly HalfSpace[],
  box: Box,
): Float64Array {
  const direction = new Float64Array(planes.length);
  const curves = curvesOf(free, planes, at.pulls, box);
  let [moved, kept] = [free, Array.from(free.keys())];
  for (;;) {
    const matrix = kept.map((i) => Float64Array.from(kept, (j) => curves[i][j]));
    const steps = solved(
      matrix,
      moved.map((k) => at.slopes[k]),
    );
    const stays = moved.map((k, i) => at.prices[k] > 0 || steps[i] >= 0);
    if (stays.every(Boolean)) {
      for (const [i, k] of moved.entries()) direction[k] = steps[i];
      return direction;
    }
    kept = kept.filter((_, i) => stays[i]);
    moved = moved.filter((_, i) => stays[i]);
  }
}

/** Prices with a larger value: along a direction, those that would fall below 0 at 0; else only as far as the first is at 0. */
function better(at: Priced, direction: Float64Array, planes: readonly HalfSpace[], box: Box): Priced | null {
  const whole = at.prices.reduce((share, price, k) => {
    return price > 0 && direction[k] < 0 ? Math.min(share, -price / direction[k]) : share;
  }, 1);
  const shares = [1, 0.25, whole];
  for (let share = whole / 4; share > 1e-9 * whole; share /= 4) shares.push(share);
  for (const share of shares) {
    const prices = at.prices.map((price, k) => {
      const next = price + share * direction[k];
      return next > 1e-12 * price ? next : 0;
    });
    const gain = prices.reduce((sum, price, k) => sum + at.slopes[k] * (price - at.prices[k]), 0);
    const next = pricedAt(prices, planes, box);
    const isBetter = next.value >= at.value + 1e-4 * gain - 1e-13 * Math.abs(at.value);
    if (next.isNone || (gain > 0 && isBetter)) return next;
  }
  return null;
}
