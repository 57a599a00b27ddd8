import { beforeAll, describe, expect, it } from 'vitest';
import { type DigitView, lookDigit } from '../../pipelines/look/look-digit.js';
import { explain, neuronArithmetic } from '../../src/insight/explain.js';
import { renderDigit } from '../../src/views/terminal/look/render-digit.js';
import { type RenderOptions, withoutStyles } from '../../src/views/terminal/terminal.js';
import { displayWidth } from '../../src/views/terminal/text-layout.js';
import { randomNetwork } from '../helpers/random-network.js';

const PLAIN: RenderOptions = { color: 0, width: 80, unicode: true };
let view: DigitView;

beforeAll(async () => {
  view = await lookDigit({ image: '8', neuron: { layer: 1, neuron: 4 }, why: true });
});

describe('renderDigit', () => {
  it('looks like this at 80 columns', async () => {
    await expect(renderDigit({ ...view, why: null }, PLAIN)).toMatchFileSnapshot('golden/digit-80.txt');
  });

  it('has the layers beside each other from 100 columns on', async () => {
    const wide = renderDigit({ ...view, why: null, neuron: null }, { ...PLAIN, width: 100 });
    await expect(wide).toMatchFileSnapshot('golden/digit-100.txt');
    expect(wide).toMatch(/^image +layer 1 +layer 2 +outputs$/m);
    expect(renderDigit(view, { ...PLAIN, width: 99 })).not.toMatch(/^image +layer 1/m);
  });

  it('has every neuron in its column, with its value', () => {
    const settings = { seed: 5, height: 6, width: 3, hidden: 'sigmoid', last: 'sigmoid' } as const;
    const network = randomNetwork({ ...settings, outputs: [20, 3] });
    const brightness = new Float64Array(18).fill(0.5);
    const explanation = explain(network, brightness);
    const shown = { ...view, height: 6, width: 3, brightness, explanation, classes: network.classes };
    const text = renderDigit({ ...shown, truth: null, neuron: null, why: null }, { ...PLAIN, width: 100 });
    const found = Array.from(text.matchAll(/(\d+) [·░▒▓█]{2} +([\d.]+)/g), ([, n, value]) => `${n} ${value}`);
    const [hidden, outputs] = explanation.layers.map(({ values }) =>
      Array.from(values, (value, n) => `${n} ${value.toFixed(2)}`),
    );
    expect(found.sort()).toEqual([...hidden, ...outputs].sort());
  });

  it('draws every row of an image that is higher than wide', () => {
    const settings = { seed: 5, height: 12, width: 4, hidden: 'sigmoid', last: 'sigmoid' } as const;
    const network = randomNetwork({ ...settings, outputs: [3, 2] });
    // The lower of each two rows is white.
    const brightness = Float64Array.from({ length: 48 }, (_, i) => Math.floor(i / 4) % 2);
    const neuron = neuronArithmetic(network, brightness, { layer: 1, neuron: 0 });
    const shown = {
      ...view,
      height: 12,
      width: 4,
      brightness,
      explanation: explain(network, brightness),
      neuron,
    };
    const text = renderDigit(
      { ...shown, classes: network.classes, truth: null, why: null },
      { ...PLAIN, color: 3 },
    );
    const pair = '\x1b[38;2;0;0;0;48;2;255;255;255m▀▀▀▀';
    expect(text.split('\n').filter((line) => line.startsWith(pair)).length).toBe(12);
  });

  it('looks like this without Unicode, at 40 columns', async () => {
    const text = renderDigit({ ...view, why: null }, { color: 0, width: 40, unicode: false });
    await expect(text).toMatchFileSnapshot('golden/digit-ascii-40.txt');
    expect(text).toMatch(/^[ -~\n]*$/);
  });

  it.each([40, 60, 80, 120])('stays within %d columns', (width) => {
    for (const color of [0, 1, 2, 3] as const) {
      for (const unicode of [true, false]) {
        const widths = renderDigit(view, { color, width, unicode }).split('\n').map(displayWidth);
        expect(Math.max(...widths)).toBeLessThanOrEqual(width);
      }
    }
  });

  it('says the same with colours as without', () => {
    const words = (text: string) => withoutStyles(text).match(/(verdict|Neuron|Why|Smallest).*/g);
    expect(words(renderDigit(view, { ...PLAIN, color: 3 }))).toEqual(words(renderDigit(view, PLAIN)));
  });

  it('shortens wide layers and many classes', () => {
    const settings = { seed: 2, height: 4, width: 6, hidden: 'relu', last: 'softmax' } as const;
    const network = randomNetwork({ ...settings, outputs: [300, 20, 7, 40] });
    const brightness = new Float64Array(24).fill(0.5);
    const explanation = explain(network, brightness);
    const other = {
      ...view,
      height: 4,
      width: 6,
      brightness,
      explanation,
      classes: network.classes,
      truth: null,
    };
    const text = renderDigit({ ...other, neuron: null, why: null }, PLAIN);
    expect(text).toContain('and 236 more');
    expect(text).toContain('and 20 more');
    expect(text).toContain('truth not known');
    expect(text).toContain('winner');
    // Such layers fit beside each other nowhere.
    const wide = renderDigit({ ...other, neuron: null, why: null }, { ...PLAIN, width: 140 });
    expect(wide).toContain('and 236 more');
    expect(wide.split('\n').filter((line) => displayWidth(line) > 140)).toEqual([]);
  });
});
