import { closeSync, openSync, readSync } from 'node:fs';
import { crc32 } from 'node:zlib';
import { State } from '../../counting/state.js';
import { DigitflowError, inputError } from '../../errors.js';
import { REJECTS_HEAD } from '../../outputs/rows/row-output.js';
import { type ScoreCounts, ScoreTally } from '../../outputs/rows/scored-rows.js';
import { type ShardPart, shardPath } from '../shard-file.js';
import type { ShardAt, ShardsOfPlan } from './find-shards.js';

const PIECE_BYTES = 2 ** 20;
/** What is kept of each shard: its folder, and lengths and CRC-32 of rows and rejects. */
const KEPT = 5;

/** Takes bytes, and is done with them when its promise resolves. */
export type TakeBytes = (bytes: Uint8Array | string) => Promise<void>;

/** Where rows and rejects go; rejects may be left out. */
export interface RowsTakers {
  readonly rows: TakeBytes;
  readonly rejects: TakeBytes | undefined;
}

/** Who is told of the copying, and ends it. */
export interface CopyOptions {
  readonly onProgress?: ((progress: CopyProgress) => void) | undefined;
  readonly signal?: AbortSignal | undefined;
}

/** How far the rows of all shards are copied. */
export interface CopyProgress {
  /** Bytes of rows and rejects that were copied. */
  readonly bytes: number;
  /** Bytes of those of all shards. */
  readonly totalBytes: number;
}

/** Puts the rows of all shards together. Of each shard 40 bytes are kept in memory. */
export class RowsMerger {
  readonly #wanted: ShardsOfPlan;
  readonly #kept: Float64Array;
  #tally: ScoreTally | undefined;
  #classes: readonly string[] = [];
  #rowsHead = '';
  #totalBytes = 0;
  #setAsideBytes = 0;

  constructor(wanted: ShardsOfPlan) {
    this.#wanted = wanted;
    this.#kept = new Float64Array(KEPT * wanted.plan.shards.length);
  }

