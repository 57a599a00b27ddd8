import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { FoundLayer } from '../../../src/network/formats/found-network.js';
import { layersOf, type NamedTensor } from '../../../src/network/formats/named-tensors.js';
import { createRandom } from '../../../src/network/random.js';
import { caught } from '../bytes.js';

const random = createRandom(1);

function tensor(name: string, ...shape: number[]): NamedTensor {
  const length = shape.reduce((product, size) => product * size, 1);
  return { name, shape, values: Float64Array.from({ length }, () => random.uniform() + 0.5) };
}

/** Tensors from a text such as `fc1.weight 16x784, fc1.bias 16`; `x` alone is a single number. */
function tensors(text: string): NamedTensor[] {
  return text.split(', ').map((part) => {
    const [name, shape = ''] = part.split(' ');
    return tensor(name, ...shape.split('x').filter(Boolean).map(Number));
  });
}

/** `784-16-16-10`, with the orientation of each and `b` where it has biases: `16x784 outputs b`. */
function described(layers: readonly FoundLayer[]): string {
  return layers
    .map(({ rows, columns, rowsAre, biases }) => `${rows}x${columns} ${rowsAre}${biases ? ' b' : ''}`)
    .join(', ');
}

const read = (text: string) => layersOf(tensors(text), 'a.safetensors');
const message = (text: string) => caught(() => read(text)).message;

const PYTORCH = '16x784 outputs b, 16x16 outputs b, 10x16 outputs b';
const KERAS = '784x16 inputs b, 16x16 inputs b, 16x10 inputs b';

