import { describe, expect, test } from 'vitest';
import { drawHistogram } from '../../src/views/terminal/draw-neurons.js';

describe('drawHistogram', () => {
  test('is as high as asked where there is most, and empty only where there is nothing', () => {
    expect(drawHistogram([0, 1, 8, 16, 1000], 2, { unicode: true })).toEqual(['    █', ' ▁▁▁█']);
    expect(drawHistogram([4, 3, 2, 1, 0], 2, { unicode: true })).toEqual(['█▄   ', '███▄ ']);
  });

  test('does without Unicode', () => {
    expect(drawHistogram([4, 3, 2, 1, 0], 2, { unicode: false })).toEqual(['#.   ', '###. ']);
  });
});
