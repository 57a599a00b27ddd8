import { type Command, InvalidArgumentError, Option } from 'commander';
import { type EpochTotals, type TrainOptions, type TrainResult, train } from '../../../pipelines/train.js';
import { counted, durationWords, grouped, percentage, rateWords } from '../../counting/wording.js';
import { MOST_WORKERS } from '../../engine/sizes.js';
import { DigitflowError } from '../../errors.js';
import { trainingJson } from '../../outputs/json-text.js';
import type { EpochReport } from '../../training/training-epochs.js';
import {
  DEFAULT_TRAINING,
  SETTING_NAMES,
  settingFlag,
  settingText,
  TRAINING_CHOICES,
  type TrainingOptions,
} from '../../training/training-options.js';
import {
  addReadingOptions,
  addViewOptions,
  onOpened,
  onPictures,
  type ReadingFlagValues,
  readingFlagsOf,
  realNumber,
  wholeNumber,
} from '../options.js';
import { EXIT_INTERRUPTED, onInterrupt, sayNote, stdoutOptions, writeOut } from '../process.js';
import { progressLine } from '../progress-line.js';
import { renderTraining } from './describe-training.js';
import { activationNames, type ModelFlagValues, modelOptionsOf } from './model-options.js';

const LOSSES: Readonly<Record<string, TrainingOptions['loss']>> = {
  'squared-error': 'squared error',
  'cross-entropy': 'cross-entropy',
  'binary-cross-entropy': 'binary cross-entropy',
};

const rate = realNumber((value) => value >= 0, 'Give a number, 0 or more.');

/** Of each setting: what its flag takes, what it means, and how it is read; a choice has no reader. */
const HELP: Readonly<Record<keyof TrainingOptions, readonly [string, string, ((text: string) => unknown)?]>> =
  {
    hidden: ['neurons', 'neurons of each hidden layer, or none', layerSizes],
    activation: ['name', 'of the hidden layers'],
    output: ['name', 'of the last layer'],
    loss: ['name', `what is made small: ${Object.keys(LOSSES).join(', ')}`, lossName],
    epochs: ['count', 'how often every image is seen', wholeNumber(1)],
    batchSize: ['count', 'images a step', wholeNumber(1)],
    optimizer: ['name', 'how a step is taken'],
    learningRate: ['rate', 'at its height', rate],
    schedule: ['name', 'how the rate falls'],
    warmUpEpochs: ['epochs', 'in which the rate rises to its height', rate],
    weightDecay: ['share', 'what weights lose a step, times the rate', rate],
    labelSmoothing: ['share', 'of the truth spread over all classes', rate],
    averaging: ['share', 'what averaged weights keep a step; 0 for none', rate],
    largestFirstWeight: ['size', 'no weight of the first layer leaves it', rate],
    augment: ['how', 'vary the images each time'],
    augmentEnd: ['share', 'what is left of that at the end', rate],
    restarts: ['count', 'networks to train; the best is kept', wholeNumber(1)],
    validation: ['count', 'images held out, the last ones, to choose by', wholeNumber(0)],
    seed: ['number', 'decides all that is random', wholeNumber(0)],
  };

/** Adds the settings of a training. */
function addTrainingOptions(command: Command): Command {
  for (const name of SETTING_NAMES) {
    const [value, meaning, read] = HELP[name];
    const byDefault =
      name === 'loss' ? 'cross-entropy for softmax, else squared-error' : settingText(DEFAULT_TRAINING, name);
    const option = new Option(`${settingFlag(name)} <${value}>`, `${meaning} (default: ${byDefault})`);
    command.addOption(
      read ? option.argParser(read) : option.choices(TRAINING_CHOICES[name as keyof typeof TRAINING_CHOICES]),
    );
  }
  return command;
}

/** The settings among the flags: only those that were given. */
function settingsOf(flags: TrainFlags): Partial<TrainingOptions> {
  const given = SETTING_NAMES.filter((name) => name in flags);
  const settings = Object.fromEntries(given.map((name) => [name, flags[name]]));
  return flags.warmUp === undefined ? settings : { ...settings, warmUpEpochs: flags.warmUp };
}