  /**
   * Counts what a shard has; they come in their order.
   *
   * @throws DigitflowError SHARD_BROKEN
   */
  add({ path, folder, head }: ShardAt): void {
    const { shard, classes, rows, rejects, records, rejected, rowsHead } = head;
    this.#tally ??= new ScoreTally(classes.length);
    this.#tally.addCounts(countsOf(new State(head, path), classes.length, { records, rejected }));
    [this.#classes, this.#rowsHead] = [classes, rowsHead];
    this.#totalBytes += rows.bytes;
    this.#setAsideBytes += rejects.bytes;
    this.#kept.set([folder, rows.bytes, rows.crc32, rejects.bytes, rejects.crc32], KEPT * shard);
  }

  /** The names of the classes, in order. */
  get classes(): readonly string[] {
    return this.#classes;
  }

  /** How long all rejects are that the shards hold. */
  get setAsideBytes(): number {
    return this.#setAsideBytes;
  }

  /** What all shards counted. */
  get counts(): ScoreCounts {
    return this.#tally?.counts ?? { predictions: [], reasons: {} };
  }

  /**
   * Copies the rows of all shards, and their rejects, once all were added.
   *
   * @throws DigitflowError SHARD_BROKEN where a shard turns out to be another than when it was written, INPUT_READ; the signal's
   *   reason, and what the takers throw
   */
  async copy({ rows, rejects }: RowsTakers, { onProgress, signal }: CopyOptions): Promise<void> {
    let bytes = 0;
    const totalBytes = this.#totalBytes + (rejects ? this.#setAsideBytes : 0);
    const writing = (take: TakeBytes) =>
      new PieceWriter(async (piece) => {
        signal?.throwIfAborted();
        await take(piece);
        bytes += piece.length;
        onProgress?.({ bytes, totalBytes });
      });
    await rows(this.#rowsHead);
    await rejects?.(REJECTS_HEAD);
    const [toRows, toRejects] = [writing(rows), rejects && writing(rejects)];
    for (let shard = 0; shard < this.#wanted.plan.shards.length; shard++) {
      const [folder, rowsBytes, rowsCheck, bytes, crc32] = this.#kept.subarray(KEPT * shard);
      const path = shardPath(this.#wanted.folders[folder], shard);
      await withFile(path, async (fd) => {
        await copyPart(fd, path, { at: 0, bytes: rowsBytes, crc32: rowsCheck }, toRows);
        if (toRejects) await copyPart(fd, path, { at: rowsBytes, bytes, crc32 }, toRejects);
      });
    }
    await toRows.end();
    await toRejects?.end();
  }
}

async function withFile(path: string, use: (fd: number) => Promise<void>): Promise<void> {
  let fd: number;
  try {
    fd = openSync(path, 'r');
  } catch (error) {
    throw inputError(error, path);
  }
  try {
    await use(fd);
  } finally {
    closeSync(fd);
  }
}

async function copyPart(
  fd: number,
  path: string,
  part: ShardPart & { readonly at: number },
  to: PieceWriter,
): Promise<void> {
  const end = part.at + part.bytes;
  let check = 0;
  for (let at = part.at; at < end; ) {
    const { room } = to;
    const count = readInto(fd, path, room.subarray(0, end - at), at);
    if (count === 0) throw broken(path, `${part.bytes} bytes`, `${at - part.at}`);
    check = crc32(room.subarray(0, count), check);
    at += count;
    await to.add(count);
  }
  if (check !== part.crc32) throw broken(path, `CRC-32 ${hex(part.crc32)}`, hex(check));
}

/** Not left to another thread: that one is to write meanwhile. */
function readInto(fd: number, path: string, into: Uint8Array, at: number): number {
  try {
    return readSync(fd, into, 0, into.length, at);
  } catch (error) {
    throw inputError(error, path);
  }
}

/** What a shard has counted, which must be as many as it has records. Throws SHARD_BROKEN. */
function countsOf(
  head: State,
  classes: number,
  { records, rejected }: { readonly records: number; readonly rejected: number },
): ScoreCounts {
  const predictions = head.get('counts').get('predictions');
  const reasons = head.get('counts').get('reasons');
  const counts = { predictions: predictions.counts(classes), reasons: reasons.countsByName() };
  const sumOf = (all: readonly number[]) => all.reduce((sum, count) => sum + count, 0);
  const [scored, bad] = [sumOf(counts.predictions), sumOf(Object.values(counts.reasons))];
  if (scored !== records - rejected) throw predictions.wrong(`${records - rejected} in all`, `${scored}`);
  if (bad !== rejected) throw reasons.wrong(`${rejected} in all`, `${bad}`);
  return counts;
}

/** Gathers bytes to large pieces, of which one is filled while the other is written. */
class PieceWriter {
  readonly #take: (piece: Uint8Array) => Promise<void>;
  #piece = new Uint8Array(PIECE_BYTES);
  #other = new Uint8Array(PIECE_BYTES);
  #filled = 0;
  #written: Promise<void> = Promise.resolve();

  constructor(take: (piece: Uint8Array) => Promise<void>) {
    this.#take = take;
  }

  /** Where the next bytes go: never empty. */
  get room(): Uint8Array {
    return this.#piece.subarray(this.#filled);
  }

  /** Takes the first bytes of the room. */
  async add(count: number): Promise<void> {
    this.#filled += count;
    if (this.#filled === PIECE_BYTES) await this.#write();
  }

  /** Resolves when all is written. */
  async end(): Promise<void> {
    await this.#write();
    await this.#written;
  }

  async #write(): Promise<void> {
    await this.#written;
    const piece = this.#piece.subarray(0, this.#filled);
    [this.#piece, this.#other, this.#filled] = [this.#other, this.#piece, 0];
    this.#written = this.#take(piece);
    // What went wrong is raised when it is waited for.
    this.#written.catch(() => undefined);
  }
}

function hex(check: number): string {
  return check.toString(16).padStart(8, '0');
}

function broken(path: string, expected: string, found: string): DigitflowError {
  const advice = 'remove it, score this shard again, and merge again';
  return new DigitflowError(
    'SHARD_BROKEN',
    `${path}: expected rows with ${expected}, found ${found}; ${advice}`,
  );
}
