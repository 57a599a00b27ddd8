import { readFileSync } from 'node:fs';
import { availableParallelism } from 'node:os';
import { dirname, join, normalize } from 'node:path/posix';
import { DigitflowError } from '../errors.js';
import { mostRowBytesOf } from '../formats/csv/dialect.js';

/** What slots for text are made for. */
export interface TextOptions {
  /** The most text that lies in a slot at a time. */
  readonly textBytes: number;
  /** The most text that one batch stands for: more than `textBytes` where workers read it from a file, piece by piece. */
  readonly stretchBytes: number;
  /** True to carry a column through. */
  readonly withIds: boolean;
}

/** What slots for text hold. */
export interface TextCapacity extends TextOptions {
  /** How many rows are turned into pixels at a time. */
  readonly pieceRecords: number;
  /** The most rows of a batch that may be rejected. */
  readonly mostRejects: number;
}

/** How many rows of text are turned into pixels before the kernel takes them on: they stay in a core's own cache. */
const PIECE_PIXEL_BYTES = 128 * 1024;

/** Memory that is never touched costs nothing: the bounds are those of the worst text there is, or nearly. */
export function textCapacity(options: TextOptions, recordBytes: number): TextCapacity {
  return {
    ...options,
    pieceRecords: Math.max(1, Math.floor(PIECE_PIXEL_BYTES / recordBytes)),
    mostRejects: 1024 + Math.ceil(options.stretchBytes / 32),
  };
}

/** Big batches beat small ones: handing a task to a thread costs 0.1 ms, as much as reading 200 KB of text. */
const SLOT_BYTES = 4 * 2 ** 20;
/** Without threads nothing is handed over: a slot that stays in the cache beats a big one. */
const INLINE_SLOT_BYTES = 2 ** 19;
/** Of what workers read themselves only a piece is in memory at a time: such a batch is cheap to make bigger. */
const EXTENT_BYTES = 48 * 2 ** 20;
/** What all slots together may take: far below the 4 GiB that WebAssembly can address. */
const ALL_SLOTS_BYTES = 2 ** 30;
/** Each worker should get so many batches at least: the last ones never end at the same time. */
const BATCHES_A_WORKER = 8;

/** For each thread one slot that is scored and one that waits its turn, and one that is being filled. */
export function slotCountFor(workers: number): number {
  return workers === 0 ? 2 : workers * 2 + 1;
}

/** What a batch is made for. */
interface SizeOptions {
  /** Pixels of an image. */
  readonly recordBytes: number;
  readonly workers: number;
  /** How many records were asked for; of text roughly. */
  readonly batchSize?: number | undefined;
  /** How many records there are, or how many bytes of text in regular files; null where that is not known. */
  readonly records?: number | null | undefined;
  readonly bytes?: number | null | undefined;
  /** Whether workers read the pixels themselves. */
  readonly readByWorkers?: boolean;
  /** How many outputs of a row of text are kept. Default 0. */
  readonly outputCount?: number;
}

/** How many records make a good batch, at least 1. */
export function chooseBatchSize(options: SizeOptions): number {
  const { recordBytes, workers, batchSize, records = null, readByWorkers } = options;
  if (batchSize !== undefined) return batchSize;
  const bytes = workers === 0 ? INLINE_SLOT_BYTES : readByWorkers ? EXTENT_BYTES : SLOT_BYTES;
  const fitting = Math.floor(Math.min(bytes, ALL_SLOTS_BYTES / slotCountFor(workers)) / recordBytes);
  const shared = records === null ? fitting : Math.ceil(records / Math.max(1, workers * BATCHES_A_WORKER));
  return Math.max(1, Math.min(fitting, shared));
}

/** How much text goes where; all in bytes. */
export interface TextSize extends Omit<TextOptions, 'withIds'> {
  /** A batch that holds so much goes. */
  readonly batchBytes: number;
  /** The most that a source reads at a time; not more than the longest row. */
  readonly chunkBytes: number;
  /** How much of a file a worker is given at a time, to read it itself. */
  readonly fileStretchBytes: number;
  /** The longest row. */
  readonly mostRowBytes: number;
}

/** What all slots together may take of text that waits: peak memory is not to grow with the cores. */
const ALL_BATCHES_BYTES = 64 * 2 ** 20;
/** Of what workers read themselves only a piece is in memory at a time. */
const STRETCH_BYTES = 16 * 2 ** 20;
/** What all slots together may take of memory, whether it is ever touched or not: WebAssembly can address 4 GiB. */
const ALL_TEXT_SLOTS_BYTES = 2 ** 31;
/** What a slot holds for each row beside its outputs: label, prediction, confidence, loss, start, end of its id. */
const ROW_BYTES = 1 + 1 + 4 + 4 + 4 + 4;
/** Without threads: as much as may keep the event loop waiting, a millisecond. */
const INLINE_STRETCH_BYTES = 2 ** 20;
const LEAST_STRETCH_BYTES = 2 ** 18;
const LEAST_BATCH_BYTES = 2 ** 16;
/** What a pixel of a digit takes on average. */
const USUAL_PIXEL_BYTES = 2.33;

