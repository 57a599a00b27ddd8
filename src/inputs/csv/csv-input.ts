import type { Hash } from 'node:crypto';
import type { Batch } from '../../engine/batch.js';
import { mostRowBytesOf } from '../../formats/csv/dialect.js';
import { hasRow } from '../../formats/csv/guess/first-table.js';
import { guessDialect } from '../../formats/csv/guess/guess-dialect.js';
import { guessShape } from '../../formats/csv/guess/guess-shape.js';
import { lineEndByte } from '../../formats/csv/row-ends.js';
import { foreignFormat } from '../../formats/recognize.js';
import type { ByteSource } from '../bytes/byte-source.js';
import { FileBytes, OpenFile } from '../bytes/file-bytes.js';
import type { FirstBytes } from '../first-bytes.js';
import { cursorAt, type Format, type Input, type OpenOptions } from '../input.js';
import { type CsvSource, readCsv } from './csv-reading.js';

/** Where no network says how many pixels an image has. */
const USUAL_IMAGE = { height: 28, width: 28 };

/** Rows of text: what is not known of them is guessed from the first bytes. */
export const CSV_FORMAT: Format = {
  name: 'csv',
  isText: true,
  recognizes: (start) => start.length > 0 && foreignFormat(start) === null,
  open: openCsv,
};

/** @throws DigitflowError what `guessDialect` throws */
async function openCsv(first: FirstBytes, options: OpenOptions): Promise<Input> {
  const { file, labelled, digest } = options;
  const { image, guessed, first: seen } = await understand(first, options);
  const { name, path, sizeBytes } = seen;
  const isPlain = path !== null && sizeBytes !== null;
  const { dialect, guesses, dataStart, linesBefore } = guessed;
  const given: CsvSource = {
    ...{ file, name, dataStart, linesBefore, path: isPlain ? path : null, content: () => seen.content() },
    // The column of the truth is passed over where it is not wanted.
    dialect: labelled === 'ignored' ? { ...dialect, label: null } : dialect,
  };
  const digested = digest === 'never' ? null : await digestCsv(given, isPlain ? sizeBytes : null, digest);
  const source = digested?.source ?? given;
  return {
    ...{ file, name, format: 'csv', guesses, image, transposed: dialect.transposed },
    hasLabels: source.dialect.label !== null,
    records: null,
    bytes: isPlain ? sizeBytes : null,
    isText: true,
    canBeReadByWorkers: isPlain,
    canBeReadAgain: isPlain,
    read: (from, permits) => readCsv(source, from, permits),
    returnAfter,
    files: async (isComplete) => [{ name, sha256: (await digested?.finish(isComplete)) ?? null }],
    close: async () => {
      await digested?.finish(false);
      await seen.close();
    },
  };
}

/** Finds out how rows of text hold images; waits for more of a stream where its beginning does not tell. */
async function understand(first: FirstBytes, options: OpenOptions) {
  const { csv: flags, classes, image } = options;
  const { name, bytes, isWhole, readMore } = first;
  const size = image ?? USUAL_IMAGE;
  const known = { pixelCount: size.height * size.width, classes };
  // Quotes that were opened may span lines; those that are never closed are waited for no longer than any row.
  const mayEnd = bytes.length < mostRowBytesOf(known.pixelCount);
  if (readMore !== null && mayEnd && !hasRow(bytes, guessShape(bytes, isWhole, flags.delimiter)))
    return understand(await readMore(), options);
  const guessed = guessDialect(bytes, isWhole, known, flags, name);
  if (guessed.needsMore && readMore !== null) return understand(await readMore(), options);
  return { image: size, guessed, first };
}

/** A line end turned out to be within quotes, or the file has grown. */
function returnAfter({ reading, stretch, scored }: Batch): ReturnType<Input['returnAfter']> {
  if (stretch === undefined || reading.dialect === null) return null;
  const here = { ...cursorAt(reading.input), isAtRow: true };
  if (scored.quotedLineEndAt !== undefined) {
    return { to: { ...here, bytes: scored.quotedLineEndAt, isCutHere: true }, counts: true };
  }
  const { position, byteCount, fileBytes, file, takesLast, isAtRow } = stretch;
  if (position + byteCount < fileBytes) return null;
  if (scored.leftAt !== undefined) return { to: { ...here, bytes: scored.leftAt }, counts: true };
  if (file.sizeBytes <= fileBytes) return null;
  if (file.byteAt(fileBytes - 1) === lineEndByte(reading.dialect)) {
    return { to: { ...here, bytes: fileBytes }, counts: true };
  }
  // The row that was cut off was taken, and is longer now.
  return takesLast ? { to: { ...here, bytes: position, isAtRow, takesLast: false }, counts: false } : null;
}

