import { type Command, Option } from 'commander';
import { score } from '../../pipelines/score.js';
import { identityOf } from '../../pipelines/score-journal.js';
import type { ScoreResult } from '../../pipelines/score-options.js';
import { ScoreOutputs } from '../../pipelines/score-outputs.js';
import { summarizeScore } from '../../pipelines/score-summary.js';
import { describeGuesses } from '../csv/describe-guesses.js';
import { DigitflowError } from '../errors.js';
import { parseNormalization } from '../network/parse-normalization.js';
import { MOST_WORKERS } from '../pool/choose-workers.js';
import { ProgressLine } from '../render/progress-line.js';
import { scoreProgressWords, scoreSummaryWords } from '../render/score-words.js';
import { KeptFile } from '../sinks/kept-file.js';
import { OutputClosed } from '../sinks/row-output.js';
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
  resume?: boolean;
  summary?: string;
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
  $ digitflow score night.csv --out f.csv --resume          goes on where an interrupted run stopped

Exit codes: 0 well, 2 usage, 65 bad data (with --on-error skip or reject: some rows were bad),
66 no such input, 70 our own fault, 74 input/output, 130 interrupted.`;

/** Adds \`digitflow score\`. */
export function addScoreCommand(program: Command): void {
  const command = program
    .command('score')
    .description(
      'turn images in CSV or IDX into predictions: one a row, in input order, for as long as input comes',
    )
    .argument('<files...>', 'CSV or IDX files, gzipped or not, patterns such as *.csv, or - for stdin')
    .option(
      '-m, --model <name>',
      `a network: ${BUNDLED_MODELS.join(', ')}, or a .safetensors file`,
      BUNDLED_MODELS[0],
    )
    .addOption(new Option('-f, --format <format>', 'what to write').choices(['csv', 'ndjson']).default('csv'))
    .option('--kaggle', 'write ImageId,Label, counted from 1 over all files')
    .option('--probabilities', "all of the network's outputs, one a class")
    .option('--top <count>', 'the best so many classes with their confidences', wholeNumber(0), 0)
    .option(
      '-o, --out <file>',
      'where to write (default: stdout); <file>.progress says how far it is until it is done',
    )
    .option('--resume', 'go on with the --out of an interrupted run: same inputs, network and options')
    .option('--summary <file>', 'where to write what was counted, as JSON (digitflow.score/1)')
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
  const model = openModel(flags.model);
  const { normalize, probabilities = false, top, out, rejects } = flags;
  const summary = flags.summary === undefined ? undefined : new KeptFile(flags.summary);
  const format = flags.kaggle ? 'kaggle' : flags.format;
  const csv = csvFlagsOf(flags);
  const outputs = new ScoreOutputs({
    ...{ format, classes: model.network.classes, probabilities, top, out, rejects, note },
    resume: flags.resume ?? false,
    run: {
      options: { model: model.sha256, format, probabilities, top, normalize, ...csv },
      inputs: out === undefined ? [] : inputs.map(identityOf),
    },
  });
  const { from } = outputs;
  const rowsBefore = from?.rows ?? 0;
  const interruption = onInterrupt(flags.quiet ?? false);
  const progress = new ProgressLine({ stream: process.stderr, now: () => performance.now() });
  try {
    const result = await score({
      inputs,
      model: flags.model,
      csv,
      from,
      normalization: normalize === undefined ? undefined : (own) => parseNormalization(normalize, own),
      workers: flags.workers,
      batchSize: flags.batchSize,
      maxWaitMs: flags.maxWait,
      onBadRow: onError === 'fail' ? 'fail' : 'skip',
      maxErrors: flags.maxErrors,
      withOutputs: probabilities || top > 0,
      signal: interruption.signal,
      write: (rows) => outputs.write(rows),
      onOpened: ({ file, name, guesses }) => {
        if (guesses.some(({ property, value }) => property === 'id' && value !== 'none')) outputs.carryIds();
        if (guesses.length > 0 && file < MOST_NOTES) note(describeGuesses(name, guesses));
      },
      onProgress: (done) => {
        if (!flags.quiet) progress.show((seconds) => scoreProgressWords({ ...done, rowsBefore }, seconds));
      },
    });
    progress.clear();
    await outputs.close(!result.partial);
    summary?.write(`${JSON.stringify(summarizeScore(result, outputs.counts, model, rowsBefore), null, 2)}\n`);
    note(scoreSummaryWords({ ...result, rowsBefore }));
    process.exitCode = exitCode(result, interruption.signal.aborted);
  } catch (error) {
    progress.clear();
    // Who read the output has seen enough: nothing to say.
    if (error instanceof OutputClosed) return;
    await outputs.leave();
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
  if (flags.resume && flags.out === undefined) throw usage('--resume: say of what with --out');
  const wantsMore = flags.probabilities || flags.top > 0 || flags.format === 'ndjson';
  if (flags.kaggle && wantsMore) throw usage('--kaggle: not with --format, --probabilities or --top');
}

function exitCode({ rejected }: ScoreResult, isInterrupted: boolean): number {
  if (isInterrupted) return EXIT_INTERRUPTED;
  return rejected > 0 ? EXIT_BAD_ROWS : 0;
}
