import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { EvaluationCounts } from '../../src/counting/evaluation-counts.js';
import { EvaluationTally } from '../../src/counting/evaluation-tally.js';
import { ReadingSample } from '../../src/counting/reading-sample.js';
import { exactNumber, State } from '../../src/counting/state.js';
import { DigitflowError } from '../../src/errors.js';
import { batchOf, type ScoredRecord } from './evaluation-of.js';

const SHAPE = { classes: 4, recordBytes: 2 };

const confidence = fc.oneof(
  // Few different values, so that ties are frequent; and all that a float32 can be.
  fc.constantFrom(0, -0, 0.25, 1, Number.NaN, Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY),
  fc.float(),
);
const record: fc.Arbitrary<ScoredRecord> = fc.record({
  truth: fc.nat(3),
  prediction: fc.nat(3),
  confidence,
  loss: confidence,
  pixels: fc.tuple(fc.nat(255), fc.nat(255)),
});

/** What is counted of records from `first` on, in batches of some size. */
function countsOf(
  first: number,
  records: readonly ScoredRecord[],
  { size = 7, mistakes = 3, outputsAreProbabilities = true } = {},
): EvaluationCounts {
  const counts = new EvaluationCounts(SHAPE, { mistakes, outputsAreProbabilities }, true);
  for (let at = 0; at < records.length; at += size)
    counts.add(batchOf(first + at, records.slice(at, at + size), 4, outputsAreProbabilities));
  return counts;
}

const textOf = (counts: EvaluationCounts) => JSON.stringify(counts);

test('parts that were kept as JSON give, in any order, what is counted at once, bit for bit', () => {
  fc.assert(
    fc.property(
      fc.array(record, { maxLength: 90 }),
      fc.array(fc.tuple(fc.nat(90), fc.nat(), fc.integer({ min: 1, max: 9 })), { maxLength: 5 }),
      fc.boolean(),
      (records, cuts, outputsAreProbabilities) => {
        const whole = countsOf(0, records, { size: 90, outputsAreProbabilities });
        const starts = [0, ...cuts.map(([at]) => at).sort((a, b) => a - b)];
        const parts = starts.map((from, part) => {
          const [, turn = 0, size = 4] = cuts[part] ?? [];
          const own = records.slice(from, starts[part + 1] ?? 90);
          return { turn, state: textOf(countsOf(from, own, { size, outputsAreProbabilities })) };
        });
        const merged = countsOf(0, [], { outputsAreProbabilities });
        for (const { state } of parts.sort((a, b) => a.turn - b.turn)) merged.addState(JSON.parse(state));
        expect(textOf(merged)).toBe(textOf(whole));
        const [own, other] = [merged, whole].map(({ report, tally, sample }) => ({
          ...{ sample: sample.records, mistakes: tally.mistakes.worst, shown: report?.sample },
          ...{
            surest: report?.surest,
            suspects: report?.suspects.suspects(9),
            points: report?.thresholds.points,
          },
          cells: report?.cells(whole.tally.confusion?.toJSON() ?? []),
        }));
        expect(own).toEqual(other);
      },
    ),
  );
});

test('what pictures were is merged in their order', () => {
  const [whole, first, second, merged] = Array.from({ length: 4 }, () => countsOf(0, []));
  for (let i = 0; i < 14; i++) {
    for (const { pictures } of [whole, i < 8 ? first : second])
      pictures.add(`${i}.png`, i % 3 === 0 ? [] : ['inverted'], i % 7 === 1 ? [] : ['blank', 'unsure']);
  }
  for (const part of [first, second]) merged.addState(JSON.parse(textOf(part)));
  expect(textOf(merged)).toBe(textOf(whole));
  expect(merged.pictures.doubts).toHaveLength(10);
});

describe('a sample of badly read records', () => {
  const wrong = { truth: 1, prediction: 2, confidence: 1, loss: 1, pixels: [3, 4] };
  const right = { ...wrong, prediction: 1 };

  test('keeps small batches whatever is right of them, where a cut may have made them', () => {
    const few = batchOf(
      0,
      Array.from({ length: 99 }, () => right),
    );
    const many = batchOf(
      0,
      Array.from({ length: 100 }, () => right),
    );
    const [part, whole] = [new ReadingSample(100), new ReadingSample()];
    part.add(many);
    whole.add(few);
    expect([part.records.count, whole.records.count]).toEqual([0, 0]);
    part.add(few);
    expect(part.records.count).toBe(99);
  });

  test('has as many of each class where images are large', () => {
    const large = (first: number, truth: number) => ({
      ...batchOf(
        first,
        Array.from({ length: 9 }, () => ({ ...wrong, truth, prediction: 3 })),
      ),
      pixelsOf: () => new Uint8Array(2 ** 20),
    });
    const sample = new ReadingSample();
    for (const [first, truth] of [
      [0, 1],
      [9, 0],
    ])
      sample.add(large(first, truth));
    // 16 MiB hold 16 of them: 4 of each class.
    expect(Array.from(sample.records.labels)).toEqual([1, 1, 1, 1, 0, 0, 0, 0]);
  });
});

