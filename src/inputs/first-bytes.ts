import { type Stats, statSync } from 'node:fs';
import { mostRowBytesOf } from '../formats/csv/dialect.js';
import { textStart } from '../formats/csv/row-ends.js';
import { type ByteSource, prepend } from './bytes/byte-source.js';
import { OpenFile } from './bytes/file-bytes.js';
import { isPacked } from './bytes/inflate-bytes.js';
import { type ByteInput, openBytes, pathOf } from './bytes/open-bytes.js';
import type { PictureSet } from './pictures/picture-set.js';

const LINE_FEED = 0x0a;
const CARRIAGE_RETURN = 0x0d;
/** How much of a text is looked at; more where its first rows are longer. */
export const LEAST_FILE_BYTES = 256 * 1024;

/** The first bytes of an input, and how to go on from there. */
export interface FirstBytes {
  readonly name: string;
  /** Unpacked. */
  readonly bytes: Uint8Array;
  /** True when there are no more. */
  readonly isWhole: boolean;
  /**
   * Waits for more of a stream: for one line more, and for `leastBytes` in all. Null for a file, of which enough was read, and
   * where there is no more.
   */
  readonly readMore: ((leastBytes?: number) => Promise<FirstBytes>) | null;
  /** The path of a regular file; it was closed again. */
  readonly path: string | null;
  /** The size of a regular file that is not packed: workers can read it. Null for everything else. */
  readonly sizeBytes: number | null;
  /** Where it is bytes in memory, all of them; left out where these are packed. */
  readonly memory?: Uint8Array | undefined;
  /** Where it is no file, but pictures that are files of their own. */
  readonly pictures?: PictureSet | undefined;
  /** Opens all of its unpacked content, from the start; a stream only once. */
  content(): Promise<ByteSource>;
  close(): Promise<void>;
}

/** What to call an input in an error; throws USAGE for a URL that is not that of a file. */
export function nameOf(input: ByteInput): string {
  if (input === '-') return 'stdin';
  return pathOf(input) ?? (input instanceof Uint8Array ? 'bytes' : 'stream');
}

/** Whether an input can be opened only once, and may take for ever to open: stdin, a pipe, a device, a stream in memory. */
export function isStream(input: ByteInput): boolean {
  if (pathOf(input) === null) return !(input instanceof Uint8Array);
  const stats = statsOf(input);
  return stats !== null && !stats.isFile() && !stats.isDirectory();
}

/** Whether an input is a folder; false when there is nothing. */
export function isFolder(input: ByteInput): boolean {
  return statsOf(input)?.isDirectory() ?? false;
}

/** Null where there is no path, or nothing at it. Not node:fs/promises, which takes 2 ms to load. */
function statsOf(input: ByteInput): Stats | null {
  const path = pathOf(input);
  try {
    return path === null ? null : (statSync(path, { throwIfNoEntry: false }) ?? null);
  } catch {
    return null;
  }
}

/** The path of a regular file, which can be opened more than once; null for everything else. */
function regularPathOf(input: ByteInput): string | null {
  return statsOf(input)?.isFile() ? pathOf(input) : null;
}

/** The size of a regular file that is not packed: workers can read it. Null for everything else. */
export async function plainFileSize(input: ByteInput): Promise<number | null> {
  const path = regularPathOf(input);
  const file = path === null ? null : await OpenFile.open(path, path).catch(() => null);
  if (file === null) return null;
  try {
    const start = new Uint8Array(4);
    file.readAt(start, 0);
    return isPacked(start) ? null : file.sizeBytes;
  } catch {
    return null;
  } finally {
    file.release();
  }
}

/**
 * Reads the first bytes of an input. A regular file, or bytes in memory, are read to the end of a header and a row, if lines
 * are no longer than `mostLineBytes`, and closed again. Of a live stream it waits for one line; `readMore` waits for the next.
 *
 * @throws DigitflowError INPUT_MISSING, INPUT_READ, GZIP_BROKEN
 */
export async function readFirstBytes(
  input: ByteInput,
  name = nameOf(input),
  mostLineBytes = mostRowBytesOf(0),
): Promise<FirstBytes> {
  const path = regularPathOf(input);
  const source = await openBytes(input, name);
  // Not `closedOnError`: what `content` keeps of this call must not be the source, and its buffers.
  try {
    if (path === null && !(input instanceof Uint8Array))
      return await readFirstLines(source, new FirstLines(mostLineBytes));
    const { bytes, isWhole } = await readFileStart(source, mostLineBytes);
    await source.close();
    return {
      ...{ name, bytes, isWhole, readMore: null, path, sizeBytes: path === null ? null : source.sizeBytes },
      memory: input instanceof Uint8Array && !isPacked(input) ? input : undefined,
      content: () => openBytes(input, name),
      close: async () => {},
    };
  } catch (error) {
    await source.close();
    throw error;
  }
}

/** Waits for a line that is not blank, and for the next one where it is asked again. */
async function readFirstLines(source: ByteSource, seen: FirstLines, leastBytes = 0): Promise<FirstBytes> {
  let piece: Uint8Array | null;
  do piece = await source.pull();
  while (piece !== null && (!seen.append(piece) || seen.bytes.length < leastBytes));
  const isWhole = piece === null;
  const { bytes } = seen;
  return {
    ...{ name: source.name, bytes, isWhole, path: null, sizeBytes: null },
    readMore: isWhole ? null : (more) => readFirstLines(source, seen, more),
    content: async () => prepend(bytes, source),
    close: () => source.close(),
  };
}

