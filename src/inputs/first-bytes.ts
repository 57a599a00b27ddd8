import { promises as fs, type Stats } from 'node:fs';
import { mostRowBytesOf } from '../formats/csv/dialect.js';
import { isGzip } from '../formats/recognize.js';
import { type ByteSource, prepend } from './bytes/byte-source.js';
import { type ByteInput, openBytes, pathOf } from './bytes/open-bytes.js';
import { OpenFile } from './bytes/open-file.js';

/** How much of a file is read; more, where its first rows are longer. */
const LEAST_FILE_BYTES = 256 * 1024;

/** The first bytes of an input, and how to go on from there. */
export interface FirstBytes {
  readonly name: string;
  /** Unpacked. */
  readonly bytes: Uint8Array;
  /** True when there are no more. */
  readonly isWhole: boolean;
  /** Waits for more of a stream; null for a file, of which enough was read, and where there is no more. */
  readonly readMore: (() => Promise<FirstBytes>) | null;
  /** Set for a regular file: that was closed again. */
  readonly path: string | null;
  /** Its size, where workers can read it: a regular file, and not packed. */
  readonly sizeBytes: number | null;
  /** All of its unpacked content, from the start: once, where it is a stream. */
  content(): Promise<ByteSource>;
  /** Closes what is open. */
  close(): Promise<void>;
}

/**
 * What to call an input in an error.
 *
 * @throws DigitflowError USAGE for a URL that is not that of a file
 */
export function nameOf(input: ByteInput): string {
  if (input === '-') return 'stdin';
  return pathOf(input) ?? (input instanceof Uint8Array ? 'bytes' : 'stream');
}

/** Whether an input is a regular file, which can be opened more than once. */
export async function isRegularFile(input: ByteInput): Promise<boolean> {
  return (await statsOf(input))?.isFile() ?? false;
}

/**
 * Whether an input can be opened only once, and may take for ever to open: stdin, a named pipe, a device, bytes that are
 * made while they are read. What is wrong with any other input is known at once.
 */
export async function isStream(input: ByteInput): Promise<boolean> {
  if (pathOf(input) === null) return !(input instanceof Uint8Array);
  const stats = await statsOf(input);
  return stats !== null && !stats.isFile() && !stats.isDirectory();
}

/** Null where there is no path, or nothing at it. */
async function statsOf(input: ByteInput): Promise<Stats | null> {
  const path = pathOf(input);
  return path === null ? null : fs.stat(path).catch(() => null);
}

/** The size of a regular file that is not packed: workers can read it. Null for everything else. */
export async function plainFileSize(input: ByteInput): Promise<number | null> {
  const path = pathOf(input);
  if (path === null || !(await isRegularFile(path))) return null;
  const file = await OpenFile.open(path, path).catch(() => null);
  if (file === null) return null;
  try {
    const start = new Uint8Array(2);
    file.readAt(start, 0);
    return isGzip(start) ? null : file.sizeBytes;
  } catch {
    return null;
  } finally {
    file.release();
  }
}

/** How to read the first bytes. */
export interface FirstBytesOptions {
  /** What to call the input in an error. */
  readonly name?: string | undefined;
  /** The longest line that is waited for; by default for images of 2048 pixels at most. */
  readonly mostLineBytes?: number | undefined;
}

/**
 * Reads the first bytes of an input. A regular file is closed again: of thousands, none stays open. It is read to the end
 * of a header and a row, if lines are no longer than they may be; so are bytes in memory.
 *
 * Of a live stream it waits for one line; `readMore` waits for the next.
 *
 * @throws DigitflowError INPUT_MISSING, INPUT_READ, GZIP_BROKEN
 */
export async function readFirstBytes(
  input: ByteInput,
  { name = nameOf(input), mostLineBytes = mostRowBytesOf(0) }: FirstBytesOptions = {},
): Promise<FirstBytes> {
  const path = (await isRegularFile(input)) ? pathOf(input) : null;
  const source = await openBytes(input, name);
  try {
    if (path === null && !(input instanceof Uint8Array))
      return await readFirstLines(source, new FirstLines(mostLineBytes));
    const { bytes, isWhole } = await readFileStart(source, mostLineBytes);
    await source.close();
    return {
      ...{ name, bytes, isWhole, readMore: null, path, sizeBytes: path === null ? null : source.sizeBytes },
      content: () => openBytes(input, name),
      close: async () => {},
    };
  } catch (error) {
    await source.close();
    throw error;
  }
}

