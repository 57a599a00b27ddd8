import { readFileSync } from 'node:fs';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { DATA_FOLDER, SAMPLE_FILES } from '../../src/assets.js';
import { openModel } from '../../src/index.js';
import type { LabelledImages } from '../../src/insight/judge-networks.js';
import { type NetworkFlags, settleNetwork } from '../../src/insight/settle-network.js';
import type { FoundNetwork } from '../../src/network/formats/found-network.js';
import type { Network } from '../../src/network/network.js';

const [pixels, labels] = SAMPLE_FILES.map((file) => new Uint8Array(readFileSync(`${DATA_FOLDER}/${file}`)));
const sample = (): LabelledImages => ({
  count: 500,
  pixels: pixels.subarray(16),
  labels: labels.subarray(8),
  image: { height: 28, width: 28 },
});
const settle = (found: FoundNetwork, flags: NetworkFlags = {}) => settleNetwork(found, 'net', flags, sample);

/** How a stranger may have saved a network of ours. */
interface Stranger {
  readonly rowsAre: 'outputs' | 'inputs';
  readonly isFortran: boolean;
  readonly isTurned: boolean;
  readonly isShifted: boolean;
  readonly feed: number;
}
const PLAIN: Stranger = {
  ...{ rowsAre: 'outputs', isFortran: false, isTurned: false, isShifted: false },
  feed: 0,
};
/** What x the network takes instead of b = pixel / 255: b = factor * x + shift. */
const FEEDS = [
  [1, 0],
  [0.3081, 0.1307],
  [0.5, 0.5],
  [1 / 255, 0],
] as const;

const turned = (matrix: Float64Array, rows: number, columns: number) =>
  matrix.map((_, at) => matrix[(at % rows) * columns + Math.floor(at / rows)]);

/** The network as such a file has it, of which nothing but shapes is known. */
function foundAs(
  network: Network,
  { rowsAre, isFortran, isTurned, isShifted, feed }: Stranger,
): FoundNetwork {
  const [factor, shift] = FEEDS[feed];
  const layers = network.layers.map(({ weights, biases, inputs, outputs }, l) => {
    let [own, bias] = [weights, biases];
    if (l === 0) {
      if (isTurned)
        own = own.map((_, at) => own[at - (at % 784) + (at % 28) * 28 + Math.floor((at % 784) / 28)]);
      const sums = bias.map(
        (b, n) => b + shift * own.subarray(n * 784, n * 784 + 784).reduce((a, w) => a + w, 0),
      );
      [own, bias] = [own.map((w) => w * factor), sums];
    }
    if (l === network.layers.length - 1 && isShifted) {
      // Its first output is the digit 1, its last one 0.
      own = Float64Array.from([...own.subarray(inputs), ...own.subarray(0, inputs)]);
      bias = Float64Array.from([...bias.subarray(1), bias[0]]);
    }
    const isStoredTurned = (rowsAre === 'inputs') !== isFortran;
    const [rows, columns] = rowsAre === 'outputs' ? [outputs, inputs] : [inputs, outputs];
    return {
      weights: isStoredTurned ? turned(own, outputs, inputs) : own,
      ...{ rows, columns, rowsAre: null, biases: bias, activation: null },
    };
  });
  const unknown = { image: null, normalization: null, rescaling: null, classes: null };
  return { title: 'test', layers, ...unknown, provenance: {}, notes: [] };
}

const sameWeights = (a: Network, b: Network) =>
  a.layers.every((layer, l) => layer.weights.every((w, i) => Math.abs(w - b.layers[l].weights[i]) < 1e-9));

const strangers = fc.record({
  rowsAre: fc.constantFrom('outputs' as const, 'inputs' as const),
  isFortran: fc.boolean(),
  isTurned: fc.boolean(),
  isShifted: fc.boolean(),
  feed: fc.nat(3),
});
const models = fc.constantFrom('sigmoid', 'relu');
const runs = { numRuns: Number(process.env.SETTLE_RUNS ?? 20) };

