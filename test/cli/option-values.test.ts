import { describe, expect, test } from 'vitest';
import { share, wholeNumber } from '../../src/cli/options.js';

describe('share', () => {
  test('reads percent as the very number that its share is, not as its neighbour', () => {
    const counts = Array.from({ length: 10_001 }, (_, count) => count);
    const percents = counts.map((count) => `${(count / 100).toFixed(2)}%`);
    expect(percents.map(share)).toEqual(counts.map((count) => count / 10_000));
  });

  test.each([
    ['0', 0],
    ['1', 1],
    ['.5', 0.5],
    ['0.94', 0.94],
    ['94%', 0.94],
    ['.5%', 0.005],
    ['100%', 1],
  ])('reads %s', (text, value) => {
    expect(share(text)).toBe(value);
  });

  test.each(['', '%', '-0.1', '1.01', '101%', '1e-3', '0.9.4', 'NaN', '94 %'])('refuses "%s"', (text) => {
    expect(() => share(text)).toThrow('Give a share from 0 to 1, such as 0.95, or 95%.');
  });
});

describe('wholeNumber', () => {
  test('reads digits, from the least on', () => {
    expect(wholeNumber(1)('1')).toBe(1);
    expect(wholeNumber(0)('0')).toBe(0);
    expect(wholeNumber(0)('9007199254740991')).toBe(Number.MAX_SAFE_INTEGER);
  });

  test.each(['0', '-1', '1.5', '1e3', '0x10', ' 1', '', '9007199254740992'])('refuses "%s"', (text) => {
    expect(() => wholeNumber(1)(text)).toThrow('Give a whole number, 1 or more.');
  });
});
