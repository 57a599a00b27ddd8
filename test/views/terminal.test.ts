import { describe, expect, it } from 'vitest';
import {
  colorLevel,
  columnsOf,
  createPaint,
  supportsUnicode,
  withoutStyles,
} from '../../src/views/terminal/terminal.js';

const terminal = { isTTY: true, getColorDepth: () => 8 };
const pipe = {};

describe('colorLevel', () => {
  it.each<[string, NodeJS.ProcessEnv, object, number]>([
    ['a pipe', {}, pipe, 0],
    ['a pipe into a colourful world', { COLORTERM: 'truecolor', TERM: 'xterm-256color' }, pipe, 0],
    ['a terminal', {}, terminal, 2],
    ['a terminal of 16 colours', {}, { isTTY: true, getColorDepth: () => 4 }, 1],
    ['a terminal without colours', {}, { isTTY: true, getColorDepth: () => 1 }, 0],
    ['a terminal of all colours', {}, { isTTY: true, getColorDepth: () => 24 }, 3],
    ['a terminal that says nothing of itself', {}, { isTTY: true }, 1],
    ['COLORTERM=truecolor', { COLORTERM: 'truecolor' }, terminal, 3],
    ['COLORTERM=24bit', { COLORTERM: '24bit' }, terminal, 3],
    ['TERM=dumb', { TERM: 'dumb', COLORTERM: 'truecolor' }, terminal, 0],
    ['NO_COLOR=1', { NO_COLOR: '1', COLORTERM: 'truecolor' }, terminal, 0],
    ['NO_COLOR=0, since its value does not matter', { NO_COLOR: '0' }, terminal, 0],
    ['an empty NO_COLOR, which counts as none', { NO_COLOR: '' }, terminal, 2],
    ['FORCE_COLOR=0', { FORCE_COLOR: '0' }, terminal, 0],
    ['FORCE_COLOR=false', { FORCE_COLOR: 'false' }, terminal, 0],
    ['FORCE_COLOR=1 on a pipe', { FORCE_COLOR: '1' }, pipe, 1],
    ['FORCE_COLOR=2 on a pipe', { FORCE_COLOR: '2' }, pipe, 2],
    ['FORCE_COLOR=3 on a pipe', { FORCE_COLOR: '3' }, pipe, 3],
    ['FORCE_COLOR=3 with TERM=dumb', { FORCE_COLOR: '3', TERM: 'dumb' }, pipe, 3],
    ['FORCE_COLOR=true', { FORCE_COLOR: 'true' }, pipe, 1],
    ['an empty FORCE_COLOR', { FORCE_COLOR: '' }, pipe, 1],
    ['FORCE_COLOR=true with COLORTERM', { FORCE_COLOR: 'true', COLORTERM: 'truecolor' }, pipe, 3],
    ['FORCE_COLOR=true with TERM', { FORCE_COLOR: 'true', TERM: 'screen-256color' }, pipe, 2],
    ['FORCE_COLOR against NO_COLOR', { FORCE_COLOR: '1', NO_COLOR: '1' }, pipe, 1],
  ])('%s', (_, env, stream, level) => {
    expect(colorLevel(stream, env)).toBe(level);
  });
});

describe('supportsUnicode', () => {
  it('is true but for the consoles of Linux and of old Windows', () => {
    expect(supportsUnicode({}, 'linux')).toBe(true);
    expect(supportsUnicode({ TERM: 'linux' }, 'linux')).toBe(false);
    expect(supportsUnicode({}, 'win32')).toBe(false);
    expect(supportsUnicode({ WT_SESSION: 'x' }, 'win32')).toBe(true);
  });
});

describe('columnsOf', () => {
  it('is 80 where nothing is known', () => {
    expect([columnsOf({ columns: 120 }), columnsOf({}), columnsOf({ columns: 0 })]).toEqual([120, 80, 80]);
  });
});

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
