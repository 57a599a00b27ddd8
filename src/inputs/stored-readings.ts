import type { InputDescription } from '../engine/records.js';
import { DigitflowError } from '../errors.js';
import { classOf, labelReadings, labelValues } from '../formats/labels.js';
import { PixelReader } from '../formats/pixel-reader.js';
import { type Guess, guessesOf, type ReadingFlags } from '../formats/reading.js';
import { type SeenPixels, scaleReadings, unusualScale } from '../formats/scale.js';
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

/** How many images tell their scale, and how many labels what they count from. */
const SEEN_IMAGES = 32;
const SEEN_LABELS = 1000;
/** How many records a network is asked about, and how many bytes of them at most. */
const ASKED_RECORDS = 1000;
const MOST_BYTES = 4 * 2 ** 20;
const ENOUGH_BYTES = 2 ** 16;

/** How stored records are to be read: what was given, and what else is known; and how it is known. */
export interface StoredReading {
  readonly flags: ReadingFlags;
  readonly guesses: readonly Guess[];
}

/**
 * Finds out how stored records are to be read, by flags and by the first of them.
 *
 * @throws DigitflowError READING_UNCLEAR where several readings fit and nobody chooses, NPY_PIXEL or IDX_PIXEL where none does
 */
export async function settleStored(source: PixelSource): Promise<StoredReading> {
  const { name, options } = source;
  const given = options.reading;
  const scales = given.scale === undefined ? await seenScales(source) : [];
  const labels = labelReadings(await firstLabels(source, 1, SEEN_LABELS), options.classes, given);
  const readings = (scales.length === 0 ? [{}] : scales).flatMap((scale) =>
    (labels.length === 0 ? [{}] : labels).map((label): ReadingFlags => ({ ...scale, ...label })),
  );
  const known = guessesOf(given, 'given');
  if (readings.length === 1) {
    return { flags: { ...given, ...readings[0] }, guesses: [...known, ...guessesOf(readings[0], 'seen')] };
  }
  const possible = readings.map((flags) => ({ flags, guesses: guessesOf(flags, 'guessed') }));
  const { at, how } = await settleReading(name, possible, options.choose, () =>
    firstRecords(source, readings),
  );
  const { flags, guesses } = possible[at];
  const chosen = guesses.map((guess) => ({ ...guess, ...how }));
  return { flags: { ...given, ...flags }, guesses: [...known, ...chosen] };
}

/** The first whole images as stored, up to so many. */
async function firstImages(source: PixelSource, most: number): Promise<Uint8Array> {
  const bytes = recordBytes(source);
  const wanted = Math.min(most, source.count, Math.max(1, Math.floor(MOST_BYTES / bytes))) * bytes;
  const seen = await source.images.peek(wanted, wanted);
  return seen.subarray(0, seen.length - (seen.length % bytes));
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
  const seen = seenPixels(await source.images.peek(least, most), source);
  const usual = isFloat(element.type) ? 1 : 255;
  const scales = scaleReadings(seen, usual);
  if (scales.length === 0) {
    const message = `${name}: expected pixels from 0 to ${usual}, ${unusualScale(seen)}`;
    throw new DigitflowError(format === 'idx' ? 'IDX_PIXEL' : 'NPY_PIXEL', message);
  }
  return scales.length === 1 && scales[0] === usual ? [] : scales.map((scale) => ({ scale }));
}

/** A byte that is bright tells it all: then the others are not looked at. */
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
    if (element.type === 'u8' && value >= 128) break;
  }
  return { smallest, largest, lit, hasFraction };
}

/** What the first labels are as numbers; none where they are one-hot, or there are none. */
async function firstLabels({ labels }: PixelSource, least: number, most: number): Promise<number[]> {
  if (labels === null || labels.layout.format.meaning !== 'index') return [];
  const { stream, layout } = labels;
  const { strideBytes } = layout.format;
  const stored = await stream.peek(least * strideBytes, most * strideBytes);
  const view = new DataView(stored.buffer, stored.byteOffset, stored.byteLength);
  const numberAt = numberReader(layout.format);
  return Array.from({ length: Math.floor(stored.length / strideBytes) }, (_, at) =>
    numberAt(view, at * strideBytes),
  );
}

/** The first records under each reading. */
async function firstRecords(
  source: PixelSource,
  readings: readonly ReadingFlags[],
): Promise<CandidateRecords[]> {
  const { element, image, name, options } = source;
  const stored = await firstImages(source, ASKED_RECORDS);
  const bytes = recordBytes(source);
  const count = stored.length / bytes;
  const numbers = await firstLabels(source, count, count);
  const pixelCount = image.height * image.width;
  return readings.map((flags) => {
    const all = { ...options.reading, ...flags };
    const reader = new PixelReader(element, pixelCount, name, { scale: all.scale });
    const values = labelValues(options.classes, all);
    const pixels = new Uint8Array(count * pixelCount);
    const labels = new Int16Array(count).fill(-1);
    for (let record = 0; record < count; record++) {
      const label = numbers[record];
      try {
        pixels.set(
          reader.read(stored.subarray(record * bytes, (record + 1) * bytes), 0),
          record * pixelCount,
        );
        labels[record] = classOf(`${label}`, label, values) ?? -1;
      } catch (error) {
        // A pixel that is out of range: under this reading nothing is to be made of the record.
        if (!(error instanceof DigitflowError)) throw error;
      }
    }
    const hasLabels = source.labels !== null;
    return { count, pixels, labels: hasLabels ? labels : null, transposed: all.transpose ?? null };
  });
}