/** A header and a row, in one piece. */
async function readFileStart(source: ByteSource, mostLineBytes: number) {
  let bytes = Buffer.alloc(0);
  while (bytes.length < startBytes(bytes, mostLineBytes)) {
    const piece = await source.pull();
    if (piece === null) return { bytes, isWhole: true };
    bytes = Buffer.concat([bytes, piece]);
    // Enough to tell what it is.
    if (beginsLikeIdx(bytes)) break;
  }
  return { bytes, isWhole: false };
}

/**
 * How many bytes of a text are looked at, where there are as many: they hold a header and a row, if lines are no longer than
 * `mostLineBytes`. Blank lines before them do not count.
 */
export function startBytes(text: Uint8Array, mostLineBytes: number): number {
  const lineEnd = text.includes(LINE_FEED) ? LINE_FEED : CARRIAGE_RETURN;
  const first = passBlankLines(text, textStart(text));
  const firstEnd = text.indexOf(lineEnd, first);
  const second = firstEnd < 0 ? text.length : passBlankLines(text, firstEnd);
  const blankBytes = first + (firstEnd < 0 ? 0 : second - firstEnd);
  const secondEnd = text.indexOf(lineEnd, second);
  const hasTwoLines = secondEnd >= 0 && secondEnd < LEAST_FILE_BYTES + blankBytes;
  return (hasTwoLines ? LEAST_FILE_BYTES : Math.max(LEAST_FILE_BYTES, 2 * mostLineBytes)) + blankBytes;
}

function passBlankLines(text: Uint8Array, start: number): number {
  let at = start;
  while (isLineEnd(text[at])) at++;
  return at;
}

/** A NUL shows that these are no rows of text once there are so many bytes: they tell what it is, too. */
const LEAST_BINARY_BYTES = 128;

/**
 * The first bytes of a stream, piece by piece, until they hold a line that is not blank. However small the pieces and however
 * many the blank lines, the work grows with the bytes only.
 */
export class FirstLines {
  readonly #mostLineBytes: number;
  #buffer = Buffer.alloc(0);
  #length = 0;
  /** Where the line begins that has not ended, or blank lines before it. */
  #lineStart = 0;
  /** There is no end of that line before here. */
  #searched = 0;
  /** The length when `append` last returned true. */
  #toldLength = 0;
  #hasNul = false;

  /** A line longer than `mostLineBytes` is not waited for. */
  constructor(mostLineBytes: number) {
    this.#mostLineBytes = mostLineBytes;
  }

  /** All of them, in a view that later pieces do not change. */
  get bytes(): Buffer {
    return this.#buffer.subarray(0, this.#length);
  }

  /** Adds a piece; true where a line that is not blank has ended, or waiting is of no use: no text, or too long a line. */
  append(piece: Uint8Array): boolean {
    this.#copy(piece);
    this.#hasNul ||= piece.includes(0);
    const isBinary = this.#hasNul && (this.#length >= LEAST_BINARY_BYTES || beginsLikeIdx(this.bytes));
    const hasLine = this.#passLines();
    const isTooLong = this.#length - Math.max(this.#lineStart, this.#toldLength) >= this.#mostLineBytes;
    const tells = hasLine || isBinary || isTooLong;
    if (tells) this.#toldLength = this.#length;
    return tells;
  }

  #copy(piece: Uint8Array): void {
    const length = this.#length + piece.length;
    if (length > this.#buffer.length) {
      // Doubled each time: a byte is copied twice on average, not once a piece.
      const buffer = Buffer.alloc(Math.max(length, 2 * this.#buffer.length));
      buffer.set(this.bytes);
      this.#buffer = buffer;
    }
    this.#buffer.set(piece, this.#length);
    this.#length = length;
  }

  /** Passes all lines that have ended; true where one of them is not blank. */
  #passLines(): boolean {
    const { bytes } = this;
    if (this.#lineStart === 0) this.#lineStart = textStart(bytes);
    this.#lineStart = passBlankLines(bytes, this.#lineStart);
    this.#searched = Math.max(this.#searched, this.#lineStart);
    const isEnded =
      bytes.includes(LINE_FEED, this.#searched) ||
      // A carriage return ends a line too, unless a line feed follows: it has to wait for the next byte.
      bytes.subarray(0, -1).includes(CARRIAGE_RETURN, this.#searched);
    if (isEnded) {
      const lastLineFeed = bytes.lastIndexOf(LINE_FEED);
      this.#lineStart = (lastLineFeed >= 0 ? lastLineFeed : bytes.lastIndexOf(CARRIAGE_RETURN)) + 1;
    }
    // The last byte may be a carriage return that waits.
    this.#searched = Math.max(this.#lineStart, bytes.length - 1);
    return isEnded;
  }
}

function isLineEnd(byte: number | undefined): boolean {
  return byte === LINE_FEED || byte === CARRIAGE_RETURN;
}

/** No text begins with two zero bytes, UTF-16 neither. */
function beginsLikeIdx(bytes: Uint8Array): boolean {
  return bytes.length >= 2 && bytes[0] === 0 && bytes[1] === 0;
}
