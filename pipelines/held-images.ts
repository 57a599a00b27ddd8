import { lastValueFrom, type Observable, takeUntil, tap } from 'rxjs';
import { DigitflowError } from '../src/errors.js';
import type { IdxSource } from '../src/inputs/idx-source.js';
import type { ImageSize } from '../src/network/network.js';
import { decode } from '../src/operators/decode.js';
import type { Records } from '../src/operators/events.js';
import { takeRecords } from '../src/operators/take-records.js';
import { aborted } from './evaluation-input.js';

/** Images held whole in memory: for what has to go over them more than once. */
export interface HeldImages {
  readonly image: ImageSize;
  readonly count: number;
  /** `(count, height * width)` u8, row-major: pixels as stored. */
  readonly pixels: Uint8Array;
  /** `(count)` u8 class indices, or null where the source has none. */
  readonly labels: Uint8Array | null;
}

/** What to hold. */
export interface HoldOptions {
  /** Labels must be below it; at most 256. */
  readonly classCount: number;
  /** Only the first records. Default: all. */
  readonly limit?: number | undefined;
  readonly signal?: AbortSignal | undefined;
}

/**
 * Reads a source through the streaming reader, pixels straight to where they stay. The source is left open.
 *
 * @throws DigitflowError what the source and `decode` raise, MEMORY_LIMIT; and the signal's reason when it is aborted
 */
export async function holdImages(source: IdxSource, options: HoldOptions): Promise<HeldImages> {
  const { height, width, count: announced, label, imagesName } = source.format;
  const count = Math.min(announced, options.limit ?? announced);
  const held: HeldImages = {
    image: { height, width },
    count,
    pixels: room(count * height * width, imagesName),
    labels: label && new Uint8Array(count),
  };
  const { signal } = options;
  const filling = fill(source, held, options.classCount).pipe(takeUntil(aborted(signal)));
  await lastValueFrom(filling, { defaultValue: undefined }).catch((error: unknown) => {
    throw signal?.aborted ? signal.reason : error;
  });
  if (signal?.aborted) throw signal.reason;
  return held;
}

/** Where the records lie is told by how many came: a reader that asks for room gets the rest. */
function fill(source: IdxSource, held: HeldImages, classCount: number): Observable<Records> {
  const { pixels, labels, count } = held;
  let doneBytes = 0;
  const permits = { whenFree: async () => {}, room: () => pixels.subarray(doneBytes) };
  return source.chunks(permits).pipe(
    decode(source.format, classCount),
    takeRecords(count < source.format.count ? count : Number.POSITIVE_INFINITY),
    tap((records) => {
      const isInPlace =
        records.pixels.buffer === pixels.buffer &&
        records.pixels.byteOffset === pixels.byteOffset + doneBytes;
      if (!isInPlace) pixels.set(records.pixels, doneBytes);
      if (records.labels) labels?.set(records.labels, records.first);
      doneBytes += records.pixels.length;
    }),
  );
}

function room(bytes: number, name: string): Uint8Array {
  try {
    return new Uint8Array(bytes);
  } catch (cause) {
    const message = `${name}: expected images that fit into memory, found ${bytes} bytes; take a part of them`;
    throw new DigitflowError('MEMORY_LIMIT', message, { cause });
  }
}
