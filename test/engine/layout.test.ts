import { expect, test } from 'vitest';
import {
  GUARD_BYTES,
  layoutMemory,
  MOST_INPUTS,
  PAGE_BYTES,
  type SlotLayout,
} from '../../src/engine/layout.js';
import { SharedNetwork } from '../../src/engine/shared-network.js';
import { randomNetwork } from '../helpers/random-network.js';

const network = randomNetwork({
  seed: 1,
  height: 28,
  width: 28,
  outputs: [16, 16, 10],
  hidden: 'relu',
  last: 'relu',
});

const text = { textBytes: 5000, stretchBytes: 70_000, withIds: true };

test.each([
  ['pixels', { slotCount: 3, recordsPerSlot: 7, withOutputs: true }],
  ['text', { slotCount: 3, text, withOutputs: true }],
])(
  'in slots for %s every region begins on a cache line of its own and ends before its guard',
  (_, options) => {
    const layout = layoutMemory(network, options);
    const starts = [
      layout.control,
      layout.network.head,
      layout.network.positionTable,
      ...layout.network.layers.flatMap(({ weights, biases, scales }) => [weights, biases, scales]),
      ...('text' in options ? [layout.compression] : []),
      ...layout.slots.flatMap(startsOf),
    ];
    expect(starts.every((start) => start % 64 === 0)).toBe(true);
    starts.sort((a, b) => a - b);
    expect(new Set(starts).size).toBe(starts.length);
    expect(layout.guards).toHaveLength(starts.length);
    layout.guards.forEach((guard, i) => {
      expect(guard + GUARD_BYTES).toBe(starts[i + 1] ?? guard + GUARD_BYTES);
    });
    expect(layout.bytes % PAGE_BYTES).toBe(0);
    expect(layout.bytes).toBeGreaterThanOrEqual(layout.guards[layout.guards.length - 1] + GUARD_BYTES);
  },
);

/** The numbers of a slot's table, those of its text among them. */
function startsOf({ text: textLayout, ...slot }: SlotLayout): number[] {
  return [...Object.values(slot), ...Object.values(textLayout ?? {})];
}

test('a slot for text has room for every row that its text can hold, and for many bad ones', () => {
  const { text: capacity, recordsPerSlot } = layoutMemory(network, { slotCount: 1, text });
  // The shortest row: a digit and a delimiter or line end for each of 784 pixels.
  expect(recordsPerSlot).toBe(Math.ceil(70_000 / (2 * 784)));
  expect(capacity?.mostRejects).toBeGreaterThan(70_000 / 32);
});

test('more than WebAssembly can address is refused, with the number', () => {
  const tooMany = { slotCount: 1100, recordsPerSlot: 5349 };
  expect(() => new SharedNetwork(network, tooMany)).toThrowError(
    expect.objectContaining({ code: 'MEMORY_LIMIT', message: expect.stringContaining('4294967296') }),
  );
});

test('an image of more pixels than the kernel can list is refused', () => {
  const wide = randomNetwork({
    seed: 1,
    height: 1,
    width: MOST_INPUTS + 1,
    outputs: [1],
    hidden: 'relu',
    last: 'relu',
  });
  expect(() => new SharedNetwork(wide, { slotCount: 1, recordsPerSlot: 1 })).toThrowError(
    expect.objectContaining({ code: 'NETWORK_TOO_LARGE', message: expect.stringContaining('262144') }),
  );
});
