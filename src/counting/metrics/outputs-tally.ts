import { ROUND, UNITS_PER_ONE } from '../../../workers/kernel/common/offsets.js';
import { DigitflowError } from '../../errors.js';
import { meanOf } from '../../statistics/intervals.js';
import {
  averagePrecision,
  type CurvePoint,
  precisionRecallCurve,
  riskCoverageArea,
  riskCoverageCurve,
  rocArea,
  rocCurve,
} from '../../statistics/ranking.js';
import { FixedSum } from '../calibration.js';
import { type LabelledRecords, recordsTitle } from '../scored-records.js';
import type { State } from '../state.js';
import { binOf, ScoreBins } from './score-bins.js';

/** Log losses of so many records, each below 2^6 in units of 2^-32, stay within the safe integers. */
const RUN_LENGTH = 2 ** 13;
/** The least probability that a logarithm is taken of, as in scikit-learn: an image costs 36.04 at most. */
const LEAST_PROBABILITY = Number.EPSILON;
/** Top-k is told for these k, where they are fewer than the classes. */
const TOP = [2, 3, 5];

/**
 * What all outputs of each image tell; null where it is not defined.
 *
 * All but `topK` wants outputs in 0..1 (sigmoid, softmax). A class's probability is its share of the sum of an
 * image's outputs: those of softmax are that already, those of sigmoid need not sum to 1 and are divided by their sum.
 */
export interface OutputScores {
  /** How often the truth is among the k largest outputs; of equal ones the earlier class comes first. */
  readonly topK:
    | readonly { readonly k: number; readonly correct: number; readonly accuracy: number }[]
    | null;
  /** The mean of Σ (p - y)² over the classes, 0..2, where y is 1 for the label and 0 for all others. */
  readonly brier: number | null;
  /** The mean of -ln p of the label; a p below 2^-52 counts as that. */
  readonly logLoss: number | null;
  /** The mean area under the classes' ROC curves, each class against all others, 0..1. */
  readonly rocArea: number | null;
  /** The mean area under the classes' precision-recall curves, 0..1. */
  readonly averagePrecision: number | null;
  /** The mean share of wrong answers, over all shares of the images that are answered, the most confident first. 0..1. */
  readonly riskCoverageArea: number | null;
  /** `[share answered, share of these that is wrong]`, thinned; the confidence is the largest output as it is. */
  readonly riskCoverage: readonly CurvePoint[] | null;
  /** One a class, in the order of the outputs. */
  readonly classes: readonly ClassRanking[];
}

/** How well a class's probability tells its images from all others; null where there are none of either. */
export interface ClassRanking {
  /** That of the class. */
  readonly name: string;
  /** The area under its ROC curve, 0..1; null where it is not defined. */
  readonly rocArea: number | null;
  /** 0..1; null where it is not defined. */
  readonly averagePrecision: number | null;
  /** `[false positive rate, true positive rate]`, thinned. */
  readonly roc: readonly CurvePoint[] | null;
  /** `[recall, precision]`, thinned. */
  readonly precisionRecall: readonly CurvePoint[] | null;
}

/**
 * Counts what all outputs of each image tell, in memory that does not grow with the input, and in integers: the same for any
 * order, batches and shards. Areas come from bins of probability: they differ from those of the exact order by some 1e-5.
 */
export class OutputsTally {
  readonly classes: number;
  /** How often the truth's output was the largest, the second largest, and so on. */
  readonly #ranks: Float64Array;
  /** Images with an output that is NaN or infinite. */
  #notFinite = 0;
  /** Those, and images whose outputs are no shares: one outside of 0..1, or all 0. */
  #noShares = 0;
  readonly #brier = new FixedSum();
  readonly #logLoss = new FixedSum();
  readonly #byClass: readonly ScoreBins[];
  /** Right and wrong, by confidence. */
  readonly #verdicts = new ScoreBins();

  /** @param classes 1 to 256 */
  constructor(classes: number) {
    this.classes = classes;
    this.#ranks = new Float64Array(classes);
    this.#byClass = Array.from({ length: classes }, () => new ScoreBins());
  }

  /** @throws DigitflowError USAGE where the outputs were not kept */
  addAll(records: LabelledRecords): void {
    const { outputs, count } = records;
    if (outputs === undefined || outputs.length < count * this.classes) {
      const expected = `expected all ${this.classes} outputs of each record, found none`;
      throw new DigitflowError('USAGE', `${recordsTitle(records)}: ${expected}; keep them with withOutputs`);
    }
    for (let from = 0; from < count; from += RUN_LENGTH) {
      this.#addRun(records, outputs, from, Math.min(count, from + RUN_LENGTH));
    }
  }