/** Waits for a line that is not blank, and for the next one where it is asked again. */
async function readFirstLines(source: ByteSource, seen: FirstLines): Promise<FirstBytes> {
  let piece: Uint8Array | null;
  do piece = await source.pull();
  while (piece !== null && !seen.append(piece));
  const isWhole = piece === null;
  const { bytes } = seen;
  return {
    ...{ name: source.name, bytes, isWhole, path: null, sizeBytes: null },
    readMore: isWhole ? null : () => readFirstLines(source, seen),
    content: async () => prepend(bytes, source),
    close: () => source.close(),
  };
}

/** The first bytes of a file, in one piece: a header and a row, if lines are no longer than they may be. */
async function readFileStart(
  source: ByteSource,
  mostLineBytes: number,
): Promise<Pick<FirstBytes, 'bytes' | 'isWhole'>> {
  let bytes = Buffer.alloc(0);
  while (bytes.length < LEAST_FILE_BYTES || (bytes.length < 2 * mostLineBytes && !hasTwoLines(bytes))) {
    const piece = await source.pull();
    if (piece === null) return { bytes, isWhole: true };
    bytes = Buffer.concat([bytes, piece]);
  }
  return { bytes, isWhole: false };
}

function hasTwoLines(text: Buffer): boolean {
  const lineEnd = text.includes(0x0a) ? 0x0a : 0x0d;
  const at = text.indexOf(lineEnd);
  return at >= 0 && text.includes(lineEnd, at + 1);
}

const LINE_FEED = 0x0a;
const CARRIAGE_RETURN = 0x0d;
const BYTE_ORDER_MARK = Uint8Array.of(0xef, 0xbb, 0xbf);

/** Fewer bytes do not tell that they are no text. */
const LEAST_BINARY_BYTES = 16;

/**
 * The first bytes of a stream, piece by piece, until they hold a line that is not blank: a live stream may give no more for
 * now. However small the pieces and however many the blank lines, the work grows with the bytes only.
 */
export class FirstLines {
  readonly #mostLineBytes: number;
  #held = Buffer.alloc(0);
  #length = 0;
  /** Where a line begins, or blank ones before it. */
  #lineStart = 0;
  /** Up to where no line end was found. */
  #searched = 0;
  /** How much there was when it was last told. */
  #told = 0;
  #hasNul = false;

  /** @param mostLineBytes without a line end in so many bytes, more of them will not tell more. */
  constructor(mostLineBytes: number) {
    this.#mostLineBytes = mostLineBytes;
  }

  /** All of it: a view that stays as it is. */
  get bytes(): Buffer {
    return this.#held.subarray(0, this.#length);
  }

  /**
   * Adds a piece, which is copied.
   *
   * @returns true where that tells something: a line that is not blank has ended, or none is to be waited for, since this
   *   is no text, or its line has no end
   */
  append(piece: Uint8Array): boolean {
    this.#hold(piece);
    this.#hasNul ||= piece.includes(0);
    const tells = this.#passLines() || this.#isHopeless;
    if (tells) this.#told = this.#length;
    return tells;
  }

  get #isHopeless(): boolean {
    if (this.#hasNul && (this.#length >= LEAST_BINARY_BYTES || beginsLikeIdx(this.bytes))) return true;
    return this.#length - Math.max(this.#lineStart, this.#told) >= this.#mostLineBytes;
  }

  #hold(piece: Uint8Array): void {
    const length = this.#length + piece.length;
    if (length > this.#held.length) {
      // Twice as much each time: so a byte is copied twice on average, not once a piece.
      const held = Buffer.alloc(Math.max(length, 2 * this.#held.length));
      held.set(this.bytes);
      this.#held = held;
    }
    this.#held.set(piece, this.#length);
    this.#length = length;
  }

  /** Goes behind the last line that has ended; true where there is one that is not blank. */
  #passLines(): boolean {
    const { bytes } = this;
    const hasMark = this.#lineStart === 0 && bytes.subarray(0, 3).equals(BYTE_ORDER_MARK);
    if (hasMark) this.#lineStart = BYTE_ORDER_MARK.length;
    while (isLineEnd(bytes[this.#lineStart])) this.#lineStart++;
    this.#searched = Math.max(this.#searched, this.#lineStart);
    const isEnded =
      bytes.includes(LINE_FEED, this.#searched) ||
      // A carriage return ends a line too where something else than a line feed follows: before that nobody knows.
      bytes.subarray(0, -1).includes(CARRIAGE_RETURN, this.#searched);
    if (isEnded) {
      const lastLineFeed = bytes.lastIndexOf(LINE_FEED);
      this.#lineStart = (lastLineFeed >= 0 ? lastLineFeed : bytes.lastIndexOf(CARRIAGE_RETURN)) + 1;
    }
    // The last byte may be such a carriage return.
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