describe('layersOf', () => {
  it.each([
    ['fc1.weight 16x784, fc1.bias 16, fc2.weight 16x16, fc2.bias 16, fc3.weight 10x16, fc3.bias 10', PYTORCH],
    ['0.weight 16x784, 0.bias 16, 2.weight 16x16, 2.bias 16, 10.weight 10x16, 10.bias 10', PYTORCH],
    [
      'net.10.bias 10, net.10.weight 10x16, net.2.bias 16, net.2.weight 16x16, net.0.weight 16x784, net.0.bias 16',
      PYTORCH,
    ],
    [
      'module.a.weight 16x784, module.a.bias 16, module.b.weight 10x16, module.b.bias 10',
      '16x784 outputs b, 10x16 outputs b',
    ],
    [
      '_orig_mod.l1.weight 16x784, _orig_mod.l2.weight 16x16, _orig_mod.l3.weight 10x16',
      '16x784 outputs, 16x16 outputs, 10x16 outputs',
    ],
    [
      'model.layers.0.linear.weight 16x784, model.layers.0.linear.bias 16, model.layers.1.out.weight 10x16, model.layers.1.out.bias 10',
      '16x784 outputs b, 10x16 outputs b',
    ],
    [
      'dense/kernel:0 784x16, dense/bias:0 16, dense_1/kernel:0 16x16, dense_1/bias:0 16, dense_2/kernel:0 16x10, dense_2/bias:0 10',
      KERAS,
    ],
    [
      'dense_10/dense_10/kernel:0 16x10, dense_10/dense_10/bias:0 10, dense_9/dense_9/kernel:0 16x16, dense_9/dense_9/bias:0 16, dense_8/dense_8/kernel:0 784x16, dense_8/dense_8/bias:0 16',
      KERAS,
    ],
    ['W1 784x16, b1 16, W2 16x16, b2 1x16, W3 16x10, b3 10x1', KERAS],
    [
      'weights_0 16x784, biases_0 16x1, weights_1 16x16, biases_1 16x1, weights_2 10x16, biases_2 10x1',
      PYTORCH,
    ],
    [
      'coefs_0 784x16, coefs_1 16x16, coefs_2 16x10, intercepts_0 16, intercepts_1 16, intercepts_2 10',
      KERAS,
    ],
    ['wih 100x784, who 10x100', '100x784 outputs, 10x100 outputs'],
    ['hidden_w 784x16, hidden_b 16, output_w 16x10, output_b 10', '784x16 inputs b, 16x10 inputs b'],
    ['fc1Weight 16x784, fc1Bias 16, outWeight 10x16, outBias 10', '16x784 outputs b, 10x16 outputs b'],
    ['weight 10x784, bias 10', '10x784 outputs b'],
    ['W 784x10', '784x10 inputs'],
    ['linear.weight 1x784, linear.bias 1', '1x784 outputs b'],
    // Square ones: by custom, by the others, or not at all.
    ['a.weight 16x16, a.bias 16', '16x16 outputs b'],
    ['a/kernel 16x16, a/bias 16', '16x16 inputs b'],
    ['W1 16x16, b1 16, W2 16x16, b2 16', '16x16 null b, 16x16 null b'],
    ['fc1.weight 784x16, fc1.bias 16, fc2.weight 16x16, fc2.bias 16, fc3.weight 16x10, fc3.bias 10', KERAS],
  ])('reads %s', (text, expected) => {
    const found = read(text);
    expect(described(found.layers)).toBe(expected);
    expect(found.notes).toEqual([]);
  });

  it('takes the biases that bear no name of a layer by size and number, and says so', () => {
    const found = read('arr_0 784x16, arr_1 16, arr_2 16x16, arr_3 16, arr_4 16x10, arr_5 10');
    expect(described(found.layers)).toBe(KERAS);
    expect(found.notes).toEqual([
      'took "arr_1" for the biases of layer 1',
      'took "arr_3" for the biases of layer 2',
      'took "arr_5" for the biases of layer 3',
    ]);
  });

  it('passes over what a training keeps, and says what an optimizer had', () => {
    const kept =
      'epoch x, step 1, optimizer.state.0.exp_avg 16x784, Adam/dense/kernel/m:0 16x784, fc1.weight.momentum_buffer 16x784';
    const found = read(`fc1.weight 10x784, fc1.bias 10, ${kept}`);
    expect(described(found.layers)).toBe('10x784 outputs b');
    expect(found.notes).toEqual(['passed over 3 tensors of an optimizer']);
  });

  it('gives back the layers of any network, whatever the order of its tensors', () => {
    const schemes = [
      (l: number, what: string) => `net.${2 * l}.${what === 'w' ? 'weight' : 'bias'}`,
      (l: number, what: string) => `${what}${l + 1}`,
      (l: number, what: string) => (what === 'w' ? `weights_${l}` : `biases_${l}`),
      (l: number, what: string) =>
        `model/dense${l === 0 ? '' : `_${l}`}/${what === 'w' ? 'kernel' : 'bias'}:0`,
    ];
    const network = fc.record({
      sizes: fc.array(fc.constantFrom(4, 6, 9), { minLength: 1, maxLength: 5 }),
      scheme: fc.constantFrom(...schemes),
      isTurned: fc.boolean(),
      seed: fc.integer(),
    });
    fc.assert(
      fc.property(network, ({ sizes, scheme, isTurned, seed }) => {
        const all = [20, ...sizes, 3];
        const layers = all.slice(1).map((outputs, l) => {
          const shape = isTurned ? [all[l], outputs] : [outputs, all[l]];
          return { weight: tensor(scheme(l, 'w'), ...shape), bias: tensor(scheme(l, 'b'), outputs) };
        });
        const order = createRandom(seed);
        const shuffled = layers
          .flatMap(({ weight, bias }) => [weight, bias])
          .map((one) => ({ one, at: order.uniform() }))
          .sort((a, b) => a.at - b.at)
          .map(({ one }) => one);
        const found = layersOf(shuffled, 'a').layers;
        expect(found.map(({ weights }) => weights)).toEqual(layers.map(({ weight }) => weight.values));
        expect(found.map(({ biases }) => biases)).toEqual(layers.map(({ bias }) => bias.values));
        expect(found.map(({ rowsAre }) => rowsAre)).toEqual(
          layers.map(() => (isTurned ? 'inputs' : 'outputs')),
        );
      }),
    );
  });
});

