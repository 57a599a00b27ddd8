import { createHash } from 'node:crypto';
import { DigitflowError } from '../src/errors.js';
import { writeNetwork } from '../src/inputs/models/network-files.js';
import { type Model, type ModelOptions, modelOf, modelOfBytes } from '../src/inputs/models/open-model.js';
import { readSample } from '../src/inputs/models/read-foreign.js';
import { runImages } from '../src/insight/run-images.js';
import type { NetworkFormat } from '../src/network/formats/found-network.js';
import { NETWORK_FORMATS } from '../src/network/formats/network-formats.js';
import type { Network } from '../src/network/network.js';
import { createRandom } from '../src/network/random.js';

/** What to convert, and to what. */
export interface ConvertOptions extends ModelOptions {
  /** What to write. */
  readonly format: NetworkFormat;
  /** Aborting it rejects with its reason. */
  readonly signal?: AbortSignal | undefined;
}

/** A network in another format, and how near it is to what it was made of. */
export interface Converted {
  /** What was converted. */
  readonly model: Model;
  /** The file. */
  readonly bytes: Uint8Array;
  /** SHA-256 of the bytes, in hexadecimal. */
  readonly sha256: string;
  /** The largest difference of any output on images, once it was read back; null where the format is only written. */
  readonly difference: number | null;
  /** What it was compared on, in words. */
  readonly images: string;
  /** What has to be said of the file when it is read, as flags; null where it says enough. */
  readonly flags: string | null;
}

/** Float32 rounds weights by 6e-8 of themselves: more than this is no rounding. */
const MOST_DIFFERENCE = 1e-4;

/**
 * Writes a network in another format, reads it back, and compares the outputs of both on the same images.
 *
 * @throws DigitflowError what `loadModel` and `writeNetwork` throw; NETWORK_FILE where the format cannot hold all of the network
 */
export async function convert({ format, signal, ...options }: ConvertOptions): Promise<Converted> {
  const model = await modelOf(options, signal);
  const bytes = await writeNetwork(model.network, format);
  const sha256 = createHash('sha256').update(bytes).digest('hex');
  const { title, read } = NETWORK_FORMATS[format] ?? {};
  const sample = sampleOf(model.network);
  const made = { model, bytes, sha256, images: sample.words };
  if (read === undefined) return { ...made, difference: null, flags: null };
  const name = `${model.name} as ${title}`;
  const { network: back, flags } = await readBack({ bytes, name, path: null }, model.network, signal);
  const difference = largestDifference(model.network, back, sample);
  if (difference <= MOST_DIFFERENCE) return { ...made, difference, flags };
  const message = `${name}: expected the outputs of ${model.name}, found others, by ${difference}`;
  throw new DigitflowError('NETWORK_FILE', `${message}; the format cannot hold all of it: give another`);
}

/** By itself where the file says all, or it can be found; else by the flags that whoever reads it has to give. */
async function readBack(
  file: { readonly bytes: Uint8Array; readonly name: string; readonly path: null },
  { layers, classes }: Network,
  signal: AbortSignal | undefined,
) {
  const isSame = (network: Network) =>
    `${network.classes}` === `${classes}` &&
    network.layers.every(({ activation }, l) => activation === layers[l].activation);
  try {
    const { network } = await modelOfBytes({ ...file, flags: {} }, signal);
    if (isSame(network)) return { network, flags: null };
  } catch (error) {
    if (!(error instanceof DigitflowError)) throw error;
  }
  const activations = layers.map(({ activation }) => activation);
  const { network } = await modelOfBytes({ ...file, flags: { activations, classes } }, signal);
  return { network, flags: `--activations ${activations} --classes ${classes}` };
}

interface Sample {
  readonly count: number;
  /** `(count, height * width)` u8. */
  readonly pixels: Uint8Array;
  readonly words: string;
}

const RANDOM_IMAGES = 100;

/** Images of the training set, or noise where the network takes others. */
function sampleOf({ image, layers }: Network): Sample {
  if (image.height === 28 && image.width === 28) {
    const { count, pixels } = readSample();
    return { count, pixels, words: `${count} images of the training set` };
  }
  const random = createRandom(1);
  const pixels = new Uint8Array(RANDOM_IMAGES * layers[0].inputs).map(() => random.below(256));
  return { count: RANDOM_IMAGES, pixels, words: `${RANDOM_IMAGES} images of noise` };
}

function largestDifference(network: Network, other: Network, { count, pixels }: Sample): number {
  const [a, b] = [network, other].map((one) => {
    const runs = runImages(one, { count, pixels, normalization: one.normalization });
    return runs[runs.length - 1].values;
  });
  return a.reduce((most, value, at) => Math.max(most, Math.abs(value - b[at])), 0);
}
