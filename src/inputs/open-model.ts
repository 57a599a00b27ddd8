import { createHash } from 'node:crypto';
import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { DATA_FOLDER } from '../assets.js';
import { DigitflowError, isUrl } from '../errors.js';
import { unexpected } from '../formats/content/content.js';
import { contentOf } from '../formats/recognize.js';
import { readOwnNetwork } from '../network/formats/safetensors/network-file.js';
import type { Network } from '../network/network.js';
import { readWhole, readWholeNow, type WholeFile } from './bytes/read-whole.js';
import { isFolder } from './first-bytes.js';

/** The networks that come with digitflow, by name. */
export const BUNDLED_MODELS: readonly string[] = ['sigmoid', 'relu'];

/** A network, and what to call it. */
export interface Model {
  readonly network: Network;
  /** The bundled network's name, or the file's path. */
  readonly name: string;
  /** SHA-256 of the file, in hexadecimal. */
  readonly sha256: string;
}

const NETWORK: WholeFile = weights('network', 'a network as safetensors');
/** What `train` goes on from. */
export const CHECKPOINT: WholeFile = weights('checkpoint', 'a checkpoint of train');

/** Opens a bundled network by its name, or a regular file by its path; throws INPUT_MISSING, INPUT_READ, NETWORK_FILE. */
export function openModel(nameOrPath: string): Model {
  try {
    return modelOf(nameOrPath, readWholeNow(pathOfModel(nameOrPath), NETWORK));
  } catch (error) {
    throw explained(error, nameOrPath);
  }
}

/**
 * As `openModel`, of pipes and devices as well, until the signal is aborted.
 *
 * @throws DigitflowError INPUT_MISSING, INPUT_READ, NETWORK_FILE, NETWORK_TOO_LARGE; the signal's reason
 */
export async function loadModel(nameOrPath = 'sigmoid', signal?: AbortSignal): Promise<Model> {
  try {
    return modelOf(nameOrPath, await readWhole(pathOfModel(nameOrPath), NETWORK, signal));
  } catch (error) {
    throw explained(error, nameOrPath);
  }
}

function weights(wanted: 'network' | 'checkpoint', title: string): WholeFile {
  return {
    title,
    mostBytes: 2 ** 30,
    tooLarge: 'NETWORK_TOO_LARGE',
    check: (start, name) => {
      const content = contentOf(start);
      if (content.kind === 'safetensors') return;
      throw new DigitflowError('NETWORK_FILE', `${name}: ${unexpected(wanted, title, content)}`);
    },
  };
}

function pathOfModel(nameOrPath: string): string {
  return BUNDLED_MODELS.includes(nameOrPath) ? join(DATA_FOLDER, `${nameOrPath}.safetensors`) : nameOrPath;
}

function modelOf(nameOrPath: string, bytes: Uint8Array): Model {
  const sha256 = createHash('sha256').update(bytes).digest('hex');
  return { network: readOwnNetwork(bytes, pathOfModel(nameOrPath)), name: nameOrPath, sha256 };
}

/** What to do where there is no such network, or only a folder. */
function explained(error: unknown, path: string): unknown {
  if (!(error instanceof DigitflowError)) return error;
  if (error.code !== 'INPUT_MISSING' || isUrl(path)) return error;
  if (!isFolder(path)) {
    const choices = `${BUNDLED_MODELS.join(', ')}, or the path of a .safetensors file`;
    return new DigitflowError('INPUT_MISSING', `${path}: no such network; give ${choices}`, { cause: error });
  }
  const within = networksIn(path);
  if (within.length === 0) return error;
  const message = `${path}: expected a network, found a folder; give the file in it: ${within.join(', ')}`;
  return new DigitflowError('INPUT_MISSING', message, { cause: error });
}

const MOST_TOLD = 3;

function networksIn(folder: string): string[] {
  const names = readdirSync(folder).filter((name) => name.endsWith('.safetensors'));
  return names
    .sort()
    .slice(0, MOST_TOLD)
    .map((name) => join(folder, name));
}
