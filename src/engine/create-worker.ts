import { instantiateWasm } from '../assets.js';
import type { CsvDialect } from '../formats/csv/dialect.js';
import { createForward, type Kernel } from './kernel.js';
import type { Answer, PixelTask, ScoreTask, TextTask, WorkerSetup } from './messages.js';
import { readFully } from './shared-bytes.js';
import { PIECE_BYTES } from './sizes.js';
import { SlotCounts } from './slots.js';
import { scoreSlot, scoreStretch } from './text/read-rows.js';
import { type FastRows, numberRows, RowWriter } from './text/row-writer.js';

/**
 * Makes what a worker runs: a function that scores a batch of images, or of text, in its slot, and reads it from a file first
 * where it must.
 *
 * @param makeFast makes the reader of rows of numbers; for tests, which compare
 * @param makeForward makes what is done with each piece of pixels: by default the forward pass
 */
export function createWorker(
  { module, memory, layout }: WorkerSetup,
  makeFast: typeof numberRows = numberRows,
  makeForward: typeof createForward = createForward,
): (task: ScoreTask) => Answer {
  const kernel = instantiateWasm<Kernel>(module, memory);
  const forward = makeForward(kernel, layout);
  const { buffer } = memory;
  const bytes = new Uint8Array(buffer);
  const counts = layout.slots.map((slot) => new SlotCounts(buffer, layout, slot));
  const { recordBytes, text: capacity } = layout;
  const pieceRecords = Math.max(1, Math.floor(PIECE_BYTES / recordBytes));

  const scorePixels = ({ slot: index, count, hasLabels, extent }: PixelTask): Answer => {
    const slot = layout.slots[index];
    const { pixels } = slot;
    const scored = { records: count, rejects: 0, lines: 0 };
    if (extent === undefined) {
      forward(slot, 0, count, pixels, hasLabels);
      return scored;
    }
    // Each piece goes to the same place: what is not in the cache when it is written would have to be fetched first.
    for (let first = 0; first < count; first += pieceRecords) {
      const pieceCount = Math.min(pieceRecords, count - first);
      const target = bytes.subarray(pixels, pixels + pieceCount * recordBytes);
      const readError = readFully(extent.fd, target, extent.position + first * recordBytes);
      if (readError !== null) return { readError };
      forward(slot, first, pieceCount, pixels, hasLabels);
    }
    return scored;
  };

  // The dialect comes with each task, and is the same for all tasks of an input.
  let known: { readonly json: string; readonly fast: FastRows } | undefined;
  const fastFor = (dialect: CsvDialect): FastRows => {
    const json = JSON.stringify(dialect);
    if (known?.json !== json) known = { json, fast: makeFast(kernel, buffer, layout, dialect) };
    return known.fast;
  };

  const scoreText = ({ slot: index, dialect, byteCount, stretch }: TextTask): Answer => {
    const slot = layout.slots[index];
    const { text } = slot;
    if (text === null || capacity === null) throw new TypeError('expected a layout for text');
    const fast = fastFor(dialect);
    const writer = new RowWriter({ bytes, layout, slot, text, capacity, dialect, forward, fast });
    return stretch === undefined ? scoreSlot(writer, byteCount) : scoreStretch(writer, stretch, byteCount);
  };

  return (task) => {
    const isText = 'dialect' in task;
    if (isText ? task.dialect.label !== null : task.hasLabels) counts[task.slot].clear();
    return isText ? scoreText(task) : scorePixels(task);
  };
}
