import { describe, expect, test } from 'vitest';
import { brightnessOf, feedForward } from '../../src/network/feed-forward.js';
import type { Network } from '../../src/network/network.js';
import { parseNormalization, UNIT_BRIGHTNESS } from '../../src/network/normalization.js';
import { layoutParameters, trainedNetwork, writeLayers } from '../../src/training/network-parameters.js';
import { completeTrainingOptions } from '../../src/training/training-options.js';
import { beginFrom } from '../../src/training/training-start.js';
import { randomNetwork, randomPixels } from '../helpers/random-network.js';
import { caught } from '../network/bytes.js';

const SIZE = { height: 5, width: 7 };
const made = (hidden: 'relu' | 'tanh' = 'relu') =>
  randomNetwork({ seed: 3, ...SIZE, outputs: [6, 4, 3], hidden, last: 'softmax' });
const begin = (network: Network, asked: Partial<Parameters<typeof beginFrom>[1]> = {}) =>
  beginFrom({ network, name: 'net', sha256: 'abc' }, { settings: {}, ...asked });
const refusal = (network: Network, asked: Partial<Parameters<typeof beginFrom>[1]> = {}) =>
  caught(() => begin(network, asked));

describe('a network that a training begins from', () => {
  test('says sizes, activations, image, classes, and the loss that goes with them', () => {
    const { settings, image, classes, start } = begin(made());
    expect(completeTrainingOptions(settings)).toMatchObject({
      ...{ hidden: [6, 4], activation: 'relu', output: 'softmax', loss: 'cross-entropy', epochs: 60 },
    });
    expect({ image, classes }).toEqual({ image: SIZE, classes: ['0', '1', '2'] });
    expect(start).toEqual({ name: 'net', sha256: 'abc', layers: made().layers });
  });

  test('comes back from the parameters as it went there, in float32', () => {
    const { start } = begin(made());
    const shape = layoutParameters([35, 6, 4, 3]);
    const parameters = new Float32Array(shape.bytes / 4);
    writeLayers(parameters, shape, start.layers);
    const options = { activation: 'relu', output: 'softmax' } as const;
    const back = trainedNetwork(parameters, shape, options, { image: SIZE, classes: ['0', '1', '2'] }, {});
    for (const [l, { weights, biases }] of made().layers.entries()) {
      expect(back.layers[l].weights).toEqual(weights.map(Math.fround));
      expect(back.layers[l].biases).toEqual(biases.map(Math.fround));
    }
  });

  test.each(['scale=1', 'mean=0.1307,std=0.3081', 'scale=2/255,offset=-1'])(
    'gives for pixels 0..1 what it gave for its own: %s',
    (text) => {
      const network = { ...made(), normalization: parseNormalization(text, UNIT_BRIGHTNESS) };
      const pixels = randomPixels(1, 35, 0.5);
      const { layers } = begin(network).start;
      const last = (of: Pick<Network, 'layers'>, brightness: Float64Array) =>
        Array.from(feedForward(of, brightness).at(-1) ?? []);
      const own = last(network, brightnessOf(pixels, network.normalization, SIZE));
      const found = last({ layers }, brightnessOf(pixels, UNIT_BRIGHTNESS, SIZE));
      for (const [k, value] of own.entries()) expect(found[k]).toBeCloseTo(value, 12);
    },
  );

  test('that wants dark on light is for images that are inverted as they are read', () => {
    const network = { ...made(), normalization: parseNormalization('inverted', UNIT_BRIGHTNESS) };
    const pixels = randomPixels(1, 35, 0.5);
    const own = feedForward(network, brightnessOf(pixels, network.normalization, SIZE)).at(-1) ?? [];
    const inverted = brightnessOf(
      pixels.map((pixel) => 255 - pixel),
      UNIT_BRIGHTNESS,
      SIZE,
    );
    const found = feedForward({ layers: begin(network).start.layers }, inverted).at(-1) ?? [];
    for (const [k, value] of own.entries()) expect(found[k]).toBeCloseTo(value, 12);
  });

  test('keeps weights that are larger than those of a training', () => {
    const network = { ...made(), normalization: parseNormalization('scale=1', UNIT_BRIGHTNESS) };
    const largest = Math.max(...begin(network).start.layers[0].weights.map(Math.abs));
    expect(largest).toBeGreaterThan(2);
    expect(begin(network).settings.largestFirstWeight).toBe(Math.ceil(largest));
    expect(begin(network, { settings: { largestFirstWeight: 1 } }).settings.largestFirstWeight).toBe(1);
    expect(begin(made()).settings.largestFirstWeight).toBe(2);
  });

  test('may have one layer', () => {
    const network = randomNetwork({ seed: 1, ...SIZE, outputs: [3], hidden: 'relu', last: 'sigmoid' });
    expect(begin(network).settings).toMatchObject({ hidden: [], output: 'sigmoid' });
    expect(begin(network).settings.activation).toBeUndefined();
  });
});

describe('refuses', () => {
  const [first, second, last] = made().layers;
  test.each<[string, Network['layers']]>([
    ['tanh, relu, softmax', [{ ...first, activation: 'tanh' }, second, last]],
    [
      'identity, identity, softmax',
      [first, second].map((layer) => ({ ...layer, activation: 'identity' as const })).concat(last as never),
    ],
    ['relu, relu, tanh', [first, second, { ...last, activation: 'tanh' }]],
  ])('activations that are not trained: %s', (words, layers) => {
    const error = refusal({ ...made(), layers });
    expect(error.code).toBe('NETWORK_FILE');
    expect(error.message).toContain(
      `net: expected hidden layers that are all sigmoid, all relu, all tanh, and a last one of`,
    );
    expect(error.message).toContain(`found ${words}; train cannot go on`);
  });

  test.each<[string, Partial<Parameters<typeof beginFrom>[1]>]>([
    ['hidden: expected 6,4, as net has it, found 16,16; leave it out', { settings: { hidden: [16, 16] } }],
    ['activation: expected relu, as net has it, found tanh;', { settings: { activation: 'tanh' } }],
    ['output: expected softmax, as net has it, found sigmoid;', { settings: { output: 'sigmoid' } }],
    ['image: expected 5x7, as net has it, found 7x5;', { image: { height: 7, width: 5 } }],
    ['classes: expected ["0","1","2"], as net has it, found ["a"];', { classes: ['a'] }],
    ['restarts: expected 1 with init, found 2; all of them', { settings: { restarts: 2 } }],
  ])('what contradicts it: %s', (words, asked) => {
    const error = refusal(made(), asked);
    expect(error.message).toContain(words);
    expect(error.exitCode).toBe(2);
  });

  test('nothing that says the same', () => {
    const settings = { hidden: [6, 4], activation: 'relu', output: 'softmax', restarts: 1 } as const;
    expect(() => begin(made(), { settings, image: SIZE, classes: ['0', '1', '2'] })).not.toThrow();
  });
});
