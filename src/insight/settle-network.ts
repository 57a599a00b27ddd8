import { DigitflowError } from '../errors.js';
import type { ActivationName } from '../network/activations.js';
import { type FoundNetwork, networkFileError } from '../network/formats/found-network.js';
import type { ImageSize, Network } from '../network/network.js';
import type { Normalization } from '../network/normalization.js';
import { bestOf, judge, type LabelledImages, surest } from './judge-networks.js';
import { orientationsOf } from './layer-orientation.js';
import {
  type Candidate,
  candidatesOf,
  checkClasses,
  classesWords,
  digitLabels,
  feedWords,
} from './network-candidates.js';
import { isRight, shareOfRight } from './readings.js';

/** What the user says of a network whose file does not. */
export interface NetworkFlags {
  /** One for each layer. */
  readonly activations?: readonly ActivationName[] | undefined;
  /** How a pixel 0..255 becomes what the network takes. */
  readonly normalization?: Normalization | undefined;
  /** The name of each output. */
  readonly classes?: readonly string[] | undefined;
}

/** What was found of a network, beyond what its file says. */
export interface NetworkGuess {
  /** `activations`, `normalize`, `classes`, `orientation`. */
  readonly property: string;
  readonly value: string;
  /** `seen` where no other reading fits, `guessed` where another may. */
  readonly by: 'given' | 'seen' | 'guessed';
  /** What says it. */
  readonly flag?: string | undefined;
  readonly because?: string | undefined;
}

/** A network that is whole, and how it came to be so. */
export interface SettledNetwork {
  readonly network: Network;
  readonly guesses: readonly NetworkGuess[];
}

/** So many multiplications take a second or less. */
const MOST_PRODUCTS = 4e8;
const FEWEST = { first: 50, last: 200 };
/** Height and width of the images that we have to try. */
const SIDE = 28;

/**
 * Makes a whole network of what a file says, what flags say, and for the rest of evidence: the reading by which it knows images
 * of the training set. Readings that are plainly worse than the best are dropped; of those that are as sure, the likeliest is taken.
 *
 * @param sample images of the training set; used where the network is one of 28 x 28 digits
 * @throws DigitflowError NETWORK_FILE where no reading is right for half of the images, or what is needed is not said
 */
export function settleNetwork(
  found: FoundNetwork,
  name: string,
  flags: NetworkFlags,
  sample: () => LabelledImages,
): SettledNetwork {
  const orientations = orientationsOf(found, name);
  checkFlags(found, name, flags);
  const [{ layers }] = orientations;
  const image = found.image ?? squareOf(layers[0].inputs, name);
  if (image.height * image.width !== layers[0].inputs) {
    const expected = `${image.height * image.width} inputs for images of ${image.height}x${image.width}`;
    throw networkFileError(name, expected, `${layers[0].inputs}`, 'check the file');
  }
  const outputs = layers[layers.length - 1].outputs;
  const classes = flags.classes ?? found.classes;
  checkClasses(classes ?? null, outputs, name);
  const labels = digitLabels(classes ?? null, outputs);
  const isDigits = image.height === SIDE && image.width === SIDE && labels !== null;
  const open = { found, name, flags, image, classes: classes ?? null };
  const candidates = candidatesOf(found, flags, orientations, isDigits ? labels : null, isDigits);
  if (candidates.length === 1) return settled(open, candidates[0], candidates, null);
  return isDigits ? byEvidence(open, candidates, sample()) : unproven(open, candidates);
}

interface Open {
  readonly found: FoundNetwork;
  readonly name: string;
  readonly flags: NetworkFlags;
  readonly image: ImageSize;
  readonly classes: readonly string[] | null;
}

function byEvidence(open: Open, candidates: readonly Candidate[], sample: LabelledImages): SettledNetwork {
  const { name, found } = open;
  const products = candidates[0].layers.reduce(
    (sum, { weights }, l) => sum + (l === 0 ? 0 : weights.length),
    1,
  );
  const asked = (readings: number, fewest: number) =>
    firstOf(sample, Math.max(fewest, Math.floor(MOST_PRODUCTS / (products * readings))));
  // A few images leave few readings, which all of them are then asked about; of a wide network, some.
  const few = bestOf(candidates, judge(candidates, asked(candidates.length, FEWEST.first)));
  const left = few.map(({ candidate }) => candidate);
  const images = asked(left.length, FEWEST.last);
  const near = surest(left, judge(left, images));
  const [{ candidate, verdict }] = near;
  const percent = (100 * shareOfRight(verdict.right)).toFixed(1);
  if (!isRight(verdict.right, images.labels)) {
    const expected = `a network that knows digits: ${found.title}, read in ${candidates.length} ways`;
    const result = `at best ${percent} % of ${images.count} training images right`;
    throw networkFileError(name, expected, result, adviceOf(open));
  }
  const because = `${percent} % of ${images.count} training images are right so`;
  return settled(
    open,
    candidate,
    near.map((one) => one.candidate),
    because,
  );
}

