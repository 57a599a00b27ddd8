import { describe, expect, test } from 'vitest';
import { type LearningCurve, learningCurveSvg } from '../../src/views/learning-curve.js';
import { renderLearningCurve } from '../../src/views/terminal/render-learning-curve.js';

const curve: LearningCurve = {
  points: [
    { epoch: 1, loss: 1, accuracy: 0.5 },
    { epoch: 2, loss: 0.5, accuracy: 0.75 },
    { epoch: 3, loss: 0.25, accuracy: 0.7 },
  ],
  bestEpoch: 2,
  title: 'run 2 of 4',
};
const plain = { color: 0, width: 40, unicode: false } as const;

describe('a learning curve in the terminal', () => {
  test('falls from the first epoch to the last, between the least and the largest value', () => {
    const lines = renderLearningCurve({ ...curve, title: null }, plain);
    expect(lines[0]).toBe('training loss log scale');
    // Half of it is as far as half of that.
    const rows = lines.slice(1, 7).map((line) => line.indexOf('*'));
    expect(rows.findIndex((at) => at >= 11 + 14)).toBeGreaterThanOrEqual(2);
    expect(lines[1]).toMatch(/^ {5}1\.00 \|\*/);
    expect(lines[6]).toMatch(/^ {4}0\.250 \| +\*+$/);
    expect(lines[7]).toBe('validation accuracy');
    expect(lines[8]).toMatch(/^ {2}75\.00 % \| +\*+$/);
    expect(lines[13]).toMatch(/^ {2}50\.00 % \|\*+$/);
  });

  test('marks the chosen epoch on its axis', () => {
    const lines = renderLearningCurve(curve, plain);
    const axis = lines.at(-3) ?? '';
    expect(axis.indexOf('^')).toBe(11 + Math.round(28 / 2));
    expect(lines.at(-1)).toContain('^ 2 was chosen');
  });

  test('is no wider than it may be, with and without Unicode', () => {
    for (const unicode of [true, false]) {
      const lines = renderLearningCurve(curve, { ...plain, unicode });
      expect(Math.max(...lines.map((line) => line.length))).toBeLessThanOrEqual(40);
      expect(/^[\x20-\x7e]*$/.test(lines.join(''))).toBe(!unicode);
    }
  });

  test('draws a line in the middle where nothing changes, and nothing of a single epoch', () => {
    const flat = curve.points.map((point) => ({ ...point, loss: 0.5 }));
    expect(renderLearningCurve({ ...curve, points: flat }, plain).join('\n')).not.toContain('NaN');
    expect(renderLearningCurve({ ...curve, points: flat.slice(0, 1) }, plain)).toEqual([]);
  });
});

describe('a learning curve as SVG', () => {
  test('stands alone, light and dark, with both series and the chosen epoch', () => {
    const svg = learningCurveSvg(curve);
    expect(svg).toMatch(/^<svg xmlns="http:\/\/www\.w3\.org\/2000\/svg".*<\/svg>\n$/s);
    expect(svg).toContain('prefers-color-scheme: dark');
    expect(svg.match(/<polyline/g)).toHaveLength(2);
    expect(svg.match(/<circle/g)).toHaveLength(2);
    expect(svg).toContain('Learning curve, run 2 of 4: epoch 2 was chosen');
    // Nothing is loaded from anywhere.
    expect(svg).not.toMatch(/href|url\(|<script/);
  });

  test('has round ticks, the loss on a log scale, and room between its panels', () => {
    const svg = learningCurveSvg(curve);
    const labels = [...svg.matchAll(/text-anchor="end">([^<]*)</g)].map(([, label]) => label);
    expect(labels).toEqual(expect.arrayContaining(['0.2', '0.5', '1', '50 %', '60 %', '70 %', '75 %']));
    const [, points] = /class="line series0" points="([^"]*)"/.exec(svg) ?? [];
    const heights = points.split(' ').map((point) => Number(point.split(',')[1]));
    // Each epoch halves the loss.
    expect(heights[1] - heights[0]).toBeCloseTo(heights[2] - heights[1], 0);
    const titles = [...svg.matchAll(/class="title" x="\d+" y="(\d+)"/g)].map(([, y]) => Number(y));
    expect(titles[1] - titles[0]).toBeGreaterThan(250);
  });

  test('has one series where no images are held out, and no NaN for a single epoch', () => {
    const points = [{ epoch: 1, loss: 0.5, accuracy: null }];
    const svg = learningCurveSvg({ points, bestEpoch: 1, title: null });
    expect(svg.match(/<polyline/g)).toHaveLength(1);
    expect(svg).not.toContain('NaN');
  });

  test.each([
    [1, ['1']],
    [2, ['1', '2']],
    [12, ['1', '5', '10', '12']],
    [60, ['1', '20', '40', '60']],
    [61, ['1', '20', '40', '61']],
  ])('names epochs of %i where there is room, and always the ends', (count, names) => {
    const points = Array.from({ length: count }, (_, n) => ({
      epoch: n + 1,
      loss: 1 / (n + 1),
      accuracy: null,
    }));
    const svg = learningCurveSvg({ points, bestEpoch: count, title: null });
    expect([...svg.matchAll(/text-anchor="middle">(\d+)</g)].map(([, name]) => name)).toEqual(names);
  });
});