/** How much text makes a good batch. */
export function chooseTextSize(options: SizeOptions): TextSize {
  const { recordBytes, workers, batchSize, bytes } = options;
  const mostRowBytes = mostRowBytesOf(recordBytes);
  const most = Math.min(STRETCH_BYTES, mostStretch(options, mostRowBytes));
  const asked = batchSize && Math.ceil(Math.min(batchSize, 2 ** 24) * recordBytes * USUAL_PIXEL_BYTES);
  const fitting =
    workers === 0 ? INLINE_SLOT_BYTES : Math.min(SLOT_BYTES, ALL_BATCHES_BYTES / slotCountFor(workers));
  const batchBytes = Math.floor(Math.min(asked ?? fitting, most));
  const fileStretchBytes = asked === undefined ? Math.min(chooseStretch(workers, bytes), most) : batchBytes;
  const chunkBytes = Math.min(mostRowBytes, batchBytes);
  const textBytes = batchBytes + chunkBytes + mostRowBytes;
  // The row at the end of a stretch may end, and have its id, beyond it.
  const stretchBytes = Math.max(fileStretchBytes, textBytes) + mostRowBytes;
  return { batchBytes, chunkBytes, fileStretchBytes, mostRowBytes, textBytes, stretchBytes };
}

function chooseStretch(workers: number, bytes: number | null = null): number {
  if (workers === 0) return INLINE_STRETCH_BYTES;
  const shared = bytes === null ? STRETCH_BYTES : Math.ceil(bytes / (workers * BATCHES_A_WORKER));
  return Math.max(LEAST_STRETCH_BYTES, Math.min(STRETCH_BYTES, shared));
}

/**
 * The longest stretch for which all slots fit together. For each byte of it a slot has one of text and one of ids, half a byte of rejects,
 * and room for a row for every two bytes a pixel. Rows that end after the stretch come on top.
 */
function mostStretch({ recordBytes, workers, outputCount = 0 }: SizeOptions, mostRowBytes: number): number {
  const bytesAByte = 1 + 1 + 0.5 + (ROW_BYTES + 4 * outputCount) / (2 * recordBytes);
  const fitting = ALL_TEXT_SLOTS_BYTES / slotCountFor(workers) / bytesAByte - 3 * mostRowBytes;
  return Math.max(LEAST_BATCH_BYTES, Math.floor(fitting));
}

/** More threads than any machine has cores for: a slip of the finger must not start thousands. */
export const MOST_WORKERS = 512;

/** What a worker reads of a file and scores at a time, in bytes: it stays in a core's own cache between the two. */
export const PIECE_BYTES = 256 * 1024;

/** Below these a thread costs more to start than it saves: 20 MiB of text are some 12,000 rows. */
const RECORDS_WORTH_A_WORKER = 40_000;
const TEXT_BYTES_WORTH_A_WORKER = 20 * 2 ** 20;

/** How many threads an input repays: none for a small one, at most the cores that the process may use. */
export function chooseWorkers(records: number): number {
  return atMostCores(Math.floor(records / RECORDS_WORTH_A_WORKER));
}

/** The same for text: by its bytes, null where it is not known how many will come. */
export function chooseTextWorkers(bytes: number | null): number {
  return atMostCores(Math.floor((bytes ?? Number.POSITIVE_INFINITY) / TEXT_BYTES_WORTH_A_WORKER));
}

function atMostCores(count: number): number {
  // For one, nothing need be read.
  return count < 2 ? count : Math.min(count, usableCores());
}

/**
 * The cores that the process may use: no more than what its control group, or one around that, is allowed of CPU time. Node 20
 * does not look at that.
 *
 * @param root where /proc and /sys lie; for tests
 */
export function usableCores(root = '/'): number {
  const cores = availableParallelism();
  // A part of a core is worth a thread.
  return process.platform === 'linux' ? Math.min(cores, Math.ceil(cpuQuota(root))) : cores;
}

/** In cores; infinite where there is no quota. */
function cpuQuota(root: string): number {
  const groups = textOf(join(root, 'proc/self/cgroup'));
  // `4:cpu,cpuacct:/a/b` is a group of version 1, `0::/a/b` of version 2.
  const [, controllers, first] = /^\d+:([^:\n]*\bcpu\b[^:\n]*):(.*)$/m.exec(groups) ?? [];
  const [, second] = /^0::(.*)$/m.exec(groups) ?? [];
  const own = first ?? second;
  if (own === undefined) return Number.POSITIVE_INFINITY;
  const folder = join(root, 'sys/fs/cgroup', controllers ?? '');
  const quotas: number[] = [];
  // What a container sees of the path may end above it; the parts that are not there have no quota.
  for (let group = normalize(`/${own}`); ; group = dirname(group)) {
    const file = (name: string) => textOf(join(folder, group, name));
    const text = controllers ? `${file('cpu.cfs_quota_us')} ${file('cpu.cfs_period_us')}` : file('cpu.max');
    const [quota, period] = text.split(/\s+/).map(Number);
    if (quota > 0 && period > 0) quotas.push(quota / period);
    if (group === '/') return Math.min(Number.POSITIVE_INFINITY, ...quotas);
  }
}

function textOf(path: string): string {
  try {
    return readFileSync(path, 'utf8');
  } catch {
    return '';
  }
}

/**
 * Makes sure that options which count something are whole numbers, no smaller than given.
 *
 * @throws DigitflowError USAGE
 */
export function checkCounts(options: object, least: Readonly<Record<string, number>>): void {
  const given: Readonly<Record<string, unknown>> = { ...options };
  for (const [name, from] of Object.entries(least)) {
    const value = given[name];
    const most = name === 'workers' ? MOST_WORKERS : Number.MAX_SAFE_INTEGER;
    if (
      value === undefined ||
      (Number.isSafeInteger(value) && Number(value) >= from && Number(value) <= most)
    )
      continue;
    const range = name === 'workers' ? `from 0 to ${MOST_WORKERS}` : `${from} or more`;
    const message = `${name}: expected a whole number, ${range}, found ${value}; leave it out for the default`;
    throw new DigitflowError('USAGE', message);
  }
}
