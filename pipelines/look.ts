import { readFileSync } from 'node:fs';
import type { InputDescription } from '../src/engine/records.js';
import { DigitflowError, inputError } from '../src/errors.js';
import type { CsvFlags } from '../src/formats/csv/dialect.js';
import type { ImagesSpec } from '../src/inputs/open-inputs.js';
import { type Model, openModel } from '../src/inputs/open-model.js';
import { type NetworkReport, networkReport } from '../src/insight/network-report.js';
import type { ImageSet } from '../src/insight/run-images.js';
import { brightnessOf } from '../src/network/feed-forward.js';
import type { ImageSize, Network } from '../src/network/network.js';
import { blackAndWhite } from '../src/network/normalization.js';
import { type Picture, shade } from '../src/views/picture.js';
import { hold } from './hold.js';

/** Which images to look at: of any format, with labels where there are any. Default: the bundled test set. */
export interface LookImages extends ImagesSpec {
  /** How to read a CSV; the rest is guessed. */
  readonly csv?: CsvFlags | undefined;
  /** Called with how the input was understood. */
  readonly onOpened?: ((input: InputDescription) => void) | undefined;
}

/** Which network to look at, and with which images. */
export interface LookOptions extends LookImages {
  /** The name of a bundled network, or a path. Default `sigmoid`. */
  readonly model?: string | undefined;
  /** Look at the first images only. Default: all. */
  readonly limit?: number | undefined;
}

/** What every view of a network begins with. */
export interface LookHead {
  readonly model: Pick<Model, 'name' | 'sha256'>;
  readonly classes: readonly string[];
  /** The name of the images, how many there are, and their size in pixels. */
  readonly data: { readonly name: string; readonly images: number } & ImageSize;
}

/** What a view is made from. */
export interface LookInput {
  readonly network: Network;
  readonly images: ImageSet;
  readonly head: LookHead;
}

/** A view of a whole network. */
export interface NetworkView extends LookHead {
  readonly network: NetworkReport;
}

/**
 * Looks at a whole network: its layers and numbers, and what each neuron is worth on the images.
 *
 * @throws DigitflowError what `openLook` throws
 */
export async function lookNetwork(options: LookOptions = {}): Promise<NetworkView> {
  const { network, images, head } = await openLook(options);
  return { ...head, network: networkReport(network, images) };
}

/**
 * Opens a network and reads images to look at it with.
 *
 * @param check called with the network before any image is read
 * @throws DigitflowError what `openModel` and `hold` throw, INPUT_SIZE where there are no images
 */
export async function openLook(
  options: LookOptions,
  check: (network: Network) => void = () => {},
): Promise<LookInput> {
  const { network, name, sha256 } = openModel(options.model ?? 'sigmoid');
  check(network);
  const { csv, onOpened, limit } = options;
  const images = await hold(options, {
    network,
    labelled: 'optional',
    digest: 'never',
    csv,
    onOpened,
    limit,
  });
  if (images.count === 0) {
    const message = `${images.name}: expected images to look at, found none; give others`;
    throw new DigitflowError('INPUT_SIZE', message);
  }
  const data = { name: images.name, images: images.count, ...images.image };
  return { network, images, head: { model: { name, sha256 }, classes: network.classes, data } };
}

/** One of the images, as the network sees it: its black is 0, its white 255. */
export function pictureAt({ pixels, normalization }: ImageSet, size: ImageSize, index: number): Picture {
  const bytes = size.height * size.width;
  const own = pixels.subarray(index * bytes, (index + 1) * bytes);
  return shade({ ...size, ...blackAndWhite(normalization) }, brightnessOf(own, normalization, size));
}

/**
 * Reads a picture's file.
 *
 * @throws DigitflowError INPUT_MISSING, INPUT_READ
 */
export function readPicture(path: string): Uint8Array {
  try {
    return readFileSync(path);
  } catch (error) {
    throw inputError(error, path);
  }
}
