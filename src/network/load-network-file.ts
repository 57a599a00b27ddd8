import { readFileSync } from 'node:fs';
import { DigitflowError } from '../errors.js';
import type { Network } from './network.js';
import { readNetwork } from './network-file.js';

/**
 * Reads a network from a file.
 *
 * @throws DigitflowError INPUT_MISSING when there is none, INPUT_READ when it cannot be read, NETWORK_FILE
 * when what it holds is not a network.
 */
export function loadNetworkFile(path: string): Network {
  let bytes: Uint8Array;
  try {
    bytes = readFileSync(path);
  } catch (cause) {
    const code = (cause as NodeJS.ErrnoException).code;
    if (code === 'ENOENT' || code === 'ENOTDIR') {
      const message = `${path}: expected a network file (.safetensors), found nothing there; check the path`;
      throw new DigitflowError('INPUT_MISSING', message, { cause });
    }
    const message = `${path}: expected a readable network file, found ${code ?? String(cause)}; check the path and its permissions`;
    throw new DigitflowError('INPUT_READ', message, { cause });
  }
  return readNetwork(bytes, path);
}
