import { type Command, Option } from 'commander';
import { scoreModel } from '../../pipelines/score.js';
import { reasonOf } from '../errors.js';
import { describeGuesses, readingFlagTexts } from '../formats/reading.js';
import { fileIdentity } from '../inputs/bytes/file-identity.js';
import { nameOf, webUrlOf } from '../inputs/bytes/open-bytes.js';
import { expandPaths } from '../inputs/find-files.js';
import { anyModelOf, type Model } from '../inputs/models/open-model.js';
import { filesOf } from '../inputs/open-inputs.js';
import { OutputClosed } from '../outputs/rows/row-output.js';
import { checkFiles } from '../outputs/same-file.js';
import { type InputIdentity, identityOf } from '../outputs/score-journal.js';
import { ScoreOutputs } from '../outputs/score-outputs.js';
import { SummaryFile } from '../outputs/score-summary.js';
import { type ProgressLine, scoreProgressWords, scoreSummaryWords } from '../views/terminal/progress.js';
import { addDriftOptions, driftOptionsOf, tellDrift } from './judging/drift-flags.js';
import { addModelOption, addRuntimeOption, modelOptionsOf } from './networks/model-options.js';
import {
  addReadingOptions,
  addRunningOptions,
  isWhole,
  onPictures,
  readingFlagsOf,
  runningOptionsOf,
  wholeNumber,
} from './options.js';
import { interruptibly, sayNote } from './process.js';
import { progressLine } from './progress-line.js';
import { checkedFlags, ON_ERROR, outputFiles, type ScoreFlags } from './score-flags.js';
import { addShardOptions, checkNoShard, SHARD_HELP } from './sharding/shard-options.js';

/** Exit code of a run that went on over bad rows. */
const EXIT_BAD_ROWS = 65;
/** And of one whose images drift more than they may. */
const EXIT_DRIFT = 1;
/** The first inputs are told with their guesses; later ones only where these are new. */
const MOST_NOTES = 5;

const EXAMPLES = `
Examples:
  $ digitflow score test.csv > predictions.csv              a prediction for each row, in order
  $ producer | digitflow score -                            live: a row is answered within --max-wait
  $ digitflow score 'day-*.csv.gz' --format ndjson          several files, gzip known by content
  $ digitflow score photos > predictions.csv                a folder of pictures; or photos/*.png
  $ digitflow score https://host/rows.csv.gz > p.csv       what a server has; presigned URLs, too
  $ digitflow score test.csv --kaggle --out submission.csv  what Kaggle's digit recognizer takes
  $ digitflow score night.csv --out f.csv --rejects b.csv   bad rows are set aside, the rest is scored
  $ digitflow score night.csv --out f.csv --resume          goes on where an interrupted run stopped
  $ digitflow score rows.csv --out f.csv --drift default    notes where images are not like MNIST's training images
  $ digitflow score --plan plan.json --shard 7 --out parts  one shard of a plan, on any machine: parts/00007.shard
  $ digitflow score --plan plan.json --shard auto --out parts --on-error reject   in a job of Slurm or Kubernetes
${SHARD_HELP}
Bad rows that were skipped or rejected are no failure of a shard: digitflow merge tells of them.

Exit codes: 0 well, 1 above --max-drift, 2 usage, 65 bad data (with --on-error skip or reject: some rows were bad),
66 no such input, 70 our own fault, 74 input/output, 130 interrupted.`;

/** Gives `digitflow score` its arguments, flags and action. */
export function defineScore(command: Command): void {
  const summaryHelp = 'where to write what was counted, as JSON (digitflow.score/1), however the run ends';
  const files =
    'CSV, IDX, NumPy or picture files, http(s) URLs, folders of pictures, patterns such as *.csv, or - for stdin';
  const onError = new Option('--on-error <how>', 'what a bad row does (default: fail)').choices(ON_ERROR);
  addRuntimeOption(addModelOption(command.argument('[files...]', files)))
    .addOption(new Option('-f, --format <format>', 'what to write').choices(['csv', 'ndjson']).default('csv'))
    .option('--kaggle', 'write ImageId,Label, counted from 1 over all files')
    .option('--probabilities', "all of the network's outputs, one a class")
    .option('--top <count>', 'the best so many classes with their confidences', wholeNumber(0), 0)
    .option('--spreadsheet-safe', "CSV: put ' before ids and names that begin with = + - @ tab or a line end")
    .option(
      '-o, --out <file>',
      'where to write (default: stdout); <file>.progress says how far it is until it is done; with --plan: the folder of shards',
    )
    .option('--resume', 'go on with the --out of an interrupted run: same inputs, network and options')
    .option('--summary <file>', summaryHelp)
    .addOption(onError)
    .option(
      '--rejects <file>',
      'where bad rows go, as CSV: file, line, reason, row; implies --on-error reject',
    )
    .option(
      '--max-errors <count>',
      'give up after more bad rows than that; with --on-error skip or --rejects',
      wholeNumber(0),
    )
    .option('--max-wait <ms>', 'how long a row may wait for others to be scored with it', wholeNumber(0), 50)
    .option(
      '--normalize <how>',
      "how a pixel becomes a brightness; see evaluate (default: the network's own way)",
    );
  addReadingOptions(
    addRunningOptions(
      addShardOptions(addDriftOptions(command)),
      'rows a batch, roughly (default: by the input)',
    ),
  )
    .addHelpText('after', EXAMPLES)
    .action(runScore);
}

