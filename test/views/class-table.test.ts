import { describe, expect, it } from 'vitest';
import { renderClassTable } from '../../src/views/terminal/render-evaluation.js';
import { createStyle } from '../../src/views/terminal/terminal.js';
import { displayWidth } from '../../src/views/terminal/text-width.js';
import { evaluationOf } from '../counting/evaluation-of.js';

const style = createStyle({ color: 0, width: 80, unicode: true });

describe('renderClassTable', () => {
  it('shows an absent class as absent, and the means over the others', () => {
    const evaluation = evaluationOf(
      [
        [8, 2, 0],
        [0, 10, 0],
        [0, 0, 0],
      ],
      { names: ['cat', 'dog', 'unicorn'] },
    );
    expect(`\n${renderClassTable(evaluation, style).join('\n')}\n`).toMatchInlineSnapshot(`
      "
      class    precision   recall       F1  support
      cat        100.0 %   80.0 %   88.9 %       10
      dog         83.3 %  100.0 %   90.9 %       10
      unicorn          –        –        –        0
      mean        91.7 %   90.0 %   89.9 %
      "
    `);
  });

  it('is aligned for names of two columns a character', () => {
    const [, ...lines] = renderClassTable(
      evaluationOf(
        [
          [8, 2],
          [0, 10],
        ],
        { names: ['おおきい', 'b'] },
      ),
      style,
    );
    expect(displayWidth(lines[0])).toBe(displayWidth(lines[1]));
  });

  it('lets no class name steer the terminal', () => {
    expect(renderClassTable(evaluationOf([[1]], { names: ['\x1b[2J'] }), style).join('')).not.toContain(
      '\x1b',
    );
  });
});
