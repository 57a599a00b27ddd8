import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { ACTIVATIONS } from '../../../src/network/activations.js';
import { readNetworkFile, writeNetworkFile } from '../../../src/network/formats/json/json-network.js';
import { layerSizes, type Network } from '../../../src/network/network.js';
import { randomNetwork } from '../../helpers/random-network.js';
import { smallNetwork } from '../arbitraries.js';
import { caught } from '../bytes.js';
import { FILE_HOST } from './file-host.js';
import { expectWholeOrRefused, MUTATIONS, mutations } from './mutations.js';

const bytesOf = (value: unknown) =>
  new TextEncoder().encode(typeof value === 'string' ? value : JSON.stringify(value));
const read = (value: unknown) => readNetworkFile(bytesOf(value), 'net.json', FILE_HOST);
const message = (value: unknown) => caught(() => read(value)).message;

const matrix = (rows: number, columns: number, first = 0) =>
  Array.from({ length: rows }, (_, row) =>
    Array.from({ length: columns }, (_, column) => first + row * columns + column),
  );
const column = (length: number) => Array.from({ length }, (_, n) => [n + 0.5]);
const vector = (length: number) => column(length).flat();

/** As the book saves 6-4-3. */
const BOOK = {
  sizes: [6, 4, 3],
  weights: [matrix(4, 6), matrix(3, 4)],
  biases: [column(4), column(3)],
  cost: 'CrossEntropyCost',
};
const WEIGHTS = BOOK.weights.map((one) => Float64Array.from(one.flat()));
const BIASES = [4, 3].map((length) => Float64Array.from(vector(length)));

describe('a network in JSON', () => {
  it("is read as the book's network2.py saves it", () => {
    const found = read(BOOK);
    expect(found.title).toBe('the JSON of the book');
    expect(found.layers).toEqual([
      {
        weights: WEIGHTS[0],
        rows: 4,
        columns: 6,
        rowsAre: 'outputs',
        biases: BIASES[0],
        activation: 'sigmoid',
      },
      {
        weights: WEIGHTS[1],
        rows: 3,
        columns: 4,
        rowsAre: 'outputs',
        biases: BIASES[1],
        activation: 'sigmoid',
      },
    ]);
    expect(found).toMatchObject({
      ...{ image: null, normalization: null, rescaling: null, classes: null, notes: [] },
      provenance: { cost: 'CrossEntropyCost', sizes: '6,4,3' },
    });
  });

  const turned = (rows: number[][]) => rows[0].map((_, n) => rows.map((row) => row[n]));
  it.each<[string, unknown]>([
    ['lists of weights and biases', { weights: BOOK.weights, biases: [vector(4), vector(3)] }],
    ['their transposes', { weights: BOOK.weights.map(turned), biases: [vector(4), vector(3)] }],
    ['scikit-learn', { coefs_: BOOK.weights.map(turned), intercepts_: [vector(4), vector(3)] }],
    [
      'a state dict',
      {
        'fc1.weight': matrix(4, 6),
        'fc1.bias': vector(4),
        'fc2.weight': matrix(3, 4),
        'fc2.bias': vector(3),
      },
    ],
    [
      'a state dict within a checkpoint',
      {
        epoch: 3,
        state_dict: {
          fc2: { bias: vector(3), weight: matrix(3, 4) },
          fc1: { bias: vector(4), weight: matrix(4, 6) },
        },
      },
    ],
    [
      'a list of layers',
      {
        layers: [
          { weights: matrix(4, 6), biases: vector(4) },
          { weights: matrix(3, 4), biases: column(3) },
        ],
      },
    ],
    [
      'a list alone',
      [
        { W: matrix(4, 6), b: vector(4) },
        { W: matrix(3, 4), b: vector(3) },
      ],
    ],
    [
      'what brain.js writes',
      {
        type: 'NeuralNetwork',
        sizes: [6, 4, 3],
        layers: [
          { weights: [], biases: [] },
          { weights: matrix(4, 6), biases: vector(4) },
          { weights: matrix(3, 4), biases: vector(3) },
        ],
        trainOpts: { iterations: 20, errorThresh: 0.005, log: false, callback: null },
      },
    ],
    ['typed arrays', { W1: matrix(4, 6), b1: { ...vector(4) }, W2: matrix(3, 4), b2: { ...vector(3) } }],
    ['names alone', { W1: matrix(4, 6), b1: vector(4), W2: matrix(3, 4), b2: vector(3), accuracy: 0.97 }],
  ])('is read from %s', (_, value) => {
    const { layers, title } = read(value);
    expect(title).toBe('JSON');
    expect(layers.map(({ biases }) => biases)).toEqual(BIASES);
    for (const [l, { weights, rows, columns, rowsAre, activation }] of layers.entries()) {
      const own =
        rowsAre === 'outputs' ? weights : Float64Array.from(turned(chunks(weights, columns)).flat());
      expect(own).toEqual(WEIGHTS[l]);
      expect([rows, columns].sort()).toEqual(
        [
          [4, 6],
          [3, 4],
        ][l],
      );
      expect(activation).toBeNull();
    }
  });
  const chunks = (values: Float64Array, length: number) =>
    Array.from({ length: values.length / length }, (_, n) => [
      ...values.subarray(n * length, (n + 1) * length),
    ]);

  it('is read where all its matrices are of one shape', () => {
    const [weights, biases] = [
      [matrix(4, 4), matrix(4, 4, 1)],
      [vector(4), vector(4)],
    ];
    const { layers } = read({ weights, biases });
    expect(layers.map(({ weights: own, rowsAre }) => [own[0], rowsAre])).toEqual([
      [0, null],
      [1, null],
    ]);
    expect(read({ ...BOOK, sizes: [4, 4, 4], weights, biases }).layers[0].rowsAre).toBe('outputs');
  });

  const dense = (rows: number, columns: number, more = {}) => ({
    ...more,
    weights: matrix(rows, columns),
    bias: vector(rows),
  });
  it.each<[string, unknown, (string | null)[]]>([
    ['activations', { ...BOOK, cost: 'mine', activations: ['relu', 'softmax'] }, ['relu', 'softmax']],
    ['activation', { ...BOOK, cost: undefined, activation: 'ReLU' }, ['relu', null]],
    [
      'out_activation_',
      { ...BOOK, cost: 1, activation: 'logistic', out_activation_: 'softmax' },
      ['sigmoid', 'softmax'],
    ],
    ['trainOpts', { ...BOOK, cost: 1, trainOpts: { activation: 'tanh' } }, ['tanh', null]],
    [
      'each layer',
      [dense(4, 6, { activation: 'tanh' }), dense(3, 4, { activation: 'linear' })],
      ['tanh', 'identity'],
    ],
    [
      'layers between',
      {
        layers: [
          { type: 'Input' },
          dense(4, 6, { type: 'Dense' }),
          { type: 'ReLU' },
          { type: 'dropout', rate: 0.5 },
          dense(3, 4, { type: 'linear' }),
          { type: 'LogSoftmax' },
        ],
      },
      ['relu', 'softmax'],
    ],
  ])('says its activations by %s', (_, value, expected) => {
    expect(read(value).layers.map(({ activation }) => activation)).toEqual(expected);
  });

  it('says its classes', () => {
    expect(read({ ...BOOK, classes: ['a', 'b', 'c'] }).classes).toEqual(['a', 'b', 'c']);
  });
});

