import { createHash, type Hash } from 'node:crypto';
import type { Batch } from '../../engine/batch.js';
import { DigitflowError } from '../../errors.js';
import type { GuessedDialect } from '../../formats/csv/guess/guess-dialect.js';
import { lineEndByte } from '../../formats/csv/row-ends.js';
import type { ImageSize } from '../../network/network.js';
import type { ByteSource } from '../bytes/byte-source.js';
import { FileBytes, OpenFile } from '../bytes/file-bytes.js';
import type { DigestMode } from '../data-stream.js';
import type { FirstBytes } from '../first-bytes.js';
import { cursorAt, type Input, type OpenOptions } from '../input.js';
import { type CsvSource, readCsv } from './csv-reading.js';
import { understandCsv } from './understand-csv.js';

/**
 * Opens rows of text: what is not known of them is guessed from the first bytes.
 *
 * @throws DigitflowError what `understandCsv` throws
 */
export async function openCsv(first: FirstBytes, options: OpenOptions): Promise<Input> {
  const { file, labelled, digest } = options;
  const { image, guessed, first: seen, seenBytes } = await understandCsv(first, options);
  const { label } = guessed.dialect;
  if (labelled === 'required' && label === null) throw noLabels(seen.name);
  // Not `seen`: of thousands of files the first bytes would stay in memory.
  const { name, path, sizeBytes, content, close } = seen;
  const canBeReadByWorkers = path !== null && sizeBytes !== null;
  const { guesses, dataStart, linesBefore, isByValues } = guessed;
  const { dialect, carried } = carrying(guessed, name);
  // A label that has a name is no guess.
  const byRows = guesses.filter(({ property }) => property !== 'label' || isByValues);
  const given: CsvSource = {
    guessed: { guesses: byRows, bytes: seenBytes },
    ...{ file, name, dataStart, linesBefore, path: canBeReadByWorkers ? path : null, content },
    // The column of the truth is passed over where it is not wanted.
    dialect: labelled === 'ignored' ? { ...dialect, label: null } : dialect,
  };
  const { source, finish } = await digestCsv(given, sizeBytes, digest);
  return {
    ...{ file, name, format: 'csv', guesses, image },
    ...{ transposed: dialect.transposed, inverted: dialect.inverted },
    ...{ records: null, bytes: sizeBytes, isText: true, canBeReadByWorkers, returnAfter },
    ...{ dataStart, linesBefore },
    ...(carried.size > 0 ? { carried } : {}),
    hasLabels: source.dialect.label !== null,
    labelling: label && (label.kind === 'one-hot' ? 'one-hot' : 'value'),
    read: (from, permits, until) => readCsv(source, from, permits, until),
    files: async (isComplete) => [{ name, sha256: await finish(isComplete) }],
    close: async () => {
      await finish(false);
      await close();
    },
  };
}

/**
 * The dialect that carries the columns that are wanted, and the place of each in what is carried.
 *
 * @throws DigitflowError USAGE for a column of pixels
 */
function carrying({ dialect, wanted }: GuessedDialect, name: string) {
  const { firstPixel, pixelCount } = dialect;
  const columns = [...new Set(wanted.values())];
  for (const [text, column] of wanted) {
    if (column < firstPixel || column >= firstPixel + pixelCount) continue;
    const found = `found column ${column + 1}, which is a pixel`;
    throw new DigitflowError(
      'USAGE',
      `${name}: ${text}: expected a column beside the image, ${found}; say another`,
    );
  }
  const [idColumn = dialect.idColumn, ...others] = columns;
  const moreIds = others.length > 0 ? others : undefined;
  const carried = new Map(Array.from(wanted, ([text, column]) => [text, columns.indexOf(column)]));
  return { dialect: { ...dialect, idColumn, moreIds }, carried };
}

/** The size of images in rows of a label and pixels alone, by the first of them; null where there are other columns. */
export function csvSize({ bytes }: Pick<FirstBytes, 'bytes'>, image: ImageSize): ImageSize | null {
  const [row] = Buffer.from(bytes)
    .toString('latin1')
    .split(/[\r\n]/, 1);
  return row.split(',').length === 1 + image.height * image.width ? image : null;
}

