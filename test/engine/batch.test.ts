import { describe, expect, test } from 'vitest';
import { layoutMemory } from '../../src/engine/layout.js';
import { Slots } from '../../src/engine/slots.js';
import { makeBatch, network } from '../helpers/scoring.js';

function makeSlots(slotCount: number): Slots {
  const layout = layoutMemory(network, { slotCount, recordsPerSlot: 100 });
  return new Slots(new SharedArrayBuffer(layout.bytes), layout);
}

describe('slots', () => {
  test('are taken and given back first in, first out', () => {
    const slots = makeSlots(3);
    const taken = [slots.take(), slots.take()];
    for (const slot of taken) slots.give(slot);
    expect([slots.take(), slots.take(), slots.take()].map((slot) => slot.index)).toEqual([2, 0, 1]);
  });

  test('wake who waits for one, and only when there is one', async () => {
    const slots = makeSlots(1);
    await slots.whenFree();
    const slot = slots.take();
    let isFree = false;
    const waiting = slots.whenFree().then(() => {
      isFree = true;
    });
    await new Promise(setImmediate);
    expect(isFree).toBe(false);
    slots.give(slot);
    await waiting;
    expect(slots.freeCount).toBe(1);
  });

  test('refuse to be taken when none is free, and say what to do', () => {
    const slots = makeSlots(1);
    slots.take();
    expect(() => slots.take()).toThrowError(
      expect.objectContaining({ code: 'POOL_BUSY', message: expect.stringContaining('whenFree') }),
    );
  });
});

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
