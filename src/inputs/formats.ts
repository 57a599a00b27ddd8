import { DigitflowError } from '../errors.js';
import { unexpected } from '../formats/content/content.js';
import { isPicture } from '../formats/pictures/is-picture.js';
import { checkLabelFlags, checkReadingFlags } from '../formats/reading.js';
import { contentOf, FORMAT_TITLES, isGzip, isNpy, isNpz } from '../formats/recognize.js';
import type { ImageSize } from '../network/network.js';
import type { FirstBytes } from './first-bytes.js';
import { IDX_FORMAT } from './idx/idx-input.js';
import { type Format, type Input, type OpenOptions, USUAL_IMAGE } from './input.js';
import { asGuessed, isRelativeSize, knownFlags, knownGuesses, relativeOf } from './known-datasets.js';
import type { PictureSet } from './pictures/picture-set.js';

/** Rows of text: what is left where nothing else is recognized. */
const CSV_FORMAT: Format = {
  name: 'csv',
  isText: true,
  recognizes: (start) => contentOf(start).kind === 'text',
  sizeOf: async (...given) => (await import('./csv/csv-input.js')).csvSize(...given),
  open: async (...given) => (await import('./csv/csv-input.js')).openCsv(...given),
};

/** Arrays as NumPy saves them: a file an array (.npy), or an archive of both (.npz). */
const NUMPY_FORMAT: Format = {
  name: 'numpy',
  isText: false,
  recognizes: (start) => isNpy(start) || isNpz(start),
  sizeOf: async (...given) => (await import('./numpy/numpy-input.js')).numpySize(...given),
  open: async (...given) => (await import('./numpy/numpy-input.js')).openNumpy(...given),
  openLabels: async (...given) => (await import('./numpy/numpy-input.js')).openNumpyLabels(...given),
};

/** Pictures: each is a file, and a record. */
const PICTURE_FORMAT: Format = {
  name: 'pictures',
  isText: false,
  recognizes: isPicture,
  open: async (...given) => (await import('./pictures/picture-input.js')).openPictures(...given),
};

/** The formats of images that are read, each known by its first bytes; what reads one is loaded when it is met. */
export const FORMATS: readonly Format[] = [IDX_FORMAT, NUMPY_FORMAT, PICTURE_FORMAT, CSV_FORMAT];

/** How a file is called that would be CSV if it could be read. */
const CSV_NAME = /\.[ct]sv(\.gz)?$/i;

/**
 * The format of an input, by its content. Where there is none, its name and what it is for say which format complains.
 *
 * @throws DigitflowError CSV_BINARY where it is something else
 */
export function formatOf(
  { bytes, name, pictures }: Pick<FirstBytes, 'bytes' | 'name' | 'pictures'>,
  labelled: OpenOptions['labelled'] = 'required',
): Format {
  if (pictures !== undefined) return PICTURE_FORMAT;
  const isCalledCsv = CSV_NAME.test(name);
  // What is to be scored, and has no labels, is most often rows.
  if (bytes.length === 0) return isCalledCsv || labelled === 'ignored' ? CSV_FORMAT : IDX_FORMAT;
  // Gzip within gzip is no CSV, whatever it holds.
  const known = FORMATS.find((format) => format.recognizes(bytes) && !(isCalledCsv && isGzip(bytes)));
  if (known !== undefined) return known;
  const content = contentOf(bytes);
  // What is asked about is unpacked.
  const found = isGzip(bytes) ? { ...content, title: 'gzip within gzip' } : content;
  const words = unexpected('images', `images as ${titlesOf(FORMATS)}`, found);
  throw new DigitflowError('CSV_BINARY', `${name}: ${words}`);
}

/** A set of pictures in place of the first bytes of a file. */
export function firstOfSet(pictures: PictureSet): FirstBytes {
  const { name } = pictures;
  const nothing = { bytes: new Uint8Array(0), isWhole: true, readMore: null, path: null, sizeBytes: null };
  const content = async () => Promise.reject(new TypeError(`${name}: expected one file, found a set`));
  return { name, pictures, ...nothing, content, close: async () => {} };
}

/** What formats are called: `IDX, NumPy or CSV`. */
export function titlesOf(formats: readonly Format[]): string {
  const titles = formats.map(({ name }) => FORMAT_TITLES[name]);
  return [titles.slice(0, -1).join(', '), ...titles.slice(-1)].filter((part) => part !== '').join(' or ');
}

/** The error where text follows what is no text, or the other way round. */
export function mixed(name: string, { isText }: Format): DigitflowError {
  const [text, pixels] = [true, false].map((of) =>
    titlesOf(FORMATS.filter((format) => format.isText === of)),
  );
  const [expected, found] = isText ? [pixels, text] : [text, pixels];
  const message = `${name}: expected ${expected}, as the inputs before it, found ${found}; give it to a run of its own`;
  return new DigitflowError('USAGE', message);
}

/** Null where the first bytes do not tell, or are damaged: opening it tells. */
async function sizeOf(format: Format, first: FirstBytes, image: ImageSize): Promise<ImageSize | null> {
  try {
    return (await format.sizeOf?.(first, image)) ?? null;
  } catch (error) {
    if (error instanceof DigitflowError) return null;
    throw error;
  }
}

/**
 * Opens an input of a format, with what its name and its size say of it. Flags that say nothing of it are refused.
 *
 * @throws DigitflowError USAGE for such flags, and what opening the format throws
 */
export async function openAs(format: Format, first: FirstBytes, options: OpenOptions): Promise<Input> {
  const given = options.reading;
  checkReadingFlags(given, { name: first.name, format: format.name });
  const named = format.name === 'pictures' ? null : relativeOf(first.name);
  // What is only called so is none of them.
  const isKnown = named !== null && isRelativeSize(await sizeOf(format, first, options.image ?? USUAL_IMAGE));
  const known = isKnown ? named : null;
  const more = knownFlags(known, given, options.labelled);
  const input = await format.open(first, { ...options, reading: { ...given, ...more } });
  try {
    checkLabelFlags(given, input.name, input.labelling);
  } catch (error) {
    await input.close();
    throw error;
  }
  if (known === null) return input;
  return { ...input, guesses: [...knownGuesses(known, options.classes), ...asGuessed(input.guesses, more)] };
}
