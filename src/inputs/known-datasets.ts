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
