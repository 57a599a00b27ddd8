import { createHash, type Hash } from 'node:crypto';
import { type ShardStart, startOf } from './plan-file.js';
import type { RowGoal, RowPlace } from './row-scan.js';

/** How large shards are to be: so many of them, by their bytes; or each of so many records, or bytes. */
export type ShardSize =
  | { readonly shards: number }
  | { readonly shardRows: number }
  | { readonly shardBytes: number };

/** What is measured: bytes, or records; null for records that were not counted. */
interface Measured {
  readonly bytes: number;
  readonly records: number | null;
}

/**
 * Says where to cut, as inputs are passed in order. A shard begins at a record, and has one or more; of a number of shards there
 * are fewer where there are fewer records, or inputs that cannot be cut.
 */
export class ShardCuts {
  readonly #starts: ShardStart[] = [startOf(0)];
  /** Digests the bytes of the shard at hand, where that is wanted. */
  #hash: Hash | null;
  readonly #size: ShardSize;
  readonly #totalBytes: number;
  /** What came before the input at hand, in bytes or records, by what the size is of; and where the next shard is to begin. */
  #before = 0;
  #goal = 0;
  /** Of a number of shards, how many have their goals behind them. */
  #behind = 0;
  #file = -1;
  /** The record of the input at hand that the shard at hand began before. */
  #firstRow = 0;
  #isEmpty = true;

  /** @param totalBytes of all inputs */
  constructor(size: ShardSize, totalBytes: number, withDigests: boolean) {
    this.#size = size;
    this.#totalBytes = totalBytes;
    this.#hash = withDigests ? createHash('sha256') : null;
    this.#aim(0);
  }

  /**
   * Comes to the next input, before its bytes are digested. One without records begins no shard.
   *
   * @param firstBytes where its first record begins; null where it cannot be cut: then it goes to the shard that its greater
   *   half would go to
   */
  begin(input: Measured, firstBytes: number | null): void {
    this.#file++;
    this.#firstRow = 0;
    const goal = this.#goal - this.#before;
    const isReached =
      firstBytes === null ? goal < this.#sizeOf(input) / 2 : goal <= (this.#byRecords ? 0 : firstBytes);
    if (isReached && !this.#isEmpty && input.records !== 0) this.#start(startOf(this.#file), this.#before);
  }

  /** Where a shard is to begin next in the input at hand. */
  get goal(): RowGoal {
    const goal = this.#goal - this.#before;
    const leastRow = this.#firstRow + 1;
    if (this.#byRecords) return { bytes: Number.POSITIVE_INFINITY, row: goal, leastRow };
    return { bytes: goal, row: Number.POSITIVE_INFINITY, leastRow };
  }

  /** Begins a shard before a record of the input at hand, not the first, whose bytes up to there are digested. */
  cut({ bytes, line, row }: RowPlace): void {
    this.#start({ file: this.#file, bytes, line, row }, this.#before + (this.#byRecords ? row : bytes));
    this.#firstRow = row;
  }

  /** Takes the next bytes of the shard at hand. */
  digest(bytes: Uint8Array): void {
    this.#hash?.update(bytes);
  }

  /** Has passed the input at hand. */
  end(input: Measured): void {
    this.#before += this.#sizeOf(input);
    if (this.#before === Number.POSITIVE_INFINITY) {
      // Where records count, what was not counted is a shard by itself.
      this.#before = 0;
      this.#goal = 0;
    }
    this.#isEmpty &&= input.records === 0;
  }

  /** To be called once, after the last input. */
  finish(): readonly ShardStart[] {
    this.#endShard();
    return this.#starts;
  }

  get #byRecords(): boolean {
    return 'shardRows' in this.#size;
  }

  #sizeOf({ bytes, records }: Measured): number {
    return this.#byRecords ? (records ?? Number.POSITIVE_INFINITY) : bytes;
  }

  #start(start: ShardStart, place: number): void {
    this.#endShard();
    this.#starts.push(start);
    this.#isEmpty = true;
    this.#aim(place);
  }

  #endShard(): void {
    if (this.#hash === null) return;
    const sha256 = this.#hash.digest('hex');
    this.#starts.push({ ...(this.#starts.pop() ?? startOf(0)), sha256 });
    this.#hash = createHash('sha256');
  }

  /** Sets where the shard after one that begins at a place is to begin. */
  #aim(place: number): void {
    const size = this.#size;
    if ('shardRows' in size) this.#goal = place + size.shardRows;
    else if ('shardBytes' in size) this.#goal = place + size.shardBytes;
    else {
      this.#behind = Math.max(this.#behind + 1, Math.floor((place * size.shards) / this.#totalBytes) + 1);
      const isLast = !(this.#behind < size.shards);
      this.#goal = isLast ? Number.POSITIVE_INFINITY : (this.#totalBytes * this.#behind) / size.shards;
    }
  }
}
