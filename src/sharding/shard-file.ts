import { closeSync, fstatSync, openSync, readSync } from 'node:fs';
import { join } from 'node:path';
import { crc32 } from 'node:zlib';
import type { InputDescription } from '../engine/records.js';
import { DigitflowError, inputError, quoteValue } from '../errors.js';
import { parseShallowJson } from '../network/formats/shallow-json.js';
import type { ScoreCounts } from '../outputs/rows/scored-rows.js';

/** The name and version of a shard's file. */
export const SHARD_SCHEMA = 'digitflow.shard/1';
/** The name, how long the JSON before it is, its CRC-32, and a line end: always as long. */
const TRAILER = /^digitflow\.shard\/1 +(\d+) ([0-9a-f]{8})\n$/;
const TRAILER_BYTES = 44;
const PIECE_BYTES = 2 ** 20;

/** Options by the names of their flags. */
export type ShardOptions = Readonly<Record<string, string | number | boolean | undefined>>;

/** What tells whether a shard is the one that is wanted. */
export interface ShardIdentity {
  /** SHA-256 of the bytes of the plan. */
  readonly plan: string;
  /** From 0. */
  readonly shard: number;
  /** What it is of. */
  readonly command: 'score' | 'evaluate';
  /** All that decides what is written. */
  readonly options: ShardOptions;
}

/** What a shard says of itself. All but `workers` and `seconds` is the same in every try. */
export interface ShardHead extends ShardIdentity {
  readonly schema: typeof SHARD_SCHEMA;
  /** That of digitflow. */
  readonly version: string;
  /** The names of the classes, in order. */
  readonly classes: readonly string[];
  /** Records of the shard, scored or not. */
  readonly records: number;
  /** How many of them were rejected. */
  readonly rejected: number;
  /** What stands before the rows of the first shard. */
  readonly rowsHead: string;
  /** Where its rows are. */
  readonly rows: ShardPart;
  /** Where its rejects are. */
  readonly rejects: ShardPart;
  /** What `score` counted; else null. */
  readonly counts: ScoreCounts | null;
  /** The state of an evaluation; else null. */
  readonly evaluation: object | null;
  /** The inputs that it read, as they were understood. */
  readonly inputs: readonly InputDescription[];
  /** Threads that made it; 0 for the calling thread. */
  readonly workers: number;
  /** How long that took. */
  readonly seconds: number;
}

/** What a caller says of a shard that is written. */
export type ShardResult = Omit<ShardHead, 'schema' | 'rows' | 'rejects'>;

/** A stretch of a shard's file. */
export interface ShardPart {
  /** How long it is. */
  readonly bytes: number;
  /** Of its bytes. */
  readonly crc32: number;
}

/** A shard that is whole as far as its end tells: the CRC-32 of rows and rejects is for those who read them. */
export interface FoundShard {
  readonly head: ShardHead;
  /** Where rows and rejects begin in the file. */
  readonly rowsAt: number;
  readonly rejectsAt: number;
}

/** Where a shard lies in the folder of all: numbers have at least five digits. */
export function shardPath(folder: string, shard: number): string {
  return join(folder, `${`${shard}`.padStart(5, '0')}.shard`);
}

/** The end of a shard's file, after its JSON. */
export function trailerOf(json: Uint8Array): string {
  const check = crc32(json).toString(16).padStart(8, '0');
  return `${SHARD_SCHEMA} ${`${json.length}`.padStart(16)} ${check}\n`;
}

/**
 * What a shard says of itself, once its end has proved whole; its rows and rejects are not read.
 *
 * @throws DigitflowError SHARD_BROKEN, INPUT_MISSING, INPUT_READ
 */
export function readShardHead(path: string): FoundShard {
  return withShard(path, (fd) => headOf(fd, path));
}

/**
 * The shard that is there, read to its end; null where there is none, and the error where it is broken.
 *
 * @throws DigitflowError SHARD_MISMATCH where it is of another plan or other options, INPUT_READ
 */
export function findShard(folder: string, wanted: ShardIdentity): ShardHead | DigitflowError | null {
  const path = shardPath(folder, wanted.shard);
  try {
    const { head } = readShardHead(path);
    checkIdentity(path, head, wanted);
    withShard(path, (fd) => checkParts(fd, path, head));
    return head;
  } catch (error) {
    if (!(error instanceof DigitflowError)) throw error;
    if (error.code === 'INPUT_MISSING') return null;
    if (error.code === 'SHARD_BROKEN') return error;
    throw error;
  }
}