  #addRun(
    { labels, predictions, confidences, outputsAreProbabilities }: LabelledRecords,
    outputs: Float32Array,
    from: number,
    to: number,
  ): void {
    const { classes } = this;
    let [brier, logLoss] = [0, 0];
    for (let i = from; i < to; i++) {
      const start = i * classes;
      const truth = labels[i];
      const own = outputs[start + truth];
      let [sum, squares, rank, isProper] = [0, 0, 0, true];
      for (let k = 0; k < classes; k++) {
        const output = outputs[start + k];
        sum += output;
        squares += output * output;
        if (output > own || (output === own && k < truth)) rank++;
        if (!(output >= 0 && output <= 1)) isProper = false;
      }
      if (Number.isFinite(sum)) this.#ranks[rank]++;
      else this.#notFinite++;
      if (!isProper || sum === 0 || !outputsAreProbabilities) {
        this.#noShares++;
        continue;
      }
      for (let k = 0; k < classes; k++) {
        const output = outputs[start + k];
        this.#byClass[k].add(binOf(output, sum - output), k === truth);
      }
      const p = own / sum;
      brier += (squares / sum / sum - 2 * p + 1) * UNITS_PER_ONE + ROUND - ROUND;
      logLoss += -Math.log(Math.max(p, LEAST_PROBABILITY)) * UNITS_PER_ONE + ROUND - ROUND;
      const confidence = confidences[i];
      this.#verdicts.add(binOf(confidence, 1 - confidence), predictions[i] === truth);
    }
    this.#brier.addUnits(brier);
    this.#logLoss.addUnits(logLoss);
  }

  /** Adds what another one, of as many classes, has counted. */
  merge(other: OutputsTally): void {
    for (let rank = 0; rank < this.classes; rank++) this.#ranks[rank] += other.#ranks[rank];
    this.#notFinite += other.#notFinite;
    this.#noShares += other.#noShares;
    this.#brier.merge(other.#brier);
    this.#logLoss.merge(other.#logLoss);
    for (const [k, bins] of this.#byClass.entries()) bins.merge(other.#byClass[k]);
    this.#verdicts.merge(other.#verdicts);
  }

  /** How many images were counted. */
  get images(): number {
    return this.#ranks.reduce((sum, count) => sum + count, this.#notFinite);
  }

  /**
   * What its `toJSON` gave, parsed.
   *
   * @throws DigitflowError SHARD_BROKEN
   */
  static from(state: State, classes: number): OutputsTally {
    const tally = new OutputsTally(classes);
    tally.#ranks.set(state.get('ranks').counts(classes));
    tally.#notFinite = state.get('notFinite').whole();
    const { images } = tally;
    tally.#noShares = state.get('noShares').whole(0, images);
    tally.#brier.merge(FixedSum.from(state.get('brier')));
    tally.#logLoss.merge(FixedSum.from(state.get('logLoss')));
    const add = (own: ScoreBins, from: State) => {
      own.merge(ScoreBins.from(from));
      const expected = images - tally.#noShares;
      if (own.total !== expected) throw from.wrong(`counts of ${expected} images`, `of ${own.total}`);
    };
    for (const [k, bins] of state.get('classes').list(classes).entries()) add(tally.#byClass[k], bins);
    add(tally.#verdicts, state.get('verdicts'));
    return tally;
  }

  /** The exact state. */
  toJSON(): object {
    return {
      ...{ ranks: Array.from(this.#ranks), notFinite: this.#notFinite, noShares: this.#noShares },
      ...{ brier: this.#brier, logLoss: this.#logLoss, classes: this.#byClass, verdicts: this.#verdicts },
    };
  }

  /**
   * What was counted, as scores.
   *
   * @param names one for each class
   */
  scores(names: readonly string[]): OutputScores {
    const { images } = this;
    const isDefined = this.#noShares === 0;
    const of = <T>(value: () => T): T | null => (isDefined ? value() : null);
    const classes = this.#byClass.map(
      (bins, k): ClassRanking => ({
        name: names[k],
        rocArea: of(() => rocArea(bins)),
        averagePrecision: of(() => averagePrecision(bins)),
        roc: of(() => rocCurve(bins)),
        precisionRecall: of(() => precisionRecallCurve(bins)),
      }),
    );
    return {
      topK: images === 0 || this.#notFinite > 0 ? null : this.#topK(images),
      brier: of(() => this.#brier.mean(images)),
      logLoss: of(() => this.#logLoss.mean(images)),
      rocArea: meanOf(classes.map((one) => one.rocArea)),
      averagePrecision: meanOf(classes.map((one) => one.averagePrecision)),
      riskCoverageArea: of(() => riskCoverageArea(this.#verdicts)),
      riskCoverage: of(() => riskCoverageCurve(this.#verdicts)),
      classes,
    };
  }

  #topK(images: number) {
    return TOP.filter((k) => k < this.classes).map((k) => {
      const correct = this.#ranks.subarray(0, k).reduce((sum, count) => sum + count, 0);
      return { k, correct, accuracy: correct / images };
    });
  }
}
