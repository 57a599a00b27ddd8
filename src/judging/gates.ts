import type { Evaluation } from '../counting/evaluation.js';
import type { BaselineComparison, GateResult } from '../counting/gate-result.js';
import { DigitflowError, quoteValue } from '../errors.js';
import type { PairedCounts } from '../statistics/intervals.js';
import { type Baseline, checkSameData } from './baseline.js';
import { comparisonOf, isDrop } from './drop.js';

/** How good an evaluation is to be; shares from 0 to 1. What is left out is not asked for. */
export interface Gates {
  /** The accuracy is to be at least this, 0..1. */
  readonly minAccuracy?: number | undefined;
  /** Of each class that has images, but for those of `minRecallOf`. */
  readonly minRecall?: number | undefined;
  /** By the name of a class. */
  readonly minRecallOf?: Readonly<Record<string, number>> | undefined;
  /** Of a network whose outputs are probabilities. */
  readonly maxCalibrationError?: number | undefined;
  /** By how much the accuracy may be lower than the baseline's. Default: it may not be significantly lower. */
  readonly margin?: number | undefined;
}

/** What an evaluation is held against. */
export interface AgainstBaseline {
  readonly baseline: Baseline;
  /** How both did on each image, the evaluation first; left out where the baseline has no verdicts. */
  readonly pairs?: PairedCounts | undefined;
}

/**
 * Whether an evaluation is as good as it is to be: one result for each gate that is asked for, and one for the baseline.
 *
 * @throws DigitflowError USAGE for gates that mean nothing to it; BASELINE_MISMATCH for a baseline of other images, and for a part
 *   of an evaluation
 */
export function checkGates(evaluation: Evaluation, gates: Gates, against?: AgainstBaseline): GateResult[] {
  const { classes, calibration, accuracy } = evaluation;
  checkGateValues(gates, against !== undefined);
  checkGatesOf(gates, { classes: classes.map(({ name }) => name), hasProbabilities: calibration !== null });
  const { minAccuracy, minRecall, minRecallOf = {}, maxCalibrationError } = gates;
  const results: GateResult[] = [];
  if (minAccuracy !== undefined)
    results.push(atLeast('min-accuracy', 'accuracy', minAccuracy, accuracy, String(accuracy)));
  if (minRecall !== undefined) results.push(recallOfEach(evaluation, minRecall, minRecallOf));
  for (const [name, least] of Object.entries(minRecallOf)) {
    const recall = classes.find((one) => one.name === name)?.recall ?? null;
    const result = atLeast('min-recall', `recall of ${name}`, least, recall, String(recall));
    results.push({ ...result, className: name });
  }
  if (maxCalibrationError !== undefined) {
    const value = calibration?.expectedCalibrationError ?? null;
    results.push({
      ...{ gate: 'max-calibration-error', name: 'calibration error' },
      passed: value !== null && value <= maxCalibrationError,
      ...{ expected: `at most ${maxCalibrationError}`, found: value === null ? NO_IMAGES : String(value) },
      ...{ limit: maxCalibrationError, value },
    });
  }
  if (against !== undefined) results.push(againstBaseline(evaluation, against, gates.margin));
  return results;
}

const NO_IMAGES = 'no images to measure it on';

function atLeast(
  gate: GateResult['gate'],
  name: string,
  limit: number,
  value: number | null,
  found: string,
): GateResult {
  const passed = value !== null && value >= limit;
  return {
    ...{ gate, name, passed, expected: `at least ${limit}`, found: value === null ? NO_IMAGES : found },
    ...{ limit, value },
  };
}

/** So many classes are named; of more their number. */
const MOST_NAMED = 5;

/** Classes without images have no recall, and those of `others` a gate of their own. */
function recallOfEach({ classes }: Evaluation, least: number, others: object): GateResult {
  const recalls = classes
    .filter(({ name }) => !Object.hasOwn(others, name))
    .flatMap(({ name, recall }) => (recall === null ? [] : [{ name, recall }]))
    .sort((a, b) => a.recall - b.recall);
  const low = recalls.filter(({ recall }) => recall < least);
  const told = low.length > 0 ? low.slice(0, MOST_NAMED) : recalls.slice(0, 1);
  const more = low.length > told.length ? `, and ${low.length - told.length} more` : '';
  const found = told.map(({ name, recall }) => `${recall} of ${name}`).join(', ') + more;
  const title = Object.keys(others).length > 0 ? 'recall of each other class' : 'recall of each class';
  return atLeast('min-recall', title, least, recalls[0]?.recall ?? null, found);
}

