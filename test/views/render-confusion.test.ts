import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { renderConfusionList, renderMatrix } from '../../src/views/terminal/render-confusion.js';
import { createStyle, withoutStyles } from '../../src/views/terminal/terminal.js';
import { displayWidth } from '../../src/views/terminal/text-layout.js';
import { evaluationOf, TEN_CLASSES } from '../counting/evaluation-of.js';

const plain = createStyle({ color: 0, width: 80, unicode: true });
const KMNIST = ['お', 'き', 'す', 'つ', 'な', 'は', 'ま', 'や', 'れ', 'を'];

const render = (confusion: readonly (readonly number[])[], names?: readonly string[], style = plain) =>
  renderMatrix(evaluationOf(confusion, names ? { names } : {}), style) ?? expect.unreachable('it should fit');

describe('renderMatrix', () => {
  it('has counts, shares of the row below them, a dot for nothing, brackets on the diagonal', () => {
    expect(
      `\n${render([
        [90, 10, 0],
        [0, 1, 2],
        [0, 0, 0],
      ]).join('\n')}\n`,
    ).toMatchInlineSnapshot(`
      "
            0     1     2
      0   [90]   10     ·  100
         90.0  10.0
      1     ·    [1]    2    3
               33.3  66.7
      2     ·     ·     ·    0

      "
    `);
  });

  it('fits ten classes into 80 columns', () => {
    const lines = render(TEN_CLASSES);
    expect(lines).toHaveLength(21);
    expect(Math.max(...lines.map(displayWidth))).toBeLessThanOrEqual(80);
  });

  it('has rows that sum to the support beside them, and shares that sum to 100', () => {
    const count = fc.oneof(fc.constant(0), fc.nat(30));
    const row = fc.array(count, { minLength: 5, maxLength: 5 });
    fc.assert(
      fc.property(fc.array(row, { minLength: 5, maxLength: 5 }), (confusion) => {
        const [, ...lines] = render(confusion);
        confusion.forEach((counts, truth) => {
          const total = counts.reduce((sum, value) => sum + value, 0);
          const [label, ...numbers] = lines[2 * truth]
            .replace(/[[\]]/g, ' ')
            .replace(/·/g, '0')
            .trim()
            .split(/\s+/);
          expect([label, ...numbers]).toEqual([String(truth), ...counts.map(String), String(total)]);
          const shares = lines[2 * truth + 1].trim().split(/\s+/).filter(Boolean).map(Number);
          if (total > 0) expect(shares.reduce((sum, share) => sum + share, 0)).toBeCloseTo(100, -0.5);
        });
      }),
      { numRuns: 50 },
    );
  });

  it('says the same with colour as without, but for the brackets', () => {
    const words = (lines: readonly string[]) =>
      lines.map((line) => withoutStyles(line).replace(/[[\]]/g, ' ').trim().split(/\s+/));
    for (const color of [1, 2, 3] as const) {
      const lines = render(TEN_CLASSES, undefined, createStyle({ color, width: 80, unicode: true }));
      expect(words(lines)).toEqual(words(render(TEN_CLASSES)));
      expect(Math.max(...lines.map(displayWidth))).toBeLessThanOrEqual(80);
    }
  });

  it('keeps columns in line under names of two columns a character', () => {
    const lines = render(TEN_CLASSES, KMNIST);
    expect(lines[0].trim().split(/\s+/)).toEqual(KMNIST);
    // Every header ends in the column where its diagonal's digits end, one before the bracket.
    KMNIST.forEach((name, index) => {
      const headerEnd = displayWidth(lines[0].slice(0, lines[0].indexOf(name) + name.length));
      const line = lines[1 + 2 * index];
      expect(displayWidth(line.slice(0, line.indexOf(']')))).toBe(headerEnd);
    });
  });

  it('numbers classes whose names are too long for a column', () => {
    const lines = render(
      [
        [5, 1],
        [0, 5],
      ],
      ['T-shirt/top', 'Trouser'],
    );
    expect(lines[0].trim().split(/\s+/)).toEqual(['0', '1']);
    expect(lines[1]).toMatch(/^0 T-shirt\/top +\[5\] +1 +6$/);
    expect(lines[3]).toMatch(/^1 Trouser +· +\[5\] +5$/);
  });

  it('shortens counts that have no room', () => {
    const evaluation = evaluationOf(TEN_CLASSES);
    const confusion = TEN_CLASSES.map((row) => row.map((count) => count * 12_345));
    const classes = evaluation.classes.map((row) => ({ ...row, support: row.support * 12_345 }));
    const lines = renderMatrix({ ...evaluation, confusion, classes }, plain) ?? expect.unreachable();
    expect(lines[1]).toContain('[12M]');
    expect(Math.max(...lines.map(displayWidth))).toBeLessThanOrEqual(80);
  });

  it('is null when it does not fit', () => {
    const many = Array.from({ length: 26 }, (_, truth) =>
      Array.from({ length: 26 }, (_, i) => (i === truth ? 1 : 0)),
    );
    expect(renderMatrix(evaluationOf(many), plain)).toBeNull();
    expect(renderMatrix(evaluationOf(many), { ...plain, width: 170 })).not.toBeNull();
  });
});

const CONFUSION = [
  [880, 120, 0],
  [1, 99, 0],
  [0, 4, 96],
];
const names = ['Shirt', 'T-shirt/top', 'お'];

it('tells who is taken for whom, how often, and of how many', () => {
  const style = createStyle({ color: 0, width: 80, unicode: true });
  expect(
    `\n${renderConfusionList(evaluationOf(CONFUSION, { names }), 10, style).join('\n')}\n`,
  ).toMatchInlineSnapshot(`
    "
          Shirt → T-shirt/top  120 times, 12.0 % of all Shirt
             お → T-shirt/top    4 times,  4.0 % of all お
    T-shirt/top → Shirt             once,  1.0 % of all T-shirt/top
    "
  `);
});

it('does without Unicode of its own', () => {
  const style = createStyle({ color: 0, width: 80, unicode: false });
  expect(renderConfusionList(evaluationOf(CONFUSION), 1, style)).toEqual([
    '0 -> 1  120 times, 12.0 % of all 0',
  ]);
});

it('is empty when nothing is wrong', () => {
  const style = createStyle({ color: 0, width: 80, unicode: true });
  expect(
    renderConfusionList(
      evaluationOf([
        [1, 0],
        [0, 1],
      ]),
      5,
      style,
    ),
  ).toEqual([]);
});
