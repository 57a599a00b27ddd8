import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { DATA_FOLDER } from '../assets.js';
import { DigitflowError, inputError } from '../errors.js';
import { readNetwork } from '../network/formats/network-file.js';
import type { Network } from '../network/network.js';

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

/** Opens a bundled network by its name, or a file by its path; throws INPUT_MISSING, INPUT_READ, NETWORK_FILE. */
export function openModel(nameOrPath: string): Model {
  const path = BUNDLED_MODELS.includes(nameOrPath)
    ? join(DATA_FOLDER, `${nameOrPath}.safetensors`)
    : nameOrPath;
  let bytes: Uint8Array;
  try {
    bytes = readFileSync(path);
  } catch (error) {
    const failure = inputError(error, path);
    if (failure.code !== 'INPUT_MISSING') throw failure;
    const choices = `${BUNDLED_MODELS.join(', ')}, or the path of a .safetensors file`;
    throw new DigitflowError('INPUT_MISSING', `${path}: no such network; give ${choices}`, { cause: error });
  }
  const sha256 = createHash('sha256').update(bytes).digest('hex');
  return { network: readNetwork(bytes, path), name: nameOrPath, sha256 };
}
