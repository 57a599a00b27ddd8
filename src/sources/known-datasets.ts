import { MNIST_FILES } from './mnist-files.js';

/** A data set that is known by the content of its files. */
export interface KnownDataset {
  readonly name: string;
  readonly split: 'train' | 'test';
  /** SHA-256 of the raw, unpacked IDX files, in hexadecimal. */
  readonly imagesSha256: string;
  readonly labelsSha256: string;
}

/**
 * MNIST and its relatives come under the same file names, and each site compresses them anew: only the raw content tells.
 */
export const KNOWN_DATASETS: readonly KnownDataset[] = [
  {
    name: 'MNIST test set',
    split: 'test',
    imagesSha256: MNIST_FILES.testImages.sha256,
    labelsSha256: MNIST_FILES.testLabels.sha256,
  },
  {
    name: 'MNIST training set',
    split: 'train',
    imagesSha256: MNIST_FILES.trainImages.sha256,
    labelsSha256: MNIST_FILES.trainLabels.sha256,
  },
];

/**
 * The data set that these files are, or null when it is unknown or when images and labels do not belong together.
 *
 * @param imagesSha256 Digest of the raw images; null when it was not computed.
 * @param labelsSha256 Digest of the raw labels; left out when there are none to compare.
 */
export function knownDataset(imagesSha256: string | null, labelsSha256?: string | null): KnownDataset | null {
  const isKnown = (known: KnownDataset) =>
    known.imagesSha256 === imagesSha256 &&
    (labelsSha256 === undefined || known.labelsSha256 === labelsSha256);
  return KNOWN_DATASETS.find(isKnown) ?? null;
}