function checkIdentity(path: string, found: ShardHead, wanted: ShardIdentity): void {
  const differ = (expected: string, what: string) => {
    const advice = 'give another --out, or remove what is there';
    return new DigitflowError('SHARD_MISMATCH', `${path}: expected ${expected}, found ${what}; ${advice}`);
  };
  if (found.plan !== wanted.plan)
    throw differ(
      `a shard of this plan (${shortened(wanted.plan)})`,
      `one of another (${shortened(found.plan)})`,
    );
  if (found.shard !== wanted.shard) throw differ(`shard ${wanted.shard}`, `shard ${found.shard}`);
  if (found.command !== wanted.command)
    throw differ(`a shard of ${wanted.command}`, `one of ${found.command}`);
  for (const name of new Set([...Object.keys(wanted.options), ...Object.keys(found.options)])) {
    const [now, then] = [wanted.options[name], found.options[name]];
    if (now === then) continue;
    const words = (value: ShardOptions[string]) => (value === undefined ? 'without it' : quoteValue(value));
    throw differ(`a shard with --${name}: ${words(now)}`, `one with ${words(then)}`);
  }
}

function shortened(sha256: string): string {
  return `${sha256.slice(0, 12)}…`;
}

function withShard<T>(path: string, read: (fd: number) => T): T {
  let fd: number | undefined;
  try {
    fd = openSync(path, 'r');
    return read(fd);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'ENOENT') throw inputError(error, path);
    const message = `${path}: expected a shard, found nothing; score it first`;
    throw new DigitflowError('INPUT_MISSING', message, { cause: error });
  } finally {
    if (fd !== undefined) closeSync(fd);
  }
}

function headOf(fd: number, path: string): FoundShard {
  const { size } = fstatSync(fd);
  const endAt = size - TRAILER_BYTES;
  const trailer = endAt < 0 ? null : TRAILER.exec(bytesAt(fd, endAt, TRAILER_BYTES).toString('latin1'));
  if (trailer === null) throw broken(path, `a file that ends with ${SHARD_SCHEMA}`, 'another end');
  const [, length, check] = trailer;
  const jsonAt = endAt - Number(length);
  if (jsonAt < 0) throw broken(path, `${Number(length) + TRAILER_BYTES} bytes`, `${size}`);
  const json = bytesAt(fd, jsonAt, endAt - jsonAt);
  if (crc32(json) !== Number.parseInt(check, 16)) throw broken(path, `CRC-32 ${check}`, 'another');
  const head = parseShallowJson(json.toString()) as ShardHead | undefined;
  if (head?.schema !== SHARD_SCHEMA || !head.rows || !head.rejects)
    throw broken(path, SHARD_SCHEMA, 'something else');
  const rejectsAt = head.rows.bytes;
  if (rejectsAt + head.rejects.bytes !== jsonAt)
    throw broken(path, `${rejectsAt + head.rejects.bytes} bytes of rows and rejects`, `${jsonAt}`);
  return { head, rowsAt: 0, rejectsAt };
}

/** Reads rows and rejects. */
function checkParts(fd: number, path: string, { rows, rejects }: ShardHead): void {
  let at = 0;
  for (const [name, part] of Object.entries({ rows, rejects })) {
    let check = 0;
    for (const end = at + part.bytes; at < end; ) {
      const piece = bytesAt(fd, at, Math.min(PIECE_BYTES, end - at));
      if (piece.length === 0) break;
      check = crc32(piece, check);
      at += piece.length;
    }
    if (check !== part.crc32) throw broken(path, `${name} with CRC-32 ${part.crc32}`, `${check}`);
  }
}

/** Less where the file ends before. */
function bytesAt(fd: number, position: number, count: number): Buffer {
  const bytes = Buffer.alloc(count);
  let done = 0;
  for (let read = 1; done < count && read > 0; done += read) {
    read = readSync(fd, bytes, done, count - done, position + done);
  }
  return bytes.subarray(0, done);
}

function broken(path: string, expected: string, found: string): DigitflowError {
  const advice = 'it is broken: remove it, and score this shard again';
  return new DigitflowError('SHARD_BROKEN', `${path}: expected ${expected}, found ${found}; ${advice}`);
}
