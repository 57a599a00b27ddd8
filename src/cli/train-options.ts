import { type Command, InvalidArgumentError, Option } from 'commander';
import {
  DEFAULT_TRAINING,
  SETTING_NAMES,
  settingFlag,
  settingText,
  TRAINING_CHOICES,
  type TrainingOptions,
} from '../training/training-options.js';
import { wholeNumber } from './common-options.js';

/** What commander makes of the options below: each has its name in TrainingOptions, but for `warmUp`. */
export interface TrainingFlags extends Partial<TrainingOptions> {
  readonly warmUp?: number;
}

const LOSSES: Readonly<Record<string, TrainingOptions['loss']>> = {
  'squared-error': 'squared error',
  'cross-entropy': 'cross-entropy',
  'binary-cross-entropy': 'binary cross-entropy',
};

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
    learningRate: ['rate', 'at its height', realNumber],
    schedule: ['name', 'how the rate falls'],
    warmUpEpochs: ['epochs', 'in which the rate rises to its height', realNumber],
    weightDecay: ['share', 'what weights lose a step, times the rate', realNumber],
    labelSmoothing: ['share', 'of the truth spread over all classes', realNumber],
    averaging: ['share', 'what averaged weights keep a step; 0 for none', realNumber],
    largestFirstWeight: ['size', 'no weight of the first layer leaves it', realNumber],
    augment: ['how', 'vary the images each time'],
    augmentEnd: ['share', 'what is left of that at the end', realNumber],
    restarts: ['count', 'networks to train; the best is kept', wholeNumber(1)],
    validation: ['count', 'images held out, the last ones, to choose by', wholeNumber(0)],
    seed: ['number', 'decides all that is random', wholeNumber(0)],
  };

/** Adds the settings of a training. */
export function addTrainingOptions(command: Command): Command {
  for (const name of SETTING_NAMES) {
    const [value, meaning, read] = HELP[name];
    const byDefault =
      name === 'loss' ? 'cross-entropy for softmax, else squared-error' : settingText(DEFAULT_TRAINING, name);
    const option = new Option(`${settingFlag(name)} <${value}>`, `${meaning} (default: ${byDefault})`);
    command.addOption(read ? option.argParser(read) : option.choices(choicesOf(name)));
  }
  return command;
}

/** The settings among the flags: only those that were given. */
export function settingsOf(flags: TrainingFlags): Partial<TrainingOptions> {
  const given = SETTING_NAMES.filter((name) => name in flags);
  const settings = Object.fromEntries(given.map((name) => [name, flags[name]]));
  return flags.warmUp === undefined ? settings : { ...settings, warmUpEpochs: flags.warmUp };
}

function choicesOf(name: keyof TrainingOptions): readonly string[] {
  return name in TRAINING_CHOICES ? TRAINING_CHOICES[name as keyof typeof TRAINING_CHOICES] : [];
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
