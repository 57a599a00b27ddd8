const ZERO = 0x30;
const POINT = 0x2e;
/** Digits behind the point: float32 has about seven that mean something. */
const DIGITS = 6;
const SCALE = 10 ** DIGITS;
/** Up to here all that `decimal` reckons with is exact, and whole numbers are divided as integers. */
const MOST = 1000;
const MOST_INTEGER = 2 ** 31 - 1;

/** Text that is put together as bytes: a string for each number would cost more than all else that is done with it. */
export class ByteText {
  #bytes: Uint8Array;
  #length = 0;

  /** @param expected how many bytes there will be, roughly */
  constructor(expected: number) {
    this.#bytes = new Uint8Array(Math.max(64, expected));
  }

  /** What was written so far: a view. */
  get written(): Uint8Array {
    return this.#bytes.subarray(0, this.#length);
  }

  bytes(piece: Uint8Array): void {
    this.#reserve(piece.length);
    const at = this.#length;
    // Pieces are short: a call of `set` would take longer.
    for (let i = 0; i < piece.length; i++) this.#bytes[at + i] = piece[i];
    this.#length += piece.length;
  }

  text(text: string): void {
    this.bytes(Buffer.from(text));
  }

  /** A whole number, not negative. */
  whole(value: number): void {
    if (value > MOST_INTEGER) {
      this.text(String(value));
      return;
    }
    let digits = 1;
    for (let power = 10; power <= value; power *= 10) digits++;
    this.#reserve(digits);
    this.#digits(value, digits);
  }

  /** A float32 with six digits behind its point, as `toFixed` gives them. */
  decimal(value: number): void {
    if (!(value >= 0 && value < MOST)) {
      this.text(value.toFixed(DIGITS));
      return;
    }
    // Exact, as a float32 has 24 bits and the scale has 14 that count: so this rounds as `toFixed` does.
    const scaled = Math.floor(value * SCALE + 0.5);
    const whole = Math.floor(scaled / SCALE);
    this.whole(whole);
    this.#reserve(DIGITS + 1);
    this.#bytes[this.#length++] = POINT;
    this.#digits(scaled - whole * SCALE, DIGITS);
  }

  #digits(value: number, count: number): void {
    let rest = value | 0;
    for (let at = this.#length + count - 1; at >= this.#length; at--) {
      const next = (rest / 10) | 0;
      this.#bytes[at] = ZERO + rest - next * 10;
      rest = next;
    }
    this.#length += count;
  }

  #reserve(count: number): void {
    if (this.#length + count <= this.#bytes.length) return;
    const larger = new Uint8Array(2 * (this.#length + count));
    larger.set(this.written);
    this.#bytes = larger;
  }
}
