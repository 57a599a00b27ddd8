import { existsSync, promises as fs } from 'node:fs';
import { join } from 'node:path';
import { DATA_FOLDER } from '../assets.js';
import { DigitflowError, inputError } from '../errors.js';
import type { ByteInput } from './bytes/open-bytes.js';
import { isFolder, locateIdx, locateLabels } from './find-files.js';
import { type IdxInputs, type IdxSource, openIdx } from './idx-source.js';
import type { DigestMode } from './idx-stream.js';

/** Which images to evaluate: nothing is the bundled test set, a folder is its test set. */
export interface LabelledInput {
  /** A path, a folder, `-` for stdin, or bytes made on the fly. */
  readonly images?: ByteInput | undefined;
  /** Default: the file beside the images that has their name with `labels` in it. */
  readonly labels?: ByteInput | undefined;
  readonly digest?: DigestMode | undefined;
}

/**
 * Opens images with their labels, which are found by their usual names where only the images are given.
 *
 * @throws DigitflowError what `openIdx` and `locateIdx` throw; USAGE when images from stdin come without labels;
 *   BUILD_INCOMPLETE when the bundled test set was not made
 */
export async function openLabelledImages({ images, labels, digest }: LabelledInput): Promise<IdxSource> {
  return openIdx({ ...(await locate(images, labels)), digest });
}

async function locate(images: ByteInput | undefined, labels: ByteInput | undefined): Promise<IdxInputs> {
  if (images === undefined) return bundledTestSet();
  if (labels !== undefined) return { images, labels };
  if (typeof images !== 'string' || images === '-') {
    throw new DigitflowError(
      'USAGE',
      'images from a stream need labels: give the path of their labels as well',
    );
  }
  if (await isFolder(images)) return locateIdx(images);
  // Labels are looked for only beside images that are there.
  await fs.access(images).catch((error: unknown) => {
    throw inputError(error, images);
  });
  return { images, labels: await locateLabels(images) };
}

/** The test set that the build wrote, under names that are the same wherever digitflow is installed. */
function bundledTestSet(): IdxInputs {
  const imagesName = 't10k-images-idx3-ubyte';
  const labelsName = 't10k-labels-idx1-ubyte';
  const images = join(DATA_FOLDER, imagesName);
  const labels = join(DATA_FOLDER, labelsName);
  if (!existsSync(images) || !existsSync(labels)) {
    throw new DigitflowError(
      'BUILD_INCOMPLETE',
      `no test set in ${DATA_FOLDER}: run \`npm run build\` first`,
    );
  }
  return { images, labels, imagesName, labelsName };
}
