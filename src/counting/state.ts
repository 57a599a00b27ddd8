import { DigitflowError, quoteValue } from '../errors.js';

/** More digits than any sum of losses has. */
const MOST_DIGITS = 100;
/** JSON has no words for these, and 0 for -0. */
const UNUSUAL: ReadonlyMap<unknown, number> = new Map([
  ...([Number.NaN, Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY] as const).map(
    (value) => [String(value), value] as const,
  ),
  ['-0', -0],
]);

/** A number as JSON has it, so that `State.number` gives the very same again. */
export function exactNumber(value: number): number | string {
  if (Object.is(value, -0)) return '-0';
  return Number.isFinite(value) ? value : String(value);
}

/** Bytes as text: base64. */
export function bytesText(bytes: Uint8Array): string {
  return Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length).toString('base64');
}

/**
 * A value of a state that came as JSON, from another machine perhaps, and its name in messages. Each getter throws SHARD_BROKEN
 * where it is not what it should be.
 */
export class State {
  readonly value: unknown;
  readonly name: string;

  constructor(value: unknown, name: string) {
    this.value = value;
    this.name = name;
  }

  /** The value of a key; of a missing one `undefined`. */
  get(key: string): State {
    const { value } = this;
    if (typeof value !== 'object' || value === null || Array.isArray(value)) throw this.wrong('an object');
    const own = Object.hasOwn(value, key) ? (value as Record<string, unknown>)[key] : undefined;
    return new State(own, `${this.name}.${key}`);
  }

  /** Whether there is none: null, or left out. */
  get isNone(): boolean {
    return this.value === null || this.value === undefined;
  }

  /** The entries of a list, of a given length where there is one. */
  list(length?: number): State[] {
    const { value, name } = this;
    if (!Array.isArray(value)) throw this.wrong('a list');
    if (length !== undefined && value.length !== length) {
      throw this.wrong(`a list of ${length}`, `one of ${value.length}`);
    }
    return value.map((entry, at) => new State(entry, `${name}[${at}]`));
  }

  /** Whole numbers from 0 up. */
  counts(length: number): number[] {
    return this.list(length).map((entry) => entry.whole());
  }

  /** Whole numbers from 0 up, by their names. */
  countsByName(): Record<string, number> {
    this.get('');
    return Object.fromEntries(
      Object.keys(this.value as object).map((name) => [name, this.get(name).whole()] as const),
    );
  }

  /** A whole number. */
  whole(least = 0, most = Number.MAX_SAFE_INTEGER): number {
    const { value } = this;
    if (Number.isSafeInteger(value) && Number(value) >= least && Number(value) <= most) return Number(value);
    throw this.wrong(
      most === Number.MAX_SAFE_INTEGER
        ? `a whole number, ${least} or more`
        : `a whole number, ${least} to ${most}`,
    );
  }

  /** What `exactNumber` was given. */
  number(): number {
    const value = UNUSUAL.get(this.value) ?? this.value;
    if (typeof value !== 'number') throw this.wrong('a number');
    return value;
  }

  /** True or false. */
  boolean(): boolean {
    if (typeof this.value !== 'boolean') throw this.wrong('true or false');
    return this.value;
  }

  /** A whole number of any size, which is stored as its digits. */
  bigint(): bigint {
    const { value } = this;
    if (typeof value !== 'string' || value.length > MOST_DIGITS || !/^-?\d+$/.test(value)) {
      throw this.wrong('the digits of a whole number');
    }
    return BigInt(value);
  }

  /** A string. */
  text(): string {
    if (typeof this.value !== 'string') throw this.wrong('text');
    return this.value;
  }

  /** What `bytesText` was given. */
  bytes(length?: number): Uint8Array<ArrayBuffer> {
    const bytes = Uint8Array.from(Buffer.from(this.text(), 'base64'));
    if (bytesText(bytes) !== this.value) throw this.wrong('bytes in base64');
    if (length !== undefined && bytes.length !== length)
      throw this.wrong(`${length} bytes`, `${bytes.length}`);
    return bytes;
  }

  /** The error of a value that is not as it should be. */
  wrong(expected: string, found = quoteValue(this.value)): DigitflowError {
    return new DigitflowError('SHARD_BROKEN', `${this.name}: expected ${expected}, found ${found}`);
  }
}
