import type { Command } from 'commander';
import type { EvaluateOptions } from '../../pipelines/evaluate.js';
import { describeGuesses } from '../csv/describe-guesses.js';
import { parseNormalization } from '../network/parse-normalization.js';
import { MOST_WORKERS } from '../pool/choose-workers.js';
import { ProgressLine } from '../render/progress-line.js';
import { BUNDLED_MODELS } from '../sources/open-model.js';
import { addCsvOptions, type CsvFlagValues, csvFlagsOf } from './csv-options.js';
import { wholeNumber } from './option-values.js';

/** What is evaluated, and how, as flags. */
export interface EvaluationFlags extends CsvFlagValues {
  model: string;
  workers?: number;
  batchSize?: number;
  limit?: number;
  normalize?: string;
  quiet?: boolean;
}

/** The arguments of a command that evaluates. */
export function addEvaluationArguments(command: Command): Command {
  return command
    .argument(
      '[images]',
      'an IDX or CSV file, a folder with the usual names, or - for stdin (default: the MNIST test set)',
    )
    .argument('[labels]', 'the IDX file of their labels (default: found beside the images by its name)')
    .option(
      '-m, --model <name>',
      `a network: ${BUNDLED_MODELS.join(', ')}, or a .safetensors file`,
      BUNDLED_MODELS[0],
    );
}

/** The options that such a command ends with. */
export function addEvaluationOptions(command: Command): Command {
  command
    .option('-n, --limit <count>', 'evaluate only the first images', wholeNumber(0))
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
    .option('--debug', 'the stack of an error');
  addCsvOptions(command);
  return command;
}

/** What was asked for, and the progress line that tells how far it is. */
export interface AskedEvaluation {
  readonly options: EvaluateOptions;
  /** Takes the progress line away. */
  clear(): void;
}

export function askedEvaluation(
  images: string | undefined,
  labels: string | undefined,
  flags: EvaluationFlags,
  signal: AbortSignal,
): AskedEvaluation {
  const { model, workers, batchSize, limit, normalize, quiet = false } = flags;
  let progress: ProgressLine | undefined;
  const options: EvaluateOptions = {
    ...{ images, labels, model, workers, batchSize, limit, signal },
    csv: csvFlagsOf(flags),
    normalization: normalize === undefined ? undefined : (own) => parseNormalization(normalize, own),
    onOpened: ({ name, guesses }) => {
      if (!quiet && guesses.length > 0) process.stderr.write(`${describeGuesses(name, guesses)}\n`);
    },
    onProgress: (running, total) => {
      if (quiet) return;
      progress ??= new ProgressLine({ stream: process.stderr, now: () => performance.now(), total });
      progress.update({ done: running.images, correct: running.correct });
    },
  };
  return { options, clear: () => progress?.clear() };
}
