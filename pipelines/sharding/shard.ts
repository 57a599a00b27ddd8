import { EvaluationCounts } from '../../src/counting/evaluation-counts.js';
import { REPORT_MISTAKES } from '../../src/counting/report-collector.js';
import type { openScorer } from '../../src/engine/open-scorer.js';
import type { RecordsPlace } from '../../src/engine/records.js';
import { DigitflowError } from '../../src/errors.js';
import type { Model } from '../../src/inputs/models/open-model.js';
import { areProbabilities } from '../../src/network/activations.js';
import { rowFormat } from '../../src/outputs/rows/row-format.js';
import { rejectsCsv } from '../../src/outputs/rows/row-output.js';
import { MOST_REASONS_OF_A_PART, ScoreTally } from '../../src/outputs/rows/scored-rows.js';
import { makeShard, type ShardDone, type ShardRun } from '../../src/sharding/make-shard.js';
import type { Plan } from '../../src/sharding/plan.js';
import type { ShardEvaluation } from '../../src/sharding/shard-evaluation.js';
import type { ShardHead } from '../../src/sharding/shard-file.js';
import {
  carriesIds,
  checkLine,
  checkUnderstood,
  evaluatedFilesOfShard,
  filesOfShard,
} from '../../src/sharding/shard-inputs.js';
import { evaluateFiles } from '../evaluate.js';
import { scoreFiles } from '../score.js';

/** Which shard of rows to make, and how rows are written. */
export interface ScoreShardOptions extends ShardRun {
  /** Default `csv`. */
  readonly format?: 'csv' | 'ndjson' | 'kaggle' | undefined;
  /** All outputs, one a class. Default false. */
  readonly probabilities?: boolean | undefined;
  /** How many of the best classes, best first. Default 0. */
  readonly top?: number | undefined;
  /** CSV: an apostrophe before ids and names that a spreadsheet would take for a formula. Default false. */
  readonly spreadsheetSafe?: boolean | undefined;
  /** What a bad row does: `fail` ends the shard, `skip` counts it, `reject` keeps it in the shard. Default `fail`. */
  readonly onError?: 'fail' | 'skip' | 'reject' | undefined;
}

/** Which shard of an evaluation to make, and what it keeps. */
export interface EvaluateShardOptions extends ShardRun {
  /** How many of the worst mistakes to keep. Default 10. */
  readonly mistakes?: number | undefined;
  /** Whether to evaluate all outputs of each image as well. Default false; a report has them in any case. */
  readonly metrics?: boolean | undefined;
  /** Whether to keep what the page of a report shows. Default false. */
  readonly withReport?: boolean | undefined;
}

/**
 * Scores one shard of a plan, and leaves it as a file in the folder of all: whole, or not at all. One that is there already, whole
 * and of the same plan and options, is left as it is.
 *
 * @throws DigitflowError what `score` throws; SHARD_MISMATCH for another network than the plan's, and where a shard of another plan
 *   or other options lies there; INPUT_CHANGED; OUTPUT_WRITE; USAGE
 */
export async function scoreShard(options: ScoreShardOptions): Promise<ShardDone> {
  const { plan, shard, format = 'csv', probabilities = false, top = 0 } = options;
  const { spreadsheetSafe = false, onError = 'fail' } = options;
  const made = { format, probabilities, top, 'spreadsheet-safe': spreadsheetSafe, 'on-error': onError };
  return makeShard({ ...options, command: 'score', made }, async (model, writer, run) => {
    if (format === 'kaggle') checkCounted(plan, shard);
    const { classes } = model.network;
    const shape = { format, classes, probabilities, top, spreadsheetSafe, withIds: carriesIds(plan) };
    const rows = rowFormat({ ...shape, encoding: plan.reading.encoding });
    const tally = new ScoreTally(classes.length, undefined, MOST_REASONS_OF_A_PART);
    let last: RecordsPlace | undefined;
    const result = await scoreFiles(
      model,
      await filesOfShard(options),
      {
        ...run,
        onBadRow: onError === 'fail' ? 'fail' : 'skip',
        withOutputs: probabilities || top > 0,
        onInput: (input) => checkUnderstood(input, plan.inputs[input.file], true),
        onProgress: (done) => run.onRecords(done.rows - run.from.rows),
        write: async (scored) => {
          for (const text of rows.rows(scored)) await writer.addRows(text);
          if (onError === 'reject' && scored.rejects.length > 0)
            await writer.addRejects(rejectsCsv(scored, spreadsheetSafe));
          tally.add(scored);
          last = scored.place;
        },
      },
      opening(model, options),
    );
    if (last !== undefined) checkLine(options, last);
    const { inputs, rejected, workers, seconds, partial } = result;
    const counted = {
      records: result.rows - run.from.rows,
      rejected,
      counts: tally.counts,
      evaluation: null,
    };
    return { ...counted, rowsHead: rows.head, inputs, workers, seconds, partial };
  });
}

