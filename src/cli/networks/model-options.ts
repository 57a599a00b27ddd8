import { type Command, InvalidArgumentError, Option } from 'commander';
import { describeGuesses } from '../../formats/reading.js';
import { type AnyModelOptions, BUNDLED_MODELS, type Model } from '../../inputs/models/open-model.js';
import { ACTIVATIONS, type ActivationName, isActivationName } from '../../network/activations.js';
import { layerSizes } from '../../network/network.js';
import { parseNormalization, UNIT_BRIGHTNESS } from '../../network/normalization.js';
import { sayNote } from '../process.js';

/** The flags that say which network, and what its file does not say. */
export interface ModelFlagValues {
  readonly model: string;
  readonly activations?: readonly ActivationName[];
  readonly classes?: readonly string[];
  readonly normalize?: string;
  readonly runtime?: 'onnxruntime';
  readonly quiet?: boolean;
}

/** Adds the choice of a network. */
export function addModelOption(command: Command): Command {
  const bundled = BUNDLED_MODELS.join(', ');
  const help = `a network: ${bundled}, or a file: safetensors, ONNX, Keras, PyTorch, NumPy, JSON`;
  return addNetworkFlags(command.option('-m, --model <name>', help, BUNDLED_MODELS[0]));
}

/** Adds what the file of a network may not say. */
export function addNetworkFlags(command: Command): Command {
  return command
    .option(
      '--activations <names>',
      `one for each layer where the network's file does not say: ${ACTIVATIONS.join(', ')}; separated by commas ` +
        '(default: found by trying it)',
      activationNames,
    )
    .option(
      '--classes <names>',
      "what the network's outputs stand for, in order, separated by commas (default: as its file says, or digits)",
      classNames,
    );
}

/** Adds the choice of what runs a network, to commands that need none of its weights. */
export function addRuntimeOption(command: Command): Command {
  const help =
    'what runs an ONNX file that is no dense network: onnxruntime, after npm install onnxruntime-node';
  return command.addOption(new Option('--runtime <name>', help).choices(['onnxruntime']));
}

/** Reads the activations of layers, separated by commas; for commander. */
export function activationNames(text: string): ActivationName[] {
  return text.split(',').map((part) => {
    const name = part.trim();
    if (isActivationName(name)) return name;
    throw new InvalidArgumentError(
      `Give one of ${ACTIVATIONS.join(', ')} for each layer, such as relu,softmax.`,
    );
  });
}

/** Reads names that are separated by commas; for commander. */
export function classNames(text: string): string[] {
  const names = text.split(',').map((name) => name.trim());
  if (names.every((name) => name !== '')) return names;
  throw new InvalidArgumentError('Give a name for each class, separated by commas, such as 0,1,2.');
}

/** The options of a pipeline that these flags mean: what is guessed of a network from elsewhere is said. */
export function modelOptionsOf(
  flags: ModelFlagValues,
  note = (text: string): void => sayNote(flags, text),
): AnyModelOptions & { readonly model: string } {
  const { model, activations, classes, normalize, runtime } = flags;
  // What says how pixels lie, or which are bright, says it of the images, not of the network.
  const numbers = normalize?.split(',').filter((part) => part.includes('='));
  const normalization = numbers?.length ? parseNormalization(numbers.join(','), UNIT_BRIGHTNESS) : undefined;
  const onModel = (opened: Model): void => {
    const { found } = opened;
    // Of a file that says all there is nothing to say.
    if (found !== undefined && found.guesses.length + found.notes.length > 0) note(modelWords(opened, found));
  };
  return { model, runtime, modelFlags: { activations, classes, normalization }, onModel };
}

/** `net.pt (a PyTorch state dict): activations relu,softmax (97.8 % of 500 training images are right so), …`, on one line. */
function modelWords(
  { name, network, runtime }: Model,
  { title, guesses, notes }: NonNullable<Model['found']>,
): string {
  const because = guesses.find((guess) => guess.because !== undefined)?.because;
  const open = guesses.flatMap(({ by, flag }) => (by === 'guessed' && flag !== undefined ? [flag] : []));
  const own = guesses.map((guess) => ({ ...guess, because: undefined, by: 'seen' as const }));
  const what = runtime === undefined ? `${title} of ${layerSizes(network).join('-')}` : title;
  const parts = [
    own.length === 0 ? `${name}: ${what}` : describeGuesses(`${name}: ${what}`, own),
    ...(because === undefined ? [] : [because]),
    ...(open.length === 0 ? [] : [`others may do as well: say ${open.join(', ')}`]),
    ...notes,
  ];
  return parts.join('; ');
}
