import { describe, expect, it, test } from 'vitest';
import { renderClassTable } from '../../src/views/terminal/render-classes.js';
import { renderEvaluation } from '../../src/views/terminal/render-evaluation.js';
import { createStyle, type RenderOptions, withoutStyles } from '../../src/views/terminal/terminal.js';
import { displayWidth } from '../../src/views/terminal/text-layout.js';
import {
  type EvaluationSettings,
  evaluationOf,
  OTHER_READING,
  TEN_CLASSES,
} from '../counting/evaluation-of.js';

const PLAIN: RenderOptions = { color: 0, width: 80, unicode: true };
const PICTURE = { height: 2, width: 2, pixels: Uint8Array.of(0, 255, 128, 64) };
const SETTINGS: EvaluationSettings = { mistakes: 5 };

function render(options: Partial<RenderOptions> = {}, settings = SETTINGS, confusion = TEN_CLASSES): string {
  const evaluation = evaluationOf(confusion, settings);
  return renderEvaluation(
    evaluation,
    evaluation.mistakes.map(() => PICTURE),
    { ...PLAIN, ...options },
  );
}

const widest = (text: string) => Math.max(...text.split('\n').map(displayWidth));

describe('renderEvaluation', () => {
  it('looks like this at 80 columns', async () => {
    await expect(render()).toMatchFileSnapshot('golden/evaluation-80.txt');
  });

  it('looks like this at 120 columns', async () => {
    await expect(render({ width: 120 })).toMatchFileSnapshot('golden/evaluation-120.txt');
  });

  it('looks like this without Unicode', async () => {
    await expect(render({ unicode: false })).toMatchFileSnapshot('golden/evaluation-ascii.txt');
  });

  it('looks like this in all colours', async () => {
    await expect(render({ color: 3 })).toMatchFileSnapshot('golden/evaluation-color.txt');
  });

  it.each([80, 100, 120, 200])('stays within %d columns', (width) => {
    for (const color of [0, 1, 2, 3] as const)
      expect(widest(render({ width, color }))).toBeLessThanOrEqual(width);
  });

  it('puts the scores beside the matrix where there is room', () => {
    expect(render({ width: 120 })).toMatch(/^Confusion matrix.*Classes$/m);
    expect(render({ width: 110 })).not.toMatch(/^Confusion matrix.*Classes$/m);
  });

  it('names what was evaluated, and how sure the accuracy is', () => {
    const text = render();
    expect(text).toContain('MNIST test set, 9,961 images, sha256 010101010101');
    expect(text).toContain('4-3-10 sigmoid, 55 parameters');
    expect(text).toContain('99.55 % (95 % interval 99.40 to 99.66 %), 45 of 9,961 wrong');
    expect(text).toContain('19,900 images/s, 500 ms, 2 workers');
  });

  it('writes no escape sequence at level 0, and only styles at the others', () => {
    expect(render()).not.toContain('\x1b');
    expect(withoutStyles(render({ color: 3 }))).not.toContain('\x1b');
  });

  it('uses nothing but ASCII where there is no Unicode', () => {
    expect(render({ unicode: false })).toMatch(/^[ -~\n]*$/);
  });

  it('shows the top confusions only, and says so, when the matrix does not fit', () => {
    const many = Array.from({ length: 30 }, (_, truth) =>
      Array.from({ length: 30 }, (_, i) => (i === truth ? 9 : i === (truth + 1) % 30 ? 1 : 0)),
    );
    const text = render({}, {}, many);
    expect(text).not.toContain('Confusion matrix');
    expect(text).toContain('The matrix of 30 classes does not fit here; --format csv has all of it.');
    expect(text.match(/once, 10\.0 % of all/g)).toHaveLength(20);
  });

  it('marks a partial evaluation', () => {
    expect(render({}, { partial: true })).toContain(
      'Partial: the input was not read to its end; 9,961 images count.',
    );
    expect(render()).not.toContain('Partial');
  });

  it('says that nothing was evaluated rather than inventing zeros', () => {
    const text = render({}, SETTINGS, [
      [0, 0],
      [0, 0],
    ]);
    expect(text).toContain('– (no image was evaluated)');
    expect(text).not.toContain('Confusion matrix');
    expect(text).not.toContain('NaN');
  });

  it('has nothing to say of mistakes when there are none', () => {
    const text = render({}, SETTINGS, [
      [3, 0],
      [0, 3],
    ]);
    expect(text).not.toContain('Where it goes wrong');
    expect(text).not.toContain('Worst mistakes');
  });

  it('captions a mistake without a picture', () => {
    const evaluation = evaluationOf(
      [
        [1, 1],
        [0, 1],
      ],
      { mistakes: 1 },
    );
    expect(renderEvaluation(evaluation, [], PLAIN)).toContain('#1  0 → 1  75 %');
  });

  it('does not call an output a share that is not in 0..1', () => {
    const text = render({}, { mistakes: 1, outputsAreProbabilities: false });
    expect(text).toMatch(/→ \d {2}0\.750$/m);
    expect(text).not.toContain('calibration');
  });

  it('gives long class names a line of their own below a picture', () => {
    const text = render({}, { mistakes: 1, names: ['T-shirt/top', 'Ankle boot'] }, [
      [1, 1],
      [0, 1],
    ]);
    expect(text).toMatch(/#1 {2}75 %\nT-shirt\/top → Ankle boot\n$/);
  });
});

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

      precision: how many named so are it,
      recall: how many of a class are found,
      F1: both in one, support: images
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

test.each([40, 80, 120])('says how else the input could be read, within %d columns', (width) => {
  const text = render({ width }, { otherReading: OTHER_READING });
  expect(text.replace(/\s+/g, ' ')).toContain(
    'Read in another way (label <b>), 97 % of 1,000 images are right, not 12 %: say --label-map 1=<b>',
  );
  expect(render({ width })).not.toContain('another way');
  const lines = text.split('\n').filter((line) => line.includes('another way'));
  expect(Math.max(...lines.map(displayWidth))).toBeLessThanOrEqual(width);
});
