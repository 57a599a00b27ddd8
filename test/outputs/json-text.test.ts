import { expect, it } from 'vitest';
import { evaluationJson } from '../../src/outputs/json-text.js';
import { evaluationOf } from '../counting/evaluation-of.js';

const names = ['[\n1,\n 2]', '"a", \\n'];

it('is the evaluation, nothing more and nothing less', () => {
  const evaluation = evaluationOf(
    [
      [3, 1],
      [0, 5],
    ],
    { names, mistakes: 3 },
  );
  expect(JSON.parse(evaluationJson(evaluation))).toEqual(evaluation);
});

it('keeps each row of the matrix on a line, and ends with a newline', () => {
  const text = evaluationJson(
    evaluationOf([
      [3, 1],
      [0, 5],
    ]),
  );
  expect(text).toContain('\n    [3, 1],\n    [0, 5]\n');
  expect(text.endsWith('}\n')).toBe(true);
});

it('writes null for what is not defined', () => {
  expect(JSON.parse(evaluationJson(evaluationOf([[0]], { seconds: 0 })))).toMatchObject({
    accuracy: null,
    interval: null,
    imagesPerSecond: null,
  });
});
