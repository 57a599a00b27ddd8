import { Observable } from 'rxjs';
import type { Permits } from '../engine/permits.js';
import { DigitflowError } from '../errors.js';
import { imageLayout, labelLayout } from '../formats/idx/idx-roles.js';
import type { LabelLayout } from '../formats/labels.js';
import type { Chunk, RecordFormat } from '../operators/events.js';
import { type ByteInput, openBytes } from './bytes/open-bytes.js';
import { type DigestMode, IdxStream } from './idx-stream.js';
import { type ChunkOptions, pullChunks } from './pull-chunks.js';

/** What to read, and what to call it. */
export interface IdxInputs {
  /** The images: a path, `-` for stdin, or bytes made on the fly. Gzip is known by its content. */
  readonly images: ByteInput;
  /** The labels, in the same order as the images; left out when there are none. */
  readonly labels?: ByteInput | undefined;
  /** What to call them in errors; default: the path, `stdin`, or `images` and `labels`. */
  readonly imagesName?: string | undefined;
  readonly labelsName?: string | undefined;
  /** Whether to digest the raw content; default `auto`: when it is at most 64 MiB. */
  readonly digest?: DigestMode | undefined;
}

/** One file of a source. */
export interface SourceFile {
  readonly name: string;
  /** The length of the raw content, header included, as the header announces it. */
  readonly sizeBytes: number;
  /** SHA-256 of the raw content in hexadecimal; null until all was read, and when it was not asked for. */
  readonly sha256: string | null;
}

/** Images, and their labels if there are any, with their headers read and checked. */
export interface IdxSource {
  readonly format: RecordFormat;
  /** Whether workers can read the images themselves: a regular, uncompressed file that is not digested. */
  readonly canBeReadByWorkers: boolean;
  /** The files as they stand now: digests are there once `chunks` has completed. */
  readonly files: { readonly images: SourceFile; readonly labels: SourceFile | null };
  /**
   * The data, read when `permits` has a free slot, as chunks of images with the labels of the records that end in them.
   *
   * To be subscribed to once; unsubscribing closes the files at once. Errors with a DigitflowError:
   * `IDX_TRUNCATED`, `IDX_TRAILING_BYTES`, `GZIP_BROKEN`, `INPUT_READ`; `USAGE` on a second subscription.
   */
  chunks(permits: Permits, options?: ChunkOptions): Observable<Chunk>;
  /** Closes the files, at once and at any time; needed where `chunks` is never subscribed to, or read by workers. */
  close(): Promise<void>;
}

/**
 * Opens IDX images and labels and checks all that can be checked before the data is read.
 *
 * @throws DigitflowError `INPUT_MISSING`, `INPUT_READ`, `GZIP_BROKEN`, what `parseIdxHeader`, `imageLayout` and
 *   `labelLayout` throw, `IDX_COUNTS_DIFFER`, and for regular uncompressed files `IDX_TRUNCATED` and
 *   `IDX_TRAILING_BYTES`; `USAGE` when stdin is to be both.
 */
export async function openIdx(inputs: IdxInputs): Promise<IdxSource> {
  if (inputs.images === '-' && inputs.labels === '-') {
    throw new DigitflowError('USAGE', 'stdin cannot be both images and labels; give the labels as a file');
  }
  const digest = inputs.digest ?? 'auto';
  const images = openStream(inputs.images, inputs.imagesName ?? nameOf(inputs.images, 'images'), digest);
  const labels =
    inputs.labels === undefined
      ? null
      : openStream(inputs.labels, inputs.labelsName ?? nameOf(inputs.labels, 'labels'), digest);
  try {
    // Where both are wrong the images are told of; but a stream may take for ever to show its header.
    const isPath = typeof inputs.images === 'string' && inputs.images !== '-';
    const both = Promise.all([images, labels]);
    // It may fail while the images are still being opened: who awaits it below gets the failure all the same.
    both.catch(() => {});
    if (isPath) await images;
    const [openImages, openLabels] = await both;
    return describeSource(openImages, openLabels);
  } catch (error) {
    // Both were opened at once: the other one is closed once it is open, which for a silent stdin may be never, and a
    // second failure is not the one to tell.
    for (const stream of [images, labels])
      Promise.resolve(stream).then(
        (open) => open?.close(),
        () => {},
      );
    throw error;
  }
}

async function openStream(input: ByteInput, name: string, digest: DigestMode): Promise<IdxStream> {
  return IdxStream.open(await openBytes(input, name), digest);
}

function nameOf(input: ByteInput, fallback: string): string {
  if (typeof input !== 'string') return fallback;
  return input === '-' ? 'stdin' : input;
}

function describeSource(images: IdxStream, labels: IdxStream | null): IdxSource {
  const { count, height, width } = imageLayout(images.header, images.name);
  const label = labels === null ? null : labelLayout(labels.header, labels.name);
  if (label !== null && label.count !== count) throw countsDiffer(images, count, labels, label);
  images.checkSize();
  labels?.checkSize();
  const imageBytes = height * width;
  const labelStrideBytes = label?.format.strideBytes ?? 0;
  let isRead = false;
  return {
    format: {
      height,
      width,
      count,
      label: label?.format ?? null,
      imagesName: images.name,
      labelsName: labels?.name,
    },
    canBeReadByWorkers: images.canBeLeft,
    get files() {
      return { images: fileOf(images), labels: labels && fileOf(labels) };
    },
    chunks: (permits, options) =>
      new Observable((subscriber) => {
        if (isRead) {
          subscriber.error(new DigitflowError('USAGE', `${images.name}: already read; open it again`));
          return undefined;
        }
        isRead = true;
        return pullChunks({ images, imageBytes, labels, labelStrideBytes }, permits, options).subscribe(
          subscriber,
        );
      }),
    close: async () => {
      await Promise.all([images.close(), labels?.close()]);
    },
  };
}

function fileOf(stream: IdxStream): SourceFile {
  return { name: stream.name, sizeBytes: stream.announcedBytes, sha256: stream.sha256 };
}

function countsDiffer(
  images: IdxStream,
  imageCount: number,
  labels: IdxStream | null,
  { count }: LabelLayout,
): DigitflowError {
  return new DigitflowError(
    'IDX_COUNTS_DIFFER',
    `${images.name} holds ${imageCount} images, but ${labels?.name} holds ${count} labels; ` +
      'give the labels that belong to these images',
  );
}
