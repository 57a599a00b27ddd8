import { describe, expect, it } from 'vitest';
import { createPaint } from '../../src/views/terminal/terminal.js';
import {
  beside,
  displayWidth,
  flow,
  padLeft,
  padRight,
  truncate,
} from '../../src/views/terminal/text-layout.js';

describe('displayWidth', () => {
  it.each([
    ['', 0],
    ['abc', 3],
    ['Größe', 5],
    ['4 → 9 · 38 × ▀⣿', 15],
    ['お', 2],
    ['きりん', 6],
    ['が', 2],
    ['カ\u3099', 2],
    ['ｶﾞ', 2],
    ['漢字', 4],
    ['한글', 4],
    ['Ａ', 2],
    ['e\u0301', 1],
    ['👍🏽', 2],
    ['👨‍👩‍👧', 2],
    ['\u200b', 0],
    ['кот', 3],
  ])('of %j is %d', (text, width) => {
    expect(displayWidth(text)).toBe(width);
  });

  it('does not count styles', () => {
    const paint = createPaint(3);
    expect(displayWidth(paint.on(paint.bold('お4'), [1, 2, 3], [4, 5, 6]))).toBe(3);
  });
});

describe('padding', () => {
  it('fills up to a width in columns, not in characters', () => {
    expect(padLeft('お', 4)).toBe('  お');
    expect(padRight('お', 4)).toBe('お  ');
    expect(padLeft('12345', 4)).toBe('12345');
  });
});

describe('truncate', () => {
  it('leaves what fits', () => {
    expect(truncate('きりん', 6, '…')).toBe('きりん');
  });

  it('never splits a character, and marks the cut', () => {
    expect(truncate('きりん', 5, '…')).toBe('きり…');
    expect(truncate('きりん', 4, '…')).toBe('き…');
    expect(truncate('T-shirt/top', 6, '~')).toBe('T-shi~');
    expect(truncate('abc', 0, '…')).toBe('');
  });
});

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