/** A CSV that is digested while it is evaluated. */
export interface DigestedCsv {
  /** To be read instead of the one that was given. */
  readonly source: CsvSource;
  /**
   * To be called when the rows have been read: the SHA-256 of the raw, unpacked content in hexadecimal. Null where not all
   * of it was read, where it is longer than 128 MiB, or where the file has changed meanwhile.
   *
   * @param isComplete false ends it at once.
   */
  finish(isComplete: boolean): Promise<string | null>;
}

/**
 * Digests a CSV: what the main thread reads, in passing; a file that workers read, beside them.
 *
 * @param sizeBytes of a file that workers can read.
 */
export async function digestCsv(
  csv: CsvSource,
  sizeBytes: number | null,
  mode: 'auto' | 'always',
): Promise<DigestedCsv> {
  const mostBytes = mode === 'always' ? Number.POSITIVE_INFINITY : MOST_DIGESTED_BYTES;
  if ((sizeBytes ?? 0) > mostBytes) return { source: csv, finish: async () => null };
  const digest = await ContentDigest.create(mostBytes);
  if (csv.path !== null) return digestFile(csv, csv.path, sizeBytes, digest);
  return {
    source: { ...csv, content: async () => digest.watch(await csv.content()) },
    finish: async (isComplete) => (isComplete ? digest.sha256 : null),
  };
}

function digestFile(
  csv: CsvSource,
  path: string,
  sizeBytes: number | null,
  digest: ContentDigest,
): DigestedCsv {
  let isLeft = false;
  const read = async (file: OpenFile): Promise<void> => {
    const source = digest.watch(new FileBytes(file));
    while (!isLeft && !digest.isGivenUp && (await source.pull()) !== null);
  };
  const reading = OpenFile.open(path, csv.name).then(async (file) => {
    await read(file).catch(() => undefined);
    return file;
  });
  // Whoever reads the rows tells what is wrong with the file.
  const done = reading.catch(() => undefined);
  let finished: Promise<string | null> | undefined;
  const finish = async (isComplete: boolean): Promise<string | null> => {
    isLeft = !isComplete;
    const file = await done;
    const isSame = file !== undefined && file.sizeBytes === sizeBytes;
    file?.release();
    return isComplete && isSame && digest.byteCount === sizeBytes ? digest.sha256 : null;
  };
  return {
    source: csv,
    // Once: the file is closed then.
    finish: (isComplete) => {
      finished ??= finish(isComplete);
      return finished;
    },
  };
}

/** Longer content is not digested by default: 128 MiB take 0.1 s, and hold as many images as 64 MiB of IDX. */
export const MOST_DIGESTED_BYTES = 128 * 2 ** 20;

/** Computes the SHA-256 of content while another reader pulls it. */
export class ContentDigest {
  #hash: Hash | null;
  #byteCount = 0;
  #sha256: string | null = null;
  readonly #mostBytes: number;

  private constructor(hash: Hash, mostBytes: number) {
    this.#hash = hash;
    this.#mostBytes = mostBytes;
  }

  /** Loads node:crypto only now: OpenSSL takes 8 ms to start. */
  static async create(mostBytes = MOST_DIGESTED_BYTES): Promise<ContentDigest> {
    const { createHash } = await import('node:crypto');
    return new ContentDigest(createHash('sha256'), mostBytes);
  }

  /** In hexadecimal, once all of the content has passed; null before, and when it is too long. */
  get sha256(): string | null {
    return this.#sha256;
  }

  /** How many bytes have passed. */
  get byteCount(): number {
    return this.#byteCount;
  }

  /** True where there will be no digest: the content is too long. */
  get isGivenUp(): boolean {
    return this.#hash === null && this.#sha256 === null;
  }

  /** The same source, whose pieces pass through the digest. To be called once. */
  watch(source: ByteSource): ByteSource {
    return {
      name: source.name,
      sizeBytes: source.sizeBytes,
      // A worker that reads by the descriptor would bypass the digest.
      file: null,
      pull: async (into) => {
        const piece = await source.pull(into);
        this.#pass(piece);
        return piece;
      },
      close: () => source.close(),
    };
  }

  #pass(piece: Uint8Array | null): void {
    if (this.#hash === null) return;
    if (piece === null) {
      this.#sha256 = this.#hash.digest('hex');
      this.#hash = null;
      return;
    }
    this.#byteCount += piece.length;
    if (this.#byteCount > this.#mostBytes) this.#hash = null;
    else this.#hash.update(piece);
  }
}
