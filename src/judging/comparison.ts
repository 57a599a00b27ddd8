import type { Evaluation } from '../counting/evaluation.js';
import type { Interval, PairedCounts } from '../statistics/intervals.js';
import { pairedDifferenceInterval, wilsonInterval } from '../statistics/intervals.js';
import { holm, mcnemarExact, recordsToTell } from '../statistics/significance.js';
import { sumOfCounts, type VerdictPair, type WonRecord } from './paired-verdicts.js';

/** The name and version of a comparison's JSON. Fields may be added to it; none changes its meaning. */
export const COMPARISON_SCHEMA = 'digitflow.comparison/1';

/** A difference is told where the adjusted p-value is below this. */
export const SIGNIFICANCE = 0.05;

/** How a network did, as `evaluate` says it. */
export interface ComparedResult
  extends Pick<
    Evaluation,
    | 'model'
    | 'normalization'
    | 'correct'
    | 'accuracy'
    | 'interval'
    | 'macro'
    | 'loss'
    | 'otherReading'
    | 'isNearChance'
  > {
  /** What it is called in short: a bundled network's name, the last part of a path; with a letter where two would be alike. */
  readonly name: string;
  /** 0..1; null where its outputs are not in 0..1. */
  readonly expectedCalibrationError: number | null;
  /** Which flag it asks for to turn the pixels, and why, where that is not the same for all: `--transpose no: …`. */
  readonly turned: string | null;
}

/** A class: how many of its images each network reads right. */
export interface ComparedClass {
  /** That of the class. */
  readonly name: string;
  /** How many images are of it. */
  readonly support: number;
  /** One for each network. */
  readonly correct: readonly number[];
  /** One for each network, `correct` of `support`; null where there are no images. */
  readonly recall: readonly (number | null)[];
  /** One for each network: where the true recall plausibly lies (Wilson, 95 %). */
  readonly intervals: readonly (Interval | null)[];
}

/** An image that one network of a pair reads right: what the other one says of it. */
export type ComparedRecord = Omit<WonRecord, 'pixels'>;

/** Two networks on the same images; the difference is that of the second less the first. */
export interface ComparedPair extends PairedCounts {
  /** Its position in `networks`. */
  readonly first: number;
  /** Its position in `networks`. */
  readonly second: number;
  /** The second accuracy less the first, -1..1; null without images. */
  readonly difference: number | null;
  /** Where the true difference plausibly lies. */
  readonly interval: (Interval & { readonly level: 0.95; readonly method: 'newcombe' }) | null;
  /** McNemar's exact test, two-sided; `adjusted` for all pairs by Holm, and the same where there is one. */
  readonly test: { readonly name: 'mcnemar-exact'; readonly p: number; readonly adjusted: number };
  /** Whether `adjusted` is below 0.05. */
  readonly isDifferent: boolean;
  /** How many images would tell such a difference four times out of five, were this pair the only one; null where there is none. */
  readonly imagesToTell: number | null;
  /** The same counts for each class, by the truth. */
  readonly classes: readonly PairedCounts[];
  /** Images that only the first reads right: first those of which the second is surest. */
  readonly onlyFirstExamples: readonly ComparedRecord[];
  /** Images that only the second reads right: first those of which the first is surest. */
  readonly onlySecondExamples: readonly ComparedRecord[];
}

/** The result of a comparison, exactly as `--format json` prints it. Shares are 0..1; what is not defined is null. */
export interface Comparison {
  readonly schema: typeof COMPARISON_SCHEMA;
  /** The answer in one sentence. */
  readonly answer: string;
  /** The images. */
  readonly data: Evaluation['data'];
  /** How many each network was asked. */
  readonly images: number;
  /** True when the input was not read to its end: interrupted, or a limit was asked for. */
  readonly partial: boolean;
  /** In the order in which they were given. */
  readonly networks: readonly ComparedResult[];
  /** Each with each: first with second, first with third, …, second with third, … */
  readonly pairs: readonly ComparedPair[];
  /** One a class, in the order of the outputs. */
  readonly classes: readonly ComparedClass[];
  /** Threads that ran forward passes, of all networks; 0 when the calling thread did. */
  readonly workers: number;
  /** From the first image to the last. */
  readonly seconds: number;
  /** Images read, whatever the number of networks; null when no time passed. */
  readonly imagesPerSecond: number | null;
}

