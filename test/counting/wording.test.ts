import { describe, expect, it } from 'vitest';
import {
  besideLimit,
  digestWords,
  durationWords,
  grouped,
  networkWords,
  percent,
  percentage,
  rateWords,
  timesWords,
} from '../../src/counting/wording.js';

describe('grouped', () => {
  it.each([
    [0, '0'],
    [999, '999'],
    [1000, '1,000'],
    [13_002, '13,002'],
    [1_234_567_890, '1,234,567,890'],
  ])('writes %d as %s', (count, words) => {
    expect(grouped(count)).toBe(words);
  });
});

describe('percentage', () => {
  it.each([
    [0.9533, 2, '95.33'],
    [0.5, 0, '50'],
    [1, 1, '100.0'],
    [0, 1, '0.0'],
  ])('writes %d with %d digits as %s', (share, digits, words) => {
    expect(percentage(share, digits)).toBe(words);
  });

  it('never says 100 where something is missing, nor 0 where there is something', () => {
    expect(percentage(0.999999, 2)).toBe('99.99');
    expect(percentage(0.999999, 0)).toBe('99');
    expect(percentage(0.000001, 1)).toBe('0.1');
  });

  it('has a sign, or a stand-in for what is not defined, as percent', () => {
    expect(percent(0.25, 1, '–')).toBe('25.0 %');
    expect(percent(null, 1, '–')).toBe('–');
  });
});

describe('networkWords', () => {
  it('names the activation once when all layers share it', () => {
    const model = {
      layers: [784, 16, 16, 10],
      activations: ['sigmoid', 'sigmoid', 'sigmoid'],
      parameters: 13_002,
    };
    expect(networkWords(model)).toBe('784-16-16-10 sigmoid, 13,002 parameters');
  });

  it('names all activations when they differ', () => {
    const model = { layers: [784, 32, 10], activations: ['relu', 'softmax'], parameters: 25_450 };
    expect(networkWords(model)).toBe('784-32-10 relu-softmax, 25,450 parameters');
  });
});

describe('besideLimit', () => {
  it.each([
    [0.9405351833498513, 0.95, '0.9405'],
    [0.9405351833498513, null, '0.9405'],
    [0.5, 0.4, '0.5'],
    [0.9499999, 0.95, '0.9499999'],
    [0.950000000000001, 0.95, '0.950000000000001'],
    [0.94999, 0.95, '0.94999'],
    [0.95, 0.95, '0.95'],
  ])('writes %d beside %d as %s', (value, limit, words) => {
    expect(besideLimit(value, limit)).toBe(words);
  });
});

describe('durationWords', () => {
  it.each([
    [0, '0 ms'],
    [0.0412, '41 ms'],
    [0.9994, '999 ms'],
    [0.9996, '1.0 s'],
    [3.42, '3.4 s'],
    [59.96, '1:00 min'],
    [725, '12:05 min'],
    [11_525, '3:12:05 h'],
  ])('writes %d s as %s', (seconds, words) => {
    expect(durationWords(seconds)).toBe(words);
  });
});

describe('rateWords', () => {
  it.each([
    [0.25, '0.3 images/s'],
    [12.3, '12.3 images/s'],
    [842_123, '842,000 images/s'],
    [3_412_000, '3.41 million images/s'],
    [1_234_000_000, '1230 million images/s'],
  ])('writes %d as %s', (rate, words) => {
    expect(rateWords(rate)).toBe(words);
  });
});

it('shortens a digest to what the eye can compare', () => {
  expect(digestWords('0fa7898d509279e4')).toBe('sha256 0fa7898d5092');
});

it('counts times', () => {
  expect([1, 2, 1000].map(timesWords)).toEqual(['once', '2 times', '1,000 times']);
});
