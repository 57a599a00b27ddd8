import { DigitflowError } from '../src/errors.js';
import { readingFlagWords } from '../src/formats/reading.js';
import { classesUpTo, findSet, type KnownSet, knownSetWords, type SetShape } from '../src/inputs/find-set.js';
import { knownDataset } from '../src/inputs/known-datasets.js';
import type { ImagesSpec } from '../src/inputs/open-inputs.js';
import { transposePixels } from '../src/network/feed-forward.js';
import type { Network } from '../src/network/network.js';
import { unlessAborted } from '../src/operators/until-aborted.js';
import { hold, type ReadingOptions } from './hold.js';

const MNIST: SetShape = { image: null, classes: Array.from('0123456789'), isOpen: false };

/** Which images to learn from. Default: the MNIST training set. */
export interface TrainingImagesSpec extends ImagesSpec, KnownSet, ReadingOptions {}

/**
 * Reads a whole training set; `digest` is one text that stands for all files and how they were understood.
 *
 * @param network says what the images are like; null where they say it themselves
 */
export async function readTrainingSet(
  { images, labels, reading = {}, onOpened, onPictures, ...known }: TrainingImagesSpec,
  network: Pick<Network, 'image' | 'classes' | 'normalization'> | null,
  signal: AbortSignal | undefined,
) {
  const said = network ?? known;
  const isKnown = images === undefined && said.image === undefined && said.classes === undefined;
  const finding = isKnown ? MNIST : findSet({ images, labels }, reading, said);
  const set = await unlessAborted(Promise.resolve(finding), signal);
  const options = {
    network: { ...set, normalization: network?.normalization },
    digest: 'always',
    split: 'train',
    reading,
    onOpened,
    onPictures,
    signal,
  } as const;
  const held = await hold({ images, labels }, options);
  const { name, count, image, files, guesses, normalization } = held;
  if (count === 0) throw new DigitflowError('INPUT_SIZE', `${name}: holds no images`);
  if (held.labels === null) throw new TypeError('expected labels');
  const pixels = normalization.transposed ? transposePixels(held.pixels, image) : held.pixels;
  if (normalization.scale < 0) for (let at = 0; at < pixels.length; at++) pixels[at] = 255 - pixels[at];
  return {
    name,
    reading: [...readingFlagWords(reading), ...knownSetWords(known)],
    images: { pixels, labels: held.labels, image, classes: classesUpTo(set, held.labels, name) },
    dataset: knownDataset(files[0].sha256, files[1]?.sha256)?.name ?? null,
    files,
    digest: [
      ...files.map(({ sha256 }) => sha256),
      // What lies beside pictures is none of the set: a checkpoint, most often.
      ...guesses.flatMap(({ property, value }) => (property === 'passed over' ? [] : `${property}=${value}`)),
    ].join(' '),
  };
}
