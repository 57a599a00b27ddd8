import { expect, test } from 'vitest';
import { naturalOrder } from '../../src/formats/natural-order.js';

test('numbers count as numbers, and a folder keeps its files together', () => {
  const sorted = [
    '',
    '0',
    '01',
    '1',
    '2',
    '10',
    '10a',
    'a',
    'a/1',
    'a/10',
    'a-1',
    'a1',
    'a02',
    'a2x',
    'a10',
    'b',
  ];
  const shuffled = sorted.map((name, i) => ({ name, key: (i * 7) % sorted.length }));
  shuffled.sort((x, y) => x.key - y.key);
  expect(shuffled.map(({ name }) => name).sort(naturalOrder)).toEqual(sorted);
});

test('it is an order, whatever the names', () => {
  const signs = ['a', '0', '1', '9', '/', '-', 'é'];
  const names = Array.from({ length: 400 }, (_, i) =>
    Array.from({ length: 4 }, (_sign, at) => signs[Math.floor(i / signs.length ** at) % signs.length]).join(
      '',
    ),
  );
  const sorted = [...names].sort(naturalOrder);
  for (let i = 1; i < sorted.length; i++) {
    expect(Math.sign(naturalOrder(sorted[i], sorted[i - 1]))).toBe(
      -Math.sign(naturalOrder(sorted[i - 1], sorted[i])),
    );
    if (i > 1) expect(naturalOrder(sorted[i - 2], sorted[i])).toBeLessThanOrEqual(0);
  }
  expect(sorted).toEqual([...names].reverse().sort(naturalOrder));
});
