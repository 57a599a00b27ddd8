import { beforeAll, describe, expect, it } from 'vitest';
import { type LayerView, lookLayer } from '../../pipelines/look/look-layer.js';
import { layerArithmetic, neuronArithmetic, rowOf } from '../../src/insight/explain.js';
import { layerSizes } from '../../src/network/network.js';
import { renderLayer } from '../../src/views/terminal/look/render-layer.js';
import { type RenderOptions, withoutStyles } from '../../src/views/terminal/terminal.js';
import { displayWidth } from '../../src/views/terminal/text-layout.js';
import { randomNetwork } from '../helpers/random-network.js';

const PLAIN: RenderOptions = { color: 0, width: 80, unicode: true };
const ASCII: RenderOptions = { color: 0, width: 40, unicode: false };

/** The view of a layer of a network that is nothing like the one of the introduction. */
function viewOf(outputs: readonly number[], layer: number, lit: number | null, isSeen = true): LayerView {
  const settings = { seed: 3, height: 5, width: 9, hidden: 'tanh', last: 'softmax' } as const;
  const network = randomNetwork({ ...settings, outputs });
  const brightness = Float64Array.from({ length: 45 }, (_, i) => (i % 4) / 3);
  const own = network.layers[layer - 1];
  const about = {
    name: 'a picture',
    done: [],
    doubts: [],
    truth: null,
    winner: 0,
    brightness,
    black: 0,
    white: 1,
  };
  return {
    ...{ model: { name: 'm', sha256: '' }, classes: network.classes, layers: layerSizes(network) },
    ...{ ...network.image, layer, activation: own.activation, biases: own.biases, lit },
    weights: Array.from({ length: own.outputs }, (_, n) => rowOf(own, n)),
    digit: isSeen ? { ...about, ...layerArithmetic(network, brightness, layer) } : null,
    neuron: isSeen && lit !== null ? neuronArithmetic(network, brightness, { layer, neuron: lit }) : null,
  };
}

describe('renderLayer', () => {
  let first: LayerView;
  let second: LayerView;
  beforeAll(async () => {
    first = await lookLayer({ layer: 1, digit: '18', neuron: 4 });
    second = await lookLayer({ layer: 2 });
  });

  it('looks like this at 100 columns', async () => {
    const text = renderLayer(first, { ...PLAIN, width: 100 });
    await expect(text).toMatchFileSnapshot('golden/layer-100.txt');
  });

  it('looks like this without Unicode, at 40 columns', async () => {
    const text = renderLayer(second, ASCII);
    await expect(text).toMatchFileSnapshot('golden/layer-ascii-40.txt');
    expect(text).toMatch(/^[ -~\n]*$/);
  });

  it.each([
    ['the bundled one', () => first],
    ['one by itself', () => second],
    ['the first of many neurons', () => viewOf([300, 40], 1, 7)],
    ['a deeper one of many inputs', () => viewOf([300, 40], 2, 30)],
    ['one by itself of many inputs', () => viewOf([300, 40], 2, null, false)],
    ['the only one, of two classes', () => viewOf([2], 1, 0)],
    ['one of a single neuron', () => viewOf([1, 2], 1, 0)],
    ['one of a single input', () => viewOf([1, 2], 2, 1)],
  ])('stays within the columns: %s', (_, view) => {
    for (const width of [40, 80, 140]) {
      for (const color of [0, 3] as const) {
        for (const unicode of [true, false]) {
          const text = renderLayer(view(), { color, width, unicode });
          expect(text.split('\n').filter((line) => displayWidth(line) > width)).toEqual([]);
          expect(text).not.toMatch(/undefined|NaN|Infinity/);
        }
      }
    }
  });

  it("draws the entries of W, a, b, z and a' that belong together", () => {
    const { weights, biases, digit } = first;
    const lines = renderLayer(first, PLAIN).split('\n');
    const names =
      lines
        .find((line) => /^ +(\d+,\d+ +)+/.test(line))
        ?.trim()
        .split(/ +/) ?? [];
    const row =
      lines.find((line) => line.startsWith('> ') && line.includes('│'))?.match(/[-+]?\d+[.:]\d+/g) ?? [];
    const inputs = names.map((name) => name.split(',').map(Number)).map(([y, x]) => 28 * y + x);
    const rounded = [...inputs.map((i) => weights[4][i]), biases[4], digit?.sums[4] ?? 0];
    expect(inputs.length).toBeGreaterThan(1);
    expect(row[0]).toBe('1:4');
    for (const [at, value] of rounded.entries()) expect(Number(row[at + 1])).toBeCloseTo(value, 1);
    expect(Number(row.at(-1))).toBeCloseTo(digit?.values[4] ?? Number.NaN, 2);
    // These inputs move it more than any other.
    const moves = weights[4].map((weight, i) => Math.abs(weight * (digit?.inputs[i] ?? 0)));
    const largest = Array.from(moves.keys())
      .sort((a, b) => moves[b] - moves[a])
      .slice(0, inputs.length);
    expect(inputs).toEqual(largest.sort((a, b) => a - b));
  });

  it('lights one row: all others are dim, and without colour it is marked', () => {
    const [colored, plain] = ([3, 0] as const).map((color) => renderLayer(first, { ...PLAIN, color }));
    const marked = plain.split('\n').filter((line) => line.startsWith('> '));
    expect(marked.every((line) => line.includes('1:4'))).toBe(true);
    const rows = colored.split('\n').filter((line) => /^[ >]+1:\d+ +[┌│└]/.test(withoutStyles(line)));
    expect(rows.length).toBe(16);
    // A ground of a colour, but for that of a lamp, which ends a row.
    const grounds = rows.map((line) => /;48;2;[^A-Za-z]*m *[-+]\d/.test(line));
    expect(grounds.indexOf(true)).toBe(4);
    expect(grounds.lastIndexOf(true)).toBe(4);
  });

  it('says how much was left out', () => {
    expect(renderLayer(viewOf([300, 40], 1, 7), PLAIN)).toContain('the 20 of 300 neurons that are lit most');
    const deep = renderLayer(viewOf([300, 40], 2, 30, false), PLAIN);
    expect(deep).toContain('the 20 of 40 neurons with the largest weights');
    expect(deep).toContain('300 columns are more than fit here');
    expect(deep).toMatch(/inputs\s+with the largest weights for 2:30/);
    expect(deep).toMatch(/^> 2:30 /m);
    expect(renderLayer(first, ASCII)).toMatch(/W is not drawn: the terminal is too\s+narrow/);
  });
});
