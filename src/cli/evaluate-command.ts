import { type Command, Option } from 'commander';
import { type EvaluateResult, evaluate } from '../../pipelines/evaluate.js';
import { evaluationCsv } from '../outputs/evaluation-csv.js';
import { evaluationJson } from '../outputs/evaluation-json.js';
import { evaluationMarkdown } from '../outputs/evaluation-markdown.js';
import { pictureOf } from '../views/picture.js';
import { renderEvaluation } from '../views/terminal/render-evaluation.js';
import { share, wholeNumber } from './common-options.js';
import {
  addEvaluationArguments,
  addEvaluationOptions,
  type EvaluationFlags,
  withEvaluation,
} from './evaluation-options.js';
import { interruptibly, stdoutOptions, writeOut } from './process.js';

interface EvaluateFlags extends EvaluationFlags {
  format: 'table' | 'json' | 'markdown' | 'csv';
  minAccuracy?: number;
  mistakes: number;
}

const EXAMPLES = `
Examples:
  $ digitflow evaluate                                the bundled MNIST test set and network
  $ digitflow evaluate path/to/folder                 a folder with t10k-images-idx3-ubyte and its labels
  $ digitflow evaluate images.gz labels.gz            any IDX files, gzipped or not
  $ zcat images.gz | digitflow evaluate - labels.gz   images from stdin
  $ digitflow evaluate mnist_test.csv                 a CSV with a column of labels
  $ digitflow evaluate mnist.npz                      NumPy arrays, as Keras ships MNIST
  $ digitflow evaluate --format json | jq .accuracy
  $ digitflow evaluate --min-accuracy 0.94 --quiet    exit code 1 below it, for CI

Exit codes: 0 well, 1 below --min-accuracy, 2 usage, 65 bad data, 66 no such input,
70 our own fault, 74 input/output, 130 interrupted.`;

/** Gives `digitflow evaluate` its arguments, flags and action. */
export function defineEvaluate(command: Command): void {
  addEvaluationArguments(command)
    .addOption(
      new Option('-f, --format <format>', 'what to print')
        .choices(['table', 'json', 'markdown', 'csv'])
        .default('table'),
    )
    .option('--mistakes <count>', 'how many of the worst mistakes to show', wholeNumber(0), 10)
    .option('--min-accuracy <share>', 'exit with 1 when the accuracy is lower, such as 0.94 or 94%', share);
  addEvaluationOptions(command).addHelpText('after', EXAMPLES).action(runEvaluate);
}

async function runEvaluate(
  images: string | undefined,
  labels: string | undefined,
  flags: EvaluateFlags,
): Promise<void> {
  const { mistakes } = flags;
  await interruptibly(flags.quiet ?? false, async (signal) => {
    const result = await withEvaluation(images, labels, flags, signal, (options) =>
      evaluate({ ...options, mistakes }),
    );
    await writeOut(formatted(result, flags.format));
    if (!signal.aborted) process.exitCode = exitCode(result, flags);
  });
}

function formatted(
  { evaluation, mistakes, normalization }: EvaluateResult,
  format: EvaluateFlags['format'],
): string {
  if (format === 'json') return evaluationJson(evaluation);
  if (format === 'markdown') return evaluationMarkdown(evaluation);
  if (format === 'csv') return evaluationCsv(evaluation);
  const { height, width } = evaluation.data;
  const pictures = mistakes.map(({ pixels }) => pictureOf(pixels, height, width, normalization.transposed));
  return renderEvaluation(evaluation, pictures, stdoutOptions());
}

function exitCode({ evaluation }: EvaluateResult, flags: EvaluateFlags): number {
  if (flags.minAccuracy === undefined) return 0;
  const { accuracy } = evaluation;
  if (accuracy !== null && accuracy >= flags.minAccuracy) return 0;
  if (!flags.quiet) {
    const found = accuracy === null ? 'no images to measure it on' : accuracy;
    process.stderr.write(`digitflow: accuracy: expected at least ${flags.minAccuracy}, found ${found}\n`);
  }
  return 1;
}
