import { networkFileError } from '../found-network.js';

/** A number of more digits is no number of a network. */
const MOST_NUMBER_BYTES = 32;

/** The escapes of Python 2's strings, by their letter. */
const ESCAPES: Readonly<Record<string, string>> = {
  n: '\n',
  r: '\r',
  t: '\t',
  '\\': '\\',
  "'": "'",
  '"': '"',
};

/** The bytes of a pickle, read from front to end: each method takes what it reads. */
export class PickleBytes {
  readonly #bytes: Buffer;

  constructor(
    bytes: Uint8Array,
    readonly name: string,
    /** The place of the next byte. */
    public at: number,
  ) {
    this.#bytes = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length);
  }

  /** The NETWORK_FILE error of what is not right here. */
  fault(expected: string, found: string) {
    const advice = 'the file is damaged or no pickle: get or save it again';
    return networkFileError(`${this.name}: byte ${this.at} of the pickle`, expected, found, advice);
  }

  take(count: number): Buffer {
    const { length } = this.#bytes;
    if (count > length - this.at) throw this.fault(`${count} bytes`, `${length - this.at}: it is cut off`);
    this.at += count;
    return this.#bytes.subarray(this.at - count, this.at);
  }

  /** A number that is not negative, of 1, 2, 4 or 8 bytes. */
  size(bytes: 1 | 2 | 4 | 8): number {
    const taken = this.take(bytes);
    return bytes === 8 ? Number(taken.readBigUInt64LE()) : taken.readUIntLE(0, bytes);
  }

  /** As many bytes as the number before them says. */
  sized(bytes: 1 | 4 | 8): Buffer {
    return this.take(this.size(bytes));
  }

  text(bytes: 1 | 4 | 8): string {
    return this.sized(bytes).toString('utf8');
  }

  /** Two's complement, as long as the number before it says. */
  long(bytes: 1 | 4): bigint {
    const length = this.size(bytes);
    if (length > MOST_NUMBER_BYTES) throw this.fault(`a number of ${MOST_NUMBER_BYTES} bytes`, `${length}`);
    const digits = Buffer.from(this.take(length)).reverse().toString('hex');
    return BigInt.asIntN(8 * length, BigInt(`0x${digits || '0'}`));
  }

  /** The characters up to the next end of a line, one a byte. */
  line(): string {
    const end = this.#bytes.indexOf(0x0a, this.at);
    if (end < 0) throw this.fault('a line', 'no end of it');
    const text = this.#bytes.toString('latin1', this.at, end).replace(/\r$/, '');
    this.at = end + 1;
    return text;
  }

  /** A decimal number on a line of its own. */
  integer(): bigint {
    const text = this.line();
    if (/^-?\d{1,75}L?$/.test(text)) return BigInt(text.replace('L', ''));
    throw this.fault('a whole number', JSON.stringify(text.slice(0, 30)));
  }

  /** Whether one of the two lines comes that stand for False and True, and not for 0 and 1. */
  isBoolean(): boolean {
    return /^0[01]\r?\n/.test(this.#bytes.toString('latin1', this.at, this.at + 4));
  }

  float(): number {
    const text = this.line();
    const number = /^-?\d/.test(text)
      ? Number(text)
      : { nan: Number.NaN, inf: Infinity, '-inf': -Infinity }[text];
    if (number !== undefined && (text === 'nan' || !Number.isNaN(number))) return number;
    throw this.fault('a number', JSON.stringify(text.slice(0, 30)));
  }

  /** A string as Python 2 writes it, in quotes. */
  quoted(): string {
    const line = this.line();
    const inside = /^(['"])(.*)\1$/s.exec(line)?.[2];
    if (inside === undefined) throw this.fault('a string in quotes', JSON.stringify(line.slice(0, 30)));
    return inside.replace(/\\(?:x([0-9a-f]{2})|(.))/gis, (whole, hex, letter) =>
      hex === undefined ? (ESCAPES[letter] ?? whole) : String.fromCharCode(Number.parseInt(hex, 16)),
    );
  }

  /** A line in which `\u000a` stands for a character. */
  escaped(): string {
    return this.line().replace(/\\(?:u([\da-fA-F]{4})|U(00[01][\da-fA-F]{5}))/g, (whole, short, long) => {
      const code = Number.parseInt(short ?? long, 16);
      return code > 0x10ffff ? whole : String.fromCodePoint(code);
    });
  }
}
