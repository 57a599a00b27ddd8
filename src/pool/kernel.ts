import type { MemoryLayout } from './layout.js';
import type { ScoreTask } from './messages.js';

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

/** Makes a function that scores the records of a slot in place: the whole of what a worker does. */
export function instantiateKernel(
  module: WebAssembly.Module,
  memory: WebAssembly.Memory,
  layout: MemoryLayout,
): (task: ScoreTask) => void {
  const { exports } = new WebAssembly.Instance(module, { env: { memory } });
  const forward = exports['forward'] as Forward;
  return ({ slot: index, count, hasLabels }) => {
    const slot = layout.slots[index];
    forward(
      layout.network.head,
      slot.scratch,
      slot.pixels,
      count,
      hasLabels ? slot.labels : 0,
      slot.predictions,
      slot.confidences,
      slot.losses,
      slot.outputs,
    );
  };
}
