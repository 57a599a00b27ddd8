import { describe, expect, it } from 'vitest';
import { createPaint, withoutStyles } from '../../src/views/terminal/terminal.js';

describe('createPaint', () => {
  it('changes nothing at level 0', () => {
    const paint = createPaint(0);
    expect(
      [paint.bold('a'), paint.dim('b'), paint.warn('c'), paint.on('d', [0, 0, 0], [9, 9, 9])].join(''),
    ).toBe('abcd');
  });

  it.each([
    [1, '\x1b[37;41mx\x1b[39;49m'],
    [2, '\x1b[38;5;231;48;5;124mx\x1b[39;49m'],
    [3, '\x1b[38;2;255;255;255;48;2;180;10;5mx\x1b[39;49m'],
  ] as const)('says a colour as level %d can', (level, text) => {
    expect(createPaint(level).on('x', [255, 255, 255], [180, 10, 5])).toBe(text);
  });

  it.each([
    [[0, 0, 0], 16],
    [[8, 8, 8], 232],
    [[128, 128, 128], 244],
    [[238, 238, 238], 255],
    [[255, 255, 255], 231],
    [[95, 135, 175], 67],
    [[60, 58, 61], 237],
  ] as const)('finds the nearest of 256 colours for %j', (color, index) => {
    expect(createPaint(2).on('x', color, color)).toBe(`\x1b[38;5;${index};48;5;${index}mx\x1b[39;49m`);
  });

  it('can be undone', () => {
    const paint = createPaint(3);
    expect(
      withoutStyles(paint.warn(`a${paint.on(paint.bold('b'), [1, 2, 3], [4, 5, 6])}${paint.dim('c')}`)),
    ).toBe('abc');
  });
});
