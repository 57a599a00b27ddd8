import { describe, expect, test } from 'vitest';
import { layoutMemory } from '../../src/engine/layout.js';
import { Slots } from '../../src/engine/slots.js';
import { makeBatch, network } from '../helpers/scoring.js';

function makeSlots(slotCount: number): Slots {
  const layout = layoutMemory(network, { slotCount, recordsPerSlot: 100 });
  return new Slots(new SharedArrayBuffer(layout.bytes), layout);
}

describe('a batch', () => {
  test('gives its slot back when the last holder lets go', () => {
    const slots = makeSlots(1);
    const batch = makeBatch({ slots });
    batch.retain();
    batch.release();
    expect(slots.freeCount).toBe(0);
    batch.release();
    expect(slots.freeCount).toBe(1);
  });

  test('is of no use after that, and says which records it was', () => {
    const batch = makeBatch({ slots: makeSlots(1) }, 300);
    batch.release();
    const released = expect.objectContaining({
      code: 'BATCH_RELEASED',
      message: expect.stringContaining('300 to 399'),
    });
    expect(() => batch.predictions).toThrowError(released);
    expect(() => batch.retain()).toThrowError(released);
    expect(() => batch.release()).toThrowError(released);
  });

  test('shows as many records as were appended, of each array', () => {
    const batch = makeBatch({ slots: makeSlots(1) }, 0, 37);
    const lengths = [batch.pixels, batch.labels, batch.predictions, batch.confidences, batch.losses];
    expect(lengths.map((array) => array?.length)).toEqual([37 * 784, 37, 37, 37, 37]);
    expect(batch.outputs).toHaveLength(0);
  });
});
