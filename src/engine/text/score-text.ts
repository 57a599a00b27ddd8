import type { WasmMemory, WasmModule } from '../../assets.js';
import type { CsvDialect } from '../../formats/csv/dialect.js';
import { createForward, instantiate } from '../kernel.js';
import type { MemoryLayout } from '../layout.js';
import type { Answer, Scored, TextTask } from '../messages.js';
import type { TextCapacity } from '../sizes.js';
import { SlotCounts } from '../slots.js';
import { type FastRows, numberRows } from './number-rows.js';
import { type RowReader, readRows, scoreStretch } from './read-rows.js';
import { RowWriter } from './row-writer.js';

/**
 * Makes a function that scores the rows of a slot for text, and reads them from a file first where there is a stretch.
 *
 * A quoted field may span lines in text that lies in the slot: a quote that is not closed there rejects only the first line
 * of its row. In a stretch of a file it may not: see `Scored.quotedLineEndAt`.
 *
 * @param makeFast makes the reader of rows of numbers; for tests, which compare
 * @param makeForward makes what is done with each piece of pixels: by default the forward pass
 * @throws TypeError where the layout has no text
 */
export function createTextScorer(
  module: WasmModule,
  memory: WasmMemory,
  layout: MemoryLayout,
  makeFast: typeof numberRows = numberRows,
  makeForward: typeof createForward = createForward,
): (task: TextTask) => Answer {
  const kernel = instantiate(module, memory);
  const forward = makeForward(kernel, layout);
  const bytes = new Uint8Array(memory.buffer);
  const capacity = capacityOf(layout);
  const counts = layout.slots.map((slot) => new SlotCounts(memory.buffer, layout, slot));
  // The dialect comes with each task, and is the same for all tasks of an input.
  let known: { readonly json: string; readonly fast: FastRows } | undefined;
  const fastFor = (dialect: CsvDialect): FastRows => {
    const json = JSON.stringify(dialect);
    if (known?.json !== json) known = { json, fast: makeFast(kernel, memory.buffer, layout, dialect) };
    return known.fast;
  };
  return (task) => {
    const slot = layout.slots[task.slot];
    const { text } = slot;
    if (text === null) throw new TypeError('expected a slot for text, found one for pixels');
    const { dialect, stretch } = task;
    if (dialect.label !== null) counts[task.slot].clear();
    const writer = new RowWriter({ bytes, layout, slot, text, capacity, dialect, forward });
    const reader: RowReader = {
      bytes,
      dialect,
      classCount: layout.classCount,
      writer,
      fast: fastFor(dialect),
      spansLines: stretch === undefined,
    };
    if (stretch !== undefined) {
      return scoreStretch(reader, { stretch, byteCount: task.byteCount, text: text.text, capacity });
    }
    return scoreSlot(reader, text.text, task.byteCount);
  };
}

function scoreSlot(reader: RowReader, at: number, byteCount: number): Scored {
  const end = at + byteCount;
  const { at: stopped, reason } = readRows(reader, { at, limit: end, end, isLast: true, origin: at });
  return reader.writer.finish(reason === 'full' ? { overfullAt: stopped - at } : {});
}

function capacityOf(layout: MemoryLayout): TextCapacity {
  if (layout.text === null) throw new TypeError('expected a layout for text, found one for pixels');
  return layout.text;
}
