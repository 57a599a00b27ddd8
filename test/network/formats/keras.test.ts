import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { gunzipSync } from 'node:zlib';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { DigitflowError } from '../../../src/errors.js';
import { feedForward } from '../../../src/network/feed-forward.js';
import type { FileHost, FoundNetwork } from '../../../src/network/formats/found-network.js';
import { readNetworkFile } from '../../../src/network/formats/keras/read-keras.js';
import { unzip } from '../../../src/network/formats/unzip.js';
import type { Layer } from '../../../src/network/network.js';
import { zipArchive } from '../../inputs/zip-archive.js';
import { caught } from '../bytes.js';
import { FILE_HOST } from './file-host.js';

const FOLDER = join(import.meta.dirname, '../../fixtures/networks/keras');

interface Expected {
  readonly pixels: number[];
  readonly networks: Record<
    string,
    {
      readonly outputs: number[];
      readonly rescaling: [number, number] | null;
      readonly image: [number, number] | null;
      readonly activations: string;
    }
  >;
}
const expected: Expected = JSON.parse(readFileSync(join(FOLDER, 'expected.json'), 'utf8'));

/** What scripts/make-fixtures/keras-networks.py wrote. */
function fixture(name: string): Buffer {
  if (name.endsWith('.keras')) return readFileSync(join(FOLDER, name));
  return gunzipSync(readFileSync(join(FOLDER, `${name}.gz`)));
}

function read(bytes: Uint8Array, name = 'a.h5'): FoundNetwork {
  return readNetworkFile(bytes, name, FILE_HOST);
}

/** The layers as they are run: rows are neurons. */
function upright({ layers }: FoundNetwork, activations: string): Layer[] {
  return layers.map(({ weights, rows, columns, rowsAre, biases, activation }, l) => {
    expect(rowsAre).toBe('inputs');
    const named = activation ?? (activations.split(',')[l] as Layer['activation']);
    const turned = weights.map((_, at) => weights[(at % rows) * columns + Math.floor(at / rows)]);
    const own = biases ?? new Float64Array(columns);
    return { weights: turned, biases: own, inputs: rows, outputs: columns, activation: named };
  });
}

/** Another configuration in a .keras archive, with the same weights. */
function withConfig(change: (config: string) => string): Buffer {
  const files = unzip(fixture('keras-3.keras'), 'a.keras', FILE_HOST.inflate);
  return zipArchive(
    Array.from(files, ([name, content]) => {
      const bytes = Buffer.from(content());
      return { name, content: name === 'config.json' ? Buffer.from(change(`${bytes}`)) : bytes };
    }),
  );
}

/** The message of a .keras archive whose configuration was changed. */
function refusal(from: string | RegExp, to: string): string {
  const changed = withConfig((config) => {
    const text = config.replace(from, to);
    expect(text).not.toBe(config);
    return text;
  });
  const error = caught(() => read(changed, 'a.keras'));
  expect(error.code).toBe('NETWORK_FILE');
  return error.message;
}

