import { type Command, Option } from 'commander';
import { DigitflowError } from '../errors.js';
import { addModelOption, addRunningOptions, type CsvFlagValues, wholeNumber } from './common-options.js';
import { runScore } from './run-score.js';

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

/** Gives `digitflow score` its arguments, flags and action. */
export function defineScore(command: Command): void {
  command.argument('<files...>', 'CSV or IDX files, gzipped or not, patterns such as *.csv, or - for stdin');
  addModelOption(command)
    .addOption(new Option('-f, --format <format>', 'what to write').choices(['csv', 'ndjson']).default('csv'))
    .option('--kaggle', 'write ImageId,Label, counted from 1 over all files')
    .option('--probabilities', "all of the network's outputs, one a class")
    .option('--top <count>', 'the best so many classes with their confidences', wholeNumber(0), 0)
    .option(
      '-o, --out <file>',
      'where to write (default: stdout); <file>.progress says how far it is until it is done',
    )
    .option('--resume', 'go on with the --out of an interrupted run: same inputs, network and options')
    .option(
      '--summary <file>',
      'where to write what was counted, as JSON (digitflow.score/1), however the run ends',
    )
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
  addRunningOptions(command, 'rows a batch, roughly (default: by the input)')
    .addHelpText('after', EXAMPLES)
    .action((paths: readonly string[], flags: ScoreFlags) => runScore(paths, checkedFlags(paths, flags)));
}

/** What commander makes of the flags of `score`. */
export interface ScoreFlags extends CsvFlagValues {
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

/**
 * The flags, those that go without saying filled in.
 *
 * @throws DigitflowError USAGE where two of them do not go together
 */
export function checkedFlags(paths: readonly string[], flags: ScoreFlags): ScoreFlags {
  const usage = (message: string) => new DigitflowError('USAGE', `${message}; see digitflow score --help`);
  const onError = flags.onError ?? (flags.rejects === undefined ? 'fail' : 'reject');
  if (onError === 'reject' && flags.rejects === undefined)
    throw usage('--on-error reject: say where with --rejects');
  if (onError !== 'reject' && flags.rejects !== undefined)
    throw usage(`--rejects: not with --on-error ${onError}`);
  if (flags.maxErrors !== undefined && onError === 'fail')
    throw usage('--max-errors: say what bad rows do with --on-error skip or --rejects');
  if (paths.filter((path) => path === '-').length > 1) throw usage('-: stdin can be read once only');
  for (const [name, path] of [
    ['--out', flags.out],
    ['--rejects', flags.rejects],
    ['--summary', flags.summary],
  ]) {
    if (path === '') throw usage(`${name}: expected a path, found nothing`);
  }
  if (flags.resume && flags.out === undefined) throw usage('--resume: say of what with --out');
  const wantsMore = flags.probabilities || flags.top > 0 || flags.format === 'ndjson';
  if (flags.kaggle && wantsMore) throw usage('--kaggle: not with --format, --probabilities or --top');
  return { ...flags, onError };
}
