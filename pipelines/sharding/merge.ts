import type { Evaluation } from '../../src/counting/evaluation.js';
import type { PicturesSeen } from '../../src/counting/pictures-seen.js';
import { grouped } from '../../src/counting/wording.js';
import { checkCounts } from '../../src/engine/sizes.js';
import { DigitflowError, isUrl } from '../../src/errors.js';
import { isPictureName } from '../../src/formats/pictures/is-picture.js';
import type { Gates } from '../../src/judging/gates.js';
import { MergeOutputs } from '../../src/outputs/merge-outputs.js';
import { scoreSummaryText } from '../../src/outputs/score-summary.js';
import { lookAtShards, type ShardAt, type ShardsOfPlan } from '../../src/sharding/merge/find-shards.js';
import { type CopyProgress, RowsMerger } from '../../src/sharding/merge/merge-rows.js';
import type { Plan } from '../../src/sharding/plan.js';
import { readPlan } from '../../src/sharding/plan-file.js';
import type { RenderOptions } from '../../src/views/terminal/terminal.js';
import type { Language } from '../../src/views/words/words.js';
import { type EvaluationFormat, evaluationText } from '../evaluation-text.js';
import {
  type EvaluationMerge,
  mergedEvaluation,
  mergedReport,
  openEvaluationMerge,
} from './merge-evaluation.js';

/** What to merge, and where it goes. */
export interface MergeOptions {
  /** The path of the plan. */
  readonly plan: string;
  /** Where its shards lie; of several, each may have some. At least one. */
  readonly folders: readonly string[];
  /** What the shards must be of. Default: either. */
  readonly command?: MergeResult['command'] | undefined;
  /** Where the rows, or the evaluation, go. Default: stdout. */
  readonly out?: string | undefined;
  /** Rows: where those go that were set aside. */
  readonly rejects?: string | undefined;
  /** Rows: where the summary goes, as `score` writes it. */
  readonly summary?: string | undefined;
  /** An evaluation: how it is written. Default `table`. */
  readonly format?: EvaluationFormat | undefined;
  /** An evaluation: how many of the worst mistakes are told, no more than the shards have kept. Default: as the shards were told. */
  readonly mistakes?: number | undefined;
  /** An evaluation: where the page of its report goes. The shards must have been made with what it shows. */
  readonly report?: string | undefined;
  /** The language of that page. Default `en`. */
  readonly language?: Language | undefined;
  /** An evaluation: how good it is to be; `gates` of what is written says whether it is. */
  readonly gates?: Gates | undefined;
  /** An evaluation: the path of an earlier one's JSON, as `evaluate` takes it; shards keep no verdicts to compare one by one. */
  readonly baseline?: string | undefined;
  /** An evaluation: where the network of the plan lies here. Default: where the plan says. */
  readonly model?: string | undefined;
  /** An evaluation: what a table is drawn for. Default: 80 columns without colours. */
  readonly render?: RenderOptions | undefined;
  /** Is told what is left out, and what is there twice. */
  readonly onNote?: ((note: string) => void) | undefined;
  /** An evaluation: is told what was done to pictures, and what is doubtful about them. */
  readonly onPictures?: ((seen: PicturesSeen) => void) | undefined;
  /** Rows: is told how far they are copied. */
  readonly onProgress?: ((progress: CopyProgress) => void) | undefined;
  /** Aborting it ends the merge: nothing is written then, and `merge` rejects with the signal's reason. */
  readonly signal?: AbortSignal | undefined;
}

/** An evaluation as text for no terminal. */
const PLAIN: RenderOptions = { color: 0, width: 80, unicode: true };

/** What was merged. */
export interface MergeResult {
  /** What the shards are of. */
  readonly command: 'score' | 'evaluate';
  /** How many there are. */
  readonly shards: number;
  /** Of all shards, scored or not, and how many were rejected. */
  readonly records: number;
  readonly rejected: number;
  /** The most threads that a shard was scored by. */
  readonly workers: number;
  /** What all shards took together, as if one after the other. */
  readonly seconds: number;
  /** What was evaluated; null for rows. */
  readonly evaluation: Evaluation | null;
}

/**
 * Puts the shards of a plan together: the same bytes that one machine would have written.
 *
 * @throws DigitflowError PLAN_FILE for what is no plan; SHARD_MISSING, SHARD_BROKEN, SHARD_MISMATCH with the numbers of all shards
 *   that cannot be taken, before anything is written; USAGE for what does not go together; OUTPUT_WRITE, OUTPUT_BUSY
 */
export async function merge(options: MergeOptions): Promise<MergeResult> {
  checkOptions(options);
  const { plan, folders, signal, onNote: note = () => {} } = options;
  const wanted = { ...readPlan(plan), folders };
  const inputs = wanted.plan.inputs.flatMap(({ files }) => files.map(({ path }) => path));
  const outputs = new MergeOutputs({ ...options, inputs });
  let run: RowsMerge | EvaluationMerge | undefined;
  const totals = { shards: wanted.plan.shards.length, records: 0, rejected: 0, workers: 0, seconds: 0 };
  try {
    await lookAtShards(
      wanted,
      (shard) => {
        run ??= begin(shard, wanted, options);
        run.merger.add(shard);
        totals.records += shard.head.records;
        totals.rejected += shard.head.rejected;
        totals.seconds += shard.head.seconds;
        totals.workers = Math.max(totals.workers, shard.head.workers);
      },
      { note, signal },
    );
    if (run === undefined) throw new TypeError('expected a plan of one shard at least');
    const evaluation =
      run.command === 'score'
        ? await writeRows(run.merger, { wanted, totals, outputs }, options)
        : await writeEvaluation(run, { totals, outputs }, options);
    signal?.throwIfAborted();
    await outputs.finish();
    return { command: run.command, ...totals, evaluation };
  } finally {
    outputs.release();
  }
}

