import { expect, it } from 'vitest';
import { renderConfusionList } from '../../src/views/terminal/render-confusion.js';
import { createStyle } from '../../src/views/terminal/terminal.js';
import { evaluationOf } from '../counting/evaluation-of.js';

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
