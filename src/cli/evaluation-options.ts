import type { Command } from 'commander';
import type { EvaluateOptions } from '../../pipelines/evaluate.js';
import { describeGuesses } from '../formats/csv/dialect.js';
import { parseNormalization } from '../network/normalization.js';
import { ProgressLine } from '../views/terminal/progress.js';
import {
  addModelOption,
  addRunningOptions,
  type CsvFlagValues,
  csvFlagsOf,
  wholeNumber,
} from './common-options.js';

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
  command
    .argument(
      '[images]',
      'an IDX or CSV file, a folder with the usual names, or - for stdin (default: the MNIST test set)',
    )
    .argument('[labels]', 'the IDX file of their labels (default: found beside the images by its name)');
  return addModelOption(command);
}

/** The options that such a command ends with. */
export function addEvaluationOptions(command: Command): Command {
  command
    .option('-n, --limit <count>', 'evaluate only the first images', wholeNumber(0))
    .option(
      '--normalize <how>',
      'how a pixel becomes a brightness: scale=1/255, offset=0, mean=0.1307, std=0.3081, inverted, transposed; ' +
        "separated by commas (default: the network's own way)",
    );
  return addRunningOptions(command, 'images a batch (default: as many as 4 MiB hold)');
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