describe('a network in JSON is refused for', () => {
  it.each<[string, unknown, string]>([
    ['other text', '{"weights":', 'net.json: expected a network in JSON, found text that is none;'],
    ['NaN, as Python writes it', '{"W": [[NaN, 1]]}', 'found NaN, which JSON does not have; train it again'],
    [
      'null in place of NaN',
      {
        W: [
          [1, null],
          [2, 3],
        ],
      },
      'net.json: "W.0", element 1: expected a number, found null',
    ],
    [
      'text in numbers',
      {
        W: [
          [1, '2'],
          [3, 4],
        ],
      },
      '"W.0", element 1: expected a number, found "2"',
    ],
    [
      'a number beyond float32',
      '{"W": [[1e39, 1]]}',
      'tensor "W", element 0: expected a finite number that float32 can hold, found 1e+39',
    ],
    ['a number beyond all', '{"W": [[1e999, 1]]}', 'found Infinity'],
    ['keys that stand twice', '{"W": [[1, 2]], "W": [[3, 4]]}', 'found the key "W" twice'],
    ['no weights', { a: 1 }, 'expected weights of 1 to 128 dense layers, found no tensors'],
    ['nothing', [], 'found no tensors'],
    ['text alone', '"x"', 'found no tensors'],
    ['rows of several lengths', { W: [[1, 2], [3]] }, 'tensor "W.0"'],
    [
      'sizes that are others',
      { ...BOOK, sizes: [6, 5, 3] },
      'net.json: sizes [6,5,3]: expected weights of these sizes, found 4x6, 3x4;',
    ],
    [
      'a convolution',
      {
        'c.weight': [
          [
            [
              [1, 2],
              [3, 4],
            ],
          ],
        ],
        'fc.weight': matrix(3, 4),
      },
      'a convolutional network ("c.weight" has shape [1,1,2,2])',
    ],
    [
      'a layer of another kind',
      [
        { type: 'conv2d', filters: 3 },
        { type: 'dense', W: matrix(3, 4) },
      ],
      'expected dense layers, found a convolutional network ("conv2d" at "layers.0.type")',
    ],
    [
      'an unknown kind with weights',
      [{ type: 'lstmish', W: matrix(3, 4) }],
      'another layer ("lstmish" at "layers.0.type")',
    ],
    [
      'an activation after another',
      [{ W: matrix(3, 4), activation: 'relu' }, { type: 'tanh' }],
      'another layer ("tanh" at "layers.1.type")',
    ],
    [
      'an unknown activation',
      { ...BOOK, cost: 1, activation: 'leaky-relu' },
      '"activation": expected identity, sigmoid, relu, tanh or softmax, found "leaky-relu"',
    ],
    [
      'too few activations',
      { ...BOOK, cost: 1, activations: ['relu'] },
      'activations: expected 2 activations, one for each layer, found 1',
    ],
    ['what it does not know', { ...BOOK, mystery: vector(6) }, 'tensor "mystery": expected'],
    [
      'notes of ours that are none',
      { ...BOOK, digitflow: { activations: 1 } },
      'net.json: digitflow: expected an object of texts',
    ],
    [
      'notes of ours that lack some',
      { ...BOOK, digitflow: { activations: 'relu' } },
      'net.json: digitflow: expected the keys',
    ],
  ])('%s', (_, value, expected) => {
    expect(caught(() => read(value)).code).toBe('NETWORK_FILE');
    expect(message(value)).toContain(expected);
  });

  it('bytes that are no text', () => {
    const bytes = Uint8Array.of(0x7b, 0xff);
    expect(caught(() => readNetworkFile(bytes, 'a', FILE_HOST)).message).toContain(
      'found bytes that are no UTF-8',
    );
  });

  it('ten thousand levels, at once', () => {
    expect(message(`${'['.repeat(10_000)}1${']'.repeat(10_000)}`)).toContain('found text that is none');
  });

  it('whatever harm came to it, or read whole', () => {
    const files = [
      BOOK,
      { layers: [dense4, { ...dense4, activation: 'relu' }] },
      { coefs_: BOOK.weights, accuracy: 0.5 },
    ].map(bytesOf);
    fc.assert(
      fc.property(fc.oneof(...files.map(mutations)), (bytes) =>
        expectWholeOrRefused(() => readNetworkFile(bytes, 'net.json', FILE_HOST)),
      ),
      { numRuns: MUTATIONS },
    );
  });
  const dense4 = { type: 'dense', weights: matrix(4, 4), biases: vector(4) };
});

