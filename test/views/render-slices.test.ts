import { describe, expect, test } from 'vitest';
import { type Slice, SliceTally } from '../../src/counting/slices.js';
import { evaluationMarkdown } from '../../src/outputs/evaluation-markdown.js';
import { renderSlices } from '../../src/views/terminal/judging/render-slices.js';
import { displayWidth } from '../../src/views/terminal/text-layout.js';
import { sayJapanese } from '../../src/views/words/terminal/say-japanese.js';
import { evaluationOf } from '../counting/evaluation-of.js';

const PLAIN = { color: 0, width: 80, unicode: true } as const;

function sliceOf(counts: readonly (readonly [value: string, right: number, wrong: number])[]): Slice {
  const tally = new SliceTally('writer', 'column');
  for (const [value, right, wrong] of counts) {
    for (let i = 0; i < right + wrong; i++) tally.add(value, i < right);
  }
  return tally.slice();
}

const SLICE = sliceOf([
  ['2143', 60, 40],
  ['', 195, 5],
  ['山田 | *太郎*', 999, 1],
  ['7', 1, 0],
]);

describe('renderSlices', () => {
  test('says in Japanese what was measured here, and leaves values of others as they are', () => {
    const options = { ...PLAIN, say: sayJapanese };
    const values = ['none', 'thin', '3 of 4 images', '1 to 2 %'].map((value) => [value, 30, 10] as const);
    const lines = renderSlices([sliceOf(values)], options).split('\n');
    for (const [value] of values) expect(lines.some((line) => line.startsWith(`${value} `))).toBe(true);
    const thickness: Slice = {
      ...sliceOf([
        ['under 1.5 px', 30, 10],
        ['1.5 to 2.0 px', 30, 10],
      ]),
      name: 'thickness',
      source: 'images',
    };
    expect(renderSlices([thickness], options)).not.toContain('under');
  });

  test('has a line a value, the weakest first', () => {
    expect(renderSlices([SLICE], PLAIN)).toBe(
      `By writer  4 values, the weakest first

value          images  accuracy    95 % interval  to the rest         p
2143              100   60.00 %   50.2 to 69.1 %       -39.50  < 0.0001  *
(none)            200   97.50 %   94.3 to 98.9 %        +1.22      1.00
山田 | *太郎*   1,000   99.90 %   99.4 to 99.9 %       +14.85  < 0.0001  *
7                   1  100.00 %  20.7 to 100.0 %        +3.54      1.00  few
*: apart from the rest beyond doubt (p < 0.05, Fisher, adjusted for all values
by Holm).
few: under 30 images, which say little.
`,
    );
  });

  test.each([20, 30, 40, 60, 80])('fits into %d columns, the accuracy always among them', (width) => {
    for (const line of renderSlices([SLICE], { ...PLAIN, width }).split('\n')) {
      if (!line.startsWith('By')) expect(displayWidth(line)).toBeLessThanOrEqual(Math.max(width, 34));
    }
    expect(renderSlices([SLICE], { ...PLAIN, width })).toContain('60.00 %');
  });

  test('says how many there are beside the weakest', () => {
    const many = sliceOf(Array.from({ length: 40 }, (_, i) => [`w${i}`, 100 - i, i]));
    const text = renderSlices([many], PLAIN);
    expect(text).toContain('By writer  40 values');
    expect(text).toContain('\nw39');
    expect(text).not.toContain('\nw27 ');
    expect(text).toContain('28 values more; --format json has all of them.');
  });

  test('of no images is its title', () => {
    expect(renderSlices([sliceOf([])], PLAIN)).toBe('By writer  0 values, the weakest first\n');
  });

  test('marks with the signs of ASCII and without colours where there are no others', () => {
    const text = renderSlices([sliceOf([['only', 3, 1]])], { color: 0, width: 80, unicode: false });
    expect(text).toMatch(/^only +4 +75\.00 % +30\.1 to 95\.4 % +- +- +few$/m);
  });
});

test('Markdown has a table a slice, in which a value can do no harm', () => {
  const evaluation = { ...evaluationOf([[1]]), slices: [SLICE] };
  const text = evaluationMarkdown(evaluation);
  expect(text).toContain('## By writer\n\nThe weakest first; p is of Fisher');
  expect(text).toContain('| 2143 | 100 | 60.00 % | 50.2 % to 69.1 % | -39.50 | < 0.0001 | apart |');
  expect(text).toContain('| 山田 &#124; &#42;太郎&#42; |');
  expect(text).toContain('| – | 200 |');
  expect(text).toContain('| few images |');
});
