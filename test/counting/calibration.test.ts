import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { Calibration, FixedSum } from '../../src/counting/calibration.js';
import { CALIBRATION_BINS } from '../../workers/kernel/common/offsets.js';

function sumOf(values: ArrayLike<number>): FixedSum {
  const sum = new FixedSum();
  const f32 = Float32Array.from(values);
  sum.addAll(f32, 0, f32.length);
  return sum;
}

const anyFloat = fc.float();

describe('FixedSum', () => {
  it('adds what has few binary digits without any error', () => {
    expect(sumOf([0.5, 0.25, -2, 3]).value).toBe(1.75);
  });

  it('adds only the range it is given', () => {
    const sum = new FixedSum();
    sum.addAll(Float32Array.of(1, 2, 4, 8), 1, 3);
    expect(sum.value).toBe(6);
  });

  it('does not depend on the order of the values, nor on how they are shared out', () => {
    fc.assert(
      fc.property(fc.array(anyFloat, { maxLength: 60 }), fc.nat(60), fc.nat(60), (values, turn, cut) => {
        const turned = [...values.slice(turn), ...values.slice(0, turn)].reverse();
        const left = sumOf(turned.slice(0, cut));
        left.merge(sumOf(turned.slice(cut)));
        expect(left.toJSON()).toEqual(sumOf(values).toJSON());
      }),
    );
  });

  it('is within half a unit a value of the true sum', () => {
    const loss = fc.float({ min: 0, max: 100, noNaN: true });
    fc.assert(
      fc.property(fc.array(loss, { maxLength: 100 }), (values) => {
        const f64 = values.reduce((sum, value) => sum + value, 0);
        expect(sumOf(values).value).toBeCloseTo(f64, 7);
      }),
    );
  });

  it('stays exact where a float64 of units would not', () => {
    // The largest value of the fast path and the smallest unit, in turn: together more than 2^53 units.
    const large = 256 - 2 ** -16;
    const values = Float32Array.from({ length: 40_000 }, (_, i) => (i % 2 === 0 ? large : 2 ** -32));
    expect(sumOf(values).toJSON().units).toBe(String(20_000n * BigInt(large * 2 ** 32) + 20_000n));
  });

  it('holds the largest f32 values', () => {
    const largest = (2 - 2 ** -23) * 2 ** 127;
    expect(sumOf([largest, largest, -largest]).value).toBe(largest);
  });

  it.each([Number.NaN, Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY])(
    'is undefined after %d',
    (value) => {
      const sum = sumOf([1, value]);
      expect(sum.value).toBeNull();
      expect(sum.mean(2)).toBeNull();
      expect(sum.toJSON().notFinite).toBe(1);
    },
  );

  it('has a mean, but none of nothing', () => {
    expect(sumOf([1, 2]).mean(2)).toBe(1.5);
    expect(new FixedSum().mean(0)).toBeNull();
  });
});

/** `[confidence, is right]` */
function calibrationOf(records: readonly (readonly [number, boolean])[]): Calibration {
  const calibration = new Calibration();
  const truths = new Uint8Array(records.length);
  const predictions = Uint8Array.from(records, ([, isRight]) => (isRight ? 0 : 1));
  calibration.addAll(
    truths,
    predictions,
    Float32Array.from(records, ([confidence]) => confidence),
    records.length,
  );
  return calibration;
}

describe('Calibration', () => {
  it('puts each confidence into its bin, the ends included', () => {
    const { bins } = calibrationOf([
      [0, true],
      [0.0625, false],
      [0.5, true],
      [0.96875, true],
      [1, false],
    ]);
    expect(bins).toHaveLength(CALIBRATION_BINS);
    expect(bins[0]).toEqual({ low: 0, high: 1 / 15, count: 2, correct: 1, confidence: 0.03125 });
    expect(bins[7]).toMatchObject({ count: 1, correct: 1, confidence: 0.5 });
    expect(bins[14]).toMatchObject({ high: 1, count: 2, correct: 1, confidence: 0.984375 });
    expect(bins[3]).toMatchObject({ count: 0, correct: 0, confidence: null });
  });

  it('has no error where confidence and accuracy agree', () => {
    const records = [true, true, true, false].map((isRight) => [0.75, isRight] as const);
    expect(calibrationOf(records).expectedCalibrationError).toBe(0);
  });

  it('weighs the distance in each bin by its count', () => {
    // One bin of 3: accuracy 1, confidence 0.75. One bin of 1: accuracy 0, confidence 0.5.
    const calibration = calibrationOf([
      [0.75, true],
      [0.75, true],
      [0.75, true],
      [0.5, false],
    ]);
    expect(calibration.expectedCalibrationError).toBe((3 / 4) * 0.25 + (1 / 4) * 0.5);
  });

  it('takes what lies outside of 0..1 for the nearer end, and NaN for 0', () => {
    const { bins } = calibrationOf([
      [-3, false],
      [Number.NaN, false],
      [7, true],
    ]);
    expect(bins[0]).toMatchObject({ count: 2, confidence: 0 });
    expect(bins[14]).toMatchObject({ count: 1, confidence: 1 });
  });

  it('stays exact in a batch of more than a million records', () => {
    const count = 2 ** 20 + 10;
    const calibration = new Calibration();
    const zeros = new Uint8Array(count);
    calibration.addAll(zeros, zeros, new Float32Array(count).fill(0.75), count);
    expect(calibration.bins[11]).toMatchObject({ count, correct: count, confidence: 0.75 });
    expect(calibration.toJSON()[11].confidence.toJSON().units).toBe(String(BigInt(count) * 3n * 2n ** 30n));
  });

  it('says nothing of nothing', () => {
    expect(new Calibration().expectedCalibrationError).toBeNull();
  });

  it('merges to what all records together give', () => {
    const records = Array.from({ length: 50 }, (_, i) => [((i * 37) % 50) / 50, i % 3 > 0] as const);
    const merged = calibrationOf(records.slice(0, 20));
    merged.merge(calibrationOf(records.slice(20)));
    expect(JSON.stringify(merged)).toBe(JSON.stringify(calibrationOf(records)));
  });
});