describe('writing JSON', () => {
  /** What a reader gives back is the same network. */
  const expectSame = (network: Network) => {
    const found = readNetworkFile(writeNetworkFile(network), 'net.json', FILE_HOST);
    const { image, normalization, classes, provenance } = network;
    expect(found).toMatchObject({ image, normalization, classes, provenance });
    expect(found.layers).toEqual(
      network.layers.map(({ weights, biases, activation, inputs, outputs }) => {
        return { weights, biases, activation, rows: outputs, columns: inputs, rowsAre: 'outputs' };
      }),
    );
  };

  it('keeps every bit of any network', () => {
    const network = fc
      .tuple(fc.constantFrom(...ACTIVATIONS), fc.constantFrom(...ACTIVATIONS))
      .chain(([hidden, last]) => smallNetwork(hidden, last));
    fc.assert(fc.property(network, expectSame));
    const [first, last] = randomNetwork({
      seed: 3,
      height: 1,
      width: 2,
      outputs: [2, 2],
      hidden: 'relu',
      last: 'tanh',
    }).layers;
    const odd = { ...first, weights: Float64Array.of(-0, 5e-324, 0.1, Math.fround(0.1)) };
    expectSame({
      layers: [odd, last],
      image: { height: 1, width: 2 },
      normalization: { scale: 0.01, offset: -0.5, transposed: true },
      classes: ['"', '猫'],
      provenance: { __proto__x: 'y' },
    });
  });

  const ours = (options: Partial<Network> = {}) => ({
    ...randomNetwork({ seed: 7, height: 2, width: 3, outputs: [4, 3], hidden: 'sigmoid', last: 'sigmoid' }),
    ...options,
  });
  const written = (network: Network) => JSON.parse(new TextDecoder().decode(writeNetworkFile(network)));

  it("gives what the book's code loads, byte for byte the same", () => {
    const network = ours();
    const { sizes, weights, biases, cost } = written(network);
    expect({ sizes, cost }).toEqual({ sizes: layerSizes(network), cost: 'QuadraticCost' });
    expect(weights.map((one: number[][]) => [one.length, one[0].length])).toEqual([
      [4, 6],
      [3, 4],
    ]);
    expect(biases[0]).toEqual(Array.from(network.layers[0].biases, (b) => [b]));
    expect(writeNetworkFile(network)).toEqual(writeNetworkFile(ours()));
  });

  it('leaves out the cost where the code of the book would compute something else', () => {
    const [first, last] = ours().layers;
    const relu = ours({ layers: [{ ...first, activation: 'relu' }, last] });
    const turned = ours({ normalization: { scale: 1 / 255, offset: 0, transposed: true } });
    for (const network of [relu, turned]) expect(written(network)).not.toHaveProperty('cost');
  });

  it('refuses what JSON cannot hold', () => {
    const [first, last] = ours().layers;
    const broken = ours({ layers: [first, { ...last, biases: Float64Array.of(1, Number.NaN, 1) }] });
    expect(caught(() => writeNetworkFile(broken)).message).toBe(
      'layer 2: expected finite numbers, found NaN; train it with smaller steps',
    );
  });
});
