import { describe, expect, it } from 'vitest';
import { Calibration } from '../../src/counting/calibration.js';
import { CALIBRATION_BINS } from '../../workers/kernel/common/offsets.js';

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
