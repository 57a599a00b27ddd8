import type { MemoryLayout, SlotLayout } from './layout.js';

/** What the kernel's module exports. */
export interface Kernel {
  readonly forward: (
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
  readonly count: (
    counts: number,
    classes: number,
    count: number,
    labels: number,
    predictions: number,
    confidences: number,
    losses: number,
  ) => void;
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
export type ForwardRange = ReturnType<typeof createForward>;

/** Binds the kernel to the network's place and the slots' shape. */
export function createForward({ forward, count: countVerdicts }: Kernel, layout: MemoryLayout) {
  const { classCount } = layout;
  return (slot: SlotLayout, first: number, count: number, pixels: number, hasLabels: boolean): void => {
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
