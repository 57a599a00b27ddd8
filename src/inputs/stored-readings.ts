import type { InputDescription } from '../engine/records.js';
import { DigitflowError } from '../errors.js';
import { LabelReader, storedTexts } from '../formats/label-reader.js';
import {
  areNames,
  type LabelFormat,
  labelNumber,
  labelReadings,
  TELLING_LABELS,
  tellsLabels,
} from '../formats/labels.js';
import { PixelReader } from '../formats/pixel-reader.js';
import { type Guess, guessesOf, type ReadingFlags } from '../formats/reading.js';
import { LEAST_WHITE, type SeenPixels, scaleReadings, unusualScale } from '../formats/scale.js';
import { type ElementFormat, elementBytes, isFloat, numberReader } from '../formats/stored-arrays.js';
import type { ImageSize } from '../network/network.js';
import { type CandidateRecords, settleReading } from './candidate-readings.js';
import type { DataStream } from './data-stream.js';
import type { LabelStream, OpenOptions } from './input.js';

/** Images that lie one after the other, and their labels, each as a stream that stands at its first record. */
export interface PixelSource extends InputDescription {
  readonly image: ImageSize;
  readonly count: number;
  readonly element: ElementFormat;
  readonly images: DataStream;
  /** Null where there are no labels. */
  readonly labels: LabelStream | null;
  readonly options: Pick<OpenOptions, 'classes' | 'reading' | 'choose'>;
}

/** How many images tell their scale, and how many records what their labels count from; fewer where they are large. */
const SEEN_IMAGES = 32;
const SEEN_RECORDS = 1000;
const MOST_BYTES = 4 * 2 ** 20;
const ENOUGH_BYTES = 2 ** 16;

/** How stored records are to be read: what was given, and what else is known; and how it is known. */
export interface StoredReading {
  readonly flags: ReadingFlags;
  readonly guesses: readonly Guess[];
  /** How each label is stored, and whether it is a name; null where there are none. */
  readonly labelFormat: LabelFormat | null;
}

/**
 * Finds out how stored records are to be read, by flags and by the first of them: of a stream by as many as of a file, unless
 * fewer tell it whatever follows.
 *
 * @throws DigitflowError READING_UNCLEAR where several readings fit and nobody chooses, NPY_PIXEL or IDX_PIXEL where none does
 */
export async function settleStored(source: PixelSource): Promise<StoredReading> {
  const { name, options } = source;
  const given = options.reading;
  const scales = given.scale === undefined ? await seenScales(source) : [];
  const { numbers, format: labelFormat } = await firstLabels(source);
  const labels = labelReadings(numbers, options.classes, given);
  const readings = (scales.length === 0 ? [{}] : scales).flatMap((scale) =>
    (labels.length === 0 ? [{}] : labels).map((label): ReadingFlags => ({ ...scale, ...label })),
  );
  const possible = readings.map((flags) => ({ flags, guesses: guessesOf(flags, 'seen') }));
  // Whether pixels are turned, labels tell, and flags.
  const isSaid = given.transpose !== undefined && given.invert !== undefined;
  const isAsked = readings.length > 1 || (source.labels !== null && !isSaid);
  const { at, turn, guesses } = await settleReading(
    name,
    possible,
    isAsked ? options.choose : undefined,
    (most) => firstRecords(source, labelFormat, readings, most),
  );
  return {
    flags: { ...given, ...readings[at], ...turn },
    guesses: [...guessesOf(given, 'given'), ...guesses],
    labelFormat,
  };
}

/** The first whole images as stored, up to so many. */
async function firstImages(source: PixelSource, most: number): Promise<Uint8Array> {
  const bytes = recordBytes(source);
  const wanted = Math.min(most, seenRecords(source)) * bytes;
  const seen = await source.images.peek(wanted, wanted);
  return seen.subarray(0, seen.length - (seen.length % bytes));
}

function seenRecords(source: PixelSource): number {
  return Math.min(SEEN_RECORDS, source.count, Math.max(1, Math.floor(MOST_BYTES / recordBytes(source))));
}

function recordBytes({ image, element }: PixelSource): number {
  return image.height * image.width * elementBytes(element.type);
}

/** The scales that images may be of; none where it is the usual one of their type. */
async function seenScales(source: PixelSource): Promise<readonly ReadingFlags[]> {
  const { element, name, format } = source;
  if (element.type === 'bool') return [];
  const bytes = recordBytes(source);
  // A part of a large image tells enough.
  const least = Math.min(source.count * bytes, bytes, ENOUGH_BYTES);
  const most = Math.max(least, Math.min(SEEN_IMAGES * bytes, MOST_BYTES));
  let seen = seenPixels(await source.images.peek(least, most), source);
  if (!tellsAll(seen, source)) seen = seenPixels(await source.images.peek(most, most), source);
  const usual = isFloat(element.type) ? 1 : 255;
  const scales = scaleReadings(seen, usual);
  if (scales.length === 0) {
    const message = `${name}: expected pixels from 0 to ${usual}, ${unusualScale(seen)}`;
    throw new DigitflowError(format === 'idx' ? 'IDX_PIXEL' : 'NPY_PIXEL', message);
  }
  return scales.length === 1 && scales[0] === usual ? [] : scales.map((scale) => ({ scale }));
}

