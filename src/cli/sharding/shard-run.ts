import type { Command } from 'commander';
import { evaluateShard, scoreShard } from '../../../pipelines/sharding/shard.js';
import { counted, durationWords, grouped, percentage, rateWords } from '../../counting/wording.js';
import { DigitflowError, quoteValue } from '../../errors.js';
import { dashed, describeGuesses } from '../../formats/reading.js';
import { KeptScorers } from '../../sharding/kept-scorers.js';
import { checkShardNumber, type ShardDone, type ShardRun } from '../../sharding/make-shard.js';
import { readPlan } from '../../sharding/plan-file.js';
import { threadWords } from '../../views/terminal/progress.js';
import { onPictures, type RunningFlags } from '../options.js';
import { interruptibly, sayNote } from '../process.js';
import { progressLine } from '../progress-line.js';
import { checkShape, type ScoreFlags } from '../score-flags.js';

/** The flags of a command that makes shards. */
export interface ShardFlags extends RunningFlags {
  readonly plan: string;
  readonly shard?: string;
  readonly root?: string;
  readonly out?: string;
}

interface EvaluateFlags extends ShardFlags {
  readonly mistakes: number;
  readonly metrics?: boolean;
  readonly withReport?: boolean;
}

/** Flags that both commands take with `--plan`, and those of one. */
const SHARED = ['plan', 'shard', 'root', 'out', 'model', 'workers', 'batchSize', 'quiet', 'debug'];
const OF_SCORE = ['format', 'kaggle', 'probabilities', 'top', 'spreadsheetSafe', 'onError'];
const OF_EVALUATE = ['mistakes', 'metrics', 'withReport'];

/** What to say of a flag that has its place elsewhere. */
const ADVICE: Readonly<Record<string, string>> = {
  rejects: '--on-error reject keeps bad rows in the shard, and digitflow merge writes them',
  summary: 'digitflow merge writes it',
  resume: 'a shard is made whole or not at all',
  maxErrors: 'a shard does not know of the others',
  drift: 'a shard does not know of the others',
  driftWindow: 'a shard does not know of the others',
  maxDrift: 'a shard does not know of the others',
  maxWait: 'all that a shard reads is there',
  minAccuracy: 'only all shards together have one',
  minRecall: 'only all shards together have one',
  maxCalibrationError: 'only all shards together have one',
  baseline: 'only all shards together have an accuracy',
  margin: 'only all shards together have an accuracy',
  junit: 'digitflow merge has it',
  verdicts: 'a shard keeps counts, not the verdict of every image',
  format: 'digitflow merge has it',
  limit: 'a shard is all of its records',
  slice: 'a shard does not count by values',
  runtime: 'shards run dense networks',
};
const IN_PLAN = 'the plan says it; leave it out, or plan again';

/** Numbers of tasks as schedulers give them, and what the first one has. */
const SCHEDULERS: Readonly<Record<string, number>> = {
  JOB_COMPLETION_INDEX: 0,
  SLURM_ARRAY_TASK_ID: 0,
  AWS_BATCH_JOB_ARRAY_INDEX: 0,
  PARALLEL_SEQ: 1,
};

/** Runs `digitflow score --plan`. */
export async function runScoreShards(
  paths: readonly string[],
  flags: ScoreFlags & ShardFlags,
  command: Command,
): Promise<void> {
  checkGiven(paths, command, [...SHARED, ...OF_SCORE]);
  checkShape(flags);
  const { kaggle, format, probabilities, top, spreadsheetSafe, onError } = flags;
  const shape = { format: kaggle ? ('kaggle' as const) : format, probabilities, top, spreadsheetSafe };
  await runShards(command, flags, (run) => scoreShard({ ...run, ...shape, onError }));
}

/** Runs `digitflow evaluate --plan`. */
export async function runEvaluateShards(
  paths: readonly string[],
  flags: EvaluateFlags,
  command: Command,
): Promise<void> {
  checkGiven(paths, command, [...SHARED, ...OF_EVALUATE]);
  const { mistakes, metrics, withReport } = flags;
  await runShards(command, flags, (run) => evaluateShard({ ...run, mistakes, metrics, withReport }));
}

/** @throws DigitflowError USAGE for inputs, and for flags that mean nothing with a plan, or are in it */
function checkGiven(paths: readonly string[], command: Command, known: readonly string[]): void {
  if (paths.length > 0)
    throw usage(command, `expected no inputs with --plan, which has them, found ${quoteValue(paths[0])}`);
  for (const option of command.options) {
    const name = option.attributeName();
    if (command.getOptionValueSource(name) !== 'cli' || known.includes(name)) continue;
    const flag = command.opts()[name] === false ? `--no-${dashed(name)}` : `--${dashed(name)}`;
    throw usage(command, `${flag}: not with --plan: ${ADVICE[name] ?? IN_PLAN}`);
  }
  const { shard, out } = command.opts();
  if (shard === undefined) throw usage(command, '--plan: expected --shard as well: a number from 0, or auto');
  if (out === undefined) throw usage(command, '--plan: expected --out as well: the folder of all shards');
  if (out === '') throw usage(command, '--out: expected a path, found nothing');
}

