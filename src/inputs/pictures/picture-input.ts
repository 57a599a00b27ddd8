import { createHash, type Hash } from 'node:crypto';
import type { Permits, Piece, PixelRecords, Reading } from '../../engine/records.js';
import { DigitflowError, inputError } from '../../errors.js';
import { fitDigit } from '../../formats/pictures/fit-digit.js';
import type { Guess, ReadingFlags } from '../../formats/reading.js';
import type { ImageSize } from '../../network/network.js';
import { type ByteSource, readStart } from '../bytes/byte-source.js';
import { nameOf, openBytes, pathOf } from '../bytes/open-bytes.js';
import type { FirstBytes } from '../first-bytes.js';
import { type Input, type OpenOptions, type OpenReading, USUAL_IMAGE } from '../input.js';
import { type LabelTable, labelTable } from './label-table.js';
import { classesOf, classFinder, pictureLabels } from './picture-labels.js';
import { bytesOf, MOST_PICTURE_BYTES, type PictureSet, textOf } from './picture-set.js';
import { decodePicture } from './unpack-picture.js';

/** How many files are read while one is decoded. */
const AHEAD = 4;
/** More is no list of pictures. */
const MOST_TABLE_BYTES = 2 ** 27;
const MOST_EXAMPLES = 3;

/**
 * Opens pictures, which are read and decoded one after the other, a few files ahead. One that is broken is a bad record.
 *
 * @throws DigitflowError what finding the labels throws; for a picture from a stream what reading it throws
 */
export async function openPictures(first: FirstBytes, options: OpenOptions): Promise<Input> {
  const { file, labelled, digest, reading: flags } = options;
  if (first.pictures === undefined && options.areLabelsGiven && labelled !== 'ignored') {
    const found = `found one from a ${first.web === undefined ? 'stream' : 'server'}`;
    const message = `${first.name}: expected pictures as files beside a file of labels, ${found}; save it as a file`;
    throw new DigitflowError('USAGE', message);
  }
  const set = first.pictures ?? (await setOfOne(first));
  const table = labelled === 'ignored' ? null : await openTable(set);
  const find = classFinder(options.classes, flags);
  const found = labelled === 'ignored' ? null : pictureLabels(set, find, table, labelled === 'optional');
  const image = options.image ?? (await sizeFor(set, flags));
  const pictures: Pictures = {
    ...{ set, image, flags, labels: found?.labels ?? null, isInverted: options.isInverted },
    hash: digest === 'never' ? null : createHash('sha256'),
  };
  const files = async (isComplete: boolean) => [
    { name: set.name, sha256: isComplete ? (pictures.hash?.digest('hex') ?? null) : null },
    ...(table === null ? [] : [{ name: table.name, sha256: table.sha256 }]),
  ];
  let sums: ReturnType<typeof files> | undefined;
  return {
    ...{ file, name: set.name, format: 'pictures', image, transposed: flags.transpose ?? false },
    guesses: pictureGuesses(set, found?.by, table, options.image === null ? image : null),
    ...{ hasLabels: found !== null, labelling: found && 'value', records: set.names.length },
    ...{ bytes: null, isText: false, dataStart: 0, linesBefore: 0 },
    // So that a verdict that is unsure can be told.
    ...{ canBeReadByWorkers: false, withOutputs: true, returnAfter: () => null },
    read: (from, permits, until) => readPictures(pictures, file, permits, { row: from.row, end: until?.row }),
    // Once: a digest ends.
    files: (isComplete) => (sums ??= files(isComplete)),
    close: async () => {},
  };
}

/** The classes that pictures are of, by their labels. Throws what `classesOf` and reading the labels throw. */
export async function pictureClasses(set: PictureSet): Promise<string[]> {
  return classesOf(set.names, set.name, await openTable(set));
}

/** What is to be read, and how. */
interface Pictures {
  readonly set: PictureSet;
  readonly image: ImageSize;
  readonly flags: ReadingFlags;
  /** `(count)` u8 class indices; null where they are not known. */
  readonly labels: Uint8Array | null;
  /** Whether the network takes dark ink on white. */
  readonly isInverted: boolean;
  readonly hash: Hash | null;
}

function readPictures(
  pictures: Pictures,
  file: number,
  permits: Permits,
  { row, end: wanted }: { readonly row: number; readonly end: number | null | undefined },
): OpenReading {
  const { set, flags } = pictures;
  const end = Math.min(set.names.length, wanted ?? set.names.length);
  let isClosed = false;
  /** Of the piece that was just given: each is taken in before the next is asked for. */
  let made: PixelRecords | undefined;
  const reading: Reading = {
    ...{ input: file, name: set.name, transposed: flags.transpose ?? false, dialect: null, linesBefore: 0 },
    ...{ dataStart: 0, storedBytes: 0 },
    decode: ({ fault }) =>
      fault === undefined ? (made === undefined ? [] : [made]) : [{ ...nothingAt(0), fault }],
  };
  const nothingAt = (first: number): PixelRecords => ({
    ...{ reading, first, count: 0, pixels: new Uint8Array(0), labels: null },
  });
  async function* pieces(): AsyncGenerator<Piece, void> {
    const ahead: Promise<Uint8Array | DigitflowError>[] = [];
    for (let index = row, next = index; index < end && !isClosed; index++) {
      await permits.whenFree();
      for (; next < end && ahead.length < AHEAD; next++) ahead.push(readAhead(set, next));
      const content = await ahead.shift();
      if (content === undefined || isClosed) return;
      made = { ...nothingAt(index), ...recordOf(pictures, index, content) };
      yield { reading, bytes: made.pixels };
    }
  }
  const close = () => {
    isClosed = true;
  };
  return { reading, pieces: pieces(), close };
}

