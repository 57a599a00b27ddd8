import { DigitflowError, type ErrorCode } from '../../errors.js';

const WORST_FIRST = ['SHARD_MISMATCH', 'SHARD_BROKEN', 'SHARD_MISSING'] as const;
const ADVICE: Readonly<Partial<Record<ErrorCode, string>>> = {
  SHARD_MISSING: 'score these, and merge again',
  SHARD_BROKEN: 'score these again, and merge again',
  SHARD_MISMATCH: 'give the folder of this plan, or score these again into another one',
};

/** What is to be told of which shards. */
export class ShardKinds {
  readonly #folders: readonly string[];
  readonly #count: number;
  readonly #kinds = new Map<string, { readonly code: ErrorCode; words: string; readonly shards: Ranges }>();

  /** @param folders where they lie; @param count how many there are to be */
  constructor(folders: readonly string[], count: number) {
    this.#folders = folders;
    this.#count = count;
  }

  get areNone(): boolean {
    return this.#kinds.size === 0;
  }

  /** @param what `missing`, or `broken (…)`: in brackets stands what is told of the first one */
  add(code: ErrorCode, what: string, shard: number): void {
    const kind = what.replace(/ \(.*/s, '');
    const known = this.#kinds.get(kind) ?? { code, words: what, shards: new Ranges() };
    this.#kinds.set(kind, known);
    known.shards.add(shard);
  }

  /** `shards 3, 7 to 19 of 200 are missing` */
  get words(): string[] {
    return Array.from(this.#kinds.values(), ({ words, shards }) => {
      return `${shards.words} of ${this.#count} ${shards.count === 1 ? 'is' : 'are'} ${words}`;
    });
  }

  /** Throws one error of all; its code is that of the worst. */
  raise(): void {
    if (this.areNone) return;
    const codes = Array.from(this.#kinds.values(), ({ code }) => code);
    const code = WORST_FIRST.find((one) => codes.includes(one)) ?? codes[0];
    throw new DigitflowError(code, `${this.#folders.join(', ')}: ${this.words.join('; ')}; ${ADVICE[code]}`);
  }
}

const MOST_RANGES = 10;

/** Ascending numbers, of which those that follow each other are told together. */
class Ranges {
  readonly #ranges: [from: number, to: number][] = [];
  count = 0;

  add(number: number): void {
    this.count++;
    const last = this.#ranges.at(-1);
    if (last !== undefined && last[1] === number - 1) last[1] = number;
    else this.#ranges.push([number, number]);
  }

  /** `shard 3`, `shards 3, 7 to 19`. */
  get words(): string {
    const told = this.#ranges.slice(0, MOST_RANGES);
    const rest = this.count - told.reduce((sum, [from, to]) => sum + to - from + 1, 0);
    const parts = told.map(([from, to]) =>
      from === to ? `${from}` : to === from + 1 ? `${from}, ${to}` : `${from} to ${to}`,
    );
    return `${this.count === 1 ? 'shard' : 'shards'} ${parts.join(', ')}${rest > 0 ? ` and ${rest} more` : ''}`;
  }
}
