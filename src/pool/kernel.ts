import type { FileExtent } from './file-extent.js';
import { readFully } from './file-extent.js';
import type { MemoryLayout } from './layout.js';
import { ANSWER, type Answer, type ScoreTask } from './messages.js';

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

/** What is read and scored at a time: few enough bytes to stay in a core's own cache between the two. */
const PIECE_BYTES = 256 * 1024;

/** Makes a function that scores the records of a slot in place, reading them first where it must: all a worker does. */
export function instantiateKernel(
  module: WebAssembly.Module,
  memory: WebAssembly.Memory,
  layout: MemoryLayout,
): (task: ScoreTask) => Answer {
  const { exports } = new WebAssembly.Instance(module, { env: { memory } });
  const forward = exports.forward as Forward;
  const bytes = new Uint8Array(memory.buffer);
  const { recordBytes, classCount } = layout;

  /** Scores records `first` to `first + count` of a slot, whose pixels lie at `pixels`. */
  const scoreRange = (
    { slot: index, hasLabels }: ScoreTask,
    first: number,
    count: number,
    pixels: number,
  ): void => {
    const slot = layout.slots[index];
    forward(
      layout.network.head,
      slot.scratch,
      pixels,
      count,
      hasLabels ? slot.labels + first : 0,
      slot.predictions + first,
      slot.confidences + first * 4,
      slot.losses + first * 4,
      slot.outputs && slot.outputs + first * classCount * 4,
    );
  };

  const readAndScore = (task: ScoreTask, extent: FileExtent): Answer => {
    // Each piece goes to the same place: what is not in the cache when it is written would have to be fetched first.
    const { pixels } = layout.slots[task.slot];
    const pieceRecords = Math.max(1, Math.floor(PIECE_BYTES / recordBytes));
    for (let first = 0; first < task.count; first += pieceRecords) {
      const count = Math.min(pieceRecords, task.count - first);
      const target = bytes.subarray(pixels, pixels + count * recordBytes);
      const readError = readFully(extent.fd, target, extent.position + first * recordBytes);
      if (readError !== null) return { readError };
      scoreRange(task, first, count, pixels);
    }
    return ANSWER.scored;
  };

  return (task) => {
    if (task.extent !== undefined) return readAndScore(task, task.extent);
    scoreRange(task, 0, task.count, layout.slots[task.slot].pixels);
    return ANSWER.scored;
  };
}