/** A line end turned out to be within quotes, or the file has grown. */
function returnAfter({ reading, stretch, scored }: Batch): ReturnType<Input['returnAfter']> {
  if (stretch === undefined || reading.dialect === null) return null;
  const here = { ...cursorAt(reading.input), isAtRow: true };
  if (scored.quotedLineEndAt !== undefined) {
    return { to: { ...here, bytes: scored.quotedLineEndAt, isCutHere: true }, counts: true };
  }
  const { position, byteCount, fileBytes, file, takesLast, isAtRow } = stretch;
  if (reading.isRange || position + byteCount < fileBytes) return null;
  if (scored.leftAt !== undefined) return { to: { ...here, bytes: scored.leftAt }, counts: true };
  if (file.sizeBytes <= fileBytes) return null;
  if (file.byteAt(fileBytes - 1) === lineEndByte(reading.dialect)) {
    return { to: { ...here, bytes: fileBytes }, counts: true };
  }
  // The row that was cut off was taken, and is longer now.
  return takesLast ? { to: { ...here, bytes: position, isAtRow, takesLast: false }, counts: false } : null;
}

/** Longer content is not digested by default: 128 MiB take 0.1 s, and hold as many images as 64 MiB of IDX. */
export const MOST_DIGESTED_BYTES = 128 * 2 ** 20;

/** A CSV that is digested while it is evaluated. */
interface DigestedCsv {
  /** To be read instead of the one that was given. */
  readonly source: CsvSource;
  /**
   * SHA-256 of the raw, unpacked content in hexadecimal, once the rows have been read. Null where not all of it was read
   * (`isComplete` false ends it at once), where it is too long, or where the file has changed meanwhile.
   */
  finish(isComplete: boolean): Promise<string | null>;
}

/** Digests what the main thread reads in passing, and a file of `sizeBytes` that workers read beside them. */
async function digestCsv(csv: CsvSource, sizeBytes: number | null, mode: DigestMode): Promise<DigestedCsv> {
  const mostBytes = mode === 'always' ? Number.POSITIVE_INFINITY : MOST_DIGESTED_BYTES;
  if (mode === 'never' || (sizeBytes ?? 0) > mostBytes) return { source: csv, finish: async () => null };
  const digest = new ContentDigest(createHash('sha256'), mostBytes);
  const { path, name } = csv;
  if (path !== null) return { source: csv, finish: digestFile(path, name, sizeBytes, digest) };
  return {
    source: { ...csv, content: async () => digest.watch(await csv.content()) },
    finish: async (isComplete) => (isComplete ? digest.sha256 : null),
  };
}

/** Begins to digest a file. */
function digestFile(
  path: string,
  name: string,
  sizeBytes: number | null,
  digest: ContentDigest,
): DigestedCsv['finish'] {
  let isLeft = false;
  const pass = async (file: OpenFile): Promise<void> => {
    const source = digest.watch(new FileBytes(file));
    while (!isLeft && !digest.isGivenUp && (await source.pull()) !== null);
  };
  // What reads the rows tells what is wrong with the file.
  const opening = OpenFile.open(path, name).catch(() => undefined);
  const passing = opening.then((file) => file && pass(file)).catch(() => undefined);
  const finish = async (isComplete: boolean): Promise<string | null> => {
    isLeft = !isComplete;
    await passing;
    const file = await opening;
    const isSame = file?.sizeBytes === sizeBytes && digest.byteCount === sizeBytes;
    file?.release();
    return isComplete && isSame ? digest.sha256 : null;
  };
  let finished: Promise<string | null> | undefined;
  return (isComplete) => {
    // Once: the file is closed then.
    finished ??= finish(isComplete);
    return finished;
  };
}

/** Computes the SHA-256 of content while another reader pulls it. */
class ContentDigest {
  /** In hexadecimal, once all of the content has passed; null before, and when it is too long. */
  sha256: string | null = null;
  /** How many bytes have passed. */
  byteCount = 0;
  readonly #hash: Hash;
  readonly #mostBytes: number;

  constructor(hash: Hash, mostBytes: number) {
    this.#hash = hash;
    this.#mostBytes = mostBytes;
  }

  /** True where there will be no digest: the content is too long. */
  get isGivenUp(): boolean {
    return this.byteCount > this.#mostBytes;
  }

  /** The same source, whose pieces pass through the digest. To be called once. */
  watch(source: ByteSource): ByteSource {
    return {
      name: source.name,
      sizeBytes: source.sizeBytes,
      // A worker that reads the file would bypass the digest.
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
    this.byteCount += piece?.length ?? 0;
    if (this.isGivenUp) return;
    if (piece === null) this.sha256 ??= this.#hash.digest('hex');
    else this.#hash.update(piece);
  }
}

function noLabels(name: string): DigitflowError {
  const advice = 'say --label where it is, or score it, which needs none';
  return new DigitflowError('CSV_COLUMNS', `${name}: expected a column of labels, found none; ${advice}`);
}
