import type { EvaluatedData, EvaluatedModel } from '../counting/evaluation.js';
import { type Interval, meanOf, wilsonInterval } from '../statistics/intervals.js';

/** The name and version of the JSON of a stress test. Fields may be added to it; none changes its meaning. */
export const STRESS_SCHEMA = 'digitflow.stress/1';

/** How many were right of all images, made worse in one way or as they are. */
export interface StressPoint {
  /** How many were right. */
  readonly correct: number;
  /** 0..1; null of no images. */
  readonly accuracy: number | null;
  /** Where the true accuracy plausibly lies (Wilson, 95 %). */
  readonly interval: Interval | null;
}

/** What one corruption did, at each of its strengths. */
export interface StressCurve {
  /** That of the corruption. */
  readonly name: string;
  /** What the strengths are. */
  readonly unit: string;
  /** In the order of the strengths, from weak to strong. */
  readonly points: readonly (StressPoint & { readonly strength: number })[];
  /** Mean accuracy over the strengths; null of no images. */
  readonly mean: number | null;
}

/** How far the nearest images lie that flip the verdicts, by one measure, over the images that were looked at. */
export interface FlipDistances {
  /** `largest`: the largest change of a pixel (L∞); `euclidean`: the root of the sum of squares (L2); in shares of white. */
  readonly norm: 'largest' | 'euclidean';
  /** For each image, in their order: no nearer one flips it, proven. */
  readonly proven: readonly number[];
  /** One that does; null where none was found. */
  readonly found: readonly (number | null)[];
  /** Quantiles of `found` over the images where there is one: 5, 25, 50, 75 and 95 %; null without any. */
  readonly quantiles: readonly (number | null)[];
  /** On how many images both agree within a hundredth. */
  readonly within1: number;
  /** On how many images both agree within a tenth. */
  readonly within10: number;
}

/** How few changes of pixels flip a verdict. */
export interface FlipReport {
  /** How many were looked at. */
  readonly images: number;
  /** One a norm. */
  readonly distances: readonly FlipDistances[];
}

/** A stress test, exactly as `--format json` prints it. */
export interface StressReport {
  readonly schema: typeof STRESS_SCHEMA;
  readonly model: EvaluatedModel;
  readonly data: EvaluatedData;
  /** How a pixel became a brightness, in words. */
  readonly normalization: string;
  /** What all that is random was drawn by. */
  readonly seed: number;
  /** How many each strength was tried on. */
  readonly images: number;
  /** The images as they are: what `evaluate` says. */
  readonly clean: StressPoint;
  /** One a corruption, in the order in which they were tried. */
  readonly corruptions: readonly StressCurve[];
  /** Mean accuracy over all corruptions and strengths; null without any. */
  readonly mean: number | null;
  /** Where it was lowest; null without any. */
  readonly worst: {
    readonly corruption: string;
    readonly strength: number;
    readonly accuracy: number;
  } | null;
  /** Null where it was not asked for. */
  readonly flips: FlipReport | null;
  /** Threads that ran forward passes; 0 when the calling thread did. */
  readonly workers: number;
  /** From the first image to the last. */
  readonly seconds: number;
  /** True when the input was not read to its end. */
  readonly partial: boolean;
}

/** What was counted. */
export interface StressCounts
  extends Omit<StressReport, 'schema' | 'clean' | 'corruptions' | 'mean' | 'worst' | 'flips'> {
  /** The corruptions that were tried, with their strengths. */
  readonly corruptions: readonly {
    readonly name: string;
    readonly unit: string;
    readonly strengths: readonly number[];
  }[];
  /** How many were right: as they are, then by corruption and strength. */
  readonly corrects: readonly number[];
  /** By image; empty where it was not asked for. */
  readonly flips: readonly Readonly<Record<FlipDistances['norm'], FoundDistance>>[] | null;
}

interface FoundDistance {
  readonly low: number;
  readonly high: number | null;
}

/** The report of what was counted. */
export function stressReport({ corruptions, corrects, flips, ...rest }: StressCounts): StressReport {
  const { images } = rest;
  const pointOf = (correct: number): StressPoint => ({
    correct,
    accuracy: images === 0 ? null : correct / images,
    interval: wilsonInterval(correct, images),
  });
  let at = 1;
  const curves = corruptions.map(({ name, unit, strengths }): StressCurve => {
    const points = strengths.map((strength) => ({ strength, ...pointOf(corrects[at++] ?? 0) }));
    return { name, unit, points, mean: meanOf(points.map(({ accuracy }) => accuracy)) };
  });
  const all = curves.flatMap(({ name, points }) =>
    points.map(({ strength, accuracy }) => ({ corruption: name, strength, accuracy: accuracy ?? 1 })),
  );
  const worst = images === 0 ? undefined : all.toSorted((a, b) => a.accuracy - b.accuracy)[0];
  return {
    schema: STRESS_SCHEMA,
    ...rest,
    clean: pointOf(corrects[0] ?? 0),
    corruptions: curves,
    mean: meanOf(curves.map(({ mean }) => mean)),
    worst: worst ?? null,
    flips: flips && flipReport(flips),
  };
}

function flipReport(flips: readonly Readonly<Record<FlipDistances['norm'], FoundDistance>>[]): FlipReport {
  const distances = (['largest', 'euclidean'] as const).map((norm): FlipDistances => {
    const own = flips.map((flip) => flip[norm]);
    const found = own.flatMap(({ high }) => high ?? []).sort((a, b) => a - b);
    const within = (share: number) =>
      own.filter(({ low, high }) => high !== null && low >= high * share * (1 - 1e-9)).length;
    return {
      norm,
      proven: own.map(({ low }) => low),
      found: own.map(({ high }) => high),
      quantiles: [0.05, 0.25, 0.5, 0.75, 0.95].map((share) => quantileOf(found, share)),
      within1: within(0.99),
      within10: within(0.9),
    };
  });
  return { images: flips.length, distances };
}

/** Of values in order, between two of them linearly; null of none. */
function quantileOf(values: readonly number[], share: number): number | null {
  if (values.length === 0) return null;
  const at = share * (values.length - 1);
  const low = Math.floor(at);
  const high = Math.min(low + 1, values.length - 1);
  return values[low] + (at - low) * (values[high] - values[low]);
}
