import { type Command, Option } from 'commander';
import { type EvaluateOptions, evaluate } from '../../pipelines/evaluate.js';
import { type EvaluationFormat, evaluationText } from '../../pipelines/evaluation-text.js';
import { DigitflowError } from '../errors.js';
import {
  addEvaluationArguments,
  addEvaluationOptions,
  type EvaluationFlags,
  withEvaluation,
} from './evaluation-options.js';
import { addGateOptions, type GateFlags, gatesFrom } from './judging/gate-options.js';
import { isWhole, noteReading, wholeNumber } from './options.js';
import { interruptibly, stdoutOptions, writeOut } from './process.js';
import { addShardOptions, checkNoShard, SHARD_HELP } from './sharding/shard-options.js';

export const EVALUATION_FORMATS: readonly EvaluationFormat[] = ['table', 'json', 'markdown', 'csv'];

interface EvaluateFlags extends EvaluationFlags, GateFlags {
  readonly format: EvaluationFormat;
  readonly verdicts?: string;
  readonly mistakes: number;
  readonly metrics?: boolean;
  readonly plan?: string;
}

const EXAMPLES = `
Examples:
  $ digitflow evaluate                                the bundled MNIST test set and network
  $ digitflow evaluate path/to/folder                 a folder with t10k-images-idx3-ubyte and its labels
  $ digitflow evaluate images.gz labels.gz            any IDX files, gzipped or not
  $ zcat images.gz | digitflow evaluate - labels.gz   images from stdin
  $ digitflow evaluate mnist_test.csv                 a CSV with a column of labels
  $ digitflow evaluate mnist.npz                      NumPy arrays, as Keras ships MNIST
  $ digitflow evaluate https://host/mnist.npz         what a server has, as a file is read
  $ digitflow evaluate photos                         pictures: photos/3/a.png, 3_17.png, or a labels.csv
  $ digitflow evaluate --model checkpoint.pt          a network from PyTorch, Keras, ONNX, NumPy, JSON
  $ digitflow evaluate --format json | jq .accuracy
  $ digitflow evaluate --min-accuracy 0.94 --quiet    exit code 1 below it, for CI
  $ digitflow evaluate rows.csv --slice writer --slice thickness   which images are read worse
  $ digitflow evaluate --verdicts base.npy -f json > base.json   what later ones are held against
  $ digitflow evaluate --model new.onnx --baseline base.json     exit code 1 when it is significantly worse
  $ digitflow evaluate --plan plan.json --shard 7 --out parts   one shard of a plan, for digitflow merge
${SHARD_HELP}

Exit codes: 0 well, 1 not as good as it was to be, 2 usage, 65 bad data, 66 no such input,
70 our own fault, 74 input/output, 130 interrupted.`;

/** Gives `digitflow evaluate` its arguments, flags and action. */
export function defineEvaluate(command: Command): void {
  addEvaluationArguments(command)
    .addOption(
      new Option('-f, --format <format>', 'what to print').choices(EVALUATION_FORMATS).default('table'),
    )
    .option('--mistakes <count>', 'how many of the worst mistakes to show', wholeNumber(0), 10)
    .option(
      '--verdicts <file>',
      'keep label and prediction of every image: a NumPy array (images, 2) of uint8, for --baseline of later runs',
    )
    .option(
      '--metrics',
      'evaluate all outputs as well: top-k, log loss, Brier score, areas under ROC and other curves',
    );
  addGateOptions(command);
  addShardOptions(command)
    .option('-o, --out <folder>', 'with --plan: the folder of all shards')
    .option('--with-report', 'with --plan: keep what digitflow merge --report shows');
  addEvaluationOptions(command).addHelpText('after', EXAMPLES).action(runEvaluate);
}

async function runEvaluate(
  images: string | undefined,
  labels: string | undefined,
  flags: EvaluateFlags,
  command: Command,
): Promise<void> {
  const { mistakes, metrics, plan, verdicts } = flags;
  if (plan !== undefined) {
    const { runEvaluateShards } = await import('./sharding/shard-run.js');
    return runEvaluateShards(command.args, { ...flags, plan }, command);
  }
  checkNoShard(command, ['shard', 'root', 'out', 'withReport']);
  if (flags.slice !== undefined && flags.format === 'csv') {
    const message = '--slice: expected --format table, json or markdown, found csv, which has no slices';
    throw new DigitflowError('USAGE', `${message}; take one of these`);
  }
  const gates = await gatesFrom(flags, {
    inputs: [images, labels, flags.model, ...(flags.slice ?? [])],
    outputs: { '--verdicts': verdicts },
  });
  await interruptibly(flags, async (signal) => {
    const run = (options: EvaluateOptions) =>
      evaluate({ ...options, mistakes, metrics, verdicts, ...gates.options });
    const result = await withEvaluation(images, labels, flags, signal, run);
    await writeOut(await evaluationText(result, flags.format, stdoutOptions()));
    // The table ends with it; a program that reads another format may not show it.
    if (flags.format !== 'table') noteReading(flags, result.evaluation);
    const isDone = isWhole(result.evaluation.partial, [images, labels]);
    if (isDone || !signal.aborted) process.exitCode = await gates.end(result.evaluation);
    return isDone;
  });
}
