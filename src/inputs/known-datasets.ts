import { basename, dirname, join } from 'node:path';
import { type Guess, type ReadingFlags, readingFlagWords } from '../formats/reading.js';
import type { ImageSize } from '../network/network.js';
import type { OpenOptions } from './input.js';

/** One of the four original files of MNIST, uncompressed. */
export interface MnistFile {
  readonly name: string;
  readonly bytes: number;
  /** Of the raw content, in lower-case hexadecimal: each site compresses the files anew. */
  readonly sha256: string;
}

/** The four files of MNIST by Yann LeCun, Corinna Cortes and Christopher Burges, by what they hold. */
export const MNIST_FILES = {
  trainImages: {
    name: 'train-images-idx3-ubyte',
    bytes: 47_040_016,
    sha256: 'ba891046e6505d7aadcbbe25680a0738ad16aec93bde7f9b65e87a2fc25776db',
  },
  trainLabels: {
    name: 'train-labels-idx1-ubyte',
    bytes: 60_008,
    sha256: '65a50cbbf4e906d70832878ad85ccda5333a97f0f4c3dd2ef09a8a9eef7101c5',
  },
  testImages: {
    name: 't10k-images-idx3-ubyte',
    bytes: 7_840_016,
    sha256: '0fa7898d509279e482958e8ce81c8e77db3f2f8254e26661ceb7762c4d494ce7',
  },
  testLabels: {
    name: 't10k-labels-idx1-ubyte',
    bytes: 10_008,
    sha256: 'ff7bcfd416de33731a308c3f266cc351222c34898ecbeaf847f06e48f7ec33f2',
  },
} as const satisfies Record<string, MnistFile>;

/** Data sets by the content of their files: relatives of MNIST come under the same names. */
const KNOWN_DATASETS = [
  {
    ...{ name: 'MNIST test set', split: 'test' },
    ...{ images: MNIST_FILES.testImages, labels: MNIST_FILES.testLabels },
  },
  {
    ...{ name: 'MNIST training set', split: 'train' },
    ...{ images: MNIST_FILES.trainImages, labels: MNIST_FILES.trainLabels },
  },
] as const;

/**
 * The data set of files with these digests, in hexadecimal; null when it is unknown, or images and labels do not belong
 * together. The digest of labels is left out when there are none to compare.
 */
export function knownDataset(imagesSha256: string | null, labelsSha256?: string | null) {
  const isKnown = ({ images, labels }: (typeof KNOWN_DATASETS)[number]) =>
    images.sha256 === imagesSha256 && (labelsSha256 === undefined || labels.sha256 === labelsSha256);
  return KNOWN_DATASETS.find(isKnown) ?? null;
}

/** A relative of MNIST, known by the names of its files and the size of its images. */
interface Relative {
  readonly name: string;
  /** Matches a file's name, with that of its folder. */
  readonly pattern: RegExp;
  /** How its files are to be read; without this, as MNIST. */
  readonly reading?: Pick<ReadingFlags, 'transpose' | 'labelsFrom'>;
  /** What its images show where that is no digits. */
  readonly shows?: string;
  /** What else is to be known of it. */
  readonly note?: string;
}

/** All of them have images of MNIST's size. */
const SIDE = 28;

/** Images of EMNIST are stored column by column (G. Cohen et al., 2017), as IDX and as CSV; letters count from 1. */
const RELATIVES: readonly Relative[] = [
  {
    ...{ name: 'EMNIST letters', pattern: /(?:^|[^a-z])emnist-letters-(?:train|test)\b/i, shows: 'letters' },
    reading: { transpose: true, labelsFrom: 1 },
  },
  {
    ...{ name: 'EMNIST', pattern: /(?:^|[^a-z])emnist-(?:balanced|by(?:class|merge))-(?:train|test)\b/i },
    ...{ shows: 'digits and letters', reading: { transpose: true } },
  },
  {
    ...{ name: 'EMNIST digits', pattern: /(?:^|[^a-z])emnist-(?:digits|mnist)-(?:train|test)\b/i },
    reading: { transpose: true },
  },
  // C. Yadav and L. Bottou, 2019: MNIST made anew from the same scans, and 50,000 test images that it left out.
  {
    ...{ name: 'QMNIST', pattern: /(?:^|[^a-z])qmnist-train\b/i },
    note: 'whose training images are those of MNIST',
  },
  {
    ...{ name: 'QMNIST', pattern: /(?:^|[^a-z])qmnist-test\b/i },
    note: 'whose first 10,000 test images are those of MNIST',
  },
  { name: 'Fashion-MNIST', pattern: /fashion/i, shows: 'clothes' },
  { name: 'KMNIST', pattern: /(?:^|[^a-z])(?:kmnist|k49)(?![a-z])/i, shows: 'Japanese letters' },
];

/** Whether images are of the size that all relatives have; null where it is not known. */
export function isRelativeSize(size: ImageSize | null): boolean {
  return size?.height === SIDE && size.width === SIDE;
}

/** Which relative of MNIST a file is by its name, and that of its folder; null for no such name. */
export function relativeOf(path: string): Relative | null {
  const names = join(basename(dirname(path)), basename(path));
  return RELATIVES.find(({ pattern }) => pattern.test(names)) ?? null;
}

/** What a name says beyond what is given. Labels that are passed over, or mapped, are not counted. */
export function knownFlags(
  known: Relative | null,
  given: ReadingFlags,
  labelled: OpenOptions['labelled'],
): ReadingFlags {
  const { transpose, labelsFrom } = known?.reading ?? {};
  const isCounted = given.labelsFrom === undefined && given.labelMap === undefined && labelled !== 'ignored';
  return {
    ...(transpose !== undefined && given.transpose === undefined && { transpose }),
    ...(labelsFrom !== undefined && isCounted && { labelsFrom }),
  };
}

/** Which set it is, and whether a network of the ten digits can make anything of it. */
export function knownGuesses(known: Relative | null, classes: readonly string[]): Guess[] {
  if (known === null) return [];
  const isOther = known.shows !== undefined && classes.join('') === '0123456789';
  const notes = [
    ...(isOther ? [`which shows ${known.shows}: not what this network tells apart`] : []),
    ...(known.note === undefined ? [] : [known.note]),
  ];
  const note = notes.map((words) => `, ${words}`).join('');
  return [{ property: 'data set', value: `${known.name}${note}`, by: 'guessed', flag: undefined }];
}

/** Guesses of which some were made by a name: how to get another reading. */
export function asGuessed(guesses: readonly Guess[], { transpose, labelsFrom }: ReadingFlags): Guess[] {
  const others: Readonly<Record<string, ReadingFlags | undefined>> = {
    transpose: transpose === undefined ? undefined : { transpose: !transpose },
    'labels-from': labelsFrom === undefined ? undefined : { labelsFrom: 0 },
  };
  return guesses.map((guess) => {
    const other = guess.by === 'given' ? others[guess.property] : undefined;
    return other ? { ...guess, by: 'guessed', flag: readingFlagWords(other).join(' ') } : guess;
  });
}
