import { DigitflowError } from '../../errors.js';
import type { ActivationName } from '../activations.js';
import type { ImageSize, Network } from '../network.js';
import type { Normalization } from '../normalization.js';

export type { NetworkFormat } from '../../formats/content/content.js';

/** Weights as a file has them. */
export interface FoundLayer {
  /** W: `rows * columns` float64, row-major, finite. */
  readonly weights: Float64Array;
  readonly rows: number;
  readonly columns: number;
  /** What a row holds the weights of: a neuron (`outputs`, PyTorch), or an input (`inputs`, Keras); null where the file does not say. */
  readonly rowsAre: 'outputs' | 'inputs' | null;
  /** b: `(outputs)` float64, finite; null where the layer has none. */
  readonly biases: Float64Array | null;
  /** Null where the file does not say. */
  readonly activation: ActivationName | null;
}

/** A network as a file has it. What is null the file does not say: it is found by shapes and evidence, or asked for. */
export interface FoundNetwork {
  /** `a PyTorch state dict`, `ONNX`: what it was read as, for messages. */
  readonly title: string;
  /** In the order in which images pass them; at least one. */
  readonly layers: readonly FoundLayer[];
  readonly image: ImageSize | null;
  /** How a pixel 0..255 becomes what the first layer takes, where the file says all of it. */
  readonly normalization: Normalization | null;
  /** What the file does with its input before the first layer, `x * scale + offset`; whether x is 0..1 or 0..255 it does not say. */
  readonly rescaling: Pick<Normalization, 'scale' | 'offset'> | null;
  readonly classes: readonly string[] | null;
  readonly provenance: Readonly<Record<string, string>>;
  /** What was done to understand it that a user should know: `folded BatchNormalization into layer 1`, `read LogSoftmax as softmax`. */
  readonly notes: readonly string[];
}

/** An array of a file, by its name. */
export interface NamedTensor {
  readonly name: string;
  readonly shape: readonly number[];
  /** Row-major, float64. */
  readonly values: Float64Array;
}

/** What a reader needs of the machine, so that readers are pure. */
export interface FileHost {
  /** Inflates deflate data; throws where it is broken, or would give more than `mostBytes`. */
  inflate(packed: Uint8Array, mostBytes: number, wrapping: 'raw' | 'zlib' | 'gzip'): Uint8Array;
  /**
   * A file that the network's own file names, such as external data: its path relative to that one's folder.
   *
   * @throws DigitflowError INPUT_MISSING; NETWORK_FILE where it is outside of that folder, or the network came without a path
   */
  beside(path: string): Uint8Array;
}

/**
 * Reads a network; `name` is the file's in an error.
 *
 * @throws DigitflowError NETWORK_FILE, ZIP_BROKEN, in one line
 */
export type ReadNetworkFile = (bytes: Uint8Array, name: string, host: FileHost) => FoundNetwork;

/**
 * The bytes of a network's file; the same network gives the same bytes, and float32 numbers come back bit for bit.
 *
 * @throws DigitflowError NETWORK_FILE for what the format cannot hold
 */
export type WriteNetworkFile = (network: Network) => Uint8Array;

/** More weights and biases than this are no network of ours: some 1 GiB in float64. */
export const MOST_PARAMETERS = 2 ** 27;

/** A NETWORK_FILE error of one line: where, what was expected, what was found, what to do. */
export function networkFileError(where: string, expected: string, found: string, advice: string) {
  return new DigitflowError('NETWORK_FILE', `${where}: expected ${expected}, found ${found}; ${advice}`);
}

const IN_FLOAT32 = 'a finite number that float32 can hold';

/** Throws NETWORK_FILE for weights of a file that float32, in which they are scored, cannot hold: they would be Infinity there. */
export function checkFinite(values: Float64Array, where: string): void {
  const broken = values.findIndex((value) => !Number.isFinite(Math.fround(value)));
  if (broken < 0) return;
  const element = `${where}, element ${broken}`;
  throw networkFileError(element, IN_FLOAT32, `${values[broken]}`, 'train or export the network again');
}

/** Numbers rounded to float32, to be written; throws NETWORK_FILE for those that it cannot hold. */
export function asFloat32(values: ArrayLike<number>, where: string): Float32Array {
  const rounded = Float32Array.from(values);
  const broken = rounded.findIndex((value) => !Number.isFinite(value));
  if (broken < 0) return rounded;
  const element = `${where}, element ${broken}`;
  throw networkFileError(element, IN_FLOAT32, `${values[broken]}`, 'train it with smaller steps');
}
