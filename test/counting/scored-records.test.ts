import { describe, expect, it } from 'vitest';
import { Mistakes } from '../../src/counting/scored-records.js';
import { batchOf, type ScoredRecord } from './evaluation-of.js';

const wrong = (confidence: number, pixel = 0): ScoredRecord => ({
  truth: 1,
  prediction: 2,
  confidence,
  loss: 0,
  pixels: [pixel],
});
const right = (confidence: number): ScoredRecord => ({ ...wrong(confidence), prediction: 1 });

function mistakesOf(capacity: number, records: readonly ScoredRecord[], first = 0): Mistakes {
  const mistakes = new Mistakes(capacity);
  mistakes.addAll(batchOf(first, records));
  return mistakes;
}

const indices = (mistakes: Mistakes) => mistakes.worst.map(({ index }) => index);

describe('Mistakes', () => {
  it('keeps the wrong predictions of the highest confidence, worst first', () => {
    const records = [wrong(0.5), right(0.9), wrong(0.75), wrong(0.25), wrong(1)];
    expect(indices(mistakesOf(3, records))).toEqual([4, 2, 0]);
  });

  it('keeps the earlier of two that are equally confident', () => {
    const records = [wrong(0.5), wrong(0.5), wrong(0.5)];
    expect(indices(mistakesOf(2, records))).toEqual([0, 1]);
    const later = mistakesOf(2, [wrong(0.5), wrong(0.5)], 10);
    later.merge(mistakesOf(2, [wrong(0.5)], 3));
    expect(indices(later)).toEqual([3, 10]);
  });

  it('keeps the earlier one even when its batch comes back later', () => {
    const mistakes = mistakesOf(2, [wrong(0.5), wrong(0.5)], 10);
    mistakes.addAll(batchOf(3, [wrong(0.5), wrong(0.25)]));
    expect(indices(mistakes)).toEqual([3, 10]);
  });

  it('counts indices from the first record of the batch on', () => {
    expect(mistakesOf(1, [right(1), wrong(0.5)], 100).worst[0]).toMatchObject({
      index: 101,
      truth: 1,
      prediction: 2,
    });
  });

  it('keeps a copy of the pixels, since the slot is written again', () => {
    const slot = Uint8Array.of(17, 42);
    const batch = batchOf(0, [wrong(0.5), wrong(0.75)]);
    const mistakes = new Mistakes(2);
    mistakes.addAll({ ...batch, pixelsOf: (place) => slot.subarray(place, place + 1) });
    slot.fill(0);
    expect(mistakes.worst.map(({ pixels }) => [...pixels])).toEqual([[42], [17]]);
  });

  it('keeps copies outside of shared memory', () => {
    const batch = { ...batchOf(0, [wrong(0.5)]), pixelsOf: () => new Uint8Array(new SharedArrayBuffer(1)) };
    const mistakes = new Mistakes(1);
    mistakes.addAll(batch);
    expect(mistakes.worst[0].pixels.buffer).toBeInstanceOf(ArrayBuffer);
  });

  it('may keep none', () => {
    expect(indices(mistakesOf(0, [wrong(0.5), wrong(Number.POSITIVE_INFINITY)]))).toEqual([]);
  });

  it('never keeps a confidence that is not a number', () => {
    expect(indices(mistakesOf(2, [wrong(Number.NaN), wrong(-1)]))).toEqual([1]);
  });

  it.each([-1, 0.5, Number.NaN])('refuses to keep %d', (capacity) => {
    expect(() => new Mistakes(capacity)).toThrowError(expect.objectContaining({ code: 'USAGE' }));
  });
});
