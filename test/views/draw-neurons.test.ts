import { describe, expect, test } from 'vitest';
import { drawActivation, drawHistogram, markSign } from '../../src/views/terminal/draw-neurons.js';
import { createStyle } from '../../src/views/terminal/terminal.js';

const narrow = createStyle({ color: 0, width: 28, unicode: false });
const relu = {
  title: 'ReLU(sum - 2)',
  at: (sum: number) => Math.max(0, sum - 2),
  from: -8,
  to: 12,
  threshold: 2,
};

describe('drawActivation', () => {
  test('draws a curve with its ends, its threshold and the sums on it', () => {
    const marks = [
      { weightedSum: -8, sign: 'A' },
      { weightedSum: 12, sign: 'a' },
      { weightedSum: 2, sign: 'b' },
    ];
    // 21 columns: one for each whole sum.
    expect(drawActivation({ ...relu, marks }, narrow)).toEqual([
      'ReLU(sum - 2)',
      '    10|                   .a',
      '      |                  .',
      '      |                ..',
      '      |              ..',
      '      |            ..',
      '     0|A.........b.',
      '      +----------^----------',
      '       -8                 12',
    ]);
  });

  test('draws a step without a gap', () => {
    const step = { ...relu, title: 'step', at: (sum: number) => (sum > 2 ? 1 : 0), marks: [] };
    const lines = drawActivation(step, narrow);
    const columns = lines.slice(1, 7).map((line) => line.slice(7));
    expect(columns).toEqual(['           ..........', ...new Array(4).fill('           .'), '...........']);
  });

  test('says nothing of a threshold that lies outside, and bears a curve that is flat', () => {
    const flat = { ...relu, at: () => 0, threshold: 99, marks: [{ weightedSum: 0, sign: 'a' }] };
    const text = drawActivation(flat, narrow).join('\n');
    expect(text).not.toContain('^');
    expect(text).toContain('........a............');
  });

  test('marks by letters, and by stars when they run out', () => {
    expect([0, 1, 2].map((n) => markSign(n, 'A'))).toEqual(['A', 'B', 'C']);
    expect([24, 25, 26, 27].map((n) => markSign(n, 'a'))).toEqual(['y', 'z', '*', '*']);
  });
});

describe('drawHistogram', () => {
  test('is as high as asked where there is most, and empty only where there is nothing', () => {
    expect(drawHistogram([0, 1, 8, 16, 1000], 2, true)).toEqual(['    █', ' ▁▁▁█']);
    expect(drawHistogram([4, 3, 2, 1, 0], 2, true)).toEqual(['█▄   ', '███▄ ']);
  });

  test('does without Unicode', () => {
    expect(drawHistogram([4, 3, 2, 1, 0], 2, false)).toEqual(['#.   ', '###. ']);
  });
});