describe('layersOf folds BatchNorm', () => {
  const norm = (name: string, size: number) =>
    `${name}.weight ${size}, ${name}.bias ${size}, ${name}.running_mean ${size}, ${name}.running_var ${size}, ${name}.num_batches_tracked`;

  /** Wx + b of a found layer. */
  function pass({ weights, rows, columns, rowsAre, biases }: FoundLayer, x: Float64Array): Float64Array {
    const outputs = rowsAre === 'outputs' ? rows : columns;
    return Float64Array.from({ length: outputs }, (_, n) =>
      x.reduce((sum, value, i) => {
        return sum + value * weights[rowsAre === 'outputs' ? n * columns + i : i * columns + n];
      }, biases?.[n] ?? 0),
    );
  }
  function normed(all: readonly NamedTensor[], name: string, epsilon: number, x: Float64Array): Float64Array {
    const of = (end: string) => all.find((one) => one.name === name + end)?.values;
    const [mean, variance] = [
      of('.running_mean') ?? of('/moving_mean'),
      of('.running_var') ?? of('/moving_variance'),
    ];
    const [gamma, beta] = [of('.weight') ?? of('/gamma'), of('.bias') ?? of('/beta')];
    return x.map((value, n) => {
      const spread = Math.sqrt((variance?.[n] ?? 1) + epsilon);
      return ((gamma?.[n] ?? 1) * (value - (mean?.[n] ?? 0))) / spread + (beta?.[n] ?? 0);
    });
  }
  function plain(all: readonly NamedTensor[], name: string, rowsAre: 'outputs' | 'inputs'): FoundLayer {
    const [weight, bias] = all.filter(({ name: own }) => own.startsWith(name));
    const [rows, columns] = weight.shape;
    return { weights: weight.values, rows, columns, rowsAre, biases: bias.values, activation: null };
  }
  const close = (found: Float64Array, expected: Float64Array) => {
    expect(found.length).toBe(expected.length);
    for (const [n, value] of found.entries()) expect(value).toBeCloseTo(expected[n], 10);
  };
  const x = Float64Array.of(0.3, -0.7, 1.1, 0.2, 0.9, -0.4);

  it('into the layer before it where it stands right after that', () => {
    const all = tensors(`0.weight 4x6, 0.bias 4, ${norm('1', 4)}, 3.weight 3x4, 3.bias 3`);
    const { layers, notes } = layersOf(all, 'a');
    close(pass(layers[0], x), normed(all, '1', 1e-5, pass(plain(all, '0.', 'outputs'), x)));
    expect(layers[1]).toEqual(plain(all, '3.', 'outputs'));
    expect(notes).toEqual(['folded BatchNorm "1" into layer 1, epsilon 0.00001']);
  });

  it('into the layer after it where an activation stands between', () => {
    const all = tensors(`0.weight 4x6, 0.bias 4, ${norm('2', 4)}, 3.weight 3x4, 3.bias 3`);
    const { layers, notes } = layersOf(all, 'a');
    const a = Float64Array.of(0.1, 0.5, 0, 2);
    expect(layers[0]).toEqual(plain(all, '0.', 'outputs'));
    close(pass(layers[1], a), pass(plain(all, '3.', 'outputs'), normed(all, '2', 1e-5, a)));
    expect(notes).toEqual([
      'folded BatchNorm "2" into layer 2, epsilon 0.00001, as if it stood after the activation',
    ]);
  });

  it('into the first layer where it comes first', () => {
    const all = tensors(
      `bn.running_mean 6, bn.running_var 6, fc1.weight 4x6, fc1.bias 4, fc2.weight 3x4, fc2.bias 3`,
    );
    const { layers, notes } = layersOf(all, 'a');
    close(pass(layers[0], x), pass(plain(all, 'fc1.', 'outputs'), normed(all, 'bn', 1e-5, x)));
    expect(notes).toEqual(['folded BatchNorm "bn" into layer 1, epsilon 0.00001']);
  });

  it('as Keras has it, with its epsilon, and says that it guesses the place', () => {
    const all = tensors(
      'dense/kernel 6x4, dense/bias 4, bn/gamma 4, bn/beta 4, bn/moving_mean 4, bn/moving_variance 4, dense_1/kernel 4x3, dense_1/bias 3',
    );
    const { layers, notes } = layersOf(all, 'a');
    close(pass(layers[0], x), normed(all, 'bn', 1e-3, pass(plain(all, 'dense/', 'inputs'), x)));
    expect(notes).toEqual([
      'folded BatchNorm "bn" into layer 1, epsilon 0.001, as if it stood before the activation',
    ]);
  });

  it('by number where sizes do not say the place', () => {
    const layer = (l: number, inputs: number) =>
      `fc${l}.weight 4x${inputs}, fc${l}.bias 4, ${norm(`bn${l}`, 4)}`;
    const { notes } = read(`${layer(1, 6)}, ${layer(2, 4)}, ${layer(3, 4)}`);
    expect(notes.map((note) => note.slice(0, 36))).toEqual(
      [1, 2, 3].map((l) => `folded BatchNorm "bn${l}" into layer ${l},`),
    );
  });
});

