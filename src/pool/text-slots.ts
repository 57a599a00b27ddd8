import type { BatchMaker } from './batch-maker.js';
import type { TextSize } from './choose-text-size.js';
import { type MemoryLayout, REJECT, type SlotLayout } from './layout.js';
import { SlotRing } from './slot-ring.js';
import { type VerdictSlot, verdictSlot } from './slots.js';
import { type NormalizedText, TextBatch } from './text-batch.js';

/** One slot for text; see `TextLayout`. */
export interface TextSlot extends VerdictSlot {
  /** u8; written by the main thread, or by the worker with what it reads from a file. */
  readonly text: Uint8Array;
  /** `(records)` u32: where each scored row begins, from the start of the batch's text; written by the worker. */
  readonly rowStarts: Uint32Array;
  /** `(records)` u32: where each scored row's id ends in `ids`; both are empty where ids are not wanted. */
  readonly idEnds: Uint32Array;
  readonly ids: Uint8Array;
  /** `(rejects, 4)` u32, as `REJECT` has them; written by the worker. */
  readonly rejects: Uint32Array;
}

/** Slots for text. */
export class TextSlots extends SlotRing<TextSlot> implements BatchMaker<NormalizedText, TextBatch> {
  readonly size: TextSize;
  readonly classCount: number;
  filling: TextBatch | undefined;

  constructor(buffer: SharedArrayBuffer, layout: MemoryLayout, size: TextSize) {
    super(layout.slots.map((slot, index) => textSlot(buffer, layout, slot, index)));
    this.size = size;
    this.classCount = layout.classCount;
  }

  begin(rows: NormalizedText): TextBatch {
    return new TextBatch(this, rows);
  }
}

function textSlot(
  buffer: SharedArrayBuffer,
  layout: MemoryLayout,
  slot: SlotLayout,
  index: number,
): TextSlot {
  const { text, recordsPerSlot: records } = layout;
  const at = slot.text;
  if (text === null || at === null) throw new TypeError('expected a layout for text');
  return {
    ...verdictSlot(buffer, layout, slot, index),
    text: new Uint8Array(buffer, at.text, text.textBytes),
    rowStarts: new Uint32Array(buffer, at.rowStarts, records),
    idEnds: new Uint32Array(buffer, at.idEnds, text.withIds ? records : 0),
    ids: new Uint8Array(buffer, at.ids, text.withIds ? text.stretchBytes : 0),
    rejects: new Uint32Array(buffer, at.rejects, (text.mostRejects * REJECT.bytes) / 4),
  };
}
