import { textStart } from '../../formats/csv/row-ends.js';

const LINE_FEED = 0x0a;
const CARRIAGE_RETURN = 0x0d;
/** How much of a text is looked at; more where its first rows are longer. */
export const LEAST_FILE_BYTES = 256 * 1024;

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
export function beginsLikeIdx(bytes: Uint8Array): boolean {
  return bytes.length >= 2 && bytes[0] === 0 && bytes[1] === 0;
}