/** What `compared` puts together. */
export interface ComparisonParts
  extends Pick<Comparison, 'data' | 'images' | 'partial' | 'workers' | 'seconds'> {
  /** One for each network, all of the same images. */
  readonly evaluations: readonly Evaluation[];
  readonly turned: readonly (string | null)[];
  readonly pairs: readonly VerdictPair[];
}

/** The comparison that evaluations and the counts of each pair give. `answer` puts it into a sentence. */
export function compared(
  { evaluations, turned, pairs: counted, ...parts }: ComparisonParts,
  answer: (comparison: Omit<Comparison, 'answer'>) => string,
): Comparison {
  const { images, seconds } = parts;
  const names = uniqueNames(evaluations.map(({ model }) => model.name));
  const networks = evaluations.map((evaluation, index) => ({
    ...resultOf(evaluation),
    ...{ name: names[index], turned: turned[index] },
  }));
  const totals = counted.map(({ classes }) => sumOfCounts(classes));
  const tests = totals.map(({ onlyFirst, onlySecond }) => mcnemarExact(onlyFirst, onlySecond));
  const adjusted = holm(tests);
  const pairs = counted.map((pair, index) =>
    pairOf(pair, totals[index], { p: tests[index], adjusted: adjusted[index] }),
  );
  const comparison: Omit<Comparison, 'answer'> = {
    ...{ schema: COMPARISON_SCHEMA, data: parts.data, images, partial: parts.partial },
    ...{ networks, pairs, classes: classesOf(evaluations) },
    ...{ workers: parts.workers, seconds, imagesPerSecond: seconds > 0 ? images / seconds : null },
  };
  const { schema, ...rest } = comparison;
  return { schema, answer: answer(comparison), ...rest };
}

/** The last part of each path, where that tells all apart; `net.onnx (A)` and `net.onnx (B)` where two are called the same. */
function uniqueNames(paths: readonly string[]): string[] {
  // What is left of /dev/fd/63 says nothing.
  const short = paths.map((path) => /^(?!\/dev\/).*?([^/\\]+)$/.exec(path)?.[1] ?? path);
  const names = new Set(short).size === paths.length ? short : paths;
  return names.map((name, index) =>
    names.filter((other) => other === name).length > 1 ? `${name} (${letterOf(index)})` : name,
  );
}

/** `A` for 0. */
export function letterOf(index: number): string {
  return String.fromCharCode('A'.charCodeAt(0) + index);
}

function resultOf(evaluation: Evaluation): Omit<ComparedResult, 'name' | 'turned'> {
  const { model, normalization, correct, accuracy, interval, macro, loss, calibration } = evaluation;
  const { otherReading, isNearChance } = evaluation;
  return {
    ...{ model, normalization, correct, accuracy, interval, macro, loss },
    expectedCalibrationError: calibration?.expectedCalibrationError ?? null,
    ...{ otherReading, isNearChance },
  };
}

function pairOf(
  { first, second, classes, onlyFirst, onlySecond }: VerdictPair,
  counts: PairedCounts,
  test: Omit<ComparedPair['test'], 'name'>,
): ComparedPair {
  const images = counts.both + counts.onlyFirst + counts.onlySecond + counts.neither;
  // Of the second less the first.
  const interval = pairedDifferenceInterval({
    ...{ both: counts.both, neither: counts.neither },
    ...{ onlyFirst: counts.onlySecond, onlySecond: counts.onlyFirst },
  });
  return {
    ...{ first, second, ...counts },
    difference: images === 0 ? null : (counts.onlySecond - counts.onlyFirst) / images,
    interval: interval && { ...interval, level: 0.95, method: 'newcombe' },
    test: { name: 'mcnemar-exact', ...test },
    isDifferent: test.adjusted < SIGNIFICANCE,
    imagesToTell: recordsToTell(counts),
    classes,
    onlyFirstExamples: onlyFirst.map(withoutPixels),
    onlySecondExamples: onlySecond.map(withoutPixels),
  };
}

function withoutPixels({ pixels: _, ...record }: WonRecord): ComparedRecord {
  return record;
}

function classesOf(evaluations: readonly Evaluation[]): ComparedClass[] {
  return evaluations[0].classes.map(({ name, support }, index) => {
    const correct = evaluations.map(({ confusion }) => confusion[index][index]);
    return {
      ...{ name, support, correct },
      recall: correct.map((count) => (support === 0 ? null : count / support)),
      intervals: correct.map((count) => wilsonInterval(count, support)),
    };
  });
}