describe('a network of which only shapes are known', () => {
  test.each(['sigmoid', 'relu'])('is read as it was trained: %s', (name) => {
    const { network } = openModel(name);
    const { network: read, guesses } = settle(foundAs(network, PLAIN));
    expect(read.layers.map(({ activation }) => activation)).toEqual(network.layers.map((l) => l.activation));
    expect(read.normalization).toEqual(network.normalization);
    expect(read.classes).toEqual(network.classes);
    expect(sameWeights(read, network)).toBe(true);
    expect(guesses.map(({ property }) => property)).toEqual(['activations', 'normalize', 'classes']);
    // What is like ReLU, as leaky ReLU is, or softmax after sigmoids may do as well.
    expect(guesses[0].by).toBe('guessed');
    expect(guesses[0].because).toMatch(/^9[5-9]\.\d % of 500 training images are right so$/);
  });

  test('is read rightly however rows, pixels and classes lie, and whatever it is fed', () => {
    fc.assert(
      fc.property(models, strangers, (model, stranger) => {
        const { network } = openModel(model);
        const read = settle(foundAs(network, stranger)).network;
        expect(read.normalization.transposed).toBe(stranger.isTurned);
        expect(read.classes[0]).toBe(stranger.isShifted ? '1' : '0');
        const [factor, shift] = FEEDS[stranger.feed];
        expect(factor * read.normalization.scale).toBeCloseTo(1 / 255, 9);
        expect(factor * read.normalization.offset + shift).toBeCloseTo(0, 9);
        expect(read.layers[0].activation).toBe(network.layers[0].activation);
      }),
      runs,
    );
  });

  test('is never read by a silent guess: all is said that neither file nor flag says', () => {
    const given = fc.record({ activations: fc.boolean(), normalize: fc.boolean(), classes: fc.boolean() });
    fc.assert(
      fc.property(models, strangers, given, (model, stranger, said) => {
        const { network } = openModel(model);
        const { isTurned, isFortran, isShifted } = stranger;
        const [factor, shift] = FEEDS[stranger.feed];
        const flags: NetworkFlags = {
          activations: said.activations ? network.layers.map(({ activation }) => activation) : undefined,
          normalization: said.normalize
            ? { scale: 1 / 255 / factor, offset: -shift / factor, transposed: false }
            : undefined,
          classes: said.classes ? [...(isShifted ? '1234567890' : '0123456789')] : undefined,
        };
        const { network: read, guesses } = settle(foundAs(network, stranger), flags);
        expect(guesses.map(({ property }) => property)).toEqual([
          ...(said.activations ? [] : ['activations']),
          // The numbers of a flag do not say that pixels lie column by column.
          ...(said.normalize && !isTurned ? [] : ['normalize']),
          ...(isFortran ? ['orientation'] : []),
          ...(said.classes ? [] : ['classes']),
        ]);
        const normalize = guesses.find(({ property }) => property === 'normalize');
        expect(normalize?.value.endsWith('transposed') ?? false).toBe(isTurned);
        expect(read.normalization.transposed).toBe(isTurned);
      }),
      runs,
    );
  });

  test('is never sure of its last activation: the largest of softmax is that of sigmoids', () => {
    const { network } = openModel('sigmoid');
    const found = foundAs(network, PLAIN);
    const end = found.layers.length - 1;
    // Smaller sums set the cross-entropies of the two far apart, and leave the verdicts as they are.
    const layers = found.layers.map((layer, l) => ({
      ...layer,
      weights: l === end ? layer.weights.map((weight) => weight / 2) : layer.weights,
      biases: l === end && layer.biases !== null ? layer.biases.map((bias) => bias / 2) : layer.biases,
    }));
    const { guesses } = settle({ ...found, layers });
    expect(guesses[0]).toMatchObject({ property: 'activations', by: 'guessed' });
  });

  test('is refused where no reading knows digits, and the flags are named', () => {
    const { network } = openModel('relu');
    const layers = network.layers.map((layer) => ({ ...layer, weights: layer.weights.toReversed() }));
    expect(() => settle(foundAs({ ...network, layers }, PLAIN))).toThrow(
      /^net: expected a network that knows digits: test, read in \d+ ways, found at best \d+\.\d % of 500 training images right; say how it was trained with --activations and --normalize, or name .* with --classes if these are no digits$/,
    );
  });

  test('that is none of digits needs to be told its activations', () => {
    const { network } = openModel('relu');
    const classes = [...'abcdefghij'];
    const found = foundAs(network, PLAIN);
    expect(() => settle(found, { classes })).toThrow(
      /give --activations, one for each layer, such as relu,softmax$/,
    );
    const { guesses } = settle(found, { classes, activations: ['relu', 'relu', 'softmax'] });
    expect(guesses).toMatchObject([{ property: 'normalize', by: 'guessed', because: /could not be tried/ }]);
  });

  test('takes what flags say, and refuses what contradicts the file', () => {
    const { network } = openModel('relu');
    const found = foundAs(network, PLAIN);
    const flags = { activations: ['sigmoid', 'sigmoid', 'sigmoid'] as const };
    // They are tried, too: what does not know digits so was not trained so.
    expect(() => settle(found, flags)).toThrow('expected a network that knows digits');
    const right = settle(found, { activations: ['relu', 'relu', 'sigmoid'] });
    expect(right.network.layers.map(({ activation }) => activation)).toEqual(['relu', 'relu', 'sigmoid']);
    expect(right.guesses.map(({ property }) => property)).toEqual(['normalize', 'classes']);
    expect(() => settle(found, { activations: ['relu', 'softmax'] })).toThrow(
      'net: expected 3 activations, one for each layer, found 2 in --activations',
    );
    const said = {
      ...found,
      layers: found.layers.map((layer) => ({ ...layer, activation: 'relu' as const })),
    };
    expect(() => settle(said, flags)).toThrow('its layers are relu,relu,relu, found sigmoid');
    expect(() => settle(found, { classes: ['a'] })).toThrow('expected 10 classes, one for each output');
  });

  test('whose layers do not follow each other is refused with their shapes', () => {
    const { network } = openModel('relu');
    const { layers, ...rest } = foundAs(network, PLAIN);
    expect(() => settle({ ...rest, layers: [layers[2], layers[0]] })).toThrow(
      'expected layers of which each takes what the one before it gives, found weights of 10x16, 16x784',
    );
  });

  test('that rescales its input takes pixels as they are', () => {
    const { network } = openModel('sigmoid');
    const found = { ...foundAs(network, PLAIN), rescaling: { scale: 1 / 255, offset: 0 } };
    expect(settle(found).network.normalization).toEqual({ scale: 1, offset: 0, transposed: false });
  });
});
