export { type CompareOptions, type CompareResult, compare } from '../../pipelines/judging/compare.js';
export { type ComparisonFormat, comparisonText } from '../../pipelines/judging/comparison-text.js';
export { isApart, type Slice, SliceTally, type SliceValue } from '../counting/slices.js';
export type {
  ComparedClass,
  ComparedPair,
  ComparedRecord,
  ComparedResult,
  Comparison,
} from '../judging/comparison.js';
export { type InkImage, inkSize, inkSlant, strokeThickness } from '../judging/ink-measures.js';
export type { VerdictPair, WonRecord } from '../judging/paired-verdicts.js';
export { fisherExact } from '../statistics/fisher.js';
export {
  type PairedCounts,
  pairedDifferenceInterval,
  wilsonInterval,
} from '../statistics/intervals.js';
export { holm, mcnemarExact, recordsToTell } from '../statistics/significance.js';
