import { describe, expect, it } from 'vitest';
import { beside, flow } from '../../src/views/terminal/blocks.js';

describe('beside', () => {
  it('puts blocks of any height and width next to each other', () => {
    expect(
      beside(
        [
          ['a', 'お'],
          ['x', 'y', 'z'],
        ],
        2,
      ),
    ).toEqual(['a   x', 'お  y', '    z']);
  });
});

describe('flow', () => {
  it('breaks a line only between parts', () => {
    expect(flow(['one', 'two', 'three'], 11)).toEqual(['one, two,', 'three']);
    expect(flow(['one', 'two', 'three'], 80)).toEqual(['one, two, three']);
    expect(flow(['much too long'], 5)).toEqual(['much too long']);
  });
});
