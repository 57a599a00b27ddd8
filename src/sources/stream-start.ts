const LINE_FEED = 0x0a;
const CARRIAGE_RETURN = 0x0d;
const BYTE_ORDER_MARK = Uint8Array.of(0xef, 0xbb, 0xbf);

/** Fewer bytes do not tell that they are no text. */
const LEAST_BINARY_BYTES = 16;

/**
 * The beginning of a stream, piece by piece: told as soon as there is a line that is not blank, since of a live stream no more
 * is waited for. However small the pieces and however many the blank lines, the work grows with the bytes.
 */
export class StreamStart {
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
    if (this.#hasNul && this.#length >= LEAST_BINARY_BYTES) return true;
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