/** What is wrong with a picture comes in its turn. */
function readAhead(set: PictureSet, index: number): Promise<Uint8Array | DigitflowError> {
  return set.read(index).catch((error: unknown) => inputError(error, set.title(set.names[index])));
}

/** Makes a record of a picture; of a broken one, none. */
function recordOf(
  { set, image, flags, labels, isInverted, hash }: Pictures,
  index: number,
  content: Uint8Array | DigitflowError,
): Partial<PixelRecords> {
  const name = set.names[index];
  const id = Buffer.from(name, 'latin1');
  const title = set.title(name);
  try {
    if (content instanceof DigitflowError) throw content;
    hash?.update(`${name}\0${content.length}\0`).update(content);
    const { preprocess, invert } = flags;
    const { pixels, done, doubts } = fitDigit(
      decodePicture(content, title),
      image,
      { preprocess, invert },
      title,
    );
    // A fitted digit is bright ink on black.
    const stored = isInverted && preprocess !== 'none' ? pixels.map((pixel) => 255 - pixel) : pixels;
    return {
      ...{ count: 1, pixels: stored, labels: labels?.subarray(index, index + 1) ?? null },
      picture: { id, title, done, doubts },
    };
  } catch (error) {
    if (!(error instanceof DigitflowError)) throw error;
    return { labels: labels?.subarray(0, 0) ?? null, picture: { id, title, done: [], doubts: [], error } };
  }
}

/** What pictures become where no network says it: that of MNIST, or as they are. */
async function sizeFor(set: PictureSet, { preprocess }: ReadingFlags): Promise<ImageSize> {
  if (preprocess !== 'none') return USUAL_IMAGE;
  const { height, width } = decodePicture(await set.read(0), set.title(set.names[0]));
  return { height, width };
}

/** A picture that is an input by itself. */
async function setOfOne(first: FirstBytes): Promise<PictureSet> {
  const { name } = first;
  const bytes = await readWhole(await first.content(), MOST_PICTURE_BYTES, 'a picture');
  await first.close();
  return {
    ...{ name, names: [bytesOf(name)], title: textOf, passedOver: [], half: null },
    ...{ labels: null, areLabelsGiven: false, read: async () => bytes },
  };
}

/** The labels that are given, or lie in the folder. */
async function openTable(set: PictureSet): Promise<(LabelTable & { readonly sha256: string }) | null> {
  const { labels, areLabelsGiven } = set;
  if (labels === null) return null;
  const name = nameOf(labels);
  const bytes = await readWhole(await openBytes(labels, name), MOST_TABLE_BYTES, 'a list of labels');
  const sha256 = createHash('sha256').update(bytes).digest('hex');
  return { ...labelTable(bytes, name, set, areLabelsGiven, pathOf(labels)), sha256 };
}

async function readWhole(source: ByteSource, mostBytes: number, what: string): Promise<Uint8Array> {
  const { bytes, isWhole } = await readStart(source, mostBytes + 1);
  if (isWhole) return bytes;
  const message = `${source.name}: expected ${what} of at most ${mostBytes} bytes, found more`;
  throw new DigitflowError('MEMORY_LIMIT', message);
}

function pictureGuesses(
  set: PictureSet,
  labels: string | undefined,
  table: LabelTable | null,
  image: ImageSize | null,
): Guess[] {
  const { names, passedOver, half } = set;
  const seen = (property: string, value: string): Guess => ({ property, value, by: 'seen' });
  const others = passedOver.slice(0, MOST_EXAMPLES).map(textOf).join(', ');
  const more = passedOver.length > MOST_EXAMPLES ? ', …' : '';
  return [
    seen('pictures', `${names.length}`),
    ...(half === null ? [] : [seen('only', `the ${half} set`)]),
    seen('id', 'file name'),
    ...(image === null ? [] : [seen('image', `${image.height} x ${image.width}`)]),
    ...(labels === undefined ? [] : [seen('label', `by ${labels}`)]),
    ...(table !== null && table.unused > 0 ? [seen('labels without a picture', `${table.unused}`)] : []),
    ...(passedOver.length > 0 ? [seen('passed over', `${passedOver.length} (${others}${more})`)] : []),
  ];
}
