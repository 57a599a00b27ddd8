import { beforeAll, describe, expect, it } from 'vitest';
import { lookNeuron, type NeuronView } from '../../pipelines/look/look.js';
import { renderNeuronReport } from '../../src/views/terminal/look/render-neuron.js';
import { withoutStyles } from '../../src/views/terminal/terminal.js';
import { displayWidth } from '../../src/views/terminal/text-layout.js';

let views: NeuronView[];

beforeAll(async () => {
  views = [
    await lookNeuron({ neuron: { layer: 1, neuron: 4 } }),
    await lookNeuron({ neuron: { layer: 2, neuron: 3 }, model: 'relu', limit: 500 }),
    await lookNeuron({ neuron: { layer: 3, neuron: 5 }, limit: 500 }),
  ];
});

describe('renderNeuronReport', () => {
  it('looks like this at 80 columns', async () => {
    const text = renderNeuronReport(views[0], { color: 0, width: 80, unicode: true });
    await expect(text).toMatchFileSnapshot('golden/neuron-80.txt');
  });

  it('looks like this without Unicode, at 40 columns', async () => {
    const text = renderNeuronReport(views[1], { color: 0, width: 40, unicode: false });
    await expect(text).toMatchFileSnapshot('golden/neuron-ascii-40.txt');
    expect(text).toMatch(/^[ -~\n]*$/);
  });

  it.each([40, 60, 80, 120])('stays within %d columns', (width) => {
    for (const view of views) {
      for (const color of [0, 1, 2, 3] as const) {
        for (const unicode of [true, false]) {
          const widths = renderNeuronReport(view, { color, width, unicode }).split('\n').map(displayWidth);
          expect(Math.max(...widths)).toBeLessThanOrEqual(width);
        }
      }
    }
  });

  it('says the same with colours as without', () => {
    const words = (text: string) => withoutStyles(text).match(/(threshold|fires on|silenced|#\d).*/g);
    const [colored, plain] = [3, 0].map((color) =>
      words(renderNeuronReport(views[0], { color: color as 0 | 3, width: 80, unicode: true })),
    );
    expect(colored).toEqual(plain);
    expect(plain).not.toBeNull();
  });
});
