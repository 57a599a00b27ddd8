import { expect, test } from 'vitest';
import { LabelSuspects } from '../../src/counting/label-suspects.js';

/** Records of two classes: label, prediction, confidence, loss. */
function recordsOf(first: number, rows: readonly (readonly [number, number, number, number])[]) {
  return {
    first,
    count: rows.length,
    labels: Uint8Array.from(rows, ([label]) => label),
    predictions: Uint8Array.from(rows, ([, prediction]) => prediction),
    confidences: Float32Array.from(rows, ([, , confidence]) => confidence),
    losses: Float32Array.from(rows, ([, , , loss]) => loss),
    classCount: 2,
    outputsAreProbabilities: true,
    pixelsOf: (place: number) => Uint8Array.of(first + place),
  };
}

const FIRST = recordsOf(0, [
  [1, 1, 0.5, 0.1],
  [1, 1, 1, 0],
  [0, 1, 0.75, 3],
  [0, 1, 0.7, 9],
]);
const SECOND = recordsOf(4, [
  [0, 1, 0.9, 5],
  [1, 0, 1, 8],
  [0, 1, 0.8, 5],
]);

test('suspects who is as sure of another class as of those it gets right, the largest loss first', () => {
  const suspects = new LabelSuspects(2, 10);
  suspects.addAll(FIRST);
  suspects.addAll(SECOND);
  // Class 1 is recognised with 0.75 on average; class 0 never, so nothing is suspected of being a 0.
  expect(suspects.suspects(10).map(({ index }) => index)).toEqual([4, 6, 2]);
  expect(suspects.suspects(1)[0]).toMatchObject({ truth: 0, prediction: 1, pixels: Uint8Array.of(4) });
});

test('keeps the same candidates in any order of the batches, and no more than it may', () => {
  const found = [
    [FIRST, SECOND],
    [SECOND, FIRST],
  ].map((batches) => {
    const suspects = new LabelSuspects(2, 4);
    for (const batch of batches) suspects.addAll(batch);
    return suspects.suspects(10).map(({ index }) => index);
  });
  // The four largest losses are 9, 8, 5, 5; the 3 had to go.
  expect(found).toEqual([
    [4, 6],
    [4, 6],
  ]);
});
