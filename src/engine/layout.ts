import * as COUNTS from '../../workers/kernel/common/count-offsets.js';
import * as HEAD from '../../workers/kernel/common/head-offsets.js';
import * as LAYER from '../../workers/kernel/common/layer-offsets.js';
import {
  CONSTANT_BYTES,
  MOST_POSITIONS,
  POSITION_TABLE_BYTES,
  TILE_IMAGES,
} from '../../workers/kernel/common/offsets.js';
import * as ROW_TASK from '../../workers/kernel/common/row-offsets.js';
import { DigitflowError } from '../errors.js';
import { type Layer, layerSizes } from '../network/network.js';
import { type TextCapacity, type TextOptions, textCapacity } from './sizes.js';

/**
 * The one table of the shared memory. Every number is a byte offset from the start of the WebAssembly memory.
 *
 *     bytes                              what                          who writes       who reads
 *     64                                 control: i32 stop flag        main             workers
 *     64                                 head (head-offsets)           main, once       kernel
 *     64 a layer                         entries (layer-offsets)        main, once       kernel
 *     4096                               position table                kernel, once     kernel
 *     …                                  weights, biases, scales       main, once       kernel
 *     524288, for text only              compression table             main, once       kernel
 *     and for each slot:
 *       records * recordBytes            pixels u8                     main, or worker  the slot's worker, main
 *       records                          labels u8                     main             the slot's worker, main
 *       records                          predictions u8                the slot's worker   main
 *       records * 4                      confidences f32               the slot's worker   main
 *       records * 4                      losses f32                    the slot's worker   main
 *       records * classes * 4            outputs f32, where wanted     the slot's worker   main
 *       256 + classes * classes * 4      counts (count-offsets)        the slot's worker   main
 *     and where the slots are for text (then `pixels` holds but a piece, and the labels are the worker's to write):
 *       text                             text u8                       main, or worker  the slot's worker, main
 *       records * 4                      row starts u32                the slot's worker   main
 *       records * 4                      id ends u32, where wanted     the slot's worker   main
 *       stretch                          ids u8 unquoted, where wanted the slot's worker   main
 *       rejects * REJECT.bytes           rejects                       the slot's worker   main
 *       ROW_TASK.bytes + 16384           row task, names of classes    the slot's worker   kernel
 *     and in any case:
 *       …                                scratch                       the slot's worker   kernel
 *
 * Every region starts at a multiple of 64 (a cache line: no two threads write to the same one) and is followed by a
 * guard of 64 bytes that is never written: the tests put canaries there, and the kernel's loads may run into it. A slot
 * belongs to the main thread, except between the posting of its task and the answer.
 */
export interface MemoryLayout {
  /** A multiple of the 64 KiB page. */
  readonly bytes: number;
  readonly control: number;
  readonly network: {
    readonly head: number;
    readonly entries: number;
    readonly positionTable: number;
    readonly layers: readonly LayerLayout[];
  };
  /** The table that the kernel reads text by, see `fillCompressionTable`; 0 where the slots are for pixels. */
  readonly compression: number;
  readonly slots: readonly SlotLayout[];
  readonly recordsPerSlot: number;
  /** How many records' pixels a slot holds: all of them, or a piece where they come from text. */
  readonly pixelRecords: number;
  readonly recordBytes: number;
  readonly classCount: number;
  /** What the slots hold of text; null where they are for pixels. */
  readonly text: TextCapacity | null;
  /** The start of every guard. */
  readonly guards: readonly number[];
}

/** Where one layer's numbers lie. */
export interface LayerLayout {
  readonly paddedOutputs: number;
  readonly weights: number;
  readonly biases: number;
  readonly scales: number;
}

/** Where one slot's arrays lie; what is not wanted lies at 0. */
export type SlotLayout = Readonly<ReturnType<typeof layoutSlot>>;

/** Where the arrays of text lie in a slot. */
export type TextLayout = Readonly<NonNullable<SlotLayout['text']>>;

/** A row that was not scored, as four u32: rows and lines before it in the batch, where its text begins, its length. */
export const REJECT = { row: 0, line: 4, start: 8, length: 12, bytes: 16 } as const;

/** The kernel writes so many bytes after the pixels of a row, at most; see `plainPixels`. */
const PIXEL_SLACK_BYTES = 16;
/** Where the kernel keeps the verdicts of a tile that is not full: confidences, losses, predictions. */
const VERDICT_BYTES = TILE_IMAGES * 9;
/** The kernel lists groups of four pixels. */
export const MOST_INPUTS = MOST_POSITIONS * 4;
/** Eight bytes for each mask of 16 bits: see `fillCompressionTable`. */
export const COMPRESSION_TABLE_BYTES = 2 ** 16 * 8;
export const GUARD_BYTES = 64;
export const PAGE_BYTES = 65536;
/** The most a WebAssembly memory with 32-bit addresses can hold. */
export const MOST_BYTES = 4 * 2 ** 30;

export function roundUp(value: number, multiple: number): number {
  return Math.ceil(value / multiple) * multiple;
}

/** The regions of a shared memory, one after the other: each begins at a multiple of 64, and a guard follows it. */
export class Regions {
  readonly guards: number[] = [];
  #end = 0;

  /** Makes room for so many bytes; returns where they begin. */
  readonly take = (bytes: number): number => {
    const start = this.#end;
    const guard = roundUp(start + bytes, 64);
    this.guards.push(guard);
    this.#end = guard + GUARD_BYTES;
    return start;
  };

