import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import type { ScoredRecords } from '../../src/counting/scored-records.js';
import { PairedVerdicts, sumOfCounts } from '../../src/judging/paired-verdicts.js';

const CLASSES = 3;

/** What several networks say of the same records, batch by batch. */
interface Said {
  readonly labels: readonly number[];
  /** `[network][record]` */
  readonly predictions: readonly (readonly number[])[];
  readonly confidences: readonly (readonly number[])[];
}

const classIndex = fc.nat(CLASSES - 1);
const said = fc
  .record({ count: fc.nat(40), networks: fc.integer({ min: 2, max: 4 }) })
  .chain(({ count, networks }) => {
    const ofEach = <T>(value: fc.Arbitrary<T>) => fc.array(value, { minLength: count, maxLength: count });
    const ofAll = <T>(value: fc.Arbitrary<T>) =>
      fc.array(ofEach(value), { minLength: networks, maxLength: networks });
    // Few values, so that there are ties.
    const confidence = fc.constantFrom(0.25, 0.5, 0.75, 1, Number.NaN);
    return fc.record({
      labels: ofEach(classIndex),
      predictions: ofAll(classIndex),
      confidences: ofAll(confidence),
    });
  });

/** The records from `first` to before `end`, as one network has them. */
function batchOf(
  { labels, predictions, confidences }: Said,
  network: number,
  first: number,
  end: number,
): ScoredRecords {
  return {
    ...{ first, count: end - first, classCount: CLASSES, outputsAreProbabilities: true },
    labels: Uint8Array.from(labels.slice(first, end)),
    predictions: Uint8Array.from(predictions[network].slice(first, end)),
    confidences: Float32Array.from(confidences[network].slice(first, end)),
    losses: new Float32Array(end - first),
    pixelsOf: (place) => Uint8Array.of(first + place),
  };
}

function pairsOf(all: Said, cuts: readonly number[], examples = 5) {
  const networks = all.predictions.length;
  const verdicts = new PairedVerdicts({ networks, classes: CLASSES, recordBytes: 1, examples });
  const ends = [...new Set([...cuts.map((cut) => cut % (all.labels.length + 1)), all.labels.length])].sort(
    (a, b) => a - b,
  );
  let first = 0;
  for (const end of ends) {
    verdicts.add(all.predictions.map((_, network) => batchOf(all, network, first, end)));
    first = end;
  }
  return verdicts.pairs;
}

describe('PairedVerdicts', () => {
  test('counts what a look at each record counts, of each pair and class', () => {
    fc.assert(
      fc.property(said, fc.array(fc.nat(100)), (all, cuts) => {
        const networks = all.predictions.length;
        const pairs = pairsOf(all, cuts);
        expect(pairs).toHaveLength((networks * (networks - 1)) / 2);
        expect(pairs.map(({ first, second }) => [first, second])).toEqual(
          [...pairs.map(({ first, second }) => [first, second])].sort(([a, b], [c, d]) => a - c || b - d),
        );
        for (const { first, second, classes } of pairs) {
          const right = (network: number, record: number) =>
            all.predictions[network][record] === all.labels[record];
          const count = (label: number | null, isFirst: boolean, isSecond: boolean) =>
            all.labels.filter(
              (own, record) =>
                (label === null || own === label) &&
                right(first, record) === isFirst &&
                right(second, record) === isSecond,
            ).length;
          const naive = (label: number | null) => ({
            both: count(label, true, true),
            onlyFirst: count(label, true, false),
            onlySecond: count(label, false, true),
            neither: count(label, false, false),
          });
          expect(classes).toEqual([0, 1, 2].map(naive));
          expect(sumOfCounts(classes)).toEqual(naive(null));
        }
      }),
    );
  });

  test('keeps the same records however they come: those first of which the loser is surest', () => {
    fc.assert(
      fc.property(said, fc.array(fc.nat(100)), fc.nat(6), (all, cuts, examples) => {
        const pairs = pairsOf(all, cuts, examples);
        expect(pairs).toEqual(pairsOf(all, [], examples));
        for (const { first, second, onlyFirst, onlySecond } of pairs) {
          const expected = (winner: number, loser: number) =>
            all.labels
              .map((truth, index) => ({
                ...{ index, truth, prediction: all.predictions[loser][index] },
                confidence: all.confidences[loser][index],
                winnerConfidence: all.confidences[winner][index],
                pixels: Uint8Array.of(index),
              }))
              .filter(({ index, truth, prediction, confidence }) => {
                return (
                  all.predictions[winner][index] === truth &&
                  prediction !== truth &&
                  !Number.isNaN(confidence)
                );
              })
              .sort((a, b) => b.confidence - a.confidence || a.index - b.index)
              .slice(0, examples);
          expect(onlyFirst).toEqual(expected(first, second));
          expect(onlySecond).toEqual(expected(second, first));
        }
      }),
    );
  });

  test('refuses records without labels', () => {
    const verdicts = new PairedVerdicts({ networks: 2, classes: CLASSES, recordBytes: 1, examples: 0 });
    const all = { labels: [0], predictions: [[0], [0]], confidences: [[1], [1]] };
    const without = (network: number) => ({ ...batchOf(all, network, 0, 1), labels: null });
    expect(() => verdicts.add([without(0), without(1)])).toThrow(/expected labels to compare with/);
  });
});
