import type { Evaluation } from '../counting/evaluation.js';
import { fisherExact } from '../statistics/fisher.js';
import { binomialTail, holm } from '../statistics/significance.js';

/** What stands out of an evaluation beyond chance. Classes are indices. */
export type EvaluationFinding = DriftFinding | WeakFinding | ConfidenceFinding;

/** The mistakes of a class go to a few others more than to the rest. */
export interface DriftFinding {
  readonly kind: 'drift';
  readonly truth: number;
  /** How many images of the class were misread. */
  readonly mistakes: number;
  /** What more of them than of the rest were taken for, and how many each: the most frequent first. */
  readonly to: readonly { readonly prediction: number; readonly count: number }[];
}

/** Classes that are recognised less often than all others together, the worst first. */
export interface WeakFinding {
  readonly kind: 'weak';
  /** Shares 0..1. */
  readonly classes: readonly { readonly index: number; readonly recall: number }[];
}

/** The mean confidence is higher, or lower, than the share that is right. */
export interface ConfidenceFinding {
  readonly kind: 'surer' | 'less sure';
  /** The mean, 0..1. */
  readonly confidence: number;
  /** 0..1. */
  readonly accuracy: number;
}

/** Three kinds of questions share 5 %: where nothing stands out, one page in twenty says at most that something does. */
const LEVEL = 0.05 / 3;
/** qnorm(1 - LEVEL / 2) in R. */
const Z_LEVEL = 2.393979799817966;
/** A finding names so many classes at most, and so many classes' mistakes are told of. */
const MOST_NAMED = 4;
const MOST_DRIFTS = 5;
/** A mean of fewer images than make this variance is not normal enough. */
const LEAST_VARIANCE = 10;

/**
 * What stands out beyond chance: all of it together is wrong in at most one of twenty evaluations in which nothing does. It needs
 * counts only, so merged shards give the same.
 */
export function findingsOf(
  evaluation: Pick<Evaluation, 'confusion' | 'calibration' | 'correct' | 'images'>,
): EvaluationFinding[] {
  return [...driftsOf(evaluation.confusion), ...weakOf(evaluation), ...confidenceOf(evaluation)];
}

/** Those with the most mistakes first. */
function driftsOf(confusion: Evaluation['confusion']): DriftFinding[] {
  const rows = confusion.flatMap((_, truth) => driftOf(confusion, truth) ?? []);
  const adjusted = holm(rows.map(({ p }) => p));
  return rows
    .flatMap(({ finding }, at) => (finding !== null && adjusted[at] < LEVEL ? [finding] : []))
    .sort((a, b) => taken(b) - taken(a) || a.truth - b.truth)
    .slice(0, MOST_DRIFTS);
}

const taken = ({ to }: DriftFinding) => to.reduce((sum, { count }) => sum + count, 0);

/**
 * The few classes that take more mistakes of one class than each would if all others took as many; of several such sets the
 * likeliest. `p` is that of the set, for all sets that might have been chosen. Null where there are no mistakes.
 */
function driftOf(
  confusion: Evaluation['confusion'],
  truth: number,
): { finding: DriftFinding | null; p: number } | null {
  const others = confusion[truth]
    .map((count, prediction) => ({ prediction, count }))
    .filter(({ prediction }) => prediction !== truth)
    .sort((a, b) => b.count - a.count);
  const mistakes = others.reduce((sum, { count }) => sum + count, 0);
  if (mistakes === 0) return null;
  const sizes = Math.min(MOST_NAMED, Math.floor(others.length / 2));
  let best: { to: typeof others; likelihood: number; p: number } | null = null;
  for (let size = 1; size <= sizes; size++) {
    const to = others.slice(0, size);
    const inside = to.reduce((sum, { count }) => sum + count, 0);
    const rest = others.length - size;
    const [outside, weakest] = [mistakes - inside, to[size - 1].count];
    const alone = others.length * binomialTail(weakest, weakest + outside, 1 / (1 + rest));
    if (weakest * rest <= outside || alone >= LEVEL) continue;
    const likelihood = logLikelihood(inside, size) + logLikelihood(outside, rest);
    if (best !== null && best.likelihood >= likelihood) continue;
    const chosen = sizes * choices(size, others.length);
    best = { to, likelihood, p: Math.min(1, chosen * binomialTail(inside, mistakes, size / others.length)) };
  }
  return best === null
    ? { finding: null, p: 1 }
    : { finding: { kind: 'drift', truth, mistakes, to: best.to }, p: best.p };
}

/** Of mistakes that go to `classes` classes alike, but for what is the same for all sets. */
function logLikelihood(count: number, classes: number): number {
  return count === 0 ? 0 : count * Math.log(count / classes);
}

/** In how many ways `size` of `all` can be chosen. */
function choices(size: number, all: number): number {
  let ways = 1;
  for (let i = 0; i < size; i++) ways *= (all - i) / (i + 1);
  return ways;
}

function weakOf({
  confusion,
  correct,
  images,
}: Pick<Evaluation, 'confusion' | 'correct' | 'images'>): WeakFinding[] {
  const rows = confusion.flatMap((row, index) => {
    const support = row.reduce((sum, count) => sum + count, 0);
    const [right, others] = [row[index], images - support];
    const otherRight = correct - right;
    if (support === 0 || others === 0) return [];
    const p = fisherExact(right, support - right, otherRight, others - otherRight);
    return [{ index, recall: right / support, isBelow: right / support < otherRight / others, p }];
  });
  const adjusted = holm(rows.map(({ p }) => p));
  const classes = rows
    .filter(({ isBelow }, at) => isBelow && adjusted[at] < LEVEL)
    .sort((a, b) => a.recall - b.recall)
    .map(({ index, recall }) => ({ index, recall }));
  return classes.length === 0 ? [] : [{ kind: 'weak', classes }];
}

/** By how sure each image was together: within a bin the variance is at most that of its mean. */
function confidenceOf({
  calibration,
  correct,
  images,
}: Pick<Evaluation, 'calibration' | 'correct' | 'images'>): ConfidenceFinding[] {
  let [promised, variance] = [0, 0];
  for (const { count, confidence } of calibration?.bins ?? []) {
    if (confidence === null) continue;
    promised += count * confidence;
    variance += count * confidence * (1 - confidence);
  }
  if (variance < LEAST_VARIANCE) return [];
  const z = (promised - correct) / Math.sqrt(variance);
  if (Math.abs(z) < Z_LEVEL) return [];
  const kind = z > 0 ? 'surer' : 'less sure';
  return [{ kind, confidence: promised / images, accuracy: correct / images }];
}