describe('reads what Keras writes', () => {
  it.each(Object.keys(expected.networks))('%s', (name) => {
    const { outputs, rescaling, image, activations } = expected.networks[name];
    const found = read(fixture(name), name);
    const [scale, offset] = rescaling ?? [1, 0];
    expect(found.rescaling).toEqual(rescaling && { scale, offset });
    expect(found.image).toEqual(image && { height: image[0], width: image[1] });
    expect(found.layers.map(({ activation }) => activation ?? '').join()).toBe(activations);
    const layers = upright(found, 'sigmoid,tanh,softmax');
    const input = Float64Array.from(expected.pixels, (pixel) => pixel * scale + offset);
    const last = feedForward({ layers }, input).at(-1) ?? [];
    expect(last.length).toBe(outputs.length);
    for (const [k, value] of outputs.entries()) expect(last[k]).toBeCloseTo(value, 12);
  });

  it('and says what was folded', () => {
    expect(read(fixture('tf-keras-packed.h5')).notes).toEqual([
      'folded BatchNormalization into layer 1',
      'folded BatchNormalization into layer 2',
    ]);
  });

  it('many layers, whose names are in lists of several parts, and are linked from elsewhere', () => {
    const { layers } = read(fixture('many-layers.weights.h5'));
    expect(layers.map(({ biases }) => biases?.[0])).toEqual(Array.from({ length: 40 }, (_, l) => l));
  });

  it('a .keras archive of 2.13, which counts each layer twice', () => {
    const turned = Buffer.from(fixture('keras-3.weights.h5'));
    // Names of the same length.
    for (const [from, to] of [
      ['dense_2\0', 'dense_4\0'],
      ['dense_1\0', 'dense_2\0'],
    ]) {
      const at = turned.indexOf(from);
      turned.write(to, at, 'latin1');
    }
    const files = unzip(fixture('keras-3.keras'), 'a.keras', FILE_HOST.inflate);
    const config = Buffer.from(files.get('config.json')?.() ?? []);
    const archive = zipArchive([
      { name: 'config.json', content: config },
      { name: 'model.weights.h5', content: turned },
    ]);
    expect(read(archive).layers).toEqual(read(fixture('keras-3.keras')).layers);
  });
});

describe('refuses by name', () => {
  it.each([
    ['convolutional.keras', 'found a convolutional network (Conv2D at layer "conv2d"); digitflow runs dense'],
    ['convolutional.weights.h5', 'found a convolutional network (Conv2D at layer "conv2d");'],
    [
      'never-written.h5',
      'dataset model_weights/dense/kernel:0: expected all of its numbers, found some that',
    ],
    ['declares-400-million.h5', 'expected at most 1048576 numbers, found 400000000;'],
    ['no-network.h5', 'expected a Keras network or its weights, found an HDF5 file of other content;'],
  ])('%s', (name, message) => {
    const error = caught(() => read(fixture(name), name));
    expect(error.code).toBe('NETWORK_FILE');
    expect(error.message).toContain(message);
    expect(error.message).not.toContain('\n');
  });

  it.each([
    ['"class_name": "Activation"', '"class_name": "LSTM"', 'other layers (LSTM at layer "activation")'],
    [
      '"class_name": "Activation"',
      '"class_name": "LeakyReLU"',
      'layer "activation" (LeakyReLU): expected linear,',
    ],
    ['"activation": "tanh"', '"activation": "gelu"', 'tanh or softmax, found gelu;'],
    [
      '"activation": "tanh"',
      '"activation": {"class_name": "ReLU", "config": {"negative_slope": 0.2}}',
      'found ReLU with {"negative_slope":0.2}',
    ],
    [
      '"activation": "tanh"',
      '"activation": {"module": "builtins", "class_name": "function", "config": "relu", "registered_name": "function"}',
      'softmax, found relu;',
    ],
    ['"module": "keras.layers"', '"module": "mine"', 'of its own at layer "out"'],
    ['"class_name": "Functional"', '"class_name": "Mine"', 'found a class of its own, "Mine"'],
    [
      '"keras_history": ["hidden", 0, 0]',
      '"keras_history": ["input_layer", 0, 0]',
      'both after "input_layer"',
    ],
    ['"kwargs": {}', '"kwargs": {"b": [["hidden", 0, 0]]}', 'layer "out" with 2 inputs'],
    [/"output_layers".*?\]\]/, '"output_layers": [["more", 0, 0]]', 'which ends at "out"'],
    [/"input_layers".*?\]\]/, '"input_layers": [["out", 0, 0]]', 'a chain of 1 out of 5 layers'],
    ['"units": 4', '"units": 5', 'layer "more" (Dense): expected a kernel [5,5], found [5,4];'],
    ['"use_bias": true', '"use_bias": false', 'expected its weights kernel, found'],
    ['"batch_shape": [null, 16]', '"batch_shape": [null, 4, 4]', 'found features of 4 x 4;'],
    [
      '"batch_shape": [null, 16]',
      '"batch_shape": [null, 32, 32, 3]',
      'expected grey images of height x width',
    ],
    ['"batch_shape": [null, 16]', '"batch_shape": [null, 15]', 'expected a kernel [15,5], found [16,5]'],
    [/"hidden"/g, '"other"', 'found "those of hidden"'],
    [/^.*$/, '{}', "the model's configuration: expected class_name and config, found {};"],
    [/^.*$/, '[', "the model's configuration: expected class_name and config"],
    [/^.*$/, '{"class_name": "Sequential", "config": {"layers": []}}', 'expected layers, found []'],
    [
      /^.*$/,
      '{"class_name": "Sequential", "config": [1]}',
      'layer 1: expected class_name and config, found 1',
    ],
  ])('%s as %s', (from, to, message) => {
    const found = refusal(from, to);
    expect(found).toContain(message);
    expect(found).toMatch(/^a\.keras: [^\n]*$/);
  });

  it('layers of the file that the configuration has not', () => {
    const dense = '{"class_name": "Dense", "config": {"name": "hidden", "units": 5, "activation": "relu"}}';
    const one = `{"class_name": "Sequential", "config": {"layers": [${dense}]}}`;
    expect(refusal(/^.*$/, one)).toContain('expected 1 layers dense with weights, found 3;');
  });

  it('what would unpack to far more than the archive', () => {
    const asked: number[] = [];
    const inflate: FileHost['inflate'] = (packed, most, wrapping) => {
      asked.push(most);
      return FILE_HOST.inflate(packed, most, wrapping);
    };
    const content = Buffer.from('{}');
    const archive = zipArchive([
      { name: 'config.json', content, sizeBytes: 2 ** 25 },
      { name: 'model.weights.h5', content },
    ]);
    expect(() => readNetworkFile(archive, 'a', { ...FILE_HOST, inflate })).toThrow(DigitflowError);
    expect(asked).toEqual([2 ** 24]);
  });

  it('archives without a part', () => {
    const archive = zipArchive([{ name: 'model.weights.h5', content: Buffer.from('x') }]);
    expect(caught(() => read(archive)).message).toContain('found no config.json;');
  });
});

