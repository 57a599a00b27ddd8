import { type Command, Option } from 'commander';
import { score } from '../../pipelines/score.js';
import type { ScoreResult } from '../../pipelines/score-options.js';
import { describeGuesses } from '../csv/describe-guesses.js';
import { DigitflowError } from '../errors.js';
import { parseNormalization } from '../network/parse-normalization.js';
import { MOST_WORKERS } from '../pool/choose-workers.js';
import { ProgressLine } from '../render/progress-line.js';
import { scoreProgressWords, scoreSummaryWords } from '../render/score-words.js';
import { RejectLog } from '../sinks/reject-log.js';
import { rowFormat } from '../sinks/row-format.js';
import { fileOutput, OutputClosed, type RowOutput, stdoutOutput } from '../sinks/row-output.js';
import type { ScoredRows } from '../sinks/scored-rows.js';
import { expandPaths } from '../sources/expand-paths.js';
import { BUNDLED_MODELS, openModel } from '../sources/open-model.js';
import { addCsvOptions, type CsvFlagValues, csvFlagsOf } from './csv-options.js';
import { EXIT_INTERRUPTED, onInterrupt } from './interrupt.js';
import { wholeNumber } from './option-values.js';

interface ScoreFlags extends CsvFlagValues {
  model: string;
  format: 'csv' | 'ndjson';
  kaggle?: boolean;
  probabilities?: boolean;
  top: number;
  out?: string;
  onError?: 'fail' | 'skip' | 'reject';
  rejects?: string;
  maxErrors?: number;
  maxWait: number;
  workers?: number;
  batchSize?: number;
  normalize?: string;
  quiet?: boolean;
}

/** Exit code of a run that went on over bad rows. */
const EXIT_BAD_ROWS = 65;
/** Of how many inputs it is said what was guessed. */
const MOST_NOTES = 5;

const EXAMPLES = `
Examples:
  $ digitflow score test.csv > predictions.csv              a prediction for each row, in order
  $ producer | digitflow score -                            live: a row is answered within --max-wait
  $ digitflow score 'day-*.csv.gz' --format ndjson          several files, gzip known by content
  $ digitflow score test.csv --kaggle --out submission.csv  what Kaggle's digit recognizer takes
  $ digitflow score night.csv --out f.csv --rejects bad.csv bad rows are set aside, the rest is scored

Exit codes: 0 well, 2 usage, 65 bad data (with --on-error skip or reject: some rows were bad),
66 no such input, 70 our own fault, 74 input/output, 130 interrupted.`;

/** Adds \`digitflow score\`. */
export function addScoreCommand(program: Command): void {
  const command = program
    .command('score')
    .description('turn images in CSV into predictions: one a row, in input order, for as long as input comes')
    .argument('<files...>', 'CSV files, gzipped or not, patterns such as *.csv, or - for stdin')
    .option(
      '-m, --model <name>',
      `a network: ${BUNDLED_MODELS.join(', ')}, or a .safetensors file`,
      BUNDLED_MODELS[0],
    )
    .addOption(new Option('-f, --format <format>', 'what to write').choices(['csv', 'ndjson']).default('csv'))
    .option('--kaggle', 'write ImageId,Label, counted from 1 over all files')
    .option('--probabilities', "all of the network's outputs, one a class")
    .option('--top <count>', 'the best so many classes with their confidences', wholeNumber(0), 0)
    .option('-o, --out <file>', 'where to write (default: stdout)')
    .addOption(
      new Option('--on-error <how>', 'what a bad row does (default: fail)').choices([
        'fail',
        'skip',
        'reject',
      ]),
    )
    .option(
      '--rejects <file>',
      'where bad rows go, as CSV: file, line, reason, row; implies --on-error reject',
    )
    .option('--max-errors <count>', 'give up after more bad rows than that', wholeNumber(0))
    .option('--max-wait <ms>', 'how long a row may wait for others to be scored with it', wholeNumber(0), 50)
    .option(
      '--normalize <how>',
      "how a pixel becomes a brightness; see evaluate (default: the network's own way)",
    )
    .option(
      '-w, --workers <count>',
      'threads; 0 does without (default: by the cores and the input)',
      wholeNumber(0, MOST_WORKERS),
    )
    .option('--batch-size <count>', 'rows a batch, roughly (default: by the input)', wholeNumber(1))
    .option('-q, --quiet', 'nothing on stderr but errors')
    .option('--debug', 'the stack of an error');
  addCsvOptions(command).addHelpText('after', EXAMPLES).action(runScore);
}

