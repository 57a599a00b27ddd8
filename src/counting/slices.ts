import { DigitflowError, quoteValue } from '../errors.js';
import { fisherExact } from '../statistics/fisher.js';
import { type Interval, wilsonInterval } from '../statistics/intervals.js';
import { holm } from '../statistics/significance.js';

/** What the images of one value have in common, and how well they were read. */
export interface SliceValue {
  /** As it was found: `writer 2143`, `2.0 to 2.5 px`; empty where a record has none. */
  readonly value: string;
  /** How many have it. */
  readonly images: number;
  /** How many of these are right. */
  readonly correct: number;
  /** 0..1. */
  readonly accuracy: number;
  /** The 95 % interval of the accuracy, Wilson's. */
  readonly interval: Interval;
  /** Its accuracy less that of all other images, -1..1; null where there are no others. */
  readonly difference: number | null;
  /** Of Fisher's exact test against all others, two-sided; null where there are no others. */
  readonly p: number | null;
  /** The same, adjusted for all values of this slice as Holm has it. */
  readonly adjusted: number | null;
  /** Whether there are fewer than 30 images: then the accuracy says little. */
  readonly isFew: boolean;
}

/** An evaluation, cut along one property of its images. */
export interface Slice {
  /** `writer`, `thickness`. */
  readonly name: string;
  /** Where the values come from: a column of the rows or of the labels, a file, the images themselves, or the caller. */
  readonly source: 'column' | 'labels' | 'file' | 'images' | 'given';
  /** How many were counted. */
  readonly images: number;
  /** The weakest first; values with few images come last, but those that are weaker beyond doubt. */
  readonly values: readonly SliceValue[];
}

/** So many values there may be: what has more is an id. */
export const MOST_SLICE_VALUES = 10_000;
/** Up to so many values are never taken for an id. */
const NEVER_AN_ID = 100;
/** The longest value, in UTF-16 units. */
const LONGEST_VALUE = 256;
/** Of fewer images an accuracy says little. */
const FEW_IMAGES = 30;
const LEVEL = 0.05;

/** Counts images and right ones by one value each: the same in any order. */
export class SliceTally {
  /** What it slices by. */
  readonly name: string;
  readonly #source: Slice['source'];
  readonly #counts = new Map<string, { images: number; correct: number }>();
  #images = 0;
  #correct = 0;

  constructor(name: string, source: Slice['source']) {
    this.name = name;
    this.#source = source;
  }

  /**
   * Counts one image.
   *
   * @throws DigitflowError USAGE where there are more than 10,000 values, or one of more than 256 characters
   */
  add(value: string, isRight: boolean): void {
    let counts = this.#counts.get(value);
    if (counts === undefined) {
      if (value.length > LONGEST_VALUE) throw this.#refused('values of at most 256 characters', value);
      if (this.#counts.size === MOST_SLICE_VALUES) throw tooManyValues(this.name, this.#images);
      counts = { images: 0, correct: 0 };
      this.#counts.set(value, counts);
    }
    counts.images++;
    if (isRight) counts.correct++;
    this.#images++;
    this.#correct += Number(isRight);
  }

  /**
   * The slice of all that was counted.
   *
   * @param nameOf what a value is called; default: itself
   * @throws DigitflowError USAGE where most values are of one image: that is an id
   */
  slice(nameOf: (value: string) => string = (value) => value): Slice {
    const values = this.#counts.size;
    if (values > NEVER_AN_ID && values * 2 > this.#images) throw isAnId(this.name, values, this.#images);
    const rows = Array.from(this.#counts, ([value, counts]) => this.#row(nameOf(value), counts));
    const adjusted = holm(rows.map(({ p }) => p ?? 1));
    return {
      ...{ name: this.name, source: this.#source, images: this.#images },
      values: rows
        .map((row, at) => ({ ...row, adjusted: row.p === null ? null : adjusted[at] }))
        .sort(byWeakness),
    };
  }

  #row(
    value: string,
    { images, correct }: { images: number; correct: number },
  ): Omit<SliceValue, 'adjusted'> {
    const others = this.#images - images;
    const otherCorrect = this.#correct - correct;
    const accuracy = correct / images;
    return {
      ...{ value, images, correct, accuracy },
      interval: wilsonInterval(correct, images) ?? { low: 0, high: 1 },
      difference: others === 0 ? null : accuracy - otherCorrect / others,
      p: others === 0 ? null : fisherExact(correct, images - correct, otherCorrect, others - otherCorrect),
      isFew: images < FEW_IMAGES,
    };
  }

  #refused(expected: string, found: string): DigitflowError {
    return new DigitflowError(
      'USAGE',
      `--slice ${this.name}: expected ${expected}, found ${quoteValue(found)}`,
    );
  }
}

/** Whether a value is weaker, or better, than the rest beyond doubt: at a level of 5 % for all values of its slice together. */
export function isApart({ adjusted }: Pick<SliceValue, 'adjusted'>): boolean {
  return adjusted !== null && adjusted < LEVEL;
}

function byWeakness(one: SliceValue, other: SliceValue): number {
  const isLate = (row: SliceValue) => row.isFew && !(isApart(row) && (row.difference ?? 0) < 0);
  const late = Number(isLate(one)) - Number(isLate(other));
  return (
    late || one.accuracy - other.accuracy || other.images - one.images || (one.value < other.value ? -1 : 1)
  );
}

/** The error where there are more values than any property of images has. */
export function tooManyValues(name: string, images: number): DigitflowError {
  return isAnId(name, `more than ${MOST_SLICE_VALUES}`, images);
}

function isAnId(name: string, values: number | string, images: number): DigitflowError {
  const found = `found ${values} in ${images} images: this looks like an id`;
  const message = `--slice ${name}: expected values that many images share, ${found}`;
  return new DigitflowError('USAGE', `${message}; slice by a column that groups them, of numbers by ranges`);
}