/** A file whose bytes were changed where they stand. */
function patched(name: string, from: string, change: (bytes: Buffer, at: number) => void): Buffer {
  const bytes = Buffer.from(fixture(name));
  const at = bytes.indexOf(from, 0, 'latin1');
  expect(at).toBeGreaterThan(0);
  change(bytes, at);
  return bytes;
}

describe('refuses HDF5', () => {
  it('that is cut off anywhere', () => {
    const whole = fixture('keras-2.weights.h5');
    for (let length = 0; length < whole.length; length += 97) {
      const { message } = caught(() => read(whole.subarray(0, length)));
      expect(message).toMatch(/^a\.h5: [^\n]*: save or download it again$|^a\.h5: [^\n]*found/);
    }
  });

  it('whose groups hold themselves', () => {
    const root = fixture('keras-2.weights.h5');
    const symbols = root.indexOf('SNOD');
    // The first entry's object becomes the root.
    root.copy(root, symbols + 16, 64, 72);
    expect(caught(() => read(root)).message).toContain('expected each object under one name');
    const tree = patched('keras-2.weights.h5', 'TREE', (bytes, at) => {
      bytes[at + 5] = 1;
      bytes.writeBigUInt64LE(BigInt(at), at + 32);
    });
    expect(caught(() => read(tree)).message).toContain('expected a B-tree of type 0');
  });

  it('whose types or filters say something else than their sizes', () => {
    const shuffled = patched('tf-keras-packed.h5', 'shuffle\0', (bytes, at) => {
      bytes[at + 8] = 3;
    });
    expect(caught(() => read(shuffled)).message).toContain('bytes to be shuffled, found 3;');
    // The sign is the highest bit, 31.
    const signed = patched('keras-2.weights.h5', '\x11\x20\x1f\0', (bytes, at) => {
      bytes[at + 2] = 30;
    });
    expect(caught(() => read(signed)).message).toContain('or float64, found a float of 4 bytes;');
  });

  it('whose header goes on for ever', () => {
    // The root's header is first continued: there it is made to go on at its own start.
    const bytes = fixture('keras-3.h5');
    const header = Number(bytes.readBigUInt64LE(64));
    const firstMessage = header + 16;
    bytes.writeUInt16LE(0x10, firstMessage);
    bytes.writeBigUInt64LE(BigInt(firstMessage), firstMessage + 8);
    bytes.writeBigUInt64LE(24n, firstMessage + 16);
    expect(caught(() => read(bytes)).message).toContain('parts, found more');
  });

  it('whose numbers are no floats, or not finite', () => {
    const name = 'keras-3.keras';
    const files = unzip(fixture(name), 'a.keras', FILE_HOST.inflate);
    const weights = Buffer.from(files.get('model.weights.h5')?.() ?? []);
    // A float of 32 bits becomes an integer.
    const float = weights.indexOf(Buffer.from([0x11, 0x20, 0x1f, 0, 4, 0, 0, 0]));
    expect(float).toBeGreaterThan(0);
    const archive = (content: Buffer) =>
      zipArchive([
        { name: 'config.json', content: Buffer.from(files.get('config.json')?.() ?? []) },
        { name: 'model.weights.h5', content },
      ]);
    const whole = Buffer.from(weights);
    whole[float] = 0x10;
    expect(caught(() => read(archive(whole))).message).toContain(
      'expected float16, float32 or float64, found int32;',
    );
    const huge = Buffer.from(weights);
    const [first] = read(fixture(name)).layers[0].weights;
    const number = Buffer.alloc(4);
    number.writeFloatLE(first);
    huge.writeUInt32LE(0x7f800000, huge.indexOf(number));
    expect(caught(() => read(archive(huge))).message).toContain('dense layer 1, element');
  });
});

