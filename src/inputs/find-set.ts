import { DigitflowError, quoteValue, safeText } from '../errors.js';
import type { CsvDialect } from '../formats/csv/dialect.js';
import { firstRows } from '../formats/csv/guess/first-table.js';
import { guessDialect } from '../formats/csv/guess/guess-dialect.js';
import { guessShape } from '../formats/csv/guess/guess-shape.js';
import { splitRow } from '../formats/csv/parse-row.js';
import { endOfWholeRows, findRowEnd } from '../formats/csv/row-ends.js';
import { nameOfField } from '../formats/csv/text-encoding.js';
import { idxHeaderBytes, parseIdxHeader, QMNIST_COLUMNS } from '../formats/idx.js';
import { bareLabel } from '../formats/labels.js';
import { naturalOrder } from '../formats/natural-order.js';
import { checkReadingValues, type ReadingFlags } from '../formats/reading.js';
import { isNpy, isNpz } from '../formats/recognize.js';
import { MOST_CLASSES } from '../formats/stored-arrays.js';
import type { ImageSize } from '../network/network.js';
import type { ByteInput } from './bytes/open-bytes.js';
import { locateLabels, webLabels } from './find-files.js';
import { type FirstBytes, isStream, readFirstBytes } from './first-bytes.js';
import { formatOf } from './formats.js';
import { findImages, type ImagesSpec } from './open-inputs.js';

/** What images of a set are like, where no network says it. */
export interface SetShape {
  /** Null where the images say it themselves. */
  readonly image: ImageSize | null;
  readonly classes: readonly string[];
  /** Whether there are only so many of these classes as the largest label says. */
  readonly isOpen: boolean;
}

/** What is known of it beforehand. */
export interface KnownSet {
  /** Of an image, in pixels. Default: as the file says; rows of text are squares, and images of a stream 28 × 28. */
  readonly image?: ImageSize | undefined;
  /** The names of the classes, in the order of the outputs. Default: by the labels. */
  readonly classes?: readonly string[] | undefined;
}

/** What was said of a set, as words of a command line. */
export function knownSetWords({ image, classes }: KnownSet): string[] {
  return [
    ...(image === undefined ? [] : ['--image', `${image.height}x${image.width}`]),
    ...(classes === undefined ? [] : ['--classes', classes.join(',')]),
  ];
}

/**
 * Finds out, before a set is read, how large its images are and which classes they are of: names in the order in which
 * people sort them; of numbers, which are the labels as they stand, the last one is known only when all was read. A stream
 * is not looked at: labels in it are numbers, and images 28 x 28, unless it is said.
 *
 * @throws DigitflowError INPUT_SIZE for rows that are no squares; LABEL_SHAPE for too many classes, or names that no network
 *   file takes; and what opening throws
 */
export async function findSet(spec: ImagesSpec, flags: ReadingFlags, known: KnownSet): Promise<SetShape> {
  checkReadingValues(flags);
  const set = await findShape(spec, flags, known);
  const odd = set.classes.find((name) => name === '' || safeText(name) !== name);
  if (odd === undefined) return set;
  const message = `classes: expected names without control characters, none empty, found ${quoteValue(odd)}`;
  throw new DigitflowError('LABEL_SHAPE', `${message}; correct the labels that say so`);
}

async function findShape(spec: ImagesSpec, flags: ReadingFlags, known: KnownSet): Promise<SetShape> {
  const { image = null, classes } = known;
  const numbers = { classes: numbersFrom(flags.labelsFrom ?? 0), isOpen: true };
  const named = classes === undefined ? numbers : { classes, isOpen: false };
  const { images, labels, imagesName, pictures } = await findImages(spec, 'train');
  if (pictures !== undefined) {
    if (classes !== undefined) return { image, classes, isOpen: false };
    const { pictureClasses } = await import('./pictures/picture-input.js');
    return { image, classes: await pictureClasses(pictures), isOpen: false };
  }
  const first = isStream(images) ? null : await readFirstBytes(images, imagesName);
  if (first === null || !formatOf(first).isText) {
    const said = classes === undefined ? await classesOfLabels(labels, first, flags) : null;
    if (said === null) return { image, ...named };
    const all = typeof said === 'number' ? numbers.classes.slice(0, said) : [...said].sort(naturalOrder);
    return { image, classes: all, isOpen: false };
  }
  const size = image ?? sizeOfRows(first, flags, classes?.length);
  if (classes !== undefined) return { image: size, ...named };
  const guessed = guessDialect(
    first.bytes,
    first.isWhole,
    { pixelCount: size.height * size.width, ...numbers },
    flags,
    first.name,
  );
  const { label } = guessed.dialect;
  if (label?.kind !== 'name') return { image: size, ...numbers };
  const names = await namesIn(first, guessed.dialect, label.column, guessed.dataStart, flags);
  return { image: size, classes: names, isOpen: false };
}

/**
 * The classes there are, once all labels are known.
 *
 * @throws DigitflowError LABEL_OUT_OF_RANGE where the first number, or most up to the largest, are no label of any image
 */
