import { fileURLToPath } from 'node:url';
import { DigitflowError } from '../../errors.js';
import type { NetworkFlags } from '../../insight/settle-network.js';
import type { NetworkFormat } from '../../network/formats/found-network.js';
import { NETWORK_FORMATS } from '../../network/formats/network-formats.js';
import type { Network } from '../../network/network.js';
import { loadModel, type ModelFound, modelOfBytes } from './open-model.js';

/** How to read a network's file. */
export interface ReadNetworkOptions extends NetworkFlags {
  /** What to call it in an error. Default: its path or URL; `the network` of bytes. */
  readonly name?: string | undefined;
  /** Aborting it ends the reading. */
  readonly signal?: AbortSignal | undefined;
}

/** A network, and how its file was understood; `found` is null where it says all of itself. */
export interface ReadNetwork {
  /** Its weights, in float64. */
  readonly network: Network;
  readonly found: ModelFound | null;
}

/**
 * Reads a network of any format that is known: its bytes, the path of its file, or a URL (file:, http: or https:). What its file
 * does not say is taken from the options, or found by trying it on 500 images of the training set.
 *
 * @throws DigitflowError NETWORK_FILE, NETWORK_TOO_LARGE, ZIP_BROKEN, INPUT_MISSING, INPUT_READ; USAGE for options that contradict
 *   the file; the signal's reason
 */
export async function readNetwork(
  source: Uint8Array | string | URL,
  options: ReadNetworkOptions = {},
): Promise<ReadNetwork> {
  const { name = 'the network', signal, ...flags } = options;
  const { network, found = null } =
    source instanceof Uint8Array
      ? await modelOfBytes({ bytes: source, name, path: null, flags }, signal)
      : await loadModel(pathOf(source), signal, flags);
  return { network, found };
}

function pathOf(source: string | URL): string {
  if (typeof source === 'string') return source;
  return source.protocol === 'file:' ? fileURLToPath(source) : source.href;
}

/**
 * The bytes of a network's file; numbers are rounded to float32. The same network gives the same bytes.
 *
 * @throws DigitflowError USAGE for a format that is not written; NETWORK_FILE for what the format cannot hold
 */
export async function writeNetwork(
  network: Network,
  format: NetworkFormat = 'safetensors',
): Promise<Uint8Array> {
  const write = await NETWORK_FORMATS[format]?.write?.();
  if (write !== undefined) return write(network);
  const formats = Object.entries(NETWORK_FORMATS).filter(([, entry]) => entry.write !== undefined);
  const expected = formats.map(([name]) => name).join(', ');
  throw new DigitflowError(
    'USAGE',
    `format: expected one of ${expected}, found ${format}; give one of these`,
  );
}