  /** The size so far, in whole pages. */
  get bytes(): number {
    return roundUp(this.#end, PAGE_BYTES);
  }
}

/** The kernel looks at pixels in groups of four; the last one may be padded with zero weights. */
export function groupCount(inputs: number): number {
  return Math.ceil(inputs / 4);
}

/** How many bytes the kernel's list of an image's lit groups takes: u16, and the slack of the last eight it writes. */
export function listBytesFor(inputs: number): number {
  return roundUp((groupCount(inputs) + 16) * 2, 64);
}

interface LayerShapes {
  readonly layers: readonly Pick<Layer, 'inputs' | 'outputs'>[];
}

/** The most floats that an image needs in any layer. */
export function widestLayer(network: LayerShapes): number {
  return roundUp(Math.max(...network.layers.map((layer) => layer.outputs)), 16);
}

/** What a memory is laid out for. */
export interface LayoutOptions {
  readonly slotCount: number;
  /** Left out for text: the shortest row says how many may come. */
  readonly recordsPerSlot?: number;
  /** For slots that take text, not pixels. */
  readonly text?: TextOptions | undefined;
  /** True to keep all outputs of every record, not just the winner. */
  readonly withOutputs?: boolean;
}

/** Lays out the shared memory for a network and its slots; throws MEMORY_LIMIT beyond 4 GiB. */
export function layoutMemory(network: LayerShapes, options: LayoutOptions): MemoryLayout {
  const sizes = layerSizes(network);
  const recordBytes = sizes[0];
  const classCount = sizes[sizes.length - 1];
  const text = options.text ? textCapacity(options.text, recordBytes) : null;
  // A row takes two bytes a pixel at least: a digit and what parts it from the next.
  const recordsPerSlot = text
    ? Math.ceil(text.stretchBytes / (2 * recordBytes))
    : (options.recordsPerSlot ?? 1);
  const pixelRecords = text ? text.pieceRecords : recordsPerSlot;
  const regions = new Regions();
  const region = regions.take;

  const control = region(64);
  // The entries follow the head without a guard: the kernel finds them at a fixed distance.
  const head = region(HEAD.bytes + LAYER.bytes * network.layers.length);
  const positionTable = region(POSITION_TABLE_BYTES);
  const layers = network.layers.map((layer, index) => {
    const paddedOutputs = index === 0 ? roundUp(layer.outputs, 16) : layer.outputs;
    // The first layer has room for float32 weights, of which int16 ones fill the first half.
    const rows = index === 0 ? groupCount(layer.inputs) * 4 : layer.inputs;
    return {
      paddedOutputs,
      weights: region(rows * paddedOutputs * 4),
      biases: region(paddedOutputs * 4),
      scales: region(index === 0 ? paddedOutputs * 4 : 0),
    };
  });

  const compression = text ? region(COMPRESSION_TABLE_BYTES) : 0;
  const tileBytes = TILE_IMAGES * widestLayer(network) * 4;
  const scratchBytes = CONSTANT_BYTES + 2 * tileBytes + listBytesFor(recordBytes) + VERDICT_BYTES;
  const shape = { recordsPerSlot, pixelRecords, recordBytes, classCount, text };
  const slots = Array.from({ length: options.slotCount }, () =>
    layoutSlot(region, shape, scratchBytes, options.withOutputs ?? false),
  );

  const { bytes, guards } = regions;
  if (bytes > MOST_BYTES) {
    const need = `network and batches need ${bytes} bytes of shared memory, at most ${MOST_BYTES} can be had`;
    throw new DigitflowError('MEMORY_LIMIT', `${need}: give a smaller batch size or fewer workers`);
  }
  const places = { head, entries: head + HEAD.bytes, positionTable, layers };
  return { bytes, control, network: places, compression, slots, ...shape, guards };
}

function layoutSlot(
  region: Regions['take'],
  shape: Pick<MemoryLayout, 'recordsPerSlot' | 'pixelRecords' | 'recordBytes' | 'classCount' | 'text'>,
  scratchBytes: number,
  withOutputs: boolean,
) {
  const { recordsPerSlot: records, pixelRecords, recordBytes, classCount, text } = shape;
  return {
    pixels: region(pixelRecords * recordBytes + (text ? PIXEL_SLACK_BYTES : 0)),
    labels: region(records),
    predictions: region(records),
    confidences: region(records * 4),
    losses: region(records * 4),
    outputs: withOutputs ? region(records * classCount * 4) : 0,
    counts: region(COUNTS.confusion + classCount * classCount * 4),
    scratch: region(scratchBytes),
    text: text && {
      /** The text that waits to be scored, or the piece of a file that is being scored. */
      text: region(text.textBytes),
      /** `(records)` u32: where each scored row begins, counted from the start of the batch's text. */
      rowStarts: region(records * 4),
      /** `(records)` u32: where the id of each scored row ends in `ids`. */
      idEnds: text.withIds ? region(records * 4) : 0,
      ids: text.withIds ? region(text.stretchBytes) : 0,
      rejects: region(text.mostRejects * REJECT.bytes),
      /** How the kernel is told to take rows, see row-offsets.ts; after it the names of classes, see `nameTable`. */
      rowTask: region(ROW_TASK.bytes + ROW_TASK.NAME_TABLE_BYTES),
    },
  };
}
