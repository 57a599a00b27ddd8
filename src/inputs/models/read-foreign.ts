import { createHash, type Hash } from 'node:crypto';
import { readFileSync, realpathSync } from 'node:fs';
import { dirname, join, sep } from 'node:path';
import { constants, gunzipSync, inflateRawSync, inflateSync } from 'node:zlib';
import { DATA_FOLDER, SAMPLE_FILES } from '../../assets.js';
import { DigitflowError, inputError, quoteValue } from '../../errors.js';
import type { LabelledImages } from '../../insight/judge-networks.js';
import { type NetworkFlags, type SettledNetwork, settleNetwork } from '../../insight/settle-network.js';
import { type FileHost, MOST_PARAMETERS, type NetworkFormat } from '../../network/formats/found-network.js';
import { NETWORK_FORMATS } from '../../network/formats/network-formats.js';

/** A network's file that is to be read. */
export interface ForeignFile {
  readonly bytes: Uint8Array;
  /** What to call it in an error. */
  readonly name: string;
  /** Where it lies; null where it came as bytes. */
  readonly path: string | null;
  readonly format: NetworkFormat;
  readonly flags: NetworkFlags;
}

/** A network that was read, and what is to be known of it. */
export interface ForeignNetwork extends SettledNetwork {
  /** `a PyTorch state dict`. */
  readonly title: string;
  /** What was done to understand it. */
  readonly notes: readonly string[];
  /** SHA-256 of the file and of those beside it that were read, one after the other, in hexadecimal. */
  readonly sha256: string;
}

/**
 * Reads a network that is not in our own dialect, and settles what its file does not say. It runs in a thread.
 *
 * @param onRead is called once the file is read: what comes then takes the time that such a network takes
 */
export async function readForeign(file: ForeignFile, onRead: () => void): Promise<ForeignNetwork> {
  const { bytes, name, format, flags } = file;
  const read = await NETWORK_FORMATS[format]?.read?.();
  if (read === undefined) {
    throw new DigitflowError('NETWORK_FILE', `${name}: networks of this format are not read`);
  }
  const digest = createHash('sha256').update(bytes);
  const found = read(bytes, name, hostOf(file, digest));
  const count = found.layers.reduce((sum, { weights }) => sum + weights.length, 0);
  if (count > MOST_PARAMETERS) {
    const message = `${name}: expected at most ${MOST_PARAMETERS} weights, found ${count}; give a smaller network`;
    throw new DigitflowError('NETWORK_TOO_LARGE', message);
  }
  onRead();
  const { title, notes } = found;
  return { ...settleNetwork(found, name, flags, readSample), title, notes, sha256: digest.digest('hex') };
}

/** 500 images of the training set: what networks are tried on, so that the test set stays one that no choice has seen. */
export function readSample(): LabelledImages {
  const [images, labels] = SAMPLE_FILES.map((file) => new Uint8Array(readFileSync(join(DATA_FOLDER, file))));
  const count = new DataView(images.buffer).getUint32(4);
  return {
    count,
    pixels: images.subarray(IDX_IMAGES_HEADER),
    labels: labels.subarray(IDX_LABELS_HEADER),
    image: { height: 28, width: 28 },
  };
}

const IDX_IMAGES_HEADER = 16;
const IDX_LABELS_HEADER = 8;

const INFLATE = { raw: inflateRawSync, zlib: inflateSync, gzip: gunzipSync } as const;

function hostOf({ name, path }: Pick<ForeignFile, 'name' | 'path'>, digest: Hash): FileHost {
  const digested = new Set<string>();
  const beside = (wanted: string): Uint8Array => {
    const bytes = readBeside(name, path, wanted);
    if (!digested.has(wanted)) digest.update(bytes);
    digested.add(wanted);
    return bytes;
  };
  return {
    inflate: (packed, mostBytes, wrapping) =>
      // A stream that is cut off must not pass for a whole one.
      INFLATE[wrapping](packed, { maxOutputLength: Math.max(1, mostBytes), finishFlush: constants.Z_FINISH }),
    beside,
  };
}

const MOST_BESIDE = 2 ** 30;

/** A file in the folder of the network's own: a name that leads out of it, by dots or by links, is refused. */
export function readBeside(name: string, path: string | null, wanted: string): Uint8Array {
  const what = quoteValue(wanted);
  const refuse = (expected: string, advice: string) =>
    new DigitflowError('NETWORK_FILE', `${name}: expected ${expected}, found ${what}; ${advice}`);
  if (path === null)
    throw refuse('all of the network in one file', 'give the path of the file, not its bytes');
  if (wanted === '' || wanted.includes('\0')) throw refuse('the name of a file beside it', 'export it again');
  try {
    const folder = realpathSync(dirname(path));
    const within = folder.endsWith(sep) ? folder : folder + sep;
    const refuseOutside = (place: string) => {
      if (place.startsWith(within)) return;
      throw refuse('files in its own folder', 'it may be hostile; put what it needs beside it');
    };
    // First by its name alone: whether a file is there, outside of the folder, is not told.
    refuseOutside(join(folder, wanted));
    const real = realpathSync(join(folder, wanted));
    refuseOutside(real);
    const bytes = readFileSync(real);
    if (bytes.length > MOST_BESIDE) throw refuse('a file of at most 1 GiB', 'give a smaller network');
    return bytes;
  } catch (error) {
    if (error instanceof DigitflowError) throw error;
    const failure = inputError(error, wanted);
    if (failure.code !== 'INPUT_MISSING') throw failure;
    const message = `${name}: it needs ${what} beside it, which is not there; get that file too`;
    throw new DigitflowError('INPUT_MISSING', message, { cause: error });
  }
}
