import { type Command, Option } from 'commander';
import { type SubmitOptions, submitToQueue } from '../../../pipelines/queue/queue.js';
import { counted } from '../../counting/wording.js';
import { DigitflowError } from '../../errors.js';
import { LANGUAGES, type Language } from '../../views/words/words.js';
import { EVALUATION_FORMATS } from '../evaluate-command.js';
import { givenFlag, wholeNumber } from '../options.js';
import { sayNote } from '../process.js';
import { ON_ERROR } from '../score-flags.js';
import { addRedisOptions, type RedisFlags, redisOf, SETTINGS } from './queue-options.js';

interface SubmitFlags extends RedisFlags {
  readonly out: string;
  readonly command: 'score' | 'evaluate';
  readonly tries: number;
  readonly format?: 'csv' | 'ndjson';
  readonly kaggle?: boolean;
  readonly probabilities?: boolean;
  readonly top?: number;
  readonly spreadsheetSafe?: boolean;
  readonly onError?: (typeof ON_ERROR)[number];
  readonly mistakes?: number;
  readonly mergeOut?: string;
  readonly mergeRejects?: string;
  readonly mergeSummary?: string;
  readonly mergeFormat?: (typeof EVALUATION_FORMATS)[number];
  readonly mergeReport?: string;
  readonly mergeLang?: Language;
}

/** What one of the commands alone knows. */
const OF_SCORE = ['format', 'kaggle', 'probabilities', 'top', 'spreadsheetSafe', 'onError'] as const;
const MERGE_OF_SCORE = ['mergeRejects', 'mergeSummary'] as const;
const OF_EVALUATE = ['mistakes', 'mergeFormat', 'mergeReport', 'mergeLang'] as const;

const EXAMPLES = `
Examples:
  $ digitflow queue submit plan.json --redis redis://host --out /nfs/a --merge-out /nfs/a.csv
  $ digitflow queue submit plan.json --redis redis://host --out /shared/night --name night --kaggle
  $ digitflow queue submit plan.json --out e --command evaluate --merge-out e.csv --merge-format csv

Done again, it adds only what is missing. Another run of the same name is refused.
--out and the merge's files are meant as they are here: workers have them at the same place, or say --out of their own
and leave the merge to you (digitflow merge plan.json DIR…).
${SETTINGS}

Exit codes: 0 well, 2 usage, 65 no plan, or another run of this name, 66 no such plan, 74 input/output: Redis is out of reach.`;

/** Adds `digitflow queue submit`. */
export function addSubmitCommand(queue: Command): void {
  const what = new Option('--command <name>', 'what is done to each shard').choices(['score', 'evaluate']);
  const format = new Option('-f, --format <format>', 'score: what to write').choices(['csv', 'ndjson']);
  const onError = new Option('--on-error <how>', 'score: what a bad row does (default: fail)').choices(
    ON_ERROR,
  );
  const mergeFormat = new Option('--merge-format <format>', 'evaluate: how the result is written');
  const language = new Option('--merge-lang <language>', "evaluate: the report's language");
  const command = queue
    .command('submit')
    .description('put all shards of a plan into the queue, and the merge after them')
    .argument('<plan>', 'what digitflow plan wrote')
    .requiredOption('--out <folder>', 'where shards go, a file each')
    .option('--name <name>', 'what the run is called (default: by its plan)')
    .addOption(what.default('score'))
    .option('--tries <count>', 'how often a shard is tried that failed with 70 or 74', wholeNumber(1, 100), 8)
    .addOption(format)
    .option('--kaggle', 'score: write ImageId,Label, counted from 1 over all files')
    .option('--probabilities', "score: all of the network's outputs, one a class")
    .option('--top <count>', 'score: the best so many classes with their confidences', wholeNumber(0))
    .option('--spreadsheet-safe', "score: put ' before what a spreadsheet would take for a formula")
    .addOption(onError)
    .option('--mistakes <count>', 'evaluate: how many of the worst mistakes to show', wholeNumber(0))
    .option('--merge-out <file>', 'where the result of all goes (default: left to digitflow merge)')
    .option('--merge-rejects <file>', 'score: where bad rows of all go; implies --on-error reject')
    .option('--merge-summary <file>', 'score: where to write what was counted, as JSON')
    .addOption(mergeFormat.choices(EVALUATION_FORMATS))
    .option('--merge-report <file>', 'evaluate: where the page of a report goes')
    .addOption(language.choices(Object.keys(LANGUAGES)));
  addRedisOptions(command).addHelpText('after', EXAMPLES).action(runSubmit);
}

async function runSubmit(plan: string, flags: SubmitFlags): Promise<void> {
  const run = await submitToQueue({
    ...{ ...optionsOf(flags), plan, redis: redisOf(flags) },
    onNote: (note) => sayNote(flags, note),
  });
  const what = `${run.name}: ${counted(run.shards, 'shard')}`;
  sayNote(flags, run.isNew ? `${what} submitted` : `${what}, all submitted before`);
}

/** @throws DigitflowError USAGE for flags that do not go together */
function optionsOf(flags: SubmitFlags): Omit<SubmitOptions, 'redis' | 'plan'> {
  const { command, out, name, tries, mergeOut, mergeRejects, mergeSummary } = flags;
  const strange = command === 'score' ? OF_EVALUATE : [...OF_SCORE, ...MERGE_OF_SCORE];
  const flag = givenFlag(flags, strange);
  if (flag !== undefined) throw usage(`${flag}: not with --command ${command}`);
  const more = givenFlag(flags, ['mergeRejects', 'mergeSummary', 'mergeFormat', 'mergeReport', 'mergeLang']);
  if (more !== undefined && mergeOut === undefined) throw usage(`${more}: only with --merge-out`);
  const { format, kaggle, probabilities, top, spreadsheetSafe, mistakes } = flags;
  const onError = flags.onError ?? (mergeRejects === undefined ? undefined : 'reject');
  if (mergeRejects !== undefined && onError !== 'reject')
    throw usage(`--merge-rejects: not with --on-error ${onError}`);
  const { mergeFormat, mergeReport, mergeLang } = flags;
  const wantsMore = format !== undefined || probabilities || (top ?? 0) > 0;
  if (kaggle && wantsMore) throw usage('--kaggle: not with --format, --probabilities or --top');
  if (spreadsheetSafe && (kaggle || format === 'ndjson'))
    throw usage('--spreadsheet-safe: only with --format csv, which spreadsheets open');
  const merge = { rejects: mergeRejects, summary: mergeSummary, format: mergeFormat, report: mergeReport };
  return {
    ...{ command, out, name, tries },
    score: { format: kaggle ? 'kaggle' : format, probabilities, top, spreadsheetSafe, onError },
    evaluate: { mistakes, withReport: mergeReport !== undefined },
    merge: mergeOut === undefined ? undefined : { ...merge, out: mergeOut, language: mergeLang },
  };
}

function usage(message: string): DigitflowError {
  return new DigitflowError('USAGE', `${message}; see digitflow queue submit --help`);
}
