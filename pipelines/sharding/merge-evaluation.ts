import { type Evaluation, type OtherReading, summarize } from '../../src/counting/evaluation.js';
import { WELL_READ } from '../../src/counting/reading-sample.js';
import { REPORT_MISTAKES } from '../../src/counting/report-collector.js';
import { DigitflowError } from '../../src/errors.js';
import { knownDataset } from '../../src/inputs/known-datasets.js';
import { type Model, openModel } from '../../src/inputs/models/open-model.js';
import { lossOf } from '../../src/network/network.js';
import { describeNormalization } from '../../src/network/normalization.js';
import { checkPlannedModel } from '../../src/sharding/make-shard.js';
import type { ShardAt } from '../../src/sharding/merge/find-shards.js';
import { EvaluationMerger, type MergedEvaluation } from '../../src/sharding/merge/merge-evaluations.js';
import type { Plan } from '../../src/sharding/plan.js';
import type { ShardOptions } from '../../src/sharding/shard-file.js';
import type { Language } from '../../src/views/words/words.js';
import type { EvaluateResult } from '../evaluate.js';
import { describeModel } from '../judging/describe-evaluated.js';
import { otherReadingOf } from '../other-reading.js';
import { reportHtml } from '../report.js';

/** The shards of an evaluation, as they are put together. */
export interface EvaluationMerge {
  readonly command: 'evaluate';
  readonly merger: EvaluationMerger;
  readonly plan: Plan;
  readonly model: Model;
  /** How the shards were made. */
  readonly made: ShardOptions;
}

/** How long all shards took, and by how many threads. */
type Times = Pick<Evaluation, 'workers' | 'seconds'>;

/** The default of `evaluate`. */
const MISTAKES = 10;

/**
 * Opens the network of a plan, to put the shards of an evaluation together.
 *
 * @throws DigitflowError what opening a network throws; SHARD_MISMATCH for another one than the plan's; USAGE where a report is
 *   wanted, and the shards do not have what it shows
 */
export function openEvaluationMerge(
  plan: Plan,
  { path, head: { options: made } }: ShardAt,
  options: { readonly model?: string | undefined; readonly report?: string | undefined },
): EvaluationMerge {
  const withReport = options.report !== undefined;
  if (withReport && made['with-report'] !== true) {
    const message = `--report: expected shards made with --with-report, found ${path} without it`;
    throw new DigitflowError('USAGE', `${message}; score them again so, or leave it out`);
  }
  const model = openModel(options.model ?? plan.model.name);
  checkPlannedModel(model, plan);
  const { layers, classes } = model.network;
  const shape = { classes: classes.length, recordBytes: layers[0].inputs };
  return { command: 'evaluate', merger: new EvaluationMerger(shape, withReport), plan, model, made };
}

/**
 * What one machine would say of all of it, but for the time it took.
 *
 * @param mistakes how many of the worst are told; default: as the shards were told
 * @param withOutputs whether what all outputs tell is told; default: as the shards were told
 * @throws DigitflowError USAGE for more mistakes than the shards have kept
 */
export function mergedEvaluation(
  merge: EvaluationMerge,
  times: Times,
  mistakes?: number,
  withOutputs = merge.made.metrics === true,
): EvaluateResult {
  const { merger, plan, model, made } = merge;
  const { counts, data, normalization } = merger.merged;
  const { tally } = counts;
  const told = mistakes ?? (typeof made.mistakes === 'number' ? made.mistakes : MISTAKES);
  if (mistakes !== undefined && told > tally.mistakes.capacity) {
    const expected = `--mistakes: expected at most ${tally.mistakes.capacity}, as many as the shards have kept`;
    throw new DigitflowError('USAGE', `${expected}, found ${told}; score them again with --mistakes ${told}`);
  }
  // A shard digests only what it reads whole.
  const [{ digests }] = plan.inputs;
  const files = digests.length > 0 ? digests : data.files;
  const evaluation = summarize(tally, {
    ...{ model: { ...describeModel(model), name: plan.model.name }, classes: model.network.classes },
    data: { ...data, files, dataset: knownDataset(files[0]?.sha256, files[1]?.sha256)?.name ?? null },
    normalization: describeNormalization(normalization),
    lossName: lossOf(model.network),
    ...{ workers: times.workers, seconds: times.seconds, partial: false },
    otherReading: (tally.accuracy ?? 1) < WELL_READ ? otherReading(merger.merged, merge) : null,
    withOutputs,
  });
  return {
    evaluation: { ...evaluation, mistakes: evaluation.mistakes.slice(0, told) },
    mistakes: tally.mistakes.worst.slice(0, told),
    normalization,
  };
}

/** The page of the report that one machine would make. */
export function mergedReport(
  merge: EvaluationMerge,
  times: Times,
  gates: Pick<Evaluation, 'gates'>,
  language?: Language,
): string {
  const { report } = merge.merger.merged.counts;
  if (report === null) throw new TypeError('expected shards with a report');
  const result = mergedEvaluation(merge, times, REPORT_MISTAKES, true);
  const evaluation = { ...result.evaluation, ...gates };
  return reportHtml(merge.model.network, { ...result, evaluation }, report, language);
}

/** Whether the label stands at the other end of a row, the first shard has asked the input itself. */
function otherReading(
  { counts, data, normalization, otherReading: ofFirst }: MergedEvaluation,
  { plan, model }: EvaluationMerge,
): OtherReading | null {
  const records = { ...counts.sample.records, normalization };
  const read = { network: model.network, guesses: data.dialect ?? [], reading: plan.reading, records };
  return otherReadingOf(read) ?? (/^--label (first|last)$/.test(ofFirst?.flags ?? '') ? ofFirst : null);
}