describe('layersOf refuses', () => {
  const fc1 = 'fc1.weight 4x6, fc1.bias 4';
  it.each([
    [
      'conv1.weight 8x1x3x3, conv1.bias 8, fc.weight 10x1352, fc.bias 10',
      'a: expected dense layers, found a convolutional network ("conv1.weight" has shape [8,1,3,3]); digitflow runs dense layers only: export it as ONNX and give --runtime onnxruntime',
    ],
    ['conv.weight 8x1x3', 'a layer that is not dense ("conv.weight" has shape [8,1,3])'],
    ['lstm.weight_ih_l0 64x28, fc.weight 10x16', 'a recurrent network ("lstm.weight_ih_l0")'],
    ['attn.in_proj_weight 48x16', 'a network with attention'],
    ['fc1.weight_g 4x1, fc1.weight_v 4x6', 'a weight in parts ("fc1.weight_g")'],
    [
      `${fc1}, ln.weight 4, ln.bias 4`,
      'tensor "ln.weight": expected weights, biases or BatchNorm of dense layers, found shape [4], as LayerNorm',
    ],
    [`${fc1}, act.weight 1`, 'tensor "act.weight"'],
    [
      `${fc1}, input_mean 1`,
      'tensor "input_mean": expected weights, biases or BatchNorm of dense layers, found shape [1], the bias of no layer',
    ],
    [`${fc1}, gamma 4, beta 4`, 'tensor "gamma"'],
    [`${fc1}, fc1.biases 4`, 'found a second bias beside "fc1.bias"'],
    [`${fc1}, bn.running_mean 4`, 'a mean without a variance'],
    [`${fc1}, bn.running_mean 4, bn.running_var 5`, 'shape [5] beside a mean of [4]'],
    [
      `${fc1}, bn.running_mean 5, bn.running_var 5`,
      'expected one place between the layers for each BatchNorm, found none ("bn")',
    ],
    ['1.weight 4x6, 2.weight 4x4, bn.running_mean 4, bn.running_var 4', 'found several ("bn")'],
    ['0.weight 4x6, 2.running_mean 4, 2.running_var 4', 'found one after the last activation ("2")'],
    ['fc1.weight 4x6, fc1.bias 4x2', 'found biases of shape [4,2]'],
    [
      'fc1.weight 4x6, fc1.bias 5',
      'sizes fit one another in the order of their names, found fc1.weight [4,6], fc1.bias [5];',
    ],
    [
      'fc1.weight 16x784, fc2.weight 10x32',
      'fc1.weight [16,784], fc2.weight [10,32]; digitflow runs one chain of dense layers',
    ],
    ['fc2.weight 16x784, fc1.weight 10x16, fc1.bias 10', 'in the order of their names'],
    [
      'in.weight 4x6, mid.weight 4x4, low.weight 4x4, out.weight 3x4',
      'names that say the order of the layers, found several orders that fit',
    ],
    ['W1 4x6, W2 4x4, bias 4', 'found several orders that fit'],
    ['epoch 1', 'expected weights of 1 to 128 dense layers, found epoch [1]'],
  ])('%s', (text, expected) => {
    expect(caught(() => layersOf(tensors(text), 'a'))).toMatchObject({ code: 'NETWORK_FILE' });
    expect(message(text).replace('a.safetensors', 'a')).toContain(expected);
  });

  it.each([Number.NaN, Number.POSITIVE_INFINITY, 1e300])('a value of %s', (value) => {
    const broken = { name: 'fc.weight', shape: [1, 2], values: Float64Array.of(1, value) };
    expect(caught(() => layersOf([broken], 'a')).message).toContain(
      `a: tensor "fc.weight", element 1: expected a finite number that float32 can hold, found ${value}`,
    );
  });

  it('a BatchNorm that makes numbers which float32 cannot hold', () => {
    const of = (name: string, value: number) => ({ name, shape: [2], values: Float64Array.of(value, value) });
    const norm = [of('1.running_mean', 0), of('1.running_var', 0), of('1.weight', 1e38)];
    expect(caught(() => layersOf([tensor('0.weight', 2, 3), ...norm], 'a')).message).toMatch(
      /^a: layer 1 with its BatchNorm, element 0: expected a finite number that float32 can hold, found \d.*e\+40;/,
    );
  });

  /** Names whose order nobody can tell. */
  const unordered = (count: number, end: string, size: (l: number) => number[]) =>
    Array.from({ length: count }, (_, l) => {
      const letters = [...`${l}`].map((digit) => 'abcdefghij'[Number(digit)]).join('');
      return tensor(`x${letters}_${end}`, ...size(l));
    });
  const square = () => [2, 2];
  it.each<[string, NamedTensor[], string]>([
    ['many layers', unordered(1000, 'weight', square), 'expected weights of 1 to 128 dense layers'],
    ['layers in any order', unordered(128, 'weight', square), 'found several orders that fit'],
    [
      'biases that fit in any order but one',
      [
        ...Array.from({ length: 128 }, (_, l) => tensor(`w${l}`, 2, 2)),
        ...unordered(127, 'v', () => [2]),
        tensor('z', 3),
      ],
      'found several orders that fit',
    ],
    ['biases without end', [tensor('w', 2, 2), ...unordered(5000, 'v', () => [2])], 'tensor "xa_v"'],
    [
      'BatchNorms without end',
      [
        tensor('w', 2, 2),
        ...unordered(2000, 'running_mean', () => [2]),
        ...unordered(2000, 'running_var', () => [2]),
      ],
      'found none ("xa", "xb", "xc", "xd", "xe", "xf")',
    ],
    ['tensors without end', unordered(10_001, 'v', () => [2]), 'expected at most 10000 tensors, found 10001'],
  ])('%s, and is done at once', (_, all, expected) => {
    expect(caught(() => layersOf(all, 'a')).message).toContain(expected);
  });

  it('any names and shapes, or reads them all', () => {
    const name = fc
      .array(
        fc.constantFrom(
          'fc',
          'W',
          'b',
          '.',
          '/',
          '_',
          '1',
          '2',
          'weight',
          'bias',
          'running_mean',
          'running_var',
          'gamma',
          'kernel',
          '重み',
        ),
        { minLength: 1, maxLength: 4 },
      )
      .map((words) => words.join(''));
    const shape = fc.array(fc.constantFrom(1, 2, 3, 4), { maxLength: 3 });
    fc.assert(
      fc.property(fc.array(fc.tuple(name, shape), { maxLength: 8 }), (made) => {
        const all = made.map(([one, sizes]) => tensor(one, ...sizes));
        let layers: readonly FoundLayer[];
        try {
          layers = layersOf(all, 'a').layers;
        } catch (error) {
          expect(error).toMatchObject({ code: 'NETWORK_FILE', message: expect.not.stringContaining('\n') });
          return;
        }
        for (const { weights, rows, columns } of layers) expect(weights.length).toBe(rows * columns);
        // Nothing was left out: each number of a file without BatchNorm is in a layer.
        if (all.some((one) => /running|gamma/.test(one.name))) return;
        const count = (sizes: readonly { readonly length: number }[]) =>
          sizes.reduce((sum, { length }) => sum + length, 0);
        const read = layers.flatMap(({ weights, biases }) => (biases ? [weights, biases] : [weights]));
        expect(count(read)).toBe(count(all.map(({ values }) => values)));
      }),
      { numRuns: Number(process.env.NAMES_RUNS ?? 1000) },
    );
  });
});