/** Whether no pixels that follow can change the scale: a byte that is bright is one of 0 to 255. */
function tellsAll({ largest }: SeenPixels, { element }: PixelSource): boolean {
  return element.type === 'u8' && largest >= LEAST_WHITE;
}

/** Where a pixel tells it all the others are not looked at. */
function seenPixels(stored: Uint8Array, { element }: PixelSource): SeenPixels {
  const bytes = elementBytes(element.type);
  const numberAt = numberReader(element);
  const view = new DataView(stored.buffer, stored.byteOffset, stored.byteLength);
  let [smallest, largest, lit, hasFraction] = [0, 0, 0, false];
  for (let at = 0; at + bytes <= stored.length; at += bytes) {
    const value = numberAt(view, at);
    if (value === 0 || !Number.isFinite(value)) continue;
    lit++;
    smallest = Math.min(smallest, value);
    largest = Math.max(largest, value);
    hasFraction ||= value % 1 !== 0;
    if (element.type === 'u8' && value >= LEAST_WHITE) break;
  }
  return { smallest, largest, lit, hasFraction };
}

/** What the first labels are as numbers, as many as tell, none where they are one-hot or names; and how labels are stored. */
async function firstLabels(
  source: PixelSource,
): Promise<{ readonly numbers: readonly number[]; readonly format: LabelFormat | null }> {
  const { labels, images, options } = source;
  const format = labels?.layout.format ?? null;
  if (labels === null || format === null || format.meaning === 'one-hot') return { numbers: [], format };
  const { stream } = labels;
  const { strideBytes } = format;
  const areTexts = format.meaning === 'text';
  const numberAt = numberReader(format);
  const least = areTexts && !images.isStreamed ? Math.min(source.count, TELLING_LABELS) : 0;
  const most = Math.max(seenRecords(source), least);
  for (let wanted = Math.min(1, most); ; wanted = Math.min(most, 2 * wanted)) {
    const stored = stream.peek(wanted * strideBytes, most * strideBytes);
    // Who writes both, record by record, must not be left with images that nobody reads.
    if (stream.isStreamed && images.isStreamed) await Promise.all([stored, firstImages(source, wanted)]);
    const seen = await stored;
    const count = Math.floor(seen.length / strideBytes);
    const isOver = wanted === most || count >= most || count < wanted;
    if (areTexts) {
      if (!isOver) continue;
      const texts = storedTexts(seen, format, stream.name, 0);
      if (areNames(texts, options.reading)) return { numbers: [], format: { ...format, meaning: 'name' } };
      return { numbers: texts.map(labelNumber).filter((number) => number !== undefined), format };
    }
    const view = new DataView(seen.buffer, seen.byteOffset, seen.byteLength);
    const numbers = Array.from({ length: count }, (_, at) => numberAt(view, at * strideBytes));
    if (isOver || tellsLabels(numbers, options.classes, options.reading)) return { numbers, format };
  }
}

/** The first records under each reading. */
async function firstRecords(
  source: PixelSource,
  labelFormat: LabelFormat | null,
  readings: readonly ReadingFlags[],
  most: number,
): Promise<CandidateRecords[]> {
  const { element, image, name, labels, options } = source;
  const stored = await firstImages(source, most);
  const bytes = recordBytes(source);
  const count = stored.length / bytes;
  const labelBytes = labelFormat?.strideBytes ?? 0;
  const storedLabels = await labels?.stream.peek(count * labelBytes, count * labelBytes);
  const pixelCount = image.height * image.width;
  return readings.map((flags) => {
    const all = { ...options.reading, ...flags };
    const reader = new PixelReader(element, pixelCount, name, { scale: all.scale });
    const labelReader =
      labels && labelFormat && new LabelReader(labelFormat, options.classes, labels.stream.name, all);
    const pixels = new Uint8Array(count * pixelCount);
    const classes = labelReader && new Int16Array(count).fill(-1);
    for (let record = 0; record < count; record++) {
      const ofOne = (data: Uint8Array | undefined, length: number) =>
        data?.subarray(record * length, (record + 1) * length) ?? new Uint8Array(0);
      try {
        pixels.set(reader.read(ofOne(stored, bytes), 0), record * pixelCount);
        if (classes && labelReader)
          [classes[record]] = labelReader.read(ofOne(storedLabels, labelBytes), record, 1);
      } catch (error) {
        // A pixel or a label that is out of range: under this reading nothing is to be made of the record.
        if (!(error instanceof DigitflowError)) throw error;
      }
    }
    return { count, pixels, labels: classes, transposed: all.transpose ?? null, inverted: all.invert };
  });
}
