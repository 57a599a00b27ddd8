import { describe, expect, test } from 'vitest';
import { testReading, tinyReading, tinySlots } from '../helpers/records.js';

describe('slots', () => {
  test('are taken and given back first in, first out', () => {
    const slots = tinySlots(3, 4);
    const taken = [slots.take(), slots.take()];
    for (const slot of taken) slots.give(slot);
    expect([slots.take(), slots.take(), slots.take()].map((slot) => slot.index)).toEqual([2, 0, 1]);
  });

  test('wake what waits for one, and only when there is one', async () => {
    const slots = tinySlots(1, 4);
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
    const slots = tinySlots(1, 4);
    slots.take();
    expect(() => slots.take()).toThrowError(
      expect.objectContaining({ code: 'POOL_BUSY', message: expect.stringContaining('whenFree') }),
    );
  });

  test('have room in the batch of the same reading that is being filled, and in the next free slot for any other', () => {
    const slots = tinySlots(2, 4);
    const [next] = [slots.take()];
    slots.give(next);
    const rest = new Uint8Array(8);
    slots.filling = { reading: tinyReading, room: rest };
    expect(slots.room(tinyReading)).toBe(rest);
    const other = slots.room(testReading());
    slots.filling = undefined;
    expect(other).toBe(slots.room(tinyReading));
    expect(other).toBe(slots.take().pixels);
  });
});
