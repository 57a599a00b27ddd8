export { type CompareOptions, type CompareResult, compare } from '../../pipelines/judging/compare.js';
export { type ComparisonFormat, comparisonText } from '../../pipelines/judging/comparison-text.js';
export type {
  ComparedClass,
  ComparedPair,
  ComparedRecord,
  ComparedResult,
  Comparison,
} from '../judging/comparison.js';
export type { VerdictPair, WonRecord } from '../judging/paired-verdicts.js';
export {
  type PairedCounts,
  pairedDifferenceInterval,
  wilsonInterval,
} from '../statistics/intervals.js';
export { holm, mcnemarExact, recordsToTell } from '../statistics/significance.js';
