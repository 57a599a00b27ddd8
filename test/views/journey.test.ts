import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { evaluate } from '../../pipelines/evaluate.js';
import { report } from '../../pipelines/report.js';
import { openModel } from '../../src/inputs/models/open-model.js';
import { neuronArithmetic } from '../../src/insight/explain.js';
import { runImages } from '../../src/insight/run-images.js';
import { ACTIVATIONS } from '../../src/network/activations.js';
import { brightnessOf, feedForward, predictedClass } from '../../src/network/feed-forward.js';
import type { Network } from '../../src/network/network.js';
import { UNIT_BRIGHTNESS } from '../../src/network/normalization.js';
import { journeyDrawing } from '../../src/views/page/journey/journey-drawing.js';
import { en } from '../../src/views/words/en.js';
import { testLabels, testPixels } from '../helpers/mnist.js';
import { randomNetwork, randomPixels } from '../helpers/random-network.js';

const SHADES = 16;

/** What is drawn: neurons by their names, and lines by the names of their ends. */
function readDrawing(svg: string) {
  const neurons = [
    ...svg.matchAll(
      /<circle class="neuron( won)?" cx="([\d.]+)" cy="([\d.]+)" r="([\d.]+)" fill-opacity="([\d.]+)"><title>(\d+:\d+) ([^<]+)</g,
    ),
  ].map(([, won, x, y, r, lit, name, value]) => ({
    ...{ name, value, isWon: won !== undefined },
    ...{ x: Number(x), y: Number(y), r: Number(r), lit: Number(lit) },
  }));
  const at = (x: number, y: number, side: 1 | -1) =>
    neurons.find((spot) => Math.abs(spot.x + side * spot.r - x) < 0.06 && spot.y === y)?.name;
  const strengths: number[] = [];
  const lines = new Map<string, number>();
  for (const [, kind, width, d] of svg.matchAll(
    /<path class="(push|hold)" stroke-width="([\d.]+)"[^>]* d="([^"]+)"/g,
  )) {
    strengths.push(Number(width));
    for (const [, x, y, toX, toY] of d.matchAll(/M([\d.]+) ([\d.]+)L([\d.]+) ([\d.]+)/g)) {
      const ends = `${at(Number(x), Number(y), 1) ?? 'image'} ${at(Number(toX), Number(toY), -1)}`;
      expect(lines.has(ends)).toBe(false);
      lines.set(ends, (kind === 'push' ? 1 : -1) * Number(width));
    }
  }
  return { neurons, lines, strengths, heads: [...svg.matchAll(/middle">([^<]+)</g)].map(([, head]) => head) };
}

/** What the drawing has to show, from the activations alone. */
function expectDrawn(
  svg: string,
  network: Network,
  brightness: Float64Array,
  widest = { hidden: 32, outputs: 16 },
) {
  const { neurons, lines } = readDrawing(svg);
  const activations = feedForward(network, brightness);
  const isShown = new Set(neurons.map(({ name }) => name));
  for (const [l, { outputs }] of network.layers.entries()) {
    const values = activations[l + 1];
    const own = neurons.filter(({ name }) => name.startsWith(`${l + 1}:`));
    const most = l === network.layers.length - 1 ? widest.outputs : widest.hidden;
    expect(own).toHaveLength(Math.min(most, outputs));
    const brightest = Math.max(1, ...values);
    for (const { name, value, lit } of own) {
      const activation = values[Number(name.split(':')[1])];
      expect(value).toBe(activation.toFixed(3));
      expect(Math.abs(lit - Math.max(0, activation / brightest))).toBeLessThan(0.00501);
    }
  }
  let drawn = 0;
  for (const [l, { weights, inputs, outputs }] of network.layers.entries()) {
    const pushes = new Map<string, number>();
    for (let n = 0; n < outputs; n++) {
      const to = `${l + 1}:${n}`;
      if (!isShown.has(to)) continue;
      let sum = 0;
      for (let i = 0; i < inputs; i++) {
        const push = weights[n * inputs + i] * activations[l][i];
        sum += push;
        if (l > 0 && isShown.has(`${l}:${i}`)) pushes.set(`${l}:${i} ${to}`, push);
      }
      if (l === 0) pushes.set(`image ${to}`, sum);
    }
    const sizes = Array.from(pushes.values(), Math.abs).sort((a, b) => a - b);
    // The strongest fiftieth are drawn in full.
    const full = sizes[Math.ceil(0.98 * (sizes.length - 1))] || (sizes.at(-1) ?? 0);
    for (const [ends, push] of pushes) {
      const line = lines.get(ends);
      const share = full === 0 ? 0 : Math.max(-1, Math.min(1, push / full));
      // Half a shade is what rounding may do.
      expect(Math.abs((line ?? 0) / 3.2 - share)).toBeLessThanOrEqual(0.5 / SHADES + 1e-9);
      if (line !== undefined) drawn++;
    }
  }
  expect(lines.size).toBe(drawn);
}

/** What an output adds up, as `look neuron` has it: the four strongest, all others, the bias, their sum. */
function expectSum(way: string, network: Network, pixels: Uint8Array, neuron: number): void {
  const [, table] = new RegExp(`What moves output ${neuron}<([\\s\\S]*?)</table>`).exec(way) ?? [];
  const brightness = brightnessOf(pixels, network.normalization, network.image);
  const { contributions, weights, inputs, bias, sum } = neuronArithmetic(network, brightness, {
    layer: 3,
    neuron,
  });
  const rows = [
    ...table.matchAll(/name">([^<]+)<\/th><td>(?:<span class="soft">([^<]+)<\/span> )?([^<]+)</g),
  ].map((row) => row.slice(1));
  const order = Array.from(contributions.keys()).sort(
    (a, b) => Math.abs(contributions[b]) - Math.abs(contributions[a]),
  );
  const signed = (value: number) => `${value < 0 ? '' : '+'}${value.toFixed(2)}`;
  expect(rows.slice(0, 4)).toEqual(
    order
      .slice(0, 4)
      .map((i) => [
        `2:${i}`,
        `${inputs[i].toFixed(2)} × ${weights[i].toFixed(2)} =`,
        signed(contributions[i]),
      ]),
  );
  const others = order.slice(4).reduce((total, i) => total + contributions[i], 0);
  expect(rows.slice(4, 7)).toEqual([
    ['the other 12', undefined, signed(others)],
    ['bias', undefined, signed(bias)],
    ['sum z', undefined, signed(sum)],
  ]);
}

describe('a journey through a network of any size', () => {
  const networks = fc
    .record({
      ...{
        seed: fc.nat(1e6),
        height: fc.integer({ min: 1, max: 30 }),
        width: fc.integer({ min: 1, max: 30 }),
      },
      outputs: fc.array(fc.integer({ min: 1, max: 40 }), { minLength: 1, maxLength: 7 }),
      ...{ hidden: fc.constantFrom(...ACTIVATIONS), last: fc.constantFrom(...ACTIVATIONS) },
    })
    .map((options) => ({ network: randomNetwork(options), seed: options.seed }));

  function draw(network: Network, pixels: Uint8Array, truth: number): string {
    const picture = { ...network.image, pixels };
    const runs = runImages(network, { count: 1, pixels, normalization: UNIT_BRIGHTNESS });
    const { values } = runs[runs.length - 1];
    const context = {
      ...{ words: en, cells: new Set<string>(), name: (k: number) => network.classes[k] },
      output: (value: number) => value.toFixed(2),
    } as unknown as Parameters<typeof journeyDrawing>[0];
    const image = { index: 0, truth, prediction: predictedClass(values), confidence: 1, picture };
    return journeyDrawing(context, {
      image,
      layers: network.layers.map((layer, l) => ({ ...layer, ...runs[l] })),
    }).text;
  }

  test('shows activations as light and each |w·a| as a line of that strength, green above 0', () => {
    fc.assert(
      fc.property(networks, fc.nat(39), ({ network, seed }, label) => {
        const pixels = randomPixels(seed, network.image.height * network.image.width, 0.5);
        const truth = label % network.classes.length;
        const svg = draw(network, pixels, truth);
        // The picture is base64, in which any letters may stand.
        expect(svg.replace(/href="[^"]*"/, '')).not.toMatch(/NaN|undefined|Infinity/);
        expectDrawn(svg, network, brightnessOf(pixels, UNIT_BRIGHTNESS, network.image));
        const { neurons, heads } = readDrawing(svg);
        const last = network.layers.length;
        const winner = neurons.filter(({ isWon }) => isWon).map(({ name }) => name);
        const outputs = feedForward(network, brightnessOf(pixels, UNIT_BRIGHTNESS, network.image))[last];
        expect(winner).toEqual([`${last}:${predictedClass(outputs)}`]);
        expect(neurons.map(({ name }) => name)).toContain(`${last}:${truth}`);
        // The label has its ring where it is not the verdict.
        expect(svg.includes('class="truth"')).toBe(truth !== predictedClass(outputs));
        // Column titles: a name and a number each.
        expect(heads).toHaveLength(2 * last);
        // All is within the drawing.
        const [, wide, tall] = /viewBox="0 0 ([\d.]+) ([\d.]+)"/.exec(svg) ?? [];
        for (const { x, y, r } of neurons) {
          expect(x + r).toBeLessThan(Number(wide));
          expect(y - r).toBeGreaterThan(40);
          expect(y + r).toBeLessThanOrEqual(Number(tall));
        }
        for (const spot of neurons)
          for (const other of neurons)
            if (spot !== other && spot.x === other.x)
              expect(Math.abs(spot.y - other.y)).toBeGreaterThan(1.9 * spot.r);
      }),
      { numRuns: 30 },
    );
  });

  test('draws the weak lines first, so that the strong ones lie on top', () => {
    const network = randomNetwork({
      seed: 4,
      height: 6,
      width: 6,
      outputs: [12, 9, 5],
      hidden: 'sigmoid',
      last: 'softmax',
    });
    const svg = draw(network, randomPixels(4, 36, 0.6), 0);
    const { strengths } = readDrawing(svg);
    // One rise a layer.
    expect(strengths.filter((width, i) => i > 0 && width < strengths[i - 1])).toHaveLength(2);
    expect(new Set(strengths).size).toBe(16);
  });

  test('shows of a wide layer those that move the next one most, and says of how many', () => {
    const network = randomNetwork({
      seed: 8,
      height: 5,
      width: 7,
      outputs: [300, 3],
      hidden: 'relu',
      last: 'softmax',
    });
    const pixels = randomPixels(8, 35, 0.5);
    const { neurons, heads } = readDrawing(draw(network, pixels, 1));
    const values = feedForward(network, brightnessOf(pixels, UNIT_BRIGHTNESS, network.image))[1];
    const { weights } = network.layers[1];
    const moves = (n: number) =>
      [0, 1, 2].reduce((sum, k) => sum + Math.abs(weights[k * 300 + n] * values[n]), 0);
    const expected = Array.from(values.keys())
      .sort((a, b) => moves(b) - moves(a))
      .slice(0, 32);
    const shown = neurons
      .filter(({ name }) => name.startsWith('1:'))
      .map(({ name }) => Number(name.slice(2)));
    expect(shown).toEqual(expected.sort((a, b) => a - b));
    expect(heads).toEqual(['layer 1', '32 of 300', 'output', '3']);
  });

  test('a black image lights what biases light, and no line leaves it', () => {
    const network = randomNetwork({
      seed: 2,
      height: 4,
      width: 4,
      outputs: [5, 2],
      hidden: 'relu',
      last: 'identity',
    });
    const { lines } = readDrawing(draw(network, new Uint8Array(16), 0));
    expect([...lines.keys()].filter((ends) => ends.startsWith('image'))).toEqual([]);
  });
});

describe('the journeys of the real test set', () => {
  const made = report({ workers: 0 });
  const waysOf = (page: string) =>
    [...page.matchAll(/<input type="radio"[\s\S]*?<\/details>/g)].map(([way]) => way);

  test('are the surest right image of each class in their order, then the surest mistake; the first is chosen', async () => {
    const { html } = await made;
    const { network } = openModel('sigmoid');
    const [labels, pixels] = [testLabels(), testPixels()];
    const runs = runImages(network, { count: labels.length, pixels, normalization: network.normalization });
    const { values } = runs[runs.length - 1];
    const confidenceOf = (index: number, k: number) => {
      const own = values.subarray(index * 10, index * 10 + 10);
      return predictedClass(own) === k ? own[k] : -1;
    };
    const ways = waysOf(html);
    expect(ways).toHaveLength(11);
    expect(html).not.toContain('classes are here');
    expect(ways.map((way) => way.includes(' checked'))).toEqual(ways.map((_, at) => at === 0));
    for (const [k, way] of ways.slice(0, 10).entries()) {
      const [, index] = /<p>Image ([\d,]+) is read as (\d), as its label says/.exec(way) ?? [];
      const at = Number(index.replaceAll(',', ''));
      const most = labels.reduce(
        (largest, label, i) => (label === k ? Math.max(largest, confidenceOf(i, k)) : largest),
        0,
      );
      expect(labels[at]).toBe(k);
      // The kernel is in float32.
      expect(confidenceOf(at, k)).toBeGreaterThan(most - 1e-6);
      expectSum(way, network, pixels.subarray(at * 784, at * 784 + 784), k);
      expectDrawn(
        way,
        network,
        brightnessOf(pixels.subarray(at * 784, at * 784 + 784), network.normalization, network.image),
      );
    }
    const { mistakes } = await evaluate({ workers: 0, mistakes: 1 });
    const [{ index, truth, prediction, pixels: wrong }] = mistakes;
    expect(ways[10].replaceAll(',', '')).toContain(
      `Image ${index} labelled ${truth} is read as ${prediction}: `,
    );
    for (const output of [prediction, truth]) expectSum(ways[10], network, wrong, output);
    expectDrawn(ways[10], network, brightnessOf(wrong, network.normalization, network.image));
  });

  test('say so where nothing is mistaken, or where classes are too many', async () => {
    const perfect = await report({ limit: 8, workers: 0 });
    expect(perfect.evaluation.correct).toBe(8);
    const shown = new Set(testLabels().subarray(0, 8)).size;
    expect(waysOf(perfect.html)).toHaveLength(shown);
    expect(perfect.html).toContain(`${shown} of 10 classes are here`);
    expect(perfect.html).not.toContain('the last one is');
    // One class is one pixel.
    const weights = Float64Array.from({ length: 900 }, (_, i) => (i % 31 === 0 ? 9 : 0));
    const layer = {
      inputs: 30,
      outputs: 30,
      activation: 'softmax',
      weights,
      biases: new Float64Array(30),
    } as const;
    const network = { ...randomNetwork(ONE_LAYER), layers: [layer] };
    const rows = Array.from({ length: 30 }, (_, k) => [
      k,
      ...Array.from({ length: 30 }, (_, i) => (i === k ? 255 : 0)),
    ]);
    const images = Buffer.from(rows.map((row) => `${row.join(',')}\n`).join(''));
    const model = { ...openModel('sigmoid'), network };
    const many = await report({
      images,
      model,
      workers: 0,
      reading: { label: 'first', header: false, scale: 255 },
    });
    expect(many.evaluation.correct).toBe(30);
    expect(waysOf(many.html)).toHaveLength(26);
    expect(many.html).toContain(
      '26 of 30 classes are here: those of which an image was read right, 26 at most.',
    );
  });
  const ONE_LAYER = { seed: 1, height: 5, width: 6, outputs: [30], hidden: 'relu', last: 'softmax' } as const;

  test.each([
    ['with one layer', [10]],
    ['with many', [12, 40, 8, 8, 9, 10]],
  ])('have no English words in Japanese, neither have neurons and shades: %s', async (_, outputs) => {
    const network = randomNetwork({
      seed: 1,
      height: 28,
      width: 28,
      outputs,
      hidden: 'relu',
      last: 'identity',
    });
    const { html } = await report({
      model: { ...openModel('sigmoid'), network },
      limit: 400,
      workers: 0,
      language: 'ja',
    });
    for (const id of ['matrix', 'journey', 'neurons']) {
      const [, part] = new RegExp(`id="${id}"([\\s\\S]*?)</section>`).exec(html) ?? [];
      const said = [
        ...part.replace(/<[^>]*>/g, ' ').matchAll(/[A-Za-z]{2,}/g),
        ...[...part.matchAll(/(?:aria-label|alt|title)="([^"]*)"/g)].flatMap(
          ([, text]) => text.match(/[A-Za-z]{2,}/g) ?? [],
        ),
      ];
      expect(said).toEqual([]);
    }
    // Outputs that are no shares are not said to be percentages.
    expect(html.match(/<tspan dx="4">-?[\d.]+<\/tspan>/g)?.length).toBeGreaterThan(19);
    expect(html).not.toMatch(/<tspan dx="4">[^<]*%/);
  });

  test('are one where nothing is read right, and none where there is nothing', async () => {
    const labels = testLabels()
      .subarray(0, 20)
      .map((label) => (label + 1) % 10);
    const images = Buffer.from(
      Array.from(
        labels,
        (label, i) => `${[label, ...testPixels().subarray(i * 784, i * 784 + 784)].join(',')}\n`,
      ).join(''),
    );
    const { html, evaluation } = await report({ images, workers: 0, reading: { label: 'first' } });
    expect(evaluation.correct).toBe(0);
    expect(waysOf(html)).toHaveLength(1);
    expect(html).toContain('0 of 10 classes are here: those of which an image was read right, 26 at most.');
    expect(html).toContain('; the last one is the most confident mistake</legend>');
    expect((await report({ limit: 0, workers: 0 })).html).not.toContain('class="ways"');
  });
});
