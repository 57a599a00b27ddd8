import { createHash } from 'node:crypto';
import { existsSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { DATA_FOLDER } from '../../assets.js';
import type { ImageSession } from '../../engine/runtime/session-scorer.js';
import { DigitflowError, isUrl } from '../../errors.js';
import { FROM_SAVED_MODEL, unexpected } from '../../formats/content/content.js';
import { contentOf } from '../../formats/recognize.js';
import type { NetworkFlags, NetworkGuess } from '../../insight/settle-network.js';
import { networkFileError } from '../../network/formats/found-network.js';
import { isOwnNetwork, readOwnNetwork } from '../../network/formats/safetensors/network-file.js';
import type { Network } from '../../network/network.js';
import { webName, webUrlOf } from '../bytes/open-bytes.js';
import { readWhole, readWholeNow, type WholeFile } from '../bytes/read-whole.js';
import { isFolder } from '../first-bytes.js';
import type { ForeignFile } from './read-foreign.js';

/** The networks that come with digitflow, by name. */
export const BUNDLED_MODELS: readonly string[] = ['sigmoid', 'relu'];

/** A network, and what to call it. */
export interface Model {
  readonly network: Network;
  /** The bundled network's name, or the file's path. */
  readonly name: string;
  /** SHA-256 of the file, and of those beside it that hold its weights, one after the other, in hexadecimal. */
  readonly sha256: string;
  /** What was found of a network from elsewhere that its file does not say; absent where it says all. */
  readonly found?: ModelFound;
  /** What runs it in our place: of `network` there are no weights then. */
  readonly runtime?: ModelRuntime;
}

/** A network that onnxruntime runs. */
export interface ModelRuntime {
  readonly session: ImageSession;
  /** How many weights and biases. */
  readonly parameters: number;
}

/** How a network from elsewhere was understood. */
export interface ModelFound {
  /** `a PyTorch state dict`. */
  readonly title: string;
  readonly guesses: readonly NetworkGuess[];
  /** What was done to read it: `BatchNormalization folded into layer 1`. */
  readonly notes: readonly string[];
}

/** Which network to open, and how. */
export interface ModelOptions {
  /** The name of a bundled network, the path of a file, or a network that is open. Default `sigmoid`. */
  readonly model?: string | Model | undefined;
  /** What the file of a network from elsewhere does not say. Default: found by trying it on images of the training set. */
  readonly modelFlags?: NetworkFlags | undefined;
  /** Is told of the network once it is open. */
  readonly onModel?: ((model: Model) => void) | undefined;
}

/** Which network to open, dense or not. */
export interface AnyModelOptions extends ModelOptions {
  /** What runs the network: `onnxruntime`, a package to be installed, takes ONNX files of any kind. Default: digitflow, dense ones. */
  readonly runtime?: 'onnxruntime' | undefined;
}

/** The dense network that options name; throws what `loadModel` throws, and USAGE for one that onnxruntime runs. */
export async function modelOf(options: ModelOptions, signal?: AbortSignal): Promise<Model> {
  const opened = await anyModelOf({ ...options, runtime: undefined }, signal);
  if (opened.runtime === undefined) return opened;
  const message = `${opened.name}: expected a dense network, whose weights can be looked at, found one that onnxruntime runs; evaluate, score or report it`;
  throw new DigitflowError('USAGE', message);
}

/** The network that options name, whatever runs it; throws what `loadModel` throws, PEER_MISSING, WORKER_FAILED. */
export async function anyModelOf(options: AnyModelOptions, signal?: AbortSignal): Promise<Model> {
  const { model, modelFlags, runtime } = options;
  const load = runtime === undefined ? loadModel : loadRuntimeModel;
  const opened = typeof model === 'object' ? model : await load(model, signal, modelFlags);
  options.onModel?.(opened);
  return opened;
}

const NETWORK: WholeFile = weights('network', 'a network');
/** What `train` goes on from. */
export const CHECKPOINT: WholeFile = weights('checkpoint', 'a checkpoint of train');

/**
 * Opens a bundled network by its name, or a regular file by its path, at once: those that digitflow wrote only. `loadModel` opens all.
 *
 * @throws DigitflowError INPUT_MISSING, INPUT_READ, NETWORK_FILE
 */
export function openModel(nameOrPath: string): Model {
  try {
    const bytes = readWholeNow(pathOfModel(nameOrPath), NETWORK);
    if (!isOurs(bytes)) {
      const expected = 'a network as digitflow writes it';
      const advice = 'open it with loadModel, or convert it';
      throw networkFileError(nameOrPath, expected, contentOf(bytes).title, advice);
    }
    return ownModel(nameOrPath, bytes);
  } catch (error) {
    throw explained(error, nameOrPath);
  }
}

/**
 * Opens a network: a bundled one by its name, or a file of any format that is read, pipes and devices as well, until the signal is
 * aborted. What the file of a stranger does not say is found by trying it on images of the training set, or taken from `flags`.
 *
 * @throws DigitflowError INPUT_MISSING, INPUT_READ, NETWORK_FILE, NETWORK_TOO_LARGE; USAGE for flags that contradict the file; the
 *   signal's reason
 */
export async function loadModel(
  nameOrPath = 'sigmoid',
  signal?: AbortSignal,
  flags: NetworkFlags = {},
): Promise<Model> {
  return modelOfBytes({ ...(await readModelFile(nameOrPath, signal)), flags }, signal);
}

/** A classifier of images that onnxruntime is to run; throws what `loadModel` throws, PEER_MISSING, WORKER_FAILED. */
async function loadRuntimeModel(
  nameOrPath = 'sigmoid',
  signal?: AbortSignal,
  flags: NetworkFlags = {},
): Promise<Model> {
  const file = await readModelFile(nameOrPath, signal);
  const { network: format, title } = contentOf(file.bytes);
  const { name } = file;
  if (format !== 'onnx') {
    const message = `${name}: --runtime onnxruntime: expected an ONNX file, found ${title}; leave --runtime out, or convert it`;
    throw new DigitflowError('USAGE', message);
  }
  if (flags.activations !== undefined) {
    throw new DigitflowError('USAGE', `${name}: --activations: an ONNX file says them; leave it out`);
  }
  const { openRuntimeModel } = await import('./runtime-model.js');
  const { network, session, parameters, sha256, ...found } = await openRuntimeModel({ ...file, flags });
  return { network, name, sha256, found, runtime: { session, parameters } };
}

async function readModelFile(nameOrPath: string, signal?: AbortSignal) {
  const path = pathOfModel(nameOrPath);
  // What is missing beside it is told by who asks for it.
  const bytes = await readWhole(path, NETWORK, signal).catch((error) => {
    throw explained(error, nameOrPath);
  });
  const url = webUrlOf(path);
  // A query may be a secret.
  return { ...(url === null ? { name: nameOrPath, path } : { name: webName(url), path: null }), bytes };
}

function weights(wanted: 'network' | 'checkpoint', title: string): WholeFile {
  return {
    title,
    mayBeWeb: wanted === 'network',
    mostBytes: 2 ** 30,
    tooLarge: 'NETWORK_TOO_LARGE',
    check: (start, name) => {
      const content = contentOf(start);
      if (wanted === 'network' ? content.network !== undefined : content.kind === 'safetensors') return;
      throw new DigitflowError('NETWORK_FILE', `${name}: ${unexpected(wanted, title, content)}`);
    },
  };
}

function pathOfModel(nameOrPath: string): string {
  return BUNDLED_MODELS.includes(nameOrPath) ? join(DATA_FOLDER, `${nameOrPath}.safetensors`) : nameOrPath;
}

/** The network that bytes hold: of ours at once, of all others in a thread. Throws what `loadModel` throws of a file's content. */
export async function modelOfBytes(file: Omit<ForeignFile, 'format'>, signal?: AbortSignal): Promise<Model> {
  const { bytes, name, path, flags } = file;
  NETWORK.check(bytes, name);
  const { network: format } = contentOf(bytes);
  if (isOurs(bytes) || format === undefined) return ownModel(name, bytes, flags, path ?? name);
  const { readApart } = await import('./model-thread.js');
  const { network, sha256, ...found } = await readApart({ ...file, format }, signal);
  return { network, name, sha256, found };
}

/** Whether a network is one that we wrote, or wanted to be: its faults are told by what we expect of such. */
function isOurs(bytes: Uint8Array): boolean {
  const { network } = contentOf(bytes);
  return network === 'safetensors' && isOwnNetwork(bytes);
}

function ownModel(
  nameOrPath: string,
  bytes: Uint8Array,
  { activations, classes }: NetworkFlags = {},
  path = pathOfModel(nameOrPath),
): Model {
  const network = readOwnNetwork(bytes, path);
  checkSaid(
    nameOrPath,
    '--activations',
    activations,
    network.layers.map(({ activation }) => activation),
  );
  checkSaid(nameOrPath, '--classes', classes, network.classes);
  return { network, name: nameOrPath, sha256: digestOf(bytes) };
}

/** Our own files say all of themselves: a flag may repeat it, and no more. */
function checkSaid(
  name: string,
  flag: string,
  given: readonly string[] | undefined,
  own: readonly string[],
): void {
  if (given === undefined || `${given}` === `${own}`) return;
  const message = `${name}: expected ${own.join(',')}, as its file says, found ${given.join(',')} in ${flag}; leave it out`;
  throw new DigitflowError('USAGE', message);
}

function digestOf(bytes: Uint8Array): string {
  return createHash('sha256').update(bytes).digest('hex');
}

/** What to do where there is no such network, or only a folder. */
function explained(error: unknown, path: string): unknown {
  if (!(error instanceof DigitflowError)) return error;
  if (error.code !== 'INPUT_MISSING' || isUrl(path)) return error;
  if (!isFolder(path)) {
    const choices = `${BUNDLED_MODELS.join(', ')}, or the path of a file`;
    return new DigitflowError('INPUT_MISSING', `${path}: no such network; give ${choices}`, { cause: error });
  }
  if (existsSync(join(path, 'saved_model.pb'))) {
    const message = `${path}: expected a network in one file, found a folder with a TensorFlow network; ${FROM_SAVED_MODEL}`;
    return new DigitflowError('INPUT_MISSING', message, { cause: error });
  }
  const within = networksIn(path);
  if (within.length === 0) return error;
  const message = `${path}: expected a network, found a folder; give the file in it: ${within.join(', ')}`;
  return new DigitflowError('INPUT_MISSING', message, { cause: error });
}

const MOST_TOLD = 3;

function networksIn(folder: string): string[] {
  const names = readdirSync(folder).filter((name) => /\.(?:safetensors|onnx|keras|h5|pth?)$/.test(name));
  return names
    .sort()
    .slice(0, MOST_TOLD)
    .map((name) => join(folder, name));
}