/** A network that is none of contradictions, or an error of one line. */
function expectOutcome(bytes: Uint8Array, name: string): void {
  try {
    const { layers } = read(bytes, name);
    expect(layers.length).toBeGreaterThan(0);
    for (const [l, { weights, rows, columns, biases }] of layers.entries()) {
      expect(weights.length).toBe(rows * columns);
      expect(biases?.length ?? columns).toBe(columns);
      expect(weights.every(Number.isFinite)).toBe(true);
      if (l > 0) expect(rows).toBe(layers[l - 1].columns);
    }
  } catch (error) {
    if (!(error instanceof DigitflowError)) throw error;
    expect(error.message).toMatch(new RegExp(`^${name}: [^\\n]*$`));
  }
}

const RUNS = { numRuns: Number(process.env.MUTATED_FILES ?? 100) };

it.each([
  'keras-2.2.h5',
  'tf-keras-packed.h5',
  'keras-3.h5',
  'keras-3.weights.h5',
  'latest.h5',
  'never-written.h5',
])('of mutated %s gives a network, or an error of one line', (name) => {
  const bytes = fixture(name);
  const used = Array.from(bytes.keys()).filter((at) => bytes[at] !== 0);
  const change = fc.tuple(fc.constantFrom(...used), fc.nat(7), fc.nat(255));
  fc.assert(
    fc.property(
      fc.array(change, { minLength: 1, maxLength: 6 }),
      fc.option(fc.nat(bytes.length), { freq: 8 }),
      (changes, length) => {
        const mutated = Buffer.from(bytes);
        for (const [at, beside, byte] of changes) mutated[Math.min(at + beside, bytes.length - 1)] = byte;
        expectOutcome(mutated.subarray(0, length ?? bytes.length), 'a.h5');
      },
    ),
    RUNS,
  );
});

it('of mutated configurations gives a network, or an error of one line', () => {
  const words = ['null', '[]', '{}', '0', '-1', '1e9', '"Dense"', '"Model"', '"out"', '\\n', '"'];
  fc.assert(
    fc.property(
      fc.array(fc.tuple(fc.nat(), fc.constantFrom(...words)), { minLength: 1, maxLength: 3 }),
      (changes) => {
        const archive = withConfig((config) => {
          const parts = config.split(/(?<=[:,[{])|(?=[,\]}])/);
          for (const [at, word] of changes) parts[at % parts.length] = word;
          return parts.join('');
        });
        expectOutcome(archive, 'a.keras');
      },
    ),
    RUNS,
  );
});
