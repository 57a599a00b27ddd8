import { expect, test } from 'vitest';
import { GUARD_BYTES, layoutMemory, MOST_INPUTS, PAGE_BYTES } from '../../src/pool/layout.js';
import { SharedNetwork } from '../../src/pool/shared-network.js';
import { randomNetwork } from '../helpers/random-network.js';

const network = randomNetwork({
  seed: 1,
  height: 28,
  width: 28,
  outputs: [16, 16, 10],
  hidden: 'relu',
  last: 'relu',
});

test('every region begins on a cache line of its own and ends before its guard', () => {
  const layout = layoutMemory(network, { slotCount: 3, recordsPerSlot: 7, withOutputs: true });
  const starts = [
    layout.control,
    layout.network.head,
    layout.network.groupTable,
    ...layout.network.layers.flatMap(({ weights, biases, scales }) => [weights, biases, scales]),
    ...layout.slots.flatMap((slot) => Object.values(slot)),
  ];
  expect(starts.every((start) => start % 64 === 0)).toBe(true);
  expect(starts).toEqual(starts.toSorted((a, b) => a - b));
  expect(layout.guards).toHaveLength(starts.length);
  layout.guards.forEach((guard, i) => {
    expect(guard + GUARD_BYTES).toBe(starts[i + 1] ?? guard + GUARD_BYTES);
  });
  expect(layout.bytes % PAGE_BYTES).toBe(0);
  expect(layout.bytes).toBeGreaterThanOrEqual(layout.guards[layout.guards.length - 1] + GUARD_BYTES);
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
