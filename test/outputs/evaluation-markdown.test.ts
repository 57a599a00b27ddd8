import { describe, expect, it, test } from 'vitest';
import { evaluationMarkdown } from '../../src/outputs/evaluation-markdown.js';
import { evaluationOf, OTHER_READING } from '../counting/evaluation-of.js';

describe('evaluationMarkdown', () => {
  it('looks like this', async () => {
    const evaluation = evaluationOf(
      [
        [8, 2, 0],
        [1, 9, 0],
        [0, 0, 0],
      ],
      { names: ['cat', 'dog', 'fox'], mistakes: 2 },
    );
    await expect(evaluationMarkdown(evaluation)).toMatchFileSnapshot('golden/evaluation-markdown.txt');
  });

  it('has as many cells in each row of a table as in its header', () => {
    const names = ['a|b', '*c*', '<d>'];
    const text = evaluationMarkdown(
      evaluationOf(
        [
          [8, 2, 0],
          [1, 9, 0],
          [0, 0, 1],
        ],
        { names, mistakes: 2 },
      ),
    );
    for (const table of text.split('\n\n').filter((block) => block.startsWith('|'))) {
      const cells = table
        .trim()
        .split('\n')
        .map((line) => line.split('|').length);
      expect(new Set(cells).size).toBe(1);
    }
  });

  it('lets no name be more than text', () => {
    const names = ['<script>', '[x](y)\n# z'];
    const text = evaluationMarkdown(
      evaluationOf(
        [
          [1, 1],
          [0, 1],
        ],
        { names },
      ),
    );
    expect(text).not.toContain('<script>');
    expect(text).not.toContain('[x](y)');
    expect(text).not.toMatch(/^# z/m);
  });

  it('marks a partial evaluation', () => {
    expect(evaluationMarkdown(evaluationOf([[1]], { partial: true }))).toContain('**Partial:**');
  });

  it('leaves out a matrix that is too wide for a page', () => {
    const many = Array.from({ length: 30 }, () => new Array<number>(30).fill(1));
    expect(evaluationMarkdown(evaluationOf(many))).toContain('30 classes are too many for a page');
  });

  it('writes a dash for what is not defined', () => {
    expect(
      evaluationMarkdown(
        evaluationOf([
          [0, 0],
          [0, 0],
        ]),
      ),
    ).toContain('| accuracy | **–** |');
  });
});

test('says how else the input could be read', () => {
  const text = evaluationMarkdown(evaluationOf([[1]], { otherReading: OTHER_READING }));
  const words = 'Read in another way (label &#60;b&#62;), 97 % of 1,000 images are right, not 12 %';
  expect(text).toContain(`\n\n**${words}: say --label-map 1=&#60;b&#62;**\n\n`);
  expect(evaluationMarkdown(evaluationOf([[1]]))).not.toContain('another way');
});
