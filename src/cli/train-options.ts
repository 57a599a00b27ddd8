import { type Command, InvalidArgumentError, Option } from 'commander';
import { DEFAULT_TRAINING, type TrainingOptions } from '../training/training-options.js';
import { wholeNumber } from './common-options.js';

const LOSSES: Readonly<Record<string, TrainingOptions['loss']>> = {
  'squared-error': 'squared error',
  'cross-entropy': 'cross-entropy',
  'binary-cross-entropy': 'binary cross-entropy',
};

/** Adds the settings of a training; each flag's attribute is its name in TrainingOptions, but for `warmUp`. */
export function addTrainingOptions(command: Command): Command {
  const d = DEFAULT_TRAINING;
  return command
    .option(
      '--hidden <neurons>',
      `neurons of each hidden layer, or none (default: ${d.hidden.join()})`,
      layerSizes,
    )
    .addOption(
      choice('--activation <name>', 'of the hidden layers', ['sigmoid', 'relu', 'tanh'], d.activation),
    )
    .addOption(choice('--output <name>', 'of the last layer', ['sigmoid', 'softmax', 'identity'], d.output))
    .addOption(
      new Option(
        '--loss <name>',
        `what is made small: ${Object.keys(LOSSES).join(', ')} (default: cross-entropy for softmax, else squared-error)`,
      ).argParser(lossName),
    )
    .option('--epochs <count>', `how often every image is seen (default: ${d.epochs})`, wholeNumber(1))
    .option('--batch-size <count>', `images a step (default: ${d.batchSize})`, wholeNumber(1))
    .addOption(choice('--optimizer <name>', 'how a step is taken', ['adam', 'sgd'], d.optimizer))
    .option('--learning-rate <rate>', `at its height (default: ${d.learningRate})`, realNumber)
    .addOption(choice('--schedule <name>', 'how the rate falls', ['cosine', 'constant'], d.schedule))
    .option(
      '--warm-up <epochs>',
      `in which the rate rises to its height (default: ${d.warmUpEpochs})`,
      realNumber,
    )
    .option(
      '--weight-decay <share>',
      `what weights lose a step, times the rate (default: ${d.weightDecay})`,
      realNumber,
    )
    .option(
      '--label-smoothing <share>',
      `of the truth spread over all classes (default: ${d.labelSmoothing})`,
      realNumber,
    )
    .option(
      '--averaging <share>',
      `what averaged weights keep a step; 0 for none (default: ${d.averaging})`,
      realNumber,
    )
    .option(
      '--largest-first-weight <size>',
      `no weight of the first layer leaves it (default: ${d.largestFirstWeight})`,
      realNumber,
    )
    .addOption(choice('--augment <how>', 'vary the images each time', ['none', 'light', 'strong'], d.augment))
    .option('--augment-end <share>', `what is left of that at the end (default: ${d.augmentEnd})`, realNumber)
    .option(
      '--restarts <count>',
      `networks to train; the best is kept (default: ${d.restarts})`,
      wholeNumber(1),
    )
    .option(
      '--validation <count>',
      `images held out, the last ones, to choose by (default: ${d.validation})`,
      wholeNumber(0),
    )
    .option('--seed <number>', `decides all that is random (default: ${d.seed})`, wholeNumber(0));
}

/** The settings among the flags: only those that were given. */
export function settingsOf(flags: TrainingFlags): Partial<TrainingOptions> {
  const given = Object.keys(DEFAULT_TRAINING).filter((name) => name in flags);
  const settings = Object.fromEntries(given.map((name) => [name, flags[name as keyof TrainingOptions]]));
  return flags.warmUp === undefined ? settings : { ...settings, warmUpEpochs: flags.warmUp };
}

/** What commander makes of these options. */
export interface TrainingFlags extends Partial<TrainingOptions> {
  readonly warmUp?: number;
}

function choice(flags: string, description: string, choices: readonly string[], byDefault: string): Option {
  return new Option(flags, `${description} (default: ${byDefault})`).choices(choices);
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

function realNumber(text: string): number {
  const value = Number(text);
  if (text.trim() !== '' && value >= 0) return value;
  throw new InvalidArgumentError('Give a number, 0 or more.');
}
