/** About so many lines tell a scale. */
const TICKS = 5;
const ROUND = [1, 2, 5, 10];

/** What an axis shows. */
export interface Range {
  readonly low: number;
  readonly high: number;
}

/** Round numbers from `low` to `high`, a step of 1, 2 or 5 times a power of ten apart. */
export function roundTicks(low: number, high: number): number[] {
  const step = roundStep(high - low);
  // A hair is left for what is no binary fraction.
  const first = Math.ceil(low / step - 1e-9);
  return Array.from(
    { length: Math.floor(high / step + 1e-9) - first + 1 },
    (_, tick) => (first + tick) * step,
  );
}

/** The step of `roundTicks` over so wide a range. */
export function roundStep(span: number): number {
  const least = (span / TICKS) * (1 - 1e-9);
  const power = 10 ** Math.floor(Math.log10(least));
  return ROUND.map((factor) => factor * power).find((one) => one >= least) ?? least;
}

/** Round numbers, of which the first and the last hold all of `values`; of one value alone, some around it. */
export function ticksAround(values: readonly number[]): number[] {
  const [lowest, highest] = [Math.min(...values), Math.max(...values)];
  const step = roundStep(highest - lowest || Math.abs(highest) || 1);
  const [first, last] = [Math.floor(lowest / step + 1e-9), Math.ceil(highest / step - 1e-9)];
  const more = first === last ? 1 : 0;
  return Array.from({ length: last - first + 1 + 2 * more }, (_, tick) => (first - more + tick) * step);
}

/**
 * Ticks of a logarithmic axis that hold all of `values`, which are above 0: 1, 2 and 5 times powers of ten; of a wide range, some
 * of the powers alone.
 */
export function logTicks(values: readonly number[]): number[] {
  const [lowest, highest] = [Math.min(...values), Math.max(...values)];
  const from = Math.floor(Math.log10(lowest) + 1e-9);
  const to = Math.ceil(Math.log10(highest) - 1e-9);
  const all = Array.from({ length: to - from + 3 }, (_, n) =>
    [1, 2, 5].map((factor) => Number(`${factor}e${from - 1 + n}`)),
  ).flat();
  const below = all.findLastIndex((tick) => tick <= lowest * (1 + 1e-9));
  const above = all.findIndex((tick) => tick >= highest * (1 - 1e-9));
  const [first, last] = below === above ? [below - 1, above + 1] : [below, above];
  const ticks = all.slice(first, last + 1);
  if (ticks.length <= TICKS + 2) return ticks;
  const every = Math.ceil((to - from) / TICKS);
  return Array.from({ length: Math.ceil((to - from) / every) + 1 }, (_, n) =>
    Number(`1e${from + n * every}`),
  );
}
