import { readFileSync } from 'node:fs';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { evaluate } from '../../pipelines/evaluate.js';
import { LabelSuspects } from '../../src/counting/label-suspects.js';
import { NearestImages } from '../../src/counting/metrics/nearest-images.js';
import type { LabelledRecords } from '../../src/counting/scored-records.js';
import { State } from '../../src/counting/state.js';
import { testLabels } from '../helpers/mnist.js';

/** A record of two classes: its label, its two outputs, its one pixel. */
type Row = readonly [label: number, outputs: readonly [number, number], pixel: number];

function recordsOf(first: number, rows: readonly Row[], outputsAreProbabilities = true): LabelledRecords {
  const predictions = rows.map(([, [a, b]]) => Number(b > a));
  return {
    ...{ first, count: rows.length, classCount: 2, outputsAreProbabilities },
    labels: Uint8Array.from(rows, ([label]) => label),
    predictions: Uint8Array.from(predictions),
    confidences: Float32Array.from(rows, ([, outputs], i) => outputs[predictions[i]]),
    losses: Float32Array.from(rows, ([label, outputs]) => 1 - outputs[label]),
    outputs: Float32Array.from(rows.flatMap(([, outputs]) => outputs)),
    pixelsOf: (place) => Uint8Array.of(rows[place][2]),
  };
}

const SHAPE = { classes: 2, recordBytes: 1 };
/** Dark images are of class 0, bright ones of class 1. */
const CLEAR: readonly Row[] = Array.from({ length: 40 }, (_, i) =>
  i < 20 ? [0, [0.9, 0.1], i] : [1, [0.1, 0.9], 200 + i],
);
/** Both judges doubt the first; the images like the second are of its class; of the third the network is hardly sure. */
const DOUBTED: readonly Row[] = [
  [0, [0.1, 0.9], 230],
  [0, [0.1, 0.9], 5],
  [0, [0.45, 0.55], 230],
];

const suspectsOf = (batches: readonly LabelledRecords[], candidates = 10) => {
  const suspects = new LabelSuspects(SHAPE, candidates);
  for (const batch of batches) suspects.addAll(batch);
  return suspects.suspects(10).map(({ index }) => index);
};

describe('label suspects', () => {
  const batches = [recordsOf(0, CLEAR), recordsOf(40, DOUBTED)];

  test('are those whose label both judges doubt, the surest doubt first', () => {
    // The network's word has four times the weight: 4 (0.9 - 0.1) + 1, 4 (0.9 - 0.1) - 1, 4 (0.55 - 0.45) + 1.
    expect(suspectsOf(batches)).toEqual([40, 41, 42]);
    const close: Row = [0, [0.45, 0.55], 5];
    expect(suspectsOf([...batches, recordsOf(43, [close])])).toEqual([40, 41, 42]);
  });

  test('are the same in any order, kept as JSON in between', () => {
    const parts = batches.map((batch) => {
      const suspects = new LabelSuspects(SHAPE, 10);
      suspects.addAll(batch);
      return JSON.parse(JSON.stringify(suspects));
    });
    for (const order of [parts, [...parts].reverse()]) {
      const merged = new LabelSuspects(SHAPE, 10);
      for (const part of order) merged.addState(new State(part, 'suspects'));
      expect(merged.suspects(10).map(({ index }) => index)).toEqual([40, 41, 42]);
    }
    expect(suspectsOf([...batches].reverse())).toEqual([40, 41, 42]);
  });

  test('are looked for among the largest losses, no more than may be kept', () => {
    expect(suspectsOf(batches, 2)).toEqual([40, 41]);
  });

  test('of outputs that are no probabilities, the network says a class and not how sure it is', () => {
    const plain = DOUBTED.map(([label, [a, b], pixel]): Row => [label, [10 * a, 10 * b], pixel]);
    expect(suspectsOf([batches[0], recordsOf(40, plain, false)])).toEqual([40, 42, 41]);
  });

  test.each([
    [
      'a class that there is not',
      { first: 0, labels: 'Ag==', pixels: 'AA==' },
      'labels: expected labels below 2',
    ],
    ['other images', { first: 0, labels: 'AQ==', pixels: 'AAA=' }, 'pixels: expected 1 bytes, found 2'],
    [
      'one after the last',
      { first: 9999, labels: 'AQE=', pixels: 'AAA=' },
      'labels: expected labels below 2',
    ],
  ])('a state of %s is refused', (_, run, message) => {
    const state = new State({ candidates: [], nearest: [run] }, 'suspects');
    expect(() => new LabelSuspects(SHAPE, 1).addState(state)).toThrow(
      expect.objectContaining({ code: 'SHARD_BROKEN', message: expect.stringContaining(message) }),
    );
  });
});