/**
 * Evaluates one shard of a plan of one input, and leaves what was counted as a file; otherwise as `scoreShard`.
 *
 * @throws DigitflowError what `evaluate` and `scoreShard` throw; USAGE for a plan of several inputs
 */
export async function evaluateShard(options: EvaluateShardOptions): Promise<ShardDone> {
  const { plan, mistakes = 10, withReport = false, metrics = false } = options;
  const made = { mistakes, 'with-report': withReport, ...(metrics ? { metrics } : {}) };
  const withOutputs = metrics || withReport;
  return makeShard({ ...options, command: 'evaluate', made }, async (model, _, run) => {
    if (plan.inputs.length > 1) {
      const message = `--plan: expected a plan of one input, as evaluate takes, found ${plan.inputs.length}`;
      throw new DigitflowError('USAGE', `${message}; plan each by itself`);
    }
    const { classes, layers } = model.network;
    const counts = new EvaluationCounts(
      { classes: classes.length, recordBytes: layers[0].inputs },
      {
        outputsAreProbabilities: areProbabilities(layers[layers.length - 1].activation),
        mistakes: withReport ? Math.max(mistakes, REPORT_MISTAKES) : mistakes,
        withOutputs,
      },
      withReport,
    );
    const files = await evaluatedFilesOfShard(options);
    const inputs: ShardHead['inputs'][number][] = [];
    const { evaluation, normalization } = await evaluateFiles(
      model,
      files,
      {
        ...run,
        ...{ images: files.images, labels: files.labels, mistakes: 0, metrics: withOutputs },
        // What the plan has no digests of is one shard, read whole, but where it was too long for them.
        digest: plan.inputs[0].digests.length > 0 ? 'never' : 'auto',
        onInput: (input) => checkUnderstood(input, plan.inputs[0], false),
        onOpened: (input) => {
          const { file, name, format, guesses } = input;
          inputs.push({ file, name, format, guesses });
          options.onOpened?.(input);
        },
        onBatch: (records) => counts.add(records),
        onPictures: (seen) => {
          counts.pictures.addState(JSON.parse(JSON.stringify(seen)));
          options.onPictures?.(seen);
        },
        onProgress: (running) => run.onRecords(running.images),
      },
      opening(model, options),
    );
    const { data, otherReading, workers, seconds, partial } = evaluation;
    const state: ShardEvaluation = { counts, data, normalization, otherReading };
    const result = { records: counts.tally.images, rejected: 0, rowsHead: '', counts: null };
    return { ...result, evaluation: state, inputs, workers, seconds, partial };
  });
}

/** What opens a scorer for a shard, where scorers are kept. */
function opening(model: Model, { scorers }: ShardRun): typeof openScorer | undefined {
  return scorers && ((_, needs = {}) => scorers.open(model, needs));
}

/** @throws DigitflowError USAGE where the number of a record among all inputs is not known */
function checkCounted({ inputs, shards }: Plan, shard: number): void {
  const { rows, file } = shards[shard].from;
  if (rows !== null) return;
  const uncounted = inputs.slice(0, file).find(({ records }) => records === null);
  const expected = `--kaggle: expected inputs whose records were counted, since it numbers them over all`;
  const message = `${expected}, found ${uncounted?.path} before shard ${shard}`;
  throw new DigitflowError('USAGE', `${message}; unpack it and plan again, or leave --kaggle out`);
}