async function runScore(paths: readonly string[], flags: ScoreFlags): Promise<void> {
  const onError = flags.onError ?? (flags.rejects === undefined ? 'fail' : 'reject');
  checkFlags(flags, onError);
  const note = (text: string) => {
    if (!flags.quiet) process.stderr.write(`digitflow: ${text}\n`);
  };
  const inputs = await expandPaths(paths);
  const { classes } = openModel(flags.model).network;
  const interruption = onInterrupt(flags.quiet ?? false);
  const progress = new ProgressLine({ stream: process.stderr, now: () => performance.now() });
  const { normalize } = flags;
  let out: RowOutput | undefined;
  let log: RejectLog | undefined;
  try {
    const writing = lazily(async () => {
      out = flags.out === undefined ? stdoutOutput(process.stdout) : await fileOutput(flags.out);
      log = flags.rejects === undefined ? undefined : new RejectLog(await fileOutput(flags.rejects));
      await log?.begin();
      return out;
    });
    let withIds = false;
    const format = lazily(async () => {
      const kind = flags.kaggle ? 'kaggle' : flags.format;
      const { probabilities = false, top } = flags;
      const rows = rowFormat({ format: kind, classes, withIds, probabilities, top });
      await (await writing()).write(rows.head);
      return rows;
    });
    const write = async (rows: ScoredRows): Promise<void> => {
      const text = (await format()).rows(rows);
      if (text.length > 0) await out?.write(text);
      await log?.write(rows);
    };
    const result = await score({
      inputs,
      model: flags.model,
      csv: csvFlagsOf(flags),
      normalization: normalize === undefined ? undefined : (own) => parseNormalization(normalize, own),
      workers: flags.workers,
      batchSize: flags.batchSize,
      maxWaitMs: flags.maxWait,
      onBadRow: onError === 'fail' ? 'fail' : 'skip',
      maxErrors: flags.maxErrors,
      withOutputs: flags.probabilities === true || flags.top > 0,
      signal: interruption.signal,
      write,
      onOpened: ({ file, name, guesses }) => {
        withIds ||= guesses.some(({ property, value }) => property === 'id' && value !== 'none');
        if (guesses.length > 0 && file < MOST_NOTES) note(describeGuesses(name, guesses));
      },
      onProgress: (done) => {
        if (!flags.quiet) progress.show((seconds) => scoreProgressWords(done, seconds));
      },
    });
    await format();
    await out?.close();
    await log?.close();
    progress.clear();
    note(scoreSummaryWords(result));
    process.exitCode = exitCode(result, interruption.signal.aborted);
  } catch (error) {
    progress.clear();
    // Who read the output has seen enough: nothing to say.
    if (error instanceof OutputClosed) return;
    if (!interruption.signal.aborted || error !== interruption.signal.reason) throw error;
    process.exitCode = EXIT_INTERRUPTED;
  } finally {
    interruption.end();
  }
}

function checkFlags(flags: ScoreFlags, onError: string): void {
  const usage = (message: string) => new DigitflowError('USAGE', `${message}; see digitflow score --help`);
  if (onError === 'reject' && flags.rejects === undefined)
    throw usage('--on-error reject: say where with --rejects');
  if (onError !== 'reject' && flags.rejects !== undefined)
    throw usage(`--rejects: not with --on-error ${onError}`);
  if (flags.rejects !== undefined && flags.rejects === flags.out)
    throw usage('--rejects and --out: give two files');
  const wantsMore = flags.probabilities || flags.top > 0 || flags.format === 'ndjson';
  if (flags.kaggle && wantsMore) throw usage('--kaggle: not with --format, --probabilities or --top');
}

function exitCode({ rejected }: ScoreResult, isInterrupted: boolean): number {
  if (isInterrupted) return EXIT_INTERRUPTED;
  return rejected > 0 ? EXIT_BAD_ROWS : 0;
}

/** Done at most once, when first asked for: an output is not emptied before the input has proved good. */
function lazily<T>(make: () => Promise<T>): () => Promise<T> {
  let made: Promise<T> | undefined;
  return () => {
    made ??= make();
    return made;
  };
}