describe('the nearest images', () => {
  test('are those of the least squared differences, the earliest of equal ones', () => {
    const pixels = fc.array(fc.nat(255), { minLength: 9, maxLength: 9 });
    fc.assert(
      fc.property(fc.array(fc.tuple(pixels, fc.nat(3)), { minLength: 1, maxLength: 40 }), (images) => {
        const nearest = new NearestImages(9);
        for (const [i, [own, label]] of images.entries()) nearest.add(i, label, Uint8Array.from(own));
        const [first] = images;
        const expected = images
          .map(([own, label], i) => ({
            ...{ i, label },
            distance: own.reduce((sum, value, at) => sum + (value - first[0][at]) ** 2, 0),
          }))
          .slice(1)
          .sort((a, b) => a.distance - b.distance)
          .slice(0, 10);
        const votes = new Float64Array(4);
        for (const { label } of expected) votes[label] += 1 / expected.length;
        expect(nearest.votes(0, Uint8Array.from(first[0]), 4)).toEqual(votes);
      }),
    );
  });

  test.each([
    ['28 x 28', 784, (i: number) => Math.floor((i % 28) / 2) + 14 * Math.floor(i / 56), 196],
    ['30 x 30', 900, (i: number) => Math.floor((i % 30) / 3) + 10 * Math.floor(i / 90), 100],
    ['8 x 8', 64, (i: number) => i, 64],
    ['no square', 600, (i: number) => Math.floor(i / 4), 150],
  ])('of %s pixels are kept small', (_, recordBytes, blockOf, size) => {
    const image = Uint8Array.from({ length: recordBytes }, (_, i) => (i * 37) % 256);
    const [sums, counts] = [new Float64Array(size), new Float64Array(size)];
    for (const [i, value] of image.entries()) {
      sums[blockOf(i)] += value;
      counts[blockOf(i)]++;
    }
    const nearest = new NearestImages(recordBytes);
    nearest.add(3, 1, image);
    const [run] = JSON.parse(JSON.stringify(nearest));
    expect(run).toMatchObject({ first: 3, labels: 'AQ==' });
    const kept = Buffer.from(run.pixels, 'base64');
    expect([...kept]).toEqual([...sums].map((sum, block) => Math.floor(sum / counts[block])));
  });
});

/**
 * The labels of the MNIST test set that people corrected. To rank wrong predictions by confidence alone finds 1, 1 and 4 of the 15
 * for the sigmoid network, 5, 6 and 7 for the other one; neither network errs on all of them.
 */
test.each([
  ['sigmoid', [4, 7, 7], [1, 1, 4]],
  ['relu', [6, 8, 8], [5, 6, 7]],
])(
  'of 15 labels that people corrected, the first 15, 30 and 60 suspects of %s have %j',
  async (model, found, byConfidence) => {
    const { indices, ...source } = JSON.parse(readFileSync('test/fixtures/label-errors/mnist.json', 'utf8'));
    expect(indices).toHaveLength(15);
    expect(source.source).toContain('cleanlab/label-errors');
    const suspects = new LabelSuspects({ classes: 10, recordBytes: 784 }, 256);
    const labels = testLabels();
    const wrong: { index: number; confidence: number }[] = [];
    await evaluate({
      ...{ model, workers: 0, metrics: true },
      onBatch: (records) => {
        suspects.addAll(records as LabelledRecords);
        for (let i = 0; i < records.count; i++) {
          const index = records.first + i;
          if (records.predictions[i] !== labels[index])
            wrong.push({ index, confidence: records.confidences[i] });
        }
      },
    });
    const among = (ranked: readonly { readonly index: number }[]) =>
      [15, 30, 60].map(
        (first) => ranked.slice(0, first).filter(({ index }) => indices.includes(index)).length,
      );
    expect(among(suspects.suspects(60))).toEqual(found);
    expect(among(wrong.sort((a, b) => b.confidence - a.confidence))).toEqual(byConfidence);
  },
);
