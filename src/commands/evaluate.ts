import { type Command, Option } from 'commander';
import { type EvaluateResult, evaluate } from '../../pipelines/evaluate.js';
import { describeGuesses } from '../csv/describe-guesses.js';
import { parseNormalization } from '../network/parse-normalization.js';
import { MOST_WORKERS } from '../pool/choose-workers.js';
import { pictureOf } from '../render/picture.js';
import { ProgressLine } from '../render/progress-line.js';
import { renderEvaluation } from '../render/render-evaluation.js';
import { colorLevel, columnsOf, supportsUnicode } from '../render/terminal.js';
import { evaluationCsv } from '../sinks/evaluation-csv.js';
import { evaluationJson } from '../sinks/evaluation-json.js';
import { evaluationMarkdown } from '../sinks/evaluation-markdown.js';
import { BUNDLED_MODELS } from '../sources/open-model.js';
import { addCsvOptions, type CsvFlagValues, csvFlagsOf } from './csv-options.js';
import { EXIT_INTERRUPTED, onInterrupt } from './interrupt.js';
import { share, wholeNumber } from './option-values.js';
import { writeOut } from './write-out.js';

interface EvaluateFlags extends CsvFlagValues {
  model: string;
  format: 'table' | 'json' | 'markdown' | 'csv';
  workers?: number;
  batchSize?: number;
  limit?: number;
  minAccuracy?: number;
  normalize?: string;
  mistakes: number;
  quiet?: boolean;
}

const EXAMPLES = `
Examples:
  $ digitflow evaluate                                the bundled MNIST test set and network
  $ digitflow evaluate path/to/folder                 a folder with t10k-images-idx3-ubyte and its labels
  $ digitflow evaluate images.gz labels.gz            any IDX files, gzipped or not
  $ zcat images.gz | digitflow evaluate - labels.gz   images from stdin
  $ digitflow evaluate mnist_test.csv                 a CSV with a column of labels
  $ digitflow evaluate --format json | jq .accuracy
  $ digitflow evaluate --min-accuracy 0.94 --quiet    exit code 1 below it, for CI

Exit codes: 0 well, 1 below --min-accuracy, 2 usage, 65 bad data, 66 no such input,
70 our own fault, 74 input/output, 130 interrupted.`;

/** Adds \`digitflow evaluate\`. */
export function addEvaluateCommand(program: Command): void {
  const command = program
    .command('evaluate', { isDefault: true })
    .description('evaluate a network on labelled images: accuracy, confusion matrix, and where it goes wrong')
    .argument(
      '[images]',
      'an IDX or CSV file, a folder with the usual names, or - for stdin (default: the MNIST test set)',
    )
    .argument('[labels]', 'the IDX file of their labels (default: found beside the images by its name)')
    .option(
      '-m, --model <name>',
      `a network: ${BUNDLED_MODELS.join(', ')}, or a .safetensors file`,
      BUNDLED_MODELS[0],
    )
    .addOption(
      new Option('-f, --format <format>', 'what to print')
        .choices(['table', 'json', 'markdown', 'csv'])
        .default('table'),
    )
    .option('-n, --limit <count>', 'evaluate only the first images', wholeNumber(0))
    .option('--mistakes <count>', 'how many of the worst mistakes to show', wholeNumber(0), 10)
    .option('--min-accuracy <share>', 'exit with 1 when the accuracy is lower, such as 0.94 or 94%', share)
    .option(
      '--normalize <how>',
      'how a pixel becomes a brightness: scale=1/255, offset=0, mean=0.1307, std=0.3081, inverted, transposed; ' +
        "separated by commas (default: the network's own way)",
    )
    .option(
      '-w, --workers <count>',
      'threads; 0 does without (default: by the cores and the input)',
      wholeNumber(0, MOST_WORKERS),
    )
    .option('--batch-size <count>', 'images a batch (default: as many as 4 MiB hold)', wholeNumber(1))
    .option('-q, --quiet', 'nothing on stderr but errors')
    .option('--debug', 'the stack of an error')
    .addHelpText('after', EXAMPLES)
    .action(runEvaluate);
  addCsvOptions(command);
}

async function runEvaluate(
  images: string | undefined,
  labels: string | undefined,
  flags: EvaluateFlags,
): Promise<void> {
  const interruption = onInterrupt(flags.quiet ?? false);
  let progress: ProgressLine | undefined;
  try {
    const { normalize } = flags;
    const result = await evaluate({
      images,
      labels,
      model: flags.model,
      workers: flags.workers,
      batchSize: flags.batchSize,
      limit: flags.limit,
      mistakes: flags.mistakes,
      csv: csvFlagsOf(flags),
      onOpened: ({ name, guesses }) => {
        if (!flags.quiet && guesses.length > 0) process.stderr.write(`${describeGuesses(name, guesses)}\n`);
      },
      normalization: normalize === undefined ? undefined : (own) => parseNormalization(normalize, own),
      signal: interruption.signal,
      onProgress: (running, total) => {
        if (flags.quiet) return;
        progress ??= new ProgressLine({ stream: process.stderr, now: () => performance.now(), total });
        progress.update({ done: running.images, correct: running.correct });
      },
    });
    progress?.clear();
    await writeOut(format(result, flags.format));
    process.exitCode = exitCode(result, flags, interruption.signal.aborted);
  } catch (error) {
    // Interrupted before there was anything to report.
    if (!interruption.signal.aborted || error !== interruption.signal.reason) throw error;
    process.exitCode = EXIT_INTERRUPTED;
  } finally {
    progress?.clear();
    interruption.end();
  }
}

function format(
  { evaluation, mistakes, normalization }: EvaluateResult,
  name: EvaluateFlags['format'],
): string {
  switch (name) {
    case 'json':
      return evaluationJson(evaluation);
    case 'markdown':
      return evaluationMarkdown(evaluation);
    case 'csv':
      return evaluationCsv(evaluation);
    case 'table': {
      const { height, width } = evaluation.data;
      const pictures = mistakes.map(({ pixels }) =>
        pictureOf(pixels, height, width, normalization.transposed),
      );
      return renderEvaluation(evaluation, pictures, {
        color: colorLevel(process.stdout, process.env),
        width: columnsOf(process.stdout),
        unicode: supportsUnicode(process.env, process.platform),
      });
    }
  }
}

function exitCode({ evaluation }: EvaluateResult, flags: EvaluateFlags, isInterrupted: boolean): number {
  if (isInterrupted) return EXIT_INTERRUPTED;
  if (flags.minAccuracy === undefined) return 0;
  const { accuracy } = evaluation;
  if (accuracy !== null && accuracy >= flags.minAccuracy) return 0;
  if (!flags.quiet) {
    const found = accuracy === null ? 'no images to measure it on' : accuracy;
    process.stderr.write(`digitflow: accuracy: expected at least ${flags.minAccuracy}, found ${found}\n`);
  }
  return 1;
}
