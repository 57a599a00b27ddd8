import { beforeAll, describe, expect, it } from 'vitest';
import { type DigitView, lookDigit } from '../../pipelines/look/look-digit.js';
import { explain } from '../../src/insight/explain.js';
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
  });
});
