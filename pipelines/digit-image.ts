import { readFile } from 'node:fs/promises';
import { filter, lastValueFrom, map, take } from 'rxjs';
import { DigitflowError, inputError } from '../src/errors.js';
import { decodePng } from '../src/formats/pictures/decode-png.js';
import { type FitOptions, fitDigit } from '../src/formats/pictures/fit-digit.js';
import { checkFitsNetwork } from '../src/inputs/check-fits-network.js';
import type { IdxSource } from '../src/inputs/idx-source.js';
import type { Network } from '../src/network/network.js';
import type { Normalization } from '../src/network/normalization.js';
import { decode } from '../src/operators/decode.js';
import { type AnyRecordsSpec, openAnyRecords } from './open-any-records.js';

/** Which digit to look at. */
export interface DigitSpec extends FitOptions, AnyRecordsSpec {
  /** A record's number, from 0, or the path of a PNG. */
  readonly image: string;
}

/** One digit, and all that is known of it. */
export interface DigitImage {
  /** `(height * width)` u8, as stored. */
  readonly pixels: Uint8Array;
  /** How these pixels become what the network sees. */
  readonly normalization: Normalization;
  /** What it really is, where that is known. */
  readonly label: number | null;
  /** What to call it: `t10k-images-idx3-ubyte #3`, or a path. */
  readonly name: string;
  /** What was done to a picture before the network saw it. */
  readonly done: readonly string[];
}

/**
 * Opens one digit.
 *
 * @throws DigitflowError USAGE for a number that is out of range; what the source of images, `decodePng` and `fitDigit` throw.
 */
export async function openDigit(spec: DigitSpec, network: Network): Promise<DigitImage> {
  return /^\d+$/.test(spec.image) ? openRecord(spec, network) : openPicture(spec, network);
}

async function openPicture(spec: DigitSpec, network: Network): Promise<DigitImage> {
  const bytes = await readFile(spec.image).catch((error: unknown) => {
    throw inputError(error, spec.image);
  });
  const { pixels, done } = fitDigit(decodePng(bytes, spec.image), network.image, spec, spec.image);
  const { scale, offset } = network.normalization;
  // Ours is bright ink on black; a network made for dark ink on white turns it around itself.
  const stored = scale < 0 ? pixels.map((pixel) => 255 - pixel) : pixels;
  const normalization = { scale, offset, transposed: false };
  return { pixels: stored, normalization, label: null, name: spec.image, done };
}

async function openRecord(spec: DigitSpec, network: Network): Promise<DigitImage> {
  const index = Number(spec.image);
  const range = { first: index, limit: 1 };
  const { name: imagesName, rows, source } = await openAnyRecords(spec, network, range);
  const name = `${imagesName} #${index}`;
  if (rows !== undefined) {
    if (rows.count === 0) throw noSuchRecord(imagesName, rows.rowCount, index);
    return {
      pixels: rows.pixels,
      label: rows.labels?.[0] ?? null,
      normalization: rows.normalization,
      name,
      done: [],
    };
  }
  try {
    checkFitsNetwork(source.format, network);
    const { pixels, label } = await recordAt(source, index, network.classes.length);
    return { pixels, label, normalization: network.normalization, name, done: [] };
  } finally {
    await source.close();
  }
}

/** One record of a source, which is read no further. */
async function recordAt(
  source: IdxSource,
  index: number,
  classCount: number,
): Promise<{ readonly pixels: Uint8Array; readonly label: number | null }> {
  const { count, height, width, imagesName } = source.format;
  if (index >= count) {
    throw noSuchRecord(imagesName, count, index);
  }
  const imageBytes = height * width;
  const room = new Uint8Array(Math.max(imageBytes, 2 ** 16 - (2 ** 16 % imageBytes)));
  const found = source.chunks({ whenFree: async () => {}, room: () => room }).pipe(
    decode(source.format, classCount),
    filter(({ first, count: records }) => index >= first && index < first + records),
    take(1),
    // The records are views that hold until next returns.
    map(({ first, pixels, labels }) => ({
      pixels: pixels.slice((index - first) * imageBytes, (index - first + 1) * imageBytes),
      label: labels?.[index - first] ?? null,
    })),
  );
  return lastValueFrom(found);
}

function noSuchRecord(name: string, count: number, found: number): DigitflowError {
  return new DigitflowError(
    'USAGE',
    `${name}: expected a record from 0 to ${count - 1}, found ${found}; give one that is there`,
  );
}
