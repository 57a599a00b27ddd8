import { describe, expect, it } from 'vitest';
import { drawDifference } from '../../src/views/terminal/look/draw-difference.js';
import { createStyle, withoutStyles } from '../../src/views/terminal/terminal.js';

const PLAIN = createStyle({ color: 0, width: 80, unicode: true });
const NAMES = ['0', '1', '2'];
const BEFORE = [
  [1200, 3, 4],
  [5, 6, 7],
  [8, 9, 10],
];
const AFTER = [
  [0, 3, 1204],
  [5, 7, 6],
  [8, 9, 10],
];

describe('drawDifference', () => {
  it('has each cell after, less before', () => {
    expect(drawDifference(NAMES, BEFORE, AFTER, PLAIN)).toEqual([
      '      0     1     2',
      '0 -1200     · +1200',
      '1     ·    +1    -1',
      '2     ·     ·     ·',
    ]);
  });

  it('says the same with colours, more on another ground than less', () => {
    for (const color of [2, 3] as const) {
      const colored = drawDifference(NAMES, BEFORE, AFTER, createStyle({ color, width: 80, unicode: true }));
      expect(colored.map((line) => withoutStyles(line).trimEnd())).toEqual(
        drawDifference(NAMES, BEFORE, AFTER, PLAIN),
      );
      const grounds = Array.from(colored[1].matchAll(/48;([\d;]+)m/g), ([, ground]) => ground);
      expect(new Set(grounds).size).toBe(2);
    }
  });

  it('lists the mistakes that differ most where the matrix does not fit', () => {
    const narrow = { ...PLAIN, width: 18 };
    expect(drawDifference(NAMES, BEFORE, AFTER, narrow)).toEqual(['0 → 2 +1,200', '1 → 2     -1']);
  });

  it('numbers classes of long names, and says how many cells it leaves out', () => {
    const names = Array.from({ length: 12 }, (_, k) => `a class of the name ${k}`);
    const before = names.map(() => names.map(() => 0));
    const after = names.map((_, truth) => names.map((_, k) => 12 * truth + k));
    const [head, first] = drawDifference(names, before, after, PLAIN);
    expect(head).toMatch(/^ +0 +1 +2 .* 11$/);
    expect(first).toMatch(/^ 0 a class of… +· +\+1 +\+2/);
    const listed = drawDifference(names, before, after, { ...PLAIN, width: 50 });
    expect(listed[0]).toBe('a class of th… → a class of th… +142');
    expect(listed[8]).toBe('and 124 more (--format json)');
  });

  it('says that nothing differs', () => {
    expect(drawDifference(NAMES, BEFORE, BEFORE, PLAIN)).toEqual(['no cell differs']);
  });
});
