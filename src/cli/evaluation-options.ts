import type { Command } from 'commander';
import type { EvaluateOptions } from '../../pipelines/evaluate.js';
import type { PicturesSeen } from '../counting/pictures-seen.js';
import type { Progress, ProgressLine } from '../views/terminal/progress.js';
import { addModelOption, addRuntimeOption } from './networks/model-options.js';
import {
  addReadingOptions,
  addRunningOptions,
  onOpened,
  onPictures,
  type RunningFlags,
  runningOptionsOf,
  wholeNumber,
} from './options.js';
import { progressLine } from './progress-line.js';

/** The flags of a command that evaluates. */
export interface EvaluationFlags extends RunningFlags {
  readonly slice?: readonly string[];
  readonly limit?: number;
}

/** Adds the arguments of a command that evaluates, and the choice of a network. */
export function addEvaluationArguments(command: Command): Command {
  const help =
    'IDX, CSV, NumPy, PNG or JPEG, a folder of pictures or of the usual names, an http(s) URL, or - (default: the MNIST test set)';
  command
    .argument('[images]', help)
    .argument('[labels]', 'their labels (default: those that come with the images, or lie beside them)');
  return addRuntimeOption(addModelOption(command));
}

const SLICE_HELP =
  'cut the evaluation by a column of the CSV (a name, or a number from 1), by thickness, slant or size of the ink, ' +
  "by writer of QMNIST's labels, or by a file of one value an image (lines, IDX, NumPy); may be given again";

/** Adds the other options of a command that evaluates. */
export function addEvaluationOptions(command: Command): Command {
  return addInputOptions(command).option(
    '--slice <what>',
    SLICE_HELP,
    (text: string, before: readonly string[] = []) => [...before, text],
  );
}

/** Adds what says how images are read, how many of them, and by how many threads. */
export function addInputOptions(command: Command): Command {
  command
    .option('-n, --limit <count>', 'evaluate only the first images', wholeNumber(0))
    .option(
      '--normalize <how>',
      'how a pixel becomes a brightness: scale=1/255, offset=0, mean=0.1307, std=0.3081, inverted, transposed; ' +
        "separated by commas (default: the network's own way)",
    );
  return addReadingOptions(addRunningOptions(command, 'images a batch (default: as many as 4 MiB hold)'));
}

/** Runs an evaluation with the options that the arguments and flags mean, and a line of progress until it is over. */
export async function withEvaluation<Result>(
  images: string | undefined,
  labels: string | undefined,
  flags: EvaluationFlags,
  signal: AbortSignal,
  run: (options: EvaluateOptions) => Promise<Result>,
): Promise<Result> {
  const telling = tellingOf(flags);
  try {
    return await run({
      ...runningOptionsOf(flags),
      ...{ images, labels, signal, limit: flags.limit, slices: flags.slice },
      ...{ onOpened: onOpened(flags), onPictures: telling.onPictures },
      onProgress: ({ images: done, correct }, total) => telling.progress({ done, correct }, total),
    });
  } finally {
    telling.end();
  }
}

/** What is told of a run while it goes on: a line of progress, which makes way for what else is said. */
export function tellingOf(flags: Pick<EvaluationFlags, 'quiet'>) {
  let line: ProgressLine | undefined;
  const end = () => line?.clear();
  return {
    end,
    onPictures: (seen: PicturesSeen): void => {
      end();
      onPictures(flags)(seen);
    },
    progress: (done: Progress, total: number | undefined): void => {
      if (flags.quiet) return;
      line ??= progressLine(total);
      line.update(done);
    },
  };
}