function firstOf(images: LabelledImages, most: number): LabelledImages {
  if (most >= images.count) return images;
  const size = images.pixels.length / images.count;
  return {
    ...images,
    count: most,
    pixels: images.pixels.subarray(0, most * size),
    labels: images.labels.subarray(0, most),
  };
}

/** A network that is none of 28 x 28 digits: nothing can be tried, so what matters is to be said. */
function unproven(open: Open, candidates: readonly Candidate[]): SettledNetwork {
  const { name, found } = open;
  const [first] = candidates;
  const missing = [
    ...(candidates.some(({ activations }) => `${activations}` !== `${first.activations}`)
      ? ['--activations, one for each layer, such as relu,softmax']
      : []),
    ...(candidates.some(({ way }) => way.rowsAre !== first.way.rowsAre)
      ? ['what the rows of its weights are, by a format that says so (safetensors of PyTorch, ONNX)']
      : []),
  ];
  if (missing.length > 0) {
    const expected =
      'a network of 28x28 digits, of which we have images to try, or one that says all of itself';
    throw networkFileError(name, expected, found.title, `give ${missing.join(', and ')}`);
  }
  return settled(open, first, candidates, 'it could not be tried: it is no network of 28x28 digits');
}

function settled(
  open: Open,
  { layers, activations, normalization, labels, way }: Candidate,
  near: readonly Candidate[],
  because: string | null,
): SettledNetwork {
  const { found, flags, image, classes } = open;
  const outputs = layers[layers.length - 1].outputs;
  const names = classes ?? Array.from({ length: outputs }, (_, k) => String(labels[k] ?? k));
  const network: Network = {
    layers: layers.map((layer, l) => ({ ...layer, activation: activations[l] })),
    ...{ image, normalization, classes: names, provenance: found.provenance },
  };
  const differs = (text: (candidate: Candidate) => string) => new Set(near.map(text)).size > 1;
  const why = because === null ? {} : { because };
  const guess = (property: string, value: string, by: 'seen' | 'guessed'): NetworkGuess => {
    return { property, value, by, flag: `--${property}`, ...why };
  };
  const guesses: NetworkGuess[] = [];
  if (flags.activations === undefined && found.layers.some(({ activation }) => activation === null)) {
    // Accuracy cannot tell ReLU from what is like it, leaky or ELU, nor at the end softmax from sigmoids: the largest is the same.
    const end = layers.length - 1;
    const isLike = found.layers.some(
      ({ activation }, l) => activation === null && (l === end || activations[l] === 'relu'),
    );
    const isOpen = isLike || differs((one) => `${one.activations}`);
    guesses.push(guess('activations', activations.join(','), isOpen ? 'guessed' : 'seen'));
  }
  // What a flag says of pixels does not say how they lie.
  const said = flags.normalization ?? found.normalization;
  if (said === null || said.transposed !== normalization.transposed) {
    const isOpen = differs((one) => feedWords(one.normalization));
    guesses.push(guess('normalize', feedWords(normalization), isOpen ? 'guessed' : 'seen'));
  }
  if (way.isFortran) {
    // No flag says it.
    const by = differs((one) => `${one.way.isFortran}`) ? 'guessed' : 'seen';
    guesses.push({ property: 'orientation', value: 'weights column by column', by, ...why });
  }
  if (classes === null) {
    guesses.push(guess('classes', classesWords(names), labels.length === 0 ? 'guessed' : 'seen'));
  }
  return { network, guesses };
}

function squareOf(inputs: number, name: string): ImageSize {
  const side = Math.round(Math.sqrt(inputs));
  if (side * side === inputs) return { height: side, width: side };
  const advice = 'give a file that says the size of its images, as ONNX and Keras files can';
  throw networkFileError(name, 'inputs for square images', `${inputs} inputs`, advice);
}

function checkFlags({ layers }: FoundNetwork, name: string, { activations }: NetworkFlags): void {
  if (activations === undefined) return;
  if (activations.length !== layers.length) {
    const expected = `${layers.length} activations, one for each layer`;
    throw new DigitflowError(
      'USAGE',
      `${name}: expected ${expected}, found ${activations.length} in --activations`,
    );
  }
  const own = layers.map(({ activation }, l) => activation ?? activations[l]);
  if (own.every((activation, l) => activation === activations[l])) return;
  const message = `${name}: its layers are ${own.join(',')}, found ${activations.join(',')} in --activations; leave it out`;
  throw new DigitflowError('USAGE', message);
}

/** What may lead out where no reading is right. */
function adviceOf({ flags, classes }: Open): string {
  const missing = [
    ...(flags.activations === undefined ? ['--activations'] : []),
    ...(flags.normalization === undefined ? ['--normalize'] : []),
  ];
  const given = missing.length < 2 ? 'check what flags say of it' : '';
  const say = missing.length > 0 ? `say how it was trained with ${missing.join(' and ')}` : '';
  const others =
    classes === null ? 'name what its outputs stand for with --classes if these are no digits' : '';
  return [given, say, others].filter((part) => part !== '').join(', or ');
}
