import { describe, expect, test } from 'vitest';
import { layoutMemory } from '../../src/engine/layout.js';
import { chooseTextSize, slotCountFor } from '../../src/engine/sizes.js';
import { randomNetwork } from '../helpers/random-network.js';

const WORKERS = [0, 1, 2, 8, 16, 48, 64, 128, 256, 512];

/** The whole memory for text with ids. */
function memoryFor(side: number, workers: number, batchSize: number | undefined, withOutputs: boolean) {
  const network = randomNetwork({
    ...{ seed: 1, height: side, width: side, outputs: [16, 10] },
    ...({ hidden: 'sigmoid', last: 'sigmoid' } as const),
  });
  const outputCount = withOutputs ? network.classes.length : 0;
  const size = chooseTextSize({ recordBytes: side * side, workers, batchSize, outputCount });
  const { textBytes, stretchBytes } = size;
  const text = { textBytes, stretchBytes, withIds: true };
  return { size, layout: layoutMemory(network, { slotCount: slotCountFor(workers), text, withOutputs }) };
}

describe.each([1, 2, 28])('for images of %i pixels a side, ids and all outputs', (side) => {
  test.each([undefined, 1, 10_000, 10_000_000])('slots of %s rows fit into 4 GiB', (batchSize) => {
    for (const workers of WORKERS.filter((count) => side > 1 || count <= 128)) {
      expect(memoryFor(side, workers, batchSize, true).layout.bytes).toBeLessThanOrEqual(2 ** 32);
    }
  });

  test('a few threads get the whole stretch of 16 MiB', () => {
    expect(memoryFor(side, 2, undefined, false).size.fileStretchBytes).toBe(2 ** 24);
  });
});

test('as many threads as there may be fit with images of a single pixel, too, where outputs are not kept', () => {
  expect(memoryFor(1, 512, undefined, false).layout.bytes).toBeLessThanOrEqual(2 ** 32);
});