function lossName(text: string): TrainingOptions['loss'] {
  if (Object.hasOwn(LOSSES, text)) return LOSSES[text];
  throw new InvalidArgumentError(`Allowed choices are ${Object.keys(LOSSES).join(', ')}.`);
}

function layerSizes(text: string): number[] {
  if (text === 'none') return [];
  return text.split(',').map((size) => {
    if (/^[1-9]\d*$/.test(size)) return Number(size);
    throw new InvalidArgumentError('Give whole numbers separated by commas, such as 16,16, or none.');
  });
}

function names(text: string): string[] {
  const all = text.split(',');
  const isClear = all.every((name) => name !== '') && new Set(all).size === all.length;
  if (isClear && all.length <= 256) return all;
  throw new InvalidArgumentError('Give at most 256 names that differ, separated by commas, such as A,B,C.');
}

function imageSize(text: string): TrainOptions['image'] {
  const match = /^([1-9]\d{0,5})x([1-9]\d{0,5})$/.exec(text);
  if (match === null) throw new InvalidArgumentError('Give a height and a width in pixels, such as 16x16.');
  return { height: Number(match[1]), width: Number(match[2]) };
}

type Paths = Pick<TrainOptions, 'images' | 'labels' | 'checkpoint' | 'resume' | 'curve' | 'film' | 'log'>;

/** What commander makes of the options; each setting has its name in TrainingOptions, but for `warmUp`. */
interface TrainFlags extends Partial<TrainingOptions>, Paths, ReadingFlagValues {
  readonly init?: string;
  readonly activations?: NonNullable<ModelFlagValues['activations']>;
  readonly warmUp?: number;
  readonly classes?: readonly string[];
  readonly image?: TrainOptions['image'];
  readonly workers?: number;
  readonly out: string;
  readonly format: 'table' | 'json';
  readonly quiet?: boolean;
}

const EXAMPLES = `
Examples:
  $ digitflow train --out mine.safetensors             the network of the video, on MNIST
  $ digitflow evaluate --model mine.safetensors        how well it does
  $ digitflow train --out f --film f.json              then, to watch it learn: digitflow draw --model f --film f.json
  $ digitflow train --images folder --out f            train-images-idx3-ubyte and its labels in a folder
  $ digitflow train --images photos --out f            pictures, a folder for each class: photos/3/a.png
  $ digitflow train --images letters.csv --out f       other classes and sizes, by the labels and rows
  $ digitflow train --activation relu --output softmax --restarts 4 --out f
  $ digitflow train --init net.pt --epochs 10 --learning-rate 0.001 --out f   go on from a network that was brought
  $ digitflow train --checkpoint c --out f             then, after a kill: digitflow train --resume c --out f

The same images, settings and seed give the same file, byte for byte, for any number of workers.

Exit codes: 0 well, 2 usage, 65 bad data or a training that diverged, 66 no such input,
70 our own fault, 74 input/output, 130 interrupted (the best so far is kept).`;