describe('a state from outside', () => {
  const records = Array.from({ length: 6 }, (_, i) => ({
    ...{ truth: i % 3, prediction: i % 2, confidence: i / 8, loss: i / 4, pixels: [i, 255 - i] },
  }));
  const state = () => JSON.parse(textOf(countsOf(0, records)));
  const failure = (wrong: unknown) => {
    try {
      countsOf(0, []).addState(wrong);
    } catch (error) {
      return error;
    }
    return undefined;
  };

  test('is taken where it is whole', () => {
    expect(failure(state())).toBeUndefined();
  });

  test.each<[string, (own: ReturnType<typeof state>) => void, string]>([
    ['no object', (own) => (own.tally = []), 'counts.tally: expected an object, found []'],
    [
      'a matrix that is not square',
      (own) => own.tally.confusion[2].pop(),
      'counts.tally.confusion[2]: expected a list of 4, found one of 3',
    ],
    [
      'less than nothing',
      (own) => (own.tally.confusion[0][1] = -1),
      'counts.tally.confusion[0][1]: expected a whole number, 0 or more, found -1',
    ],
    [
      'no sum',
      (own) => (own.tally.loss.units = '1e9'),
      'counts.tally.loss.units: expected the digits of a whole number, found "1e9"',
    ],
    [
      'bins of other records',
      (own) => own.tally.calibration[3].count++,
      'counts.tally.calibration: expected 2 right of 6, as in its matrix, found 2 of 7',
    ],
    [
      'a class too many',
      (own) => (own.tally.mistakes.worst[0].truth = 4),
      'counts.tally.mistakes.worst[0].truth: expected a whole number, 0 to 3, found 4',
    ],
    [
      'pixels of another size',
      (own) => (own.sample[1].pixels = 'AAAA'),
      'counts.sample[1].pixels: expected 2 bytes, found 3',
    ],
    [
      'pixels that are none',
      (own) => (own.report.sample[0].pixels = '?'),
      'counts.report.sample[0].pixels: expected bytes in base64, found "?"',
    ],
    ['no report', (own) => (own.report = null), 'counts.report: expected an object, found null'],
    [
      'an image that is not of the sample',
      (own) => (own.report.sample[0].index = 1000),
      'counts.report.sample[0].index: expected a whole number, 0 to 999, found 1000',
    ],
  ])('is refused: %s', (_, change, message) => {
    const own = state();
    change(own);
    expect(failure(own)).toMatchObject({ code: 'SHARD_BROKEN', exitCode: 65, message });
  });

  test.each([
    ['of other classes', new EvaluationTally({ classes: 3, mistakes: 3, outputsAreProbabilities: true })],
    ['of more mistakes', new EvaluationTally({ classes: 4, mistakes: 4, outputsAreProbabilities: true })],
  ])('is refused: %s', (_, tally) => {
    const own = { ...state(), tally: JSON.parse(JSON.stringify(tally)) };
    expect(failure(own)).toMatchObject({ code: 'USAGE' });
  });

  test('whatever is wrong in it is one of our errors', () => {
    for (const wrong of [null, 'x', -1, 1e300, {}, [null]]) {
      for (const path of pathsOf(state())) {
        const own = { state: state() };
        let at: Record<string, unknown> = own;
        for (const key of ['state', ...path.slice(0, -1)]) at = at[key] as Record<string, unknown>;
        at[path[path.length - 1]] = wrong;
        const error = failure(own.state);
        if (error !== undefined) expect(error).toBeInstanceOf(DigitflowError);
      }
    }
  });

  /** The keys that lead to each value of a tree; of long lists the first ones. */
  function pathsOf(value: unknown): string[][] {
    if (typeof value !== 'object' || value === null) return [];
    return Object.entries(value)
      .slice(0, 4)
      .flatMap(([key, own]) => [[key], ...pathsOf(own).map((path) => [key, ...path])]);
  }
});

test('all numbers are the same after JSON', () => {
  fc.assert(
    fc.property(fc.double(), (value) => {
      const own = new State(JSON.parse(JSON.stringify(exactNumber(value))), 'value').number();
      expect(own).toBe(value);
    }),
  );
  expect(() => new State('x', 'value').number()).toThrowError('value: expected a number, found "x"');
});