/** @throws DigitflowError USAGE for what makes no sense: a caller without types may give anything */
function checkOptions(options: MergeOptions): void {
  const { folders } = options;
  if (!Array.isArray(folders) || folders.length === 0) {
    throw new DigitflowError(
      'USAGE',
      'folders: expected a list of folders of shards, found none; give one at least',
    );
  }
  checkCounts(options, { mistakes: 0 });
}

type Totals = Omit<MergeResult, 'command' | 'evaluation'>;

interface RowsMerge {
  readonly command: 'score';
  readonly merger: RowsMerger;
}

/** What puts shards together that were made as the first one; throws USAGE for options that mean nothing to it. */
function begin(first: ShardAt, wanted: ShardsOfPlan, options: MergeOptions): RowsMerge | EvaluationMerge {
  const {
    path,
    head: { command, options: made },
  } = first;
  if (command !== (options.command ?? command)) {
    const message = `${path}: expected a shard of ${options.command}, found one of ${command}; give the folder of those`;
    throw new DigitflowError('USAGE', message);
  }
  const isScore = command === 'score';
  const strange = isScore
    ? (['format', 'mistakes', 'report', 'model', 'gates', 'baseline'] as const)
    : (['rejects', 'summary'] as const);
  const given = strange.find((name) => options[name] !== undefined);
  if (given !== undefined) {
    const [expected, found] = isScore ? ['evaluate', 'score'] : ['score', 'evaluate'];
    throw new DigitflowError(
      'USAGE',
      `--${given}: expected shards of ${expected}, found those of ${found} (${path}); leave it out`,
    );
  }
  if (!isScore) return openEvaluationMerge(wanted.plan, first, options);
  if (options.rejects !== undefined && made['on-error'] !== 'reject') {
    const message = `--rejects: expected shards made with --on-error reject, found --on-error ${made['on-error'] ?? 'fail'} (${path})`;
    throw new DigitflowError('USAGE', `${message}; leave it out`);
  }
  return { command, merger: new RowsMerger(wanted) };
}

/** From shards to rows. */
async function writeRows(
  merger: RowsMerger,
  {
    wanted,
    totals,
    outputs,
  }: { readonly wanted: ShardsOfPlan; readonly totals: Totals; readonly outputs: MergeOutputs },
  options: MergeOptions,
): Promise<null> {
  const { plan } = wanted;
  const takers = {
    rows: outputs.taker('out'),
    rejects: options.rejects === undefined ? undefined : outputs.taker('rejects'),
  };
  await merger.copy(takers, options);
  noteSetAside(merger, totals, options);
  if (options.summary === undefined) return null;
  const { records, rejected, workers, seconds } = totals;
  await outputs.taker('summary')(
    scoreSummaryText({
      ...{ model: plan.model, classes: merger.classes, rows: records, rejected, workers, seconds },
      inputs: plan.inputs.map((input) => ({ ...input, name: input.path, bytes: bytesOf(input) })),
      ...{ counts: merger.counts, resumedAt: 0, partial: false },
    }),
  );
  return null;
}

/** Rows that were set aside, and are asked for nowhere, are not lost without a word. */
function noteSetAside(
  { setAsideBytes }: RowsMerger,
  totals: Totals,
  { rejects, onNote }: MergeOptions,
): void {
  if (setAsideBytes === 0 || rejects !== undefined) return;
  const rows = totals.rejected === 1 ? '1 bad row was' : `${grouped(totals.rejected)} bad rows were`;
  onNote?.(`${rows} set aside in the shards; --rejects has ${totals.rejected === 1 ? 'it' : 'them'}`);
}

/** The size of an input where it is a file, as one machine tells it. */
function bytesOf({ path, format, files }: Plan['inputs'][number]): number | null {
  const isFile = format === 'pictures' ? isPictureName(path) : !isUrl(path);
  return isFile ? (files.find((file) => file.path === path)?.bytes ?? null) : null;
}

/** From shards to an evaluation. */
async function writeEvaluation(
  merge: EvaluationMerge,
  { totals, outputs }: { readonly totals: Totals; readonly outputs: MergeOutputs },
  options: MergeOptions,
): Promise<Evaluation> {
  const { format = 'table', render = PLAIN, report, language, onPictures } = options;
  const result = mergedEvaluation(merge, totals, options.mistakes);
  const found = await gatesFound(result.evaluation, options);
  const evaluation = { ...result.evaluation, ...found };
  onPictures?.(merge.merger.merged.counts.pictures);
  await outputs.taker('out')(await evaluationText({ ...result, evaluation }, format, render));
  if (report !== undefined) await outputs.taker('report')(mergedReport(merge, totals, found, language));
  return evaluation;
}

async function gatesFound(
  evaluation: Evaluation,
  { gates, baseline }: MergeOptions,
): Promise<Pick<Evaluation, 'gates'>> {
  if (gates === undefined && baseline === undefined) return {};
  return (await import('../judging/gated.js')).gatesOf(evaluation, { gates, baseline });
}