/** Gives `digitflow train` its flags and action. */
export function defineTrain(command: Command): void {
  const imagesHelp =
    'IDX, CSV, NumPy, a folder of pictures or of the usual names, an http(s) URL, or - (default: the MNIST training set)';
  const workersHelp =
    'threads, for restarts side by side, else to vary images ahead; 0 does without (default: by cores and work)';
  command
    .option('--images <path>', imagesHelp)
    .option('--labels <path>', 'their labels (default: those that come with the images, or lie beside them)')
    .option('--classes <names>', 'the classes in order, separated by commas (default: by the labels)', names)
    .option('--image <size>', 'the size of an image as HEIGHTxWIDTH (default: by the data)', imageSize)
    .requiredOption('-o, --out <file>', 'where the network goes, as .safetensors');
  addReadingOptions(addTrainingOptions(command))
    .option('-w, --workers <count>', workersHelp, wholeNumber(0, MOST_WORKERS))
    .option(
      '--init <network>',
      'go on from a network: sigmoid, relu, or a file; sizes, activations and classes are its own',
    )
    .option(
      '--activations <names>',
      'of that network, one for each layer, where its file does not say (default: found by trying it)',
      activationNames,
    )
    .option('--checkpoint <file>', 'keep the state of the training here as it goes')
    .option('--resume <file>', 'go on from a checkpoint, and keep it up to date')
    .option('--curve <file>', 'draw the learning curve, as SVG')
    .option('--film <file>', 'record how the first layer comes about, at some 20 epochs, for draw --film')
    .option('--log <file>', 'write every epoch as a line of JSON');
  addViewOptions(command).addHelpText('after', EXAMPLES).action(runTrain);
}

async function runTrain(flags: TrainFlags): Promise<void> {
  const progress = progressLine();
  const note = (line: string) => {
    progress.clear();
    sayNote(flags, line);
  };
  const { signal, end } = onInterrupt(() =>
    note('interrupted; keeping the best so far (again to leave at once)'),
  );
  try {
    const { images, labels, image, classes, workers, checkpoint, resume, curve, film, log, out } = flags;
    const result = await train({
      ...settingsOf(flags),
      ...{ images, labels, image, classes, workers, checkpoint, resume, curve, film, log, out, signal },
      reading: readingFlagsOf(flags),
      ...initOf(flags, note),
      onOpened: onOpened(flags, note),
      onPictures: onPictures(flags, note),
      onEpoch: (report, totals) => {
        if (!flags.quiet) progress.show((seconds) => progressWords(report, totals, seconds));
      },
    });
    progress.clear();
    for (const { run, epoch } of result.training.diverged) {
      note(`run ${run} diverged in epoch ${epoch} and was left; try a smaller --learning-rate`);
    }
    await writeOut(format(result, flags.format));
    if (result.training.partial) process.exitCode = EXIT_INTERRUPTED;
  } catch (error) {
    // Interrupted before an epoch had ended: there is nothing to keep.
    if (!signal.aborted || error !== signal.reason) throw error;
    process.exitCode = EXIT_INTERRUPTED;
  } finally {
    progress.clear();
    end();
  }
}

/** The network to go on from, and what is said of it. */
function initOf(flags: TrainFlags, note: (line: string) => void): Partial<TrainOptions> {
  const { init, activations } = flags;
  if (init === undefined && activations !== undefined) {
    const advice = 'a network that is trained anew has --activation and --output';
    throw new DigitflowError('USAGE', `--activations: expected --init beside it, found none; ${advice}`);
  }
  if (init === undefined) return {};
  const { modelFlags, onModel } = modelOptionsOf({ ...flags, model: init }, note);
  return { init, initFlags: modelFlags, onInit: onModel };
}

function format(result: TrainResult, name: TrainFlags['format']): string {
  return name === 'json' ? trainingJson(result.training) : renderTraining(result, stdoutOptions());
}

/** ` 35 %  21 of 60 epochs, loss 0.0712, validation 95.61 %, 512,000 images/s, 4.1 s left`. */
function progressWords(report: EpochReport, { done, toDo, images }: EpochTotals, seconds: number): string {
  const rate = seconds > 0 ? done / seconds : 0;
  const parts = [
    `${grouped(done)} of ${counted(toDo, 'epoch')}`,
    ...(report.isDiverged ? [`run ${report.run + 1} diverged`] : [`loss ${report.loss.toPrecision(3)}`]),
    ...(Number.isFinite(report.validationAccuracy)
      ? [`validation ${percentage(report.validationAccuracy, 2)} %`]
      : []),
    ...(rate > 0 ? [rateWords(rate * images), `${durationWords((toDo - done) / rate)} left`] : []),
  ];
  return `${percentage(done / toDo, 0).padStart(3)} %  ${parts.join(', ')}`;
}