/** Makes all shards that are asked for, one after the other. */
async function runShards(
  command: Command,
  flags: ShardFlags,
  make: (run: ShardRun) => Promise<ShardDone>,
): Promise<void> {
  const { out = '', root, workers, batchSize } = flags;
  const model = command.getOptionValueSource('model') === 'cli' ? flags.model : undefined;
  const { first, last } = shardsOf(flags.shard ?? '', process.env);
  const { plan, sha256: planSha256 } = readPlan(flags.plan);
  checkShardNumber(plan, last);
  const said = new Set<string>();
  const scorers = last > first ? new KeptScorers() : undefined;
  await interruptibly({ ...flags, next: 'nothing is left of the shard at hand' }, async (signal) => {
    for (let shard = first; shard <= last; shard++) {
      signal.throwIfAborted();
      const progress = progressLine();
      const note = (text: string) => {
        progress.clear();
        sayNote(flags, text);
      };
      const noteOnce = (text: string) => {
        if (!said.has(text)) note(text);
        said.add(text);
      };
      const done = await make({
        ...{
          plan,
          planSha256,
          shard,
          out,
          root,
          model,
          workers,
          batchSize,
          scorers,
          signal,
          onNote: noteOnce,
        },
        onOpened: ({ name, guesses }) => {
          if (shard === first && guesses.length > 0) note(describeGuesses(name, guesses));
        },
        onPictures: onPictures(flags, note),
        onProgress: ({ records, total }) => {
          if (!flags.quiet) progress.show((seconds) => progressWords(shard, records, total, seconds));
        },
      }).finally(() => progress.clear());
      note(doneWords(shard, done));
    }
    return true;
  }).finally(() => scorers?.close());
}

/** `3`, `3-7`, or `auto`: the task's number, as a scheduler has it in the environment. Throws DigitflowError USAGE. */
function shardsOf(text: string, environment: NodeJS.ProcessEnv): { first: number; last: number } {
  if (text === 'auto') {
    const task = taskNumber(environment);
    return { first: task, last: task };
  }
  const [, from, to = from] = /^(\d+)(?:-(\d+))?$/.exec(text) ?? [];
  const [first, last] = [Number(from), Number(to)];
  if (first <= last) return { first, last };
  const message = `--shard: expected a number from 0, a range such as 3-7, or auto, found ${quoteValue(text)}`;
  throw new DigitflowError('USAGE', message);
}

function taskNumber(environment: NodeJS.ProcessEnv): number {
  const found = Object.entries(SCHEDULERS)
    .map(([name, first]) => ({ name, text: environment[name] ?? '', first }))
    .filter(({ text }) => text !== '');
  const names = Object.keys(SCHEDULERS).join(', ');
  if (found.length === 0) {
    const message = `--shard auto: expected a scheduler's ${names}, found none of them; give the number of the shard`;
    throw new DigitflowError('USAGE', message);
  }
  const numbers = found.map(({ name, text, first }) => {
    if (/^\d+$/.test(text) && Number(text) >= first) return Number(text) - first;
    const message = `--shard auto: expected ${name} to be a whole number, ${first} or more, found ${quoteValue(text)}`;
    throw new DigitflowError('USAGE', message);
  });
  const other = numbers.findIndex((number) => number !== numbers[0]);
  if (other === -1) return numbers[0];
  const words = (at: number) => `${found[at].name}=${found[at].text} (shard ${numbers[at]})`;
  const message = `--shard auto: expected one scheduler, found ${words(0)} and ${words(other)}; give the number of the shard`;
  throw new DigitflowError('USAGE', message);
}

/** `shard 42:  41 %  984,000 of 2,400,000 images, 812,000 images/s, 4.2 s left`. */
function progressWords(shard: number, done: number, total: number | null, seconds: number): string {
  const rate = seconds > 0 ? done / seconds : 0;
  const share = total ? `${percentage(Math.min(1, done / total), 0).padStart(3)} %  ` : '';
  const parts = [total === null ? `${grouped(done)} images` : `${grouped(done)} of ${grouped(total)} images`];
  if (rate > 0) parts.push(rateWords(rate));
  if (total && rate > 0) parts.push(`${durationWords(Math.max(0, total - done) / rate)} left`);
  return `shard ${shard}: ${share}${parts.join(', ')}`;
}

/** `shard 42: 984,000 images, 3 of them rejected, 1.2 s, 2 workers: parts/00042.shard`. */
function doneWords(shard: number, { path, head, isNew }: ShardDone): string {
  if (!isNew) return `shard ${shard} is done: ${path}`;
  const { records, rejected, seconds, workers } = head;
  const bad = rejected > 0 ? `, ${grouped(rejected)} of them rejected` : '';
  const count = `${counted(records, 'image')}${bad}`;
  return `shard ${shard}: ${count}, ${durationWords(seconds)}, ${threadWords(workers)}: ${path}`;
}

function usage(command: Command, message: string): DigitflowError {
  return new DigitflowError('USAGE', `${message}; see digitflow ${command.name()} --help`);
}
