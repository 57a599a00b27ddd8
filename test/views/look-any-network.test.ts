import { describe, expect, it } from 'vitest';
import { detect, rectangleRegion, regionWeights } from '../../src/insight/detector.js';
import { networkReport } from '../../src/insight/network-report.js';
import { neuronReport } from '../../src/insight/neuron-report.js';
import { UNIT_BRIGHTNESS } from '../../src/network/normalization.js';
import { renderDetector } from '../../src/views/terminal/look/render-detector.js';
import { renderNetwork } from '../../src/views/terminal/look/render-network.js';
import { renderNeuronReport } from '../../src/views/terminal/look/render-neuron.js';
import { renderWhatIf } from '../../src/views/terminal/look/render-what-if.js';
import type { RenderOptions } from '../../src/views/terminal/terminal.js';
import { displayWidth } from '../../src/views/terminal/text-layout.js';
import { randomImages } from '../helpers/image-set.js';
import { randomNetwork } from '../helpers/random-network.js';

const COUNT = 30;

/** All views of a network that is nothing like the one of the introduction. */
function viewsOf(height: number, width: number, outputs: readonly number[], labelled: boolean) {
  const plain = randomNetwork({ seed: 6, height, width, outputs, hidden: 'tanh', last: 'softmax' });
  const network = {
    ...plain,
    classes: plain.classes.map((name) => `class of a long name ${name}`),
    normalization: { scale: -1 / 255, offset: 1, transposed: true },
  };
  const known = randomImages(network, COUNT);
  const images = labelled ? known : { ...known, labels: null };
  const head = {
    model: { name: 'm' },
    classes: network.classes,
    data: { name: 'a-long-name-of-some-images-idx3-ubyte.gz', images: COUNT, height, width },
  };
  const picture = { height, width, pixels: images.pixels.subarray(0, height * width) };
  const pictures = { most: new Array(5).fill(picture), least: new Array(5).fill(picture) };
  const size = { height, width };
  const weights = regionWeights(rectangleRegion({ x: 0, y: 0, width: 2, height: 1 }, size), size);
  const unit = { ...images, normalization: UNIT_BRIGHTNESS };
  const confusion = network.classes.map((_, truth) => network.classes.map((_, k) => (truth + k) % 3));
  const outcome = {
    ...{ correct: 3, accuracy: 0.1, predicted: network.classes.map((_, k) => k), meanConfidence: 0.5 },
    confusion,
    means: outputs.map((count) => new Float64Array(count).fill(0.5)),
  };
  const unknown = { ...outcome, correct: null, accuracy: null, confusion: null };
  const before = labelled ? outcome : unknown;
  const moved = confusion.map((row, truth) => row.map((count, k) => count + (truth - k) * 1000));
  const means = outcome.means.map((values, l) => values.map((_, n) => (l === 0 ? 0.5 : n / 100)));
  const after = { ...before, means, confusion: labelled ? moved : null };
  const brightness = new Float64Array(height * width).fill(0.5);
  const last = new Float64Array(network.classes.length).fill(0.25);
  const said = { outputs: last, winner: 0, runnerUp: 1, margin: 0, truth: null };
  const fed = { brightness, black: 1, white: 0, ...said };
  const counts = { changed: 3, rightToWrong: labelled ? 2 : null, wrongToRight: labelled ? 0 : null };
  const neurons = outputs.map((_, l) => neuronReport(network, images, { layer: l + 1, neuron: 0 }));
  return [
    ...neurons.map(
      (neuron) => (options: RenderOptions) => renderNeuronReport({ ...head, neuron, pictures }, options),
    ),
    (options: RenderOptions) => renderNetwork({ ...head, network: networkReport(network, images) }, options),
    (options: RenderOptions) =>
      renderDetector(
        { ...head, detector: detect({ ...size, weights, bias: 0 }, unit, network.classes.length), pictures },
        options,
      ),
    (options: RenderOptions) =>
      renderWhatIf({ ...head, changes: [], feed: 'noise', seed: 1, fed, ...counts, before, after }, options),
  ];
}

describe.each([
  [64, 48, [40, 70, 40], true],
  [2, 3, [2], true],
  [5, 9, [3, 40], false],
])('views of a network for %d x %d with layers of %j (labelled: %j)', (height, width, outputs, labelled) => {
  const views = viewsOf(height, width, outputs, labelled);

  it.each([40, 80, 120])('stay within %d columns', (columns) => {
    for (const view of views) {
      for (const color of [0, 3] as const) {
        for (const unicode of [true, false]) {
          const text = view({ color, width: columns, unicode });
          expect(text.split('\n').filter((line) => displayWidth(line) > columns)).toEqual([]);
          expect(text).not.toMatch(/undefined|NaN|Infinity/);
          if (!unicode && color === 0) expect(text).toMatch(/^[ -~\n]*$/);
        }
      }
    }
  });

  it('say how much was left out', () => {
    const text = views.map((view) => view({ color: 0, width: 80, unicode: true })).join('');
    expect(text.includes('more (--format json)')).toBe(outputs.some((count) => count >= 40));
  });
});