export function classesUpTo(
  { classes, isOpen }: SetShape,
  labels: Uint8Array,
  name: string,
): readonly string[] {
  if (!isOpen) return classes;
  const used = new Set(labels);
  const there = classes.slice(0, 1 + Math.max(0, ...used));
  // Without the first of them they may count from 1, or 10 stands for 0.
  if (used.has(0) && 2 * used.size >= there.length) return there;
  const [first, last] = [there[0], there[there.length - 1]];
  const found = `found ${last} as the largest, and ${there.length - used.size} of these ${there.length} never`;
  const advice =
    'say which classes there are with --classes, the first one with --labels-from, or what one stands for with --label-map';
  throw new DigitflowError(
    'LABEL_OUT_OF_RANGE',
    `${name}: expected labels from ${first} on, ${found}; ${advice}`,
  );
}

/** What labels that lie by themselves, or with images in an archive, say of their classes: names, or how many there are. */
async function classesOfLabels(
  given: ByteInput | undefined,
  images: FirstBytes | null,
  flags: ReadingFlags,
): Promise<readonly string[] | number | null> {
  if (given === undefined && images !== null && isNpz(images.bytes)) return classesOfNumpy(images, flags);
  const labels = given ?? (await labelsBeside(images).catch(() => null));
  if (labels === null || isStream(labels)) return null;
  const first = await readFirstBytes(labels);
  const { bytes, name } = first;
  if (isNpy(bytes)) return classesOfNumpy(first, flags);
  // What else it may be is told when it is read.
  if (formatOf({ bytes, name }).name !== 'idx') return null;
  const { shape, element } = parseIdxHeader(bytes.subarray(0, idxHeaderBytes(bytes, name)), name);
  const isQmnist = element.type === 'i32' && shape[1] === QMNIST_COLUMNS;
  return shape.length === 2 && shape[1] > 1 && shape[1] <= MOST_CLASSES && !isQmnist ? shape[1] : null;
}

async function labelsBeside(images: FirstBytes | null): Promise<ByteInput | null> {
  if (images?.web !== undefined) return webLabels(images.web.url);
  const path = images?.path ?? null;
  return path === null ? null : locateLabels(path);
}

async function classesOfNumpy(first: FirstBytes, flags: ReadingFlags) {
  const { numpyClasses } = await import('./numpy/numpy-classes.js');
  return numpyClasses(first, flags);
}

function numbersFrom(first: number): string[] {
  return Array.from({ length: MOST_CLASSES }, (_, index) => `${first + index}`);
}

/** The square that rows hold beside a label, one-hot where it is known of how many columns, and an id. */
function sizeOfRows(
  { bytes, isWhole, name }: FirstBytes,
  { delimiter }: ReadingFlags,
  oneHot?: number,
): ImageSize {
  const { rows } = firstRows(bytes, guessShape(bytes, isWhole, delimiter), { isWhole });
  const widths = rows.map(({ fields }) => fields.findLastIndex((field) => field.trim() !== '') + 1);
  // A header, or a row that is cut off, may be of another width.
  const columns = widths.sort((a, b) => a - b)[Math.floor(widths.length / 2)] ?? 0;
  for (const beside of [1, 2, 0, ...(oneHot === undefined ? [] : [oneHot, oneHot + 1])]) {
    const side = Math.sqrt(columns - beside);
    if (side >= 1 && Number.isInteger(side)) return { height: side, width: side };
  }
  const message = `${name}: expected rows of a square image and its label, found ${columns} columns`;
  throw new DigitflowError(
    'INPUT_SIZE',
    `${message}; say the size with --image HEIGHTxWIDTH, and with --classes what one-hot columns stand for`,
  );
}

/** All that stands in a column of names. */
async function namesIn(
  first: FirstBytes,
  dialect: CsvDialect,
  column: number,
  dataStart: number,
  { encoding }: ReadingFlags,
): Promise<string[]> {
  const names = new Set<string>();
  const addRows = (text: Buffer, end: number): void => {
    for (let at = 0; at < end; ) {
      const row = findRowEnd(text, at, end, dialect);
      const fields = splitRow(text.subarray(at, row.end), dialect);
      // What is wrong with a row is told when it is read.
      if (typeof fields !== 'string' && fields.length === dialect.columnCount)
        names.add(bareLabel(nameOfField(fields[column], encoding)));
      if (names.size > MOST_CLASSES) throw tooMany(first.name, names);
      at = row.next;
    }
  };
  const source = await first.content();
  try {
    let [rest, passed] = [Buffer.alloc(0), 0];
    for (let piece = await source.pull(); piece !== null; piece = await source.pull()) {
      const skipped = Math.min(piece.length, Math.max(0, dataStart - passed));
      passed += piece.length;
      rest = Buffer.concat([rest, piece.subarray(skipped)]);
      const end = endOfWholeRows(rest, dialect);
      addRows(rest, end);
      rest = rest.subarray(end);
    }
    addRows(rest, rest.length);
  } finally {
    await source.close();
  }
  return [...names].sort(naturalOrder);
}

function tooMany(name: string, names: ReadonlySet<string>): DigitflowError {
  const found = `found more, such as ${[...names].slice(0, 3).join(', ')}`;
  const message = `${name}: expected at most ${MOST_CLASSES} classes, ${found}`;
  return new DigitflowError('LABEL_SHAPE', `${message}; say with --label where the label is`);
}
