import { mostRowBytesOf } from '../csv/most-row-bytes.js';
import { slotCountFor } from './choose-batch-size.js';
import type { TextOptions } from './text-capacity.js';

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

/** Handing over a task costs 0.1 ms, as much as reading 200 KB of text: so a batch has 4 MiB of it. */
const BATCH_BYTES = 4 * 2 ** 20;
/** Without threads nothing is handed over: a slot that stays in the cache beats a big one. */
const INLINE_BATCH_BYTES = 2 ** 19;
/** What all slots together may take of text that waits: peak memory is not to grow with the cores. */
const ALL_BATCHES_BYTES = 64 * 2 ** 20;
/** Of what workers read themselves only a piece is in memory at a time. */
const STRETCH_BYTES = 16 * 2 ** 20;
/** What all slots together may take of memory, whether it is ever touched or not: WebAssembly can address 4 GiB. */
const ALL_SLOTS_BYTES = 2 ** 31;
/** What a slot holds for each row beside its outputs: label, prediction, confidence, loss, start, end of its id. */
const ROW_BYTES = 1 + 1 + 4 + 4 + 4 + 4;
/** Without threads: as much as may keep the event loop waiting, a millisecond. */
const INLINE_STRETCH_BYTES = 2 ** 20;
const LEAST_STRETCH_BYTES = 2 ** 18;
/** Each worker should get so many stretches at least: the last ones never end at the same time. */
const STRETCHES_A_WORKER = 8;
const LEAST_BATCH_BYTES = 2 ** 16;
/** What a pixel of a digit takes on average. */
const USUAL_PIXEL_BYTES = 2.33;

/** What a batch of text is made for. */
export interface TextSizeOptions {
  /** Pixels of an image. */
  readonly recordBytes: number;
  readonly workers: number;
  /** Rows in a batch, roughly. */
  readonly batchSize?: number | undefined;
  /** How many bytes there are to read in regular files; undefined where that is not known. */
  readonly bytes?: number | undefined;
  /** How many outputs of a row are kept. Default 0. */
  readonly outputCount?: number;
}

/** How much text makes a good batch. */
export function chooseTextSize(options: TextSizeOptions): TextSize {
  const { recordBytes, workers, batchSize, bytes } = options;
  const mostRowBytes = mostRowBytesOf(recordBytes);
  const most = Math.min(STRETCH_BYTES, mostStretch(options, mostRowBytes));
  const asked = batchSize && Math.ceil(Math.min(batchSize, 2 ** 24) * recordBytes * USUAL_PIXEL_BYTES);
  const fitting =
    workers === 0 ? INLINE_BATCH_BYTES : Math.min(BATCH_BYTES, ALL_BATCHES_BYTES / slotCountFor(workers));
  const batchBytes = Math.floor(Math.min(asked ?? fitting, most));
  const fileStretchBytes = asked === undefined ? Math.min(chooseStretch(workers, bytes), most) : batchBytes;
  const chunkBytes = Math.min(mostRowBytes, batchBytes);
  const textBytes = batchBytes + chunkBytes + mostRowBytes;
  // The row at the end of a stretch may end, and have its id, beyond it.
  const stretchBytes = Math.max(fileStretchBytes, textBytes) + mostRowBytes;
  return { batchBytes, chunkBytes, fileStretchBytes, mostRowBytes, textBytes, stretchBytes };
}

function chooseStretch(workers: number, bytes: number | undefined): number {
  if (workers === 0) return INLINE_STRETCH_BYTES;
  const shared = bytes === undefined ? STRETCH_BYTES : Math.ceil(bytes / (workers * STRETCHES_A_WORKER));
  return Math.max(LEAST_STRETCH_BYTES, Math.min(STRETCH_BYTES, shared));
}

/**
 * The longest stretch for which all slots fit together. For each byte of it a slot has one of text and one of ids, half a byte of rejects,
 * and room for a row for every two bytes a pixel. Rows that end behind the stretch come on top.
 */
function mostStretch(
  { recordBytes, workers, outputCount = 0 }: TextSizeOptions,
  mostRowBytes: number,
): number {
  const bytesAByte = 1 + 1 + 0.5 + (ROW_BYTES + 4 * outputCount) / (2 * recordBytes);
  const fitting = ALL_SLOTS_BYTES / slotCountFor(workers) / bytesAByte - 3 * mostRowBytes;
  return Math.max(LEAST_BATCH_BYTES, Math.floor(fitting));
}
