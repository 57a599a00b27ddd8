import fc from 'fast-check';
import { describe, expect, it, test } from 'vitest';
import { createPaint, createStyle } from '../../src/views/terminal/terminal.js';
import {
  beside,
  displayWidth,
  flow,
  padLeft,
  padRight,
  titled,
  truncate,
  wrap,
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
  it('breaks a line between parts, and a part that is too wide before its brackets and between words', () => {
    expect(flow(['one', 'two', 'three'], 11)).toEqual(['one, two,', 'three']);
    expect(flow(['one', 'two', 'three'], 80)).toEqual(['one, two, three']);
    expect(flow(['much too long'], 5)).toEqual(['much', 'too', 'long']);
    expect(flow(['96.41 % (95 % interval 96.03 to 96.76 %)', '359 wrong'], 35)).toEqual([
      '96.41 %',
      '(95 % interval 96.03 to 96.76 %),',
      '359 wrong',
    ]);
  });
});

describe('wrap', () => {
  it('neither breaks a word nor parts a number from its sign', () => {
    expect(wrap('of a row 95 % are p = 0.1 so 4 → 9 or p < 0.2', 9)).toEqual([
      ...['of a row', '95 % are', 'p = 0.1', 'so 4 → 9', 'or', 'p < 0.2'],
    ]);
    const words = fc.array(fc.stringMatching(/^[a-z]{1,12}$/), { minLength: 1, maxLength: 20 });
    fc.assert(
      fc.property(words, fc.integer({ min: 12, max: 60 }), (all, width) => {
        const lines = wrap(all.join(' '), width);
        expect(lines.join(' ')).toBe(all.join(' '));
        expect(Math.max(...lines.map(displayWidth))).toBeLessThanOrEqual(width);
      }),
    );
  });

  it('carries a style from a line to the next', () => {
    const { bold, dim } = createPaint(1);
    expect(wrap(`${bold('a b')} ${dim('c')}`, 1)).toEqual([
      '\x1b[1ma\x1b[0m',
      '\x1b[1mb\x1b[22m',
      '\x1b[2mc\x1b[22m',
    ]);
  });
});

test('a title has its remark beside it, or below where there is no room', () => {
  const style = (width: number) => createStyle({ color: 0, width, unicode: true });
  expect(titled('Title', 'a remark', style(15))).toEqual(['Title  a remark']);
  expect(titled('Title', 'a remark', style(14))).toEqual(['Title', 'a remark']);
  expect(titled('Title', 'a long remark', style(6))).toEqual(['Title', 'a long', 'remark']);
  expect(titled('Title', '', style(14))).toEqual(['Title']);
});
