import fc from 'fast-check';
import { describe, expect, it, test } from 'vitest';
import { lamp } from '../../src/views/terminal/draw-neurons.js';
import { drawSignedPicture } from '../../src/views/terminal/draw-signed-picture.js';
import {
  LIGHT,
  luminance,
  NEGATIVE,
  POSITIVE,
  paletteColor,
  type Ramp,
  RIGHT,
  rampColor,
  textOn,
  WRONG,
} from '../../src/views/terminal/ramps.js';
import { renderMatrix } from '../../src/views/terminal/render-confusion.js';
import { backgroundOf, createPaint, createStyle, type Rgb } from '../../src/views/terminal/terminal.js';
import { evaluationOf } from '../counting/evaluation-of.js';

const RAMPS: [string, Ramp, 1 | -1][] = [
  ['positive', POSITIVE, 1],
  ['negative', NEGATIVE, 1],
  ['light', LIGHT, 1],
  ['right upon dark', RIGHT.dark, 1],
  ['wrong upon dark', WRONG.dark, 1],
  ['right upon light', RIGHT.light, -1],
  ['wrong upon light', WRONG.light, -1],
];
const BLACK: Rgb = [0, 0, 0];
const WHITE: Rgb = [255, 255, 255];
const contrast = (a: Rgb, b: Rgb) => {
  const [low, high] = [luminance(a), luminance(b)].sort((x, y) => x - y);
  return (high + 0.05) / (low + 0.05);
};
const share = fc.double({ min: 0, max: 1, noNaN: true });

describe.each(RAMPS)('the ramp %s', (_, ramp, direction) => {
  it('never turns back, in all colours and in 256', () => {
    fc.assert(
      fc.property(share, share, (a, b) => {
        const [less, more] = [Math.min(a, b), Math.max(a, b)];
        for (const level of [2, 3] as const) {
          const step = luminance(rampColor(ramp, more, level)) - luminance(rampColor(ramp, less, level));
          expect(step * direction).toBeGreaterThanOrEqual(0);
        }
      }),
    );
    const lights = ramp.palette.map((entry) => luminance(paletteColor(entry)) * direction);
    expect(lights).toEqual([...new Set(lights)].sort((a, b) => a - b));
  });

  it('gives what there is least of another of 256 colours than nothing', () => {
    expect(rampColor(ramp, Number.MIN_VALUE, 2)).toEqual(paletteColor(ramp.palette[1]));
    expect(rampColor(ramp, 0, 2)).toEqual(paletteColor(ramp.palette[0]));
    expect(rampColor(ramp, 1, 2)).toEqual(paletteColor(ramp.palette[ramp.palette.length - 1]));
  });

  it('is written in 256 colours by its own entries', () => {
    const paint = createPaint(2);
    for (const entry of ramp.palette) {
      const color = paletteColor(entry);
      expect(paint.on('x', color, color)).toBe(`\x1b[38;5;${entry};48;5;${entry}mx\x1b[39;49m`);
    }
  });

  it('bears text that can be read', () => {
    fc.assert(
      fc.property(share, fc.constantFrom(1, 2, 3), (of, level) => {
        const ground = rampColor(ramp, of, level as 1 | 2 | 3);
        expect(contrast(textOn(ground), ground)).toBeGreaterThanOrEqual(4.5);
      }),
    );
  });
});

test('the weakest weight keeps its sign in 256 colours', () => {
  const weakest = fc.double({ min: 1e-300, max: 1, noNaN: true });
  fc.assert(
    fc.property(weakest, fc.boolean(), (size, isPositive) => {
      const values = Float64Array.of(isPositive ? size : -size, 1);
      const [line] = drawSignedPicture(
        { height: 1, width: 2, values },
        2,
        createStyle({ color: 2, width: 80, unicode: true }),
      );
      const [, green, blue] = paletteColor(Number(/38;5;(\d+)/.exec(line)?.[1]));
      expect(isPositive ? green > blue : blue > green).toBe(true);
    }),
  );
});

test('a lamp that is not lit can be seen on black and on white', () => {
  for (const color of [2, 3] as const) {
    const [unlit, lit] = [0, 1].map((of) => lamp(of, createStyle({ color, width: 80, unicode: true })));
    expect(unlit).not.toBe(lit);
    const parts = (color === 2 ? /48;5;(\d+)/ : /48;2;(\d+);(\d+);(\d+)/).exec(unlit)?.slice(1).map(Number);
    const [first, green = 0, blue = 0] = parts ?? expect.unreachable();
    const frame: Rgb = color === 2 ? paletteColor(first) : [first, green, blue];
    for (const ground of [BLACK, WHITE]) expect(contrast(frame, ground)).toBeGreaterThanOrEqual(3);
  }
});

test('no sigmoid is so small that its lamp looks lit', () => {
  const style = createStyle({ color: 2, width: 80, unicode: true });
  expect(lamp(0.0001, style)).toBe(lamp(0, style));
  expect(lamp(0.1, style)).not.toBe(lamp(0, style));
});

test('a warning can be read on black and on white where the ground is not known', () => {
  for (const color of [2, 3] as const) {
    const entry = Number(/38;5;(\d+)/.exec(createPaint(color).warn('x'))?.[1]);
    for (const ground of [BLACK, WHITE]) {
      expect(contrast(paletteColor(entry), ground)).toBeGreaterThan(4.4);
    }
  }
  expect(createPaint(1).warn('x')).not.toContain('33');
  expect(createPaint(3, 'light').warn('x')).not.toContain('33');
  expect(createPaint(1, 'dark').warn('x')).toBe('\x1b[1;33mx\x1b[22;39m');
});

test.each([
  [undefined, undefined],
  ['15;0', 'dark'],
  ['0;15', 'light'],
  ['0;default;7', 'light'],
  ['7;8', 'dark'],
  ['0;9', 'light'],
  ['15;default', undefined],
  ['', undefined],
])('COLORFGBG=%s', (value, ground) => {
  expect(backgroundOf({ COLORFGBG: value })).toBe(ground);
});

describe('the colours of a matrix', () => {
  // One in 200, one in 50, and two in 100 are wrong.
  const confusion = [
    [197, 1, 2],
    [0, 48, 2],
    [0, 0, 50],
  ];
  const groundsOf = (color: 2 | 3, background?: 'light') => {
    const style = createStyle({ color, width: 80, unicode: true, background });
    const lines = renderMatrix(evaluationOf(confusion), style) ?? expect.unreachable();
    return [1, 3, 5].map((row) =>
      Array.from(lines[row].matchAll(/48;([\d;]+)m/g), ([, code]) => code.split(';').slice(1).join(' ')),
    );
  };

  it('go as far as the worst cell, and tell one wrong cell from another', () => {
    const [[, few, some], [none, , worst]] = groundsOf(2);
    expect(worst).toBe(String(WRONG.dark.palette.at(-1)));
    expect(none).toBe(String(WRONG.dark.palette[0]));
    expect(new Set([none, few, some, worst]).size).toBe(4);
  });

  it('begin light upon a light ground', () => {
    expect(groundsOf(2, 'light')[1][0]).toBe('231');
    expect(groundsOf(3, 'light')[1][2]).toBe(WRONG.light.all[1].join(' '));
  });

  it('leave out what the 16 colours could only shout', () => {
    const lines = renderMatrix(evaluationOf(confusion), createStyle({ color: 1, width: 80, unicode: true }));
    expect(lines?.[1].match(/4[0-7]m/g)).toHaveLength(1);
    expect(lines?.[3].match(/4[0-7]m/g)).toHaveLength(2);
  });
});
