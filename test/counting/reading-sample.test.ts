import { describe, expect, test } from 'vitest';
import { ReadingSample } from '../../src/counting/reading-sample.js';
import { batchOf } from './evaluation-of.js';

/** Records of one class, of which so many are right; the pixel says which record it is. */
const records = (truth: number, count: number, right: number, first = 0) =>
  batchOf(
    first,
    Array.from({ length: count }, (_, i) => ({
      ...{ truth, confidence: 1, loss: 0, pixels: [i % 256, truth] },
      prediction: i < right ? truth : (truth + 1) % 4,
    })),
  );

describe('ReadingSample', () => {
  test('keeps nothing of batches that are read well, and asks none of them for pixels', () => {
    const sample = new ReadingSample();
    sample.add({
      ...records(1, 100, 85),
      pixelsOf: () => {
        throw new Error('nobody should ask');
      },
    });
    expect(sample.records).toEqual({ count: 0, pixels: new Uint8Array(0), labels: new Uint8Array(0) });
    sample.add(records(1, 100, 84));
    expect(sample.records.count).toBe(100);
  });

  test('keeps the first of each class, copied', () => {
    const sample = new ReadingSample();
    const shared = Uint8Array.of(0, 0);
    const pixelsOf = (place: number) => {
      shared.set([place % 256, 9]);
      return shared;
    };
    sample.add({ ...records(2, 3, 0), pixelsOf });
    sample.add(records(0, 400, 0));
    const { count, pixels, labels } = sample.records;
    // A quarter of a thousand for each of four classes.
    expect(count).toBe(253);
    expect(Array.from(pixels.subarray(0, 10))).toEqual([0, 9, 1, 9, 2, 9, 0, 0, 1, 0]);
    expect(Array.from(labels.subarray(0, 4))).toEqual([2, 2, 2, 0]);
  });

  test('is full after a thousand', () => {
    const sample = new ReadingSample();
    for (let round = 0; round < 3; round++) for (let k = 0; k < 4; k++) sample.add(records(k, 200, 0));
    expect(sample.records.count).toBe(1000);
  });
});
