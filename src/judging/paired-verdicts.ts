import {
  checkLabelled,
  type KeptRecord,
  type LabelledRecords,
  type ScoredRecords,
  TopRecords,
  verdictAt,
} from '../counting/scored-records.js';
import type { PairedCounts } from '../statistics/intervals.js';

/** A record that one network of a pair reads right and the other one wrong: the verdict is that of the wrong one. */
export interface WonRecord extends KeptRecord {
  /** The output of the true class in the network that is right. */
  readonly winnerConfidence: number;
}

/** What is counted of two networks. */
export interface VerdictPair {
  /** Which networks, from 0; the first comes before the second. */
  readonly first: number;
  readonly second: number;
  /** One for each class, by the truth. */
  readonly classes: readonly PairedCounts[];
  /** Records that only the one is right on: those first of which the other is surest. */
  readonly onlyFirst: readonly WonRecord[];
  readonly onlySecond: readonly WonRecord[];
}

/** The most bytes of images that are kept. */
const MOST_BYTES = 32 * 2 ** 20;

/** What verdicts are to be compared of. */
export interface PairedVerdictsOptions {
  /** How many networks, at least 2. */
  readonly networks: number;
  readonly classes: number;
  /** How many pixels an image has. */
  readonly recordBytes: number;
  /** How many records to keep, at most, that only one network of a pair is right on. */
  readonly examples: number;
}

/** Counts the verdicts of networks on the same records, pair by pair, in memory that does not grow with the input. */
export class PairedVerdicts {
  readonly #pairs: readonly Pair[];

  constructor({ networks, classes, recordBytes, examples }: PairedVerdictsOptions) {
    const numbers = Array.from({ length: networks }, (_, index) => index);
    const pairs = numbers.flatMap((second) => numbers.slice(0, second).map((first) => ({ first, second })));
    pairs.sort((a, b) => a.first - b.first || a.second - b.second);
    const fitting = Math.floor(MOST_BYTES / recordBytes / (2 * pairs.length));
    this.#pairs = pairs.map(
      ({ first, second }) => new Pair(first, second, classes, Math.min(examples, fitting)),
    );
  }

  /**
   * Adds the verdicts of all networks, in their order, on the same records.
   *
   * @throws DigitflowError LABELS_MISSING
   */
  add(verdicts: readonly ScoredRecords[]): void {
    for (const records of verdicts) checkLabelled(records);
    for (const pair of this.#pairs)
      pair.add(verdicts[pair.first] as LabelledRecords, verdicts[pair.second] as LabelledRecords);
  }

  /** First with second, first with third, …, second with third, … */
  get pairs(): VerdictPair[] {
    return this.#pairs.map((pair) => pair.counted);
  }
}

/** Where a record is counted: 1 where the second is right, and 2 where the first is. */
const OUTCOMES = 4;

class Pair {
  readonly first: number;
  readonly second: number;
  /** `(classes, OUTCOMES)`: of a double all counts are exact up to 2^53. */
  readonly #counts: Float64Array;
  readonly #onlyFirst: TopRecords<WonRecord>;
  readonly #onlySecond: TopRecords<WonRecord>;

  constructor(first: number, second: number, classes: number, examples: number) {
    this.first = first;
    this.second = second;
    this.#counts = new Float64Array(classes * OUTCOMES);
    this.#onlyFirst = new TopRecords(examples, ({ confidence }) => confidence);
    this.#onlySecond = new TopRecords(examples, ({ confidence }) => confidence);
  }

  add(first: LabelledRecords, second: LabelledRecords): void {
    const { count, labels, predictions } = first;
    for (let i = 0; i < count; i++) {
      const label = labels[i];
      const [isFirst, isSecond] = [predictions[i] === label, second.predictions[i] === label];
      this.#counts[label * OUTCOMES + (isFirst ? 2 : 0) + (isSecond ? 1 : 0)]++;
      if (isFirst === isSecond) continue;
      if (isFirst) offer(this.#onlyFirst, first, second, i);
      else offer(this.#onlySecond, second, first, i);
    }
  }

  get counted(): VerdictPair {
    const classes = Array.from({ length: this.#counts.length / OUTCOMES }, (_, label): PairedCounts => {
      const [neither, onlySecond, onlyFirst, both] = this.#counts.subarray(label * OUTCOMES);
      return { both, onlyFirst, onlySecond, neither };
    });
    const { first, second } = this;
    return { first, second, classes, onlyFirst: this.#onlyFirst.kept, onlySecond: this.#onlySecond.kept };
  }
}

function offer(
  kept: TopRecords<WonRecord>,
  winner: LabelledRecords,
  loser: LabelledRecords,
  place: number,
): void {
  // A confidence that is NaN fails this comparison and is never kept.
  if (!(loser.confidences[place] >= kept.floor)) return;
  kept.offer({ ...verdictAt(loser, place), winnerConfidence: winner.confidences[place] }, loser, place);
}

/** The counts of several groups of records together. */
export function sumOfCounts(groups: readonly PairedCounts[]): PairedCounts {
  const sum = (count: (group: PairedCounts) => number) =>
    groups.reduce((all, group) => all + count(group), 0);
  return {
    both: sum(({ both }) => both),
    onlyFirst: sum(({ onlyFirst }) => onlyFirst),
    onlySecond: sum(({ onlySecond }) => onlySecond),
    neither: sum(({ neither }) => neither),
  };
}