function againstBaseline(
  evaluation: Evaluation,
  { baseline, pairs }: AgainstBaseline,
  margin: number | undefined,
): GateResult {
  checkSameData(baseline, evaluation, pairs !== undefined);
  const against = comparisonOf(evaluation, baseline, pairs ?? null);
  const { difference, accuracy } = against;
  const from = accuracy === null ? '' : ` from ${accuracy}`;
  return {
    ...{ gate: 'baseline', name: `accuracy against ${baseline.path}` },
    passed: difference !== null && !isDrop(against, margin),
    expected: margin === undefined ? `no significant drop${from}` : `a drop of at most ${margin}${from}`,
    found: difference === null ? NO_IMAGES : foundWords(evaluation, baseline, against),
    ...{ limit: margin ?? null, value: difference === null ? null : 0 - difference, against },
  };
}

/** `0.952, 121 images fewer (150 lost, 29 won; p = 1.2e-20)`. */
function foundWords(
  { correct, accuracy }: Evaluation,
  baseline: Baseline,
  { pairs, interval }: BaselineComparison,
): string {
  const more = correct - baseline.correct;
  const count = Math.abs(more) === 1 ? '1 image' : `${Math.abs(more)} images`;
  const words = more === 0 ? 'as many images' : `${count} ${more < 0 ? 'fewer' : 'more'}`;
  const [low, high] = [interval?.low ?? 0, interval?.high ?? 0].map((bound) => bound.toFixed(4));
  const how =
    pairs === null
      ? `not paired: 95 % interval of the difference ${low} to ${high}`
      : `${pairs.onlyBaseline} lost, ${pairs.onlyThis} won; p = ${Number(pairs.p.toPrecision(2))}`;
  return `${accuracy}, ${words} (${how})`;
}

/** What is known of a network before it is evaluated. */
export interface GatedNetwork {
  /** Names. */
  readonly classes: readonly string[];
  /** Whether its outputs are in 0..1: only then there is a calibration error. */
  readonly hasProbabilities: boolean;
}

/** @throws DigitflowError USAGE for gates that mean nothing to a network */
export function checkGatesOf(gates: Gates, { classes, hasProbabilities }: GatedNetwork): void {
  const { minRecallOf = {}, maxCalibrationError } = gates;
  const unknown = Object.keys(minRecallOf).find((name) => !classes.includes(name));
  if (unknown !== undefined) {
    const message = `--min-recall: expected a class of the network (${listed(classes)}), found ${quoteValue(unknown)}`;
    throw new DigitflowError('USAGE', `${message}; give one of them`);
  }
  if (maxCalibrationError !== undefined && !hasProbabilities) {
    const message = '--max-calibration-error: expected a network whose outputs are probabilities';
    throw new DigitflowError('USAGE', `${message}, found one whose outputs are not; leave it out`);
  }
}

const MOST_LISTED = 30;

function listed(names: readonly string[]): string {
  const shown = names.slice(0, MOST_LISTED).join(', ');
  return names.length > MOST_LISTED ? `${shown}, … ${names.length} in all` : shown;
}

/** @throws DigitflowError USAGE for what is no share, and for a margin without a baseline: a caller without types may give anything */
export function checkGateValues(gates: Gates, hasBaseline: boolean): void {
  const { minRecallOf = {}, ...shares } = gates;
  for (const [name, value] of [...Object.entries(shares), ...Object.entries(minRecallOf)]) {
    if (value === undefined || (typeof value === 'number' && value >= 0 && value <= 1)) continue;
    const message = `${name}: expected a share from 0 to 1, found ${quoteValue(value)}`;
    throw new DigitflowError('USAGE', `${message}; give such as 0.95`);
  }
  if (gates.margin === undefined || hasBaseline) return;
  const message = 'margin: expected a baseline that it is a margin of, found none; give one (--baseline)';
  throw new DigitflowError('USAGE', message);
}