async function runScore(paths: readonly string[], given: ScoreFlags, command: Command): Promise<void> {
  if (given.plan !== undefined) {
    const { runScoreShards } = await import('./sharding/shard-run.js');
    return runScoreShards(paths, { ...given, plan: given.plan }, command);
  }
  checkNoShard(command, ['shard', 'root']);
  if (paths.length === 0) command.error("error: missing required argument 'files'");
  const flags = checkedFlags(paths, given);
  const progress = progressLine();
  await interruptibly(flags, async (signal) => {
    const model = await anyModelOf(modelOptionsOf(flags), signal);
    const summary = flags.summary === undefined ? undefined : new SummaryFile(flags.summary, model);
    const run: ScoreRun = { flags, model, summary, progress };
    try {
      return await scoreAll(run, paths, signal);
    } catch (error) {
      progress.clear();
      await endEarly(run, error, signal);
      return false;
    } finally {
      run.outputs?.release();
      summary?.release();
    }
  });
}

/** One run, and how far it has come. */
interface ScoreRun {
  readonly flags: ScoreFlags;
  readonly model: Model;
  summary: SummaryFile | undefined;
  readonly progress: ProgressLine;
  /** Set once it is known where to begin. */
  outputs?: ScoreOutputs;
}

/** Resolves to whether all was scored. */
async function scoreAll(run: ScoreRun, paths: readonly string[], signal: AbortSignal): Promise<boolean> {
  const { flags, progress } = run;
  const inputs = await expandPaths(paths);
  const files = await filesOf(inputs);
  try {
    checkFiles(
      [...files, flags.model, ...(flags.drift === undefined ? [] : [flags.drift])],
      outputFiles(flags),
    );
  } catch (error) {
    // The summary must not be written to a file that may be an input.
    run.summary = undefined;
    throw error;
  }
  const outputs = await openOutputs(run, files);
  run.outputs = outputs;
  const { from } = outputs;
  const rowsBefore = from?.rows ?? 0;
  const { summary } = run;
  const said = new Set<string>();
  const note = (text: string) => {
    progress.clear();
    sayNote(flags, text);
  };
  const result = await scoreModel(run.model, {
    ...runningOptionsOf(flags),
    ...{ inputs, from, signal, maxErrors: flags.maxErrors, maxWaitMs: flags.maxWait },
    onBadRow: flags.onError === 'fail' ? 'fail' : 'skip',
    withOutputs: flags.probabilities || flags.top > 0,
    write: (rows) => outputs.write(rows),
    onOpened: (input) => {
      const { file, name, guesses } = input;
      summary?.opened(input);
      if (guesses.some(({ property, value }) => property === 'id' && value !== 'none')) outputs.carryIds();
      const words = describeGuesses('', guesses);
      const isNew = !said.has(words);
      said.add(words);
      if (guesses.length > 0 && (isNew || file < MOST_NOTES)) sayNote(flags, describeGuesses(name, guesses));
    },
    onPictures: (seen) => {
      progress.clear();
      onPictures(flags)(seen);
    },
    drift: driftOptionsOf(flags, note),
    onNote: (text) => sayNote(flags, text),
    onStarted: (start) => summary?.started(start),
    onProgress: (done) => {
      if (!flags.quiet) progress.show((seconds) => scoreProgressWords({ ...done, rowsBefore }, seconds));
    },
  });
  progress.clear();
  await outputs.close(!result.partial);
  await summary?.write(result, outputs);
  sayNote(flags, scoreSummaryWords({ ...result, rowsBefore }));
  const isTooMuch = tellDrift(flags, result.drift, note);
  if (result.rejected > 0) process.exitCode = EXIT_BAD_ROWS;
  else if (isTooMuch) process.exitCode = EXIT_DRIFT;
  return isWhole(result.partial, inputs);
}

async function openOutputs({ flags, model }: ScoreRun, inputs: readonly string[]): Promise<ScoreOutputs> {
  const { normalize, probabilities = false, top, out, rejects, spreadsheetSafe } = flags;
  const reading = readingFlagsOf(flags);
  const format = flags.kaggle ? 'kaggle' : flags.format;
  return new ScoreOutputs({
    ...{ format, classes: model.network.classes, probabilities, top, out, rejects, spreadsheetSafe },
    encoding: reading.encoding,
    note: (text) => sayNote(flags, text),
    resume: flags.resume ?? false,
    run: {
      options: {
        ...{ model: model.sha256, format, probabilities, top, normalize },
        ...{ activations: flags.activations?.join(), classes: flags.classes?.join(), runtime: flags.runtime },
        ...{ 'spreadsheet-safe': spreadsheetSafe, ...readingFlagTexts(reading) },
      },
      inputs: out === undefined ? [] : await identitiesOf(inputs),
    },
  });
}

/**
 * A server is asked what it has, and stdin whether it is a file: threads stop at other places of one than of a pipe. A URL is
 * named without its query: a new signature does not make it another input.
 */
async function identitiesOf(inputs: readonly string[]): Promise<InputIdentity[]> {
  const identities: InputIdentity[] = [];
  for (const input of inputs) {
    const isAsked = input === '-' || webUrlOf(input) !== null;
    identities.push(isAsked ? { name: nameOf(input), ...(await fileIdentity(input)) } : identityOf(input));
  }
  return identities;
}

/**
 * Leaves everything so that the run can be resumed, and says in its summary how far it came.
 *
 * @throws the error, unless it is that the reader of the output has seen enough
 */
async function endEarly(run: ScoreRun, error: unknown, signal: AbortSignal): Promise<void> {
  const { flags, summary, outputs } = run;
  const isClosed = error instanceof OutputClosed;
  if (!isClosed) await outputs?.leave();
  const isNoFault = isClosed || (signal.aborted && error === signal.reason);
  try {
    await summary?.writeEarly(outputs, isNoFault ? undefined : error);
  } catch (summaryError) {
    // The error that ended the run matters more.
    if (isNoFault) throw summaryError;
    sayNote(flags, `no summary: ${reasonOf(summaryError)}`);
  }
  if (!isClosed) throw error;
}
