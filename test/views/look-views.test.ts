import { beforeAll, describe, expect, it } from 'vitest';
import { lookDetector, lookNetwork } from '../../pipelines/look/look.js';
import { lookWhatIf } from '../../pipelines/look/look-what-if.js';
import { renderDetector } from '../../src/views/terminal/look/render-detector.js';
import { renderNetwork } from '../../src/views/terminal/look/render-network.js';
import { renderWhatIf } from '../../src/views/terminal/look/render-what-if.js';
import { type RenderOptions, withoutStyles } from '../../src/views/terminal/terminal.js';
import { displayWidth } from '../../src/views/terminal/text-layout.js';

const draw: Record<string, (options: RenderOptions) => string> = {};

beforeAll(async () => {
  const network = await lookNetwork();
  const whatIf = await lookWhatIf({
    changes: [
      { kind: 'shuffle', layer: 2, seed: 7 },
      { kind: 'weight', layer: 1, neuron: 3, input: { row: 7, column: 4 }, value: 0.5 },
      { kind: 'silence', layer: 1, neuron: 3 },
    ],
    feed: 'inverted',
  });
  const detector = await lookDetector({ rectangle: { x: 8, y: 7, width: 12, height: 3 }, bias: -10 });
  draw.detector = (options) => renderDetector(detector, options);
  draw.network = (options) => renderNetwork(network, options);
  draw['what-if'] = (options) => renderWhatIf(whatIf, options);
});

describe('the weights of a detector', () => {
  it.each([
    [80, true],
    [40, false],
  ])('have each row of the region, without colours, at %d columns', (width, unicode) => {
    const lines = draw.detector({ color: 0, width, unicode }).split('\n');
    const rows = lines.flatMap((line) => /^ *(\d+) ([~#]+)/.exec(line)?.slice(1, 3).join(' ') ?? []);
    const each = Math.round(rows[0].split(' ')[1].length / 16);
    const [around, within] = ['~'.repeat(16 * each), '~~############~~'.replace(/./g, (c) => c.repeat(each))];
    expect(rows).toEqual([5, 6, 7, 8, 9, 10, 11].map((y) => `${y} ${y < 7 || y > 9 ? around : within}`));
  });
});

describe.each(['network', 'what-if', 'detector'])('look %s', (name) => {
  it('looks like this at 80 columns', async () => {
    const text = draw[name]({ color: 0, width: 80, unicode: true });
    await expect(text).toMatchFileSnapshot(`golden/${name}-80.txt`);
  });

  it('looks like this without Unicode, at 40 columns', async () => {
    const text = draw[name]({ color: 0, width: 40, unicode: false });
    await expect(text).toMatchFileSnapshot(`golden/${name}-ascii-40.txt`);
    expect(text).toMatch(/^[ -~\n]*$/);
  });

  it.each([40, 60, 80, 120, 200])('stays within %d columns', (width) => {
    for (const color of [0, 1, 2, 3] as const) {
      for (const unicode of [true, false]) {
        const lines = draw[name]({ color, width, unicode }).split('\n');
        expect(Math.max(...lines.map(displayWidth))).toBeLessThanOrEqual(width);
      }
    }
  });

  it('says the same with colours as without', () => {
    const words = (text: string) => withoutStyles(text).match(/(accuracy|fire|layer|verdicts|sums).*/g);
    const [colored, plain] = ([3, 0] as const).map((color) =>
      words(draw[name]({ color, width: 80, unicode: true })),
    );
    expect(colored).toEqual(plain);
    expect(plain).not.toBeNull();
  });
});
