import { DigitflowError } from '../src/errors.js';
import { checkFitsNetwork } from '../src/inputs/check-fits-network.js';
import { type Model, openModel } from '../src/inputs/open-model.js';
import type { ImageSet } from '../src/insight/run-images.js';
import type { ImageSize, Network } from '../src/network/network.js';
import { holdImages } from './held-images.js';
import { type AnyRecordsSpec, openAnyRecords } from './open-any-records.js';

/** A network, and images to look at it with. */
export interface LookOptions extends AnyRecordsSpec {
  /** The name of a bundled network, or a path. Default `sigmoid`. */
  readonly model?: string | undefined;
  /** Look at the first images only. Default: all. */
  readonly limit?: number | undefined;
}

/** What every view of a network begins with. */
export interface LookHead {
  readonly model: Pick<Model, 'name' | 'sha256'>;
  readonly classes: readonly string[];
  /** What the images are called, how many they are, and their size in pixels. */
  readonly data: { readonly name: string; readonly images: number } & ImageSize;
}

/** What a view is made from. */
export interface LookInput {
  readonly network: Network;
  readonly images: ImageSet;
  readonly head: LookHead;
}

/**
 * Opens a network and reads images to look at it with: the bundled test set, or any IDX or CSV file, with or without labels.
 *
 * @throws DigitflowError what `openModel` and `openAnyRecords` throw, INPUT_SIZE
 */
export async function openLook(
  options: LookOptions,
  check: (network: Network) => void = () => {},
): Promise<LookInput> {
  const { network, name, sha256 } = openModel(options.model ?? 'sigmoid');
  // Told before anything is read.
  check(network);
  const model = { name, sha256 };
  const { limit } = options;
  const { name: imagesName, rows, source } = await openAnyRecords(options, network, { limit });
  if (rows !== undefined) return lookInput(model, network, rows, imagesName, network.image);
  try {
    checkFitsNetwork(source.format, network);
    const { height, width } = source.format;
    const held = await holdImages(source, { classCount: network.classes.length, limit });
    const images = { ...held, normalization: network.normalization };
    return lookInput(model, network, images, imagesName, { height, width });
  } finally {
    await source.close();
  }
}

function lookInput(
  model: LookHead['model'],
  network: Network,
  images: ImageSet,
  name: string,
  { height, width }: ImageSize,
): LookInput {
  if (images.count === 0) {
    throw new DigitflowError('INPUT_SIZE', `${name}: expected images to look at, found none; give others`);
  }
  const data = { name, images: images.count, height, width };
  return { network, images, head: { model, classes: network.classes, data } };
}
