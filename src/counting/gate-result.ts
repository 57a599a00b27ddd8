import type { Interval } from '../statistics/intervals.js';

/** Whether an evaluation is good enough in one respect. */
export interface GateResult {
  /** Which gate, as its flag is called. */
  readonly gate: 'min-accuracy' | 'min-recall' | 'max-calibration-error' | 'baseline';
  /** What is looked at: `accuracy`, `recall of 8`, `recall of each class`, `accuracy against base.json`. */
  readonly name: string;
  /** Whether it is good enough. */
  readonly passed: boolean;
  /** Of the recall of one class. */
  readonly className?: string;
  /** In words: `at least 0.94`. */
  readonly expected: string;
  /** In words, too. */
  readonly found: string;
  /** What `value` was held against; null where a test decides. */
  readonly limit: number | null;
  /** The number that was found: of several recalls the lowest, of a baseline how much lower the accuracy is; null without images. */
  readonly value: number | null;
  /** How the accuracy compares with that of the baseline; of gate `baseline` alone. */
  readonly against?: BaselineComparison;
}

/** Two evaluations of the same images: this one, and the baseline. Differences are of this one less the baseline, -1..1. */
export interface BaselineComparison {
  /** The baseline's JSON. */
  readonly path: string;
  /** That of the baseline, 0..1; null without images. */
  readonly accuracy: number | null;
  /** Null where one of the two has no images. */
  readonly difference: number | null;
  /** Where the true difference plausibly lies. */
  readonly interval: (Interval & { readonly level: 0.95; readonly method: 'newcombe' }) | null;
  /** Of how many images which one is right, where both have verdicts; else null, and the interval is that of two sets of images. */
  readonly pairs: PairedWithBaseline | null;
}

/** Counts of images, and what McNemar's exact test makes of them. */
export interface PairedWithBaseline {
  /** Both are right. */
  readonly both: number;
  /** This one alone is right. */
  readonly onlyThis: number;
  /** The baseline alone is right. */
  readonly onlyBaseline: number;
  /** Neither is right. */
  readonly neither: number;
  /** Two-sided. */
  readonly p: number;
}
