import type { InputDescription } from '../src/engine/records.js';
import { DigitflowError } from '../src/errors.js';
import type { CsvFlags } from '../src/formats/csv/dialect.js';
import type { InputFile } from '../src/inputs/input.js';
import { knownDataset } from '../src/inputs/known-datasets.js';
import type { ImagesSpec } from '../src/inputs/open-inputs.js';
import { transposePixels } from '../src/network/feed-forward.js';
import type { TrainingImages } from '../src/training/training-options.js';
import { hold } from './hold.js';

const DIGITS: readonly string[] = ['0', '1', '2', '3', '4', '5', '6', '7', '8', '9'];

/** Which images to learn from. Default: the MNIST training set. */
export interface TrainingImagesSpec extends ImagesSpec {
  /** What is known of a CSV; the rest is guessed. */
  readonly csv?: CsvFlags | undefined;
  /** Is told how the input was understood. */
  readonly onOpened?: ((input: InputDescription) => void) | undefined;
}

/** What a training learns from, and where it came from. */
export interface TrainingInput {
  readonly images: TrainingImages;
  /** `MNIST training set`, or null where its content is not known. */
  readonly dataset: string | null;
  /** Images, then labels, with their digests. */
  readonly files: readonly InputFile[];
  /** One text that stands for all files and how they were understood. */
  readonly digest: string;
}

/**
 * Reads a whole training set.
 *
 * @throws DigitflowError what `hold` throws, INPUT_SIZE without images; and the signal's reason when it is aborted meanwhile
 */
export async function readTrainingInput(
  { images, labels, csv, onOpened }: TrainingImagesSpec,
  signal: AbortSignal | undefined,
): Promise<TrainingInput> {
  const network = { image: null, classes: DIGITS };
  const held = await hold(
    { images, labels },
    { network, digest: 'always', split: 'train', csv, onOpened, signal },
  );
  const { name, count, image, files, guesses, normalization } = held;
  if (count === 0) throw new DigitflowError('INPUT_SIZE', `${name}: holds no images`);
  if (held.labels === null)
    throw new DigitflowError(
      'CSV_COLUMNS',
      `${name}: expected labels to learn from, found none; say --label where they are`,
    );
  const pixels = normalization.transposed ? transposePixels(held.pixels, image) : held.pixels;
  return {
    images: { pixels, labels: held.labels, image, classes: DIGITS },
    dataset: knownDataset(files[0].sha256, files[1]?.sha256)?.name ?? null,
    files,
    digest: [
      ...files.map(({ sha256 }) => sha256),
      ...guesses.map(({ property, value }) => `${property}=${value}`),
    ].join(' '),
  };
}
