/**
 * Is it good enough, is it better than another one, and on the same kind of images?
 *
 * @module digitflow/judging
 */

export { type CompareOptions, type CompareResult, compare } from '../../pipelines/judging/compare.js';
export {
  type ComparisonFormat,
  comparisonPage,
  comparisonText,
} from '../../pipelines/judging/comparison-text.js';
export type { GateOptions } from '../../pipelines/judging/gated.js';
export { readBaseline } from '../../pipelines/judging/open-baseline.js';
export { type StressOptions, type StressResult, stress } from '../../pipelines/judging/stress.js';
export { type StressFormat, stressPageText, stressText } from '../../pipelines/judging/stress-text.js';
export type { NormName } from '../corruptions/ball.js';
export { CORRUPTION_NAMES, type CorruptionName } from '../corruptions/corruptions.js';
export type { Distance, Flip } from '../corruptions/nearest-flip.js';
export type { KeptFlip } from '../corruptions/stress-run.js';
export type { BaselineComparison, GateResult, PairedWithBaseline } from '../counting/gate-result.js';
export { isApart, type Slice, SliceTally, type SliceValue } from '../counting/slices.js';
export { type Baseline, pairVerdicts, parseBaseline, type Verdicts } from '../judging/baseline.js';
export type {
  ComparedClass,
  ComparedPair,
  ComparedRecord,
  ComparedResult,
  Comparison,
} from '../judging/comparison.js';
export {
  type DriftBounds,
  type DriftFigure,
  type DriftSummary,
  DriftWatch,
  type DriftWindow,
} from '../judging/drift.js';
export {
  type ClassMeans,
  type DriftBins,
  type DriftCounts,
  type DriftImages,
  type DriftMeasure,
  type DriftReference,
  DriftReferenceBuilder,
} from '../judging/drift-reference.js';
export {
  type ConfidenceFinding,
  type DriftFinding,
  type EvaluationFinding,
  findingsOf,
  type WeakFinding,
} from '../judging/findings.js';
export { type AgainstBaseline, checkGates, type Gates } from '../judging/gates.js';
export { type InkImage, inkSize, inkSlant, strokeThickness } from '../judging/ink-measures.js';
export type { VerdictPair, WonRecord } from '../judging/paired-verdicts.js';
export type {
  FlipDistances,
  FlipReport,
  StressCurve,
  StressPoint,
  StressReport,
} from '../judging/stress-report.js';
export { junitXml } from '../outputs/judging/junit.js';
export { type KeptVerdicts, writeVerdicts } from '../outputs/judging/verdict-file.js';
export { readVerdicts } from '../outputs/judging/verdict-reader.js';
export { fisherExact } from '../statistics/fisher.js';
export {
  type PairedCounts,
  pairedDifferenceInterval,
  wilsonInterval,
} from '../statistics/intervals.js';
export type { CurvePoint } from '../statistics/ranking.js';
export { holm, mcnemarExact, recordsToTell } from '../statistics/significance.js';
