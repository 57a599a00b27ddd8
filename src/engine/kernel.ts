import { instantiateWasm, type WasmMemory, type WasmModule } from '../assets.js';
import type { MemoryLayout, SlotLayout } from './layout.js';
import type { Answer, PixelTask } from './messages.js';
import type { FileExtent } from './records.js';
import { readFully } from './shared-bytes.js';
import { SlotCounts } from './slots.js';

type Forward = (
  network: number,
  scratch: number,
  pixels: number,
  count: number,
  labels: number,
  predictions: number,
  confidences: number,
  losses: number,
  outputs: number,
) => void;

/** See workers/kernel/score/count.ts. */
type Count = (
  counts: number,
  classes: number,
  count: number,
  labels: number,
  predictions: number,
  confidences: number,
  losses: number,
) => void;

/** What is read and scored at a time: few enough bytes to stay in a core's own cache between the two. */
const PIECE_BYTES = 256 * 1024;

/** What the kernel's module exports to who scores. */
export interface Kernel {
  readonly forward: Forward;
  readonly count: Count;
  /** See workers/kernel/score/rows.ts. */
  readonly numberRows: (rowTask: number) => void;
  /** See workers/kernel/common/position-table.ts. */
  readonly writePositionTable: (table: number) => void;
  /** See workers/kernel/score/int16-weights.ts. */
  readonly finestScale: (row: number, inputs: number) => number;
  readonly quantizeRow: (
    row: number,
    inputs: number,
    rowLength: number,
    scale: number,
    handedDown: number,
    target: number,
  ) => number;
}

/** Scores `count` images at `pixels` as records `first` and so on of a slot, and counts them where there are labels. */
export type ForwardRange = (
  slot: SlotLayout,
  first: number,
  count: number,
  pixels: number,
  hasLabels: boolean,
) => void;

/** Makes an instance of the kernel over the shared memory; it keeps nothing outside of that. */
export function instantiate(module: WasmModule, memory: WasmMemory): Kernel {
  return instantiateWasm<Kernel>(module, memory);
}

/** Binds the kernel to the network's place and the slots' shape. */
export function createForward({ forward, count: countVerdicts }: Kernel, layout: MemoryLayout): ForwardRange {
  const { classCount } = layout;
  return (slot, first, count, pixels, hasLabels) => {
    const labels = slot.labels + first;
    const predictions = slot.predictions + first;
    const confidences = slot.confidences + first * 4;
    const losses = slot.losses + first * 4;
    forward(
      layout.network.head,
      slot.scratch,
      pixels,
      count,
      hasLabels ? labels : 0,
      predictions,
      confidences,
      losses,
      slot.outputs && slot.outputs + first * classCount * 4,
    );
    if (hasLabels) countVerdicts(slot.counts, classCount, count, labels, predictions, confidences, losses);
  };
}

/** Makes a function that scores the records of a slot in place, reading them first where it must: all a worker does. */
export function instantiateKernel(
  module: WasmModule,
  memory: WasmMemory,
  layout: MemoryLayout,
  makeForward: typeof createForward = createForward,
): (task: PixelTask) => Answer {
  const forward = makeForward(instantiate(module, memory), layout);
  const { buffer } = memory;
  const bytes = new Uint8Array(buffer);
  const counts = layout.slots.map((slot) => new SlotCounts(buffer, layout, slot));
  const { recordBytes } = layout;

  const readAndScore = (task: PixelTask, extent: FileExtent): Answer => {
    // Each piece goes to the same place: what is not in the cache when it is written would have to be fetched first.
    const slot = layout.slots[task.slot];
    const { pixels } = slot;
    const pieceRecords = Math.max(1, Math.floor(PIECE_BYTES / recordBytes));
    for (let first = 0; first < task.count; first += pieceRecords) {
      const count = Math.min(pieceRecords, task.count - first);
      const target = bytes.subarray(pixels, pixels + count * recordBytes);
      const readError = readFully(extent.fd, target, extent.position + first * recordBytes);
      if (readError !== null) return { readError };
      forward(slot, first, count, pixels, task.hasLabels);
    }
    return { records: task.count, rejects: 0, lines: 0 };
  };

  return (task) => {
    if (task.hasLabels) counts[task.slot].clear();
    if (task.extent !== undefined) return readAndScore(task, task.extent);
    const slot = layout.slots[task.slot];
    forward(slot, 0, task.count, slot.pixels, task.hasLabels);
    return { records: task.count, rejects: 0, lines: 0 };
  };
}
