import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { DigitflowError } from '../../../src/errors.js';
import { contentOf } from '../../../src/formats/recognize.js';
import type { FileHost } from '../../../src/network/formats/found-network.js';
import { readNetworkFile } from '../../../src/network/formats/onnx/read-onnx.js';
import { caught } from '../bytes.js';
import { FILE_HOST } from '../formats/file-host.js';
import { type Graph, node, onnxBytes, type Tensor, TYPE } from './graph-bytes.js';
import { runFound } from './run-found.js';

const folder = join(import.meta.dirname, '../../fixtures/networks/onnx');
const host: FileHost = { ...FILE_HOST, beside: (path) => readFileSync(join(folder, path)) };
const read = (graph: Graph) => readNetworkFile(onnxBytes(graph), 'a.onnx', host);
const refusal = (graph: Graph) => caught(() => read(graph)).message;

const near = (values: readonly number[]) => values.map((value) => expect.closeTo(value, 5));

describe('files that other tools write', () => {
  const { images, outputs } = JSON.parse(readFileSync(join(folder, 'expected.json'), 'utf8')) as {
    images: number[][];
    outputs: Record<string, number[][]>;
  };
  const open = (name: string) => readNetworkFile(readFileSync(join(folder, `${name}.onnx`)), name, host);
  const names = [
    'torch-log-softmax',
    'torch-static',
    'torch-batch-norm',
    'torch-view',
    'tf2onnx',
    'skl2onnx',
    'external',
  ];

  test.each(names)('%s gives what it gave there', (name) => {
    const found = open(name);
    for (const [i, image] of images.entries()) expect(runFound(found, image)).toEqual(near(outputs[name][i]));
  });

  test('say what they do with pixels, how high images are, what classes are called', () => {
    const torch = open('torch-log-softmax');
    expect(torch.rescaling).toEqual({
      scale: expect.closeTo(1 / 0.3081),
      offset: expect.closeTo(-0.1307 / 0.3081),
    });
    expect(torch.image).toEqual({ height: 4, width: 4 });
    expect(torch.notes).toEqual(['read LogSoftmax as softmax']);
    expect(torch.normalization).toBeNull();
    expect(open('skl2onnx')).toMatchObject({
      classes: ['3', '1', '4', '5'],
      image: null,
      notes: ['folded what is done to each pixel into layer 1'],
    });
    expect(open('torch-batch-norm').notes).toContain('folded BatchNormalization into the layer beside it');
    expect(open('tf2onnx').notes).toEqual(['left out input "labels", of which its outputs are independent']);
  });

  test('are known for what they are', () => {
    for (const name of [...names, 'torch-conv']) {
      expect(contentOf(readFileSync(join(folder, `${name}.onnx`))).network, name).toBe('onnx');
    }
  });

  test('are refused by the name of what is no dense layer', () => {
    expect(caught(() => open('torch-conv')).message).toMatch(
      /^torch-conv: expected a network of dense layers, found a convolutional network \(Conv at node 1 "\/layers\/layers\.0\/Conv"\); digitflow runs dense layers only: evaluate, compare, score and report run others with --runtime onnxruntime/,
    );
  });
});

const W: Tensor = { dims: [2, 3], values: [1, 2, 3, 4, 5, 6] };
const WT: Tensor = { dims: [3, 2], values: [1, 4, 2, 5, 3, 6] };
const b: Tensor = { dims: [3], values: [0.5, -1, 2] };
const x = [0.25, -2];
const z = [0.25 - 8, 0.5 - 10, 0.75 - 12];
const sums = [z[0] + 0.5, z[1] - 1, z[2] + 2];

/** A graph from `x` (N, 2) to `y`, in which each node's output is the next one's first input unless it says otherwise. */
const graph = (nodes: Graph['nodes'], more: Partial<Graph> = {}): Graph => ({
  nodes,
  inputs: { x: ['N', 2] },
  outputs: ['y'],
  ...more,
  tensors: { W, WT, b, ...more.tensors },
});
const matMul = node('MatMul', ['x', 'W'], 'y');
const scalar = (value: number, type = TYPE.float): Tensor => ({ dims: [], values: [value], type });

describe('a layer', () => {
  test.each<[string, Graph['nodes'], number[]]>([
    ['MatMul', [matMul], z],
    ['MatMul and Add', [node('MatMul', ['x', 'W'], 'z'), node('Add', ['z', 'b'], 'y')], sums],
    ['Add the other way round', [node('MatMul', ['x', 'W'], 'z'), node('Add', ['b', 'z'], 'y')], sums],
    ['Gemm', [node('Gemm', ['x', 'W', 'b'], 'y')], sums],
    ['Gemm with transB', [node('Gemm', ['x', 'WT', 'b'], 'y', { transB: 1 })], sums],
    ['Gemm without a third input', [node('Gemm', ['x', 'W'], 'y')], z],
    [
      'Gemm with alpha and beta',
      [node('Gemm', ['x', 'W', 'b'], 'y', { alpha: { float: 2 }, beta: { float: -0.5 } })],
      [2 * z[0] - 0.25, 2 * z[1] + 0.5, 2 * z[2] - 1],
    ],
    [
      'a transposed constant',
      [node('Transpose', ['WT'], 'T', { perm: [1, 0] }), node('MatMul', ['x', 'T'], 'y')],
      z,
    ],
    ['nodes out of order', [node('Add', ['z', 'b'], 'y'), node('MatMul', ['x', 'W'], 'z')], sums],
    [
      'Sub, both ways, and Neg',
      [matMul, node('Sub', ['y', 'b'], 'p'), node('Sub', ['b', 'p'], 'q'), node('Neg', ['q'], 'r')],
      [z[0] - 1, z[1] + 2, z[2] - 4],
    ],
    [
      'Mul and Div',
      [matMul, node('Mul', ['b', 'y'], 'p'), node('Div', ['p', 'four'], 'r')],
      [z[0] / 8, -z[1] / 4, z[2] / 2],
    ],
    [
      'Sigmoid on the input, a layer of its own',
      [node('Sigmoid', ['x'], 's'), node('MatMul', ['s', 'W'], 'r')],
      (() => {
        const [p, q] = x.map((value) => 1 / (1 + Math.exp(-value)));
        return [p + 4 * q, 2 * p + 5 * q, 3 * p + 6 * q];
      })(),
    ],
    [
      'two layers without an activation between',
      [matMul, node('MatMul', ['y', 'WT'], 'r')],
      [z[0] + 2 * z[1] + 3 * z[2], 4 * z[0] + 5 * z[1] + 6 * z[2]],
    ],
    [
      'arithmetic after the last activation',
      [matMul, node('Relu', ['y'], 'p'), node('Add', ['p', 'b'], 'r')],
      [0.5, -1, 2],
    ],
    [
      'what changes nothing',
      [
        ...[
          node('Cast', ['x'], 'c', { to: TYPE.double }),
          node('Identity', ['c'], 'i'),
          node('Dropout', ['i'], 'd'),
        ],
        ...[
          node('Unsqueeze', ['d', 'one'], 'u'),
          node('Squeeze', ['u', 'one'], 's'),
          node('Reshape', ['s', 'rows'], 'r1'),
        ],
        node('Flatten', ['r1'], 'f'),
        node('MatMul', ['f', 'W'], 'r'),
      ],
      z,
    ],
  ])('%s', (_, nodes, expected) => {
    const outputs = [nodes.some(({ outputs: [name] }) => name === 'r') ? 'r' : 'y'];
    const tensors = {
      four: scalar(4),
      one: { dims: [1], values: [1], type: TYPE.int64 },
      rows: { dims: [2], values: [-1, 2], type: TYPE.int64 },
    };
    expect(runFound(read(graph(nodes, { outputs, tensors })), x)).toEqual(near(expected));
  });

  test.each<[string, Tensor]>([
    ['float_data', { ...W, field: 4 }],
    ['double_data', { ...W, type: TYPE.double, field: 10 }],
    ['raw doubles', { ...W, type: TYPE.double }],
    ['int64_data', { ...W, type: TYPE.int64, field: 7 }],
    ['raw int64', { ...W, type: TYPE.int64 }],
    ['int32_data', { ...W, type: TYPE.int32, field: 5 }],
    [
      'float16 in int32_data',
      { ...W, values: [0x3c00, 0x4000, 0x4200, 0x4400, 0x4500, 0x4600], type: TYPE.half, field: 5 },
    ],
    [
      'raw bfloat16',
      {
        ...W,
        raw: new Uint8Array(Uint16Array.of(0x3f80, 0x4000, 0x4040, 0x4080, 0x40a0, 0x40c0).buffer),
        type: TYPE.bfloat,
      },
    ],
  ])('of weights as %s', (_, tensor) => {
    expect(runFound(read(graph([matMul], { tensors: { W: tensor } })), x)).toEqual(near(z));
  });

  test('of weights as a Constant, or of one number, and listed as inputs', () => {
    const constant = { ...node('Constant', [], 'K', { value: W }) };
    expect(runFound(read(graph([constant, node('MatMul', ['x', 'K'], 'y')])), x)).toEqual(near(z));
    const filled = node('ConstantOfShape', ['shape'], 'K', { value: { dims: [1], values: [2] } });
    const shape = { dims: [2], values: [2, 3], type: TYPE.int64 };
    const ones = graph([filled, node('MatMul', ['x', 'K'], 'y')], { tensors: { shape } });
    expect(runFound(read(ones), x)).toEqual(near([-3.5, -3.5, -3.5]));
    expect(runFound(read(graph([matMul], { inputs: { W: [2, 3], x: ['N', 2] } })), x)).toEqual(near(z));
  });
});

describe('what is done to pixels', () => {
  const prepared = (nodes: Graph['nodes'], more: Partial<Graph> = {}) =>
    read(graph([...nodes, node('MatMul', ['p', 'W'], 'y')], more));

  test('alike is told apart, and the weights stay as they are', () => {
    const found = prepared([node('Div', ['x', 'd'], 'q'), node('Sub', ['q', 'm'], 'p')], {
      tensors: { d: scalar(255), m: { dims: [1, 1], values: [0.5] } },
    });
    expect(found.rescaling).toEqual({ scale: 1 / 255, offset: -0.5 });
    expect(Array.from(found.layers[0].weights)).toEqual(WT.values);
    expect(found.normalization).toBeNull();
  });

  test('is all that is to be known where they are bytes', () => {
    const inputs = { x: { dims: ['N', 2], type: TYPE.uint8 } };
    const tensors = { s: scalar(0.5) };
    const found = prepared([node('Cast', ['x', ''], 'c', { to: 1 }), node('Mul', ['c', 's'], 'p')], {
      inputs,
      tensors,
    });
    expect(found).toMatchObject({
      normalization: { scale: 0.5, offset: 0, transposed: false },
      rescaling: null,
    });
  });

  test('one by one goes into the first layer, and is said', () => {
    const tensors = { m: { dims: [2], values: [1, 3] }, s: { dims: [1, 2], values: [2, 4] } };
    const found = prepared([node('Sub', ['x', 'm'], 'q'), node('Mul', ['q', 's'], 'p')], { tensors });
    expect(found.rescaling).toBeNull();
    expect(found.notes).toEqual(['folded what is done to each pixel into layer 1']);
    const [p, q] = [2 * (x[0] - 1), 4 * (x[1] - 3)];
    expect(runFound(found, x)).toEqual(near([p + 4 * q, 2 * p + 5 * q, 3 * p + 6 * q]));
  });

  test('may exchange rows and columns', () => {
    const weights = { dims: [6, 1], values: [1, 10, 100, 1000, 10_000, 100_000] };
    const found = read({
      nodes: [
        node('Transpose', ['x'], 't', { perm: [0, 2, 1] }),
        node('Flatten', ['t'], 'f'),
        node('MatMul', ['f', 'W'], 'y'),
      ],
      inputs: { x: ['N', 2, 3] },
      outputs: ['y'],
      tensors: { W: weights },
    });
    // Turned, the image 1 2 3 / 4 5 6 is 1 4 / 2 5 / 3 6.
    expect(runFound(found, [1, 2, 3, 4, 5, 6])).toEqual([635_241]);
    expect(found.image).toEqual({ height: 2, width: 3 });
  });
});

describe('several outputs', () => {
  const nodes = [
    matMul,
    node('Relu', ['y'], 'h'),
    node('MatMul', ['h', 'WT'], 'l'),
    node('Softmax', ['l'], 'p'),
  ];

  test('of one chain are one network, however they are ordered', () => {
    for (const outputs of [
      ['p', 'l', 'h'],
      ['h', 'p'],
      ['l', 'best', 'p'],
    ]) {
      const argMax = node('ArgMax', ['l'], 'best', { axis: 1 });
      const found = read(graph([...nodes, argMax], { outputs }));
      expect(found.layers.map(({ activation }) => activation)).toEqual(['relu', 'softmax']);
      expect(found.notes).toEqual([]);
    }
  });

  test('of two branches are the first of them, and it is said', () => {
    const found = read(
      graph([...nodes, node('MatMul', ['h', 'V'], 'o')], {
        outputs: ['o', 'l'],
        tensors: { V: { dims: [3, 1], values: [1, 1, 1] } },
      }),
    );
    expect(found.layers.map(({ rows }) => rows)).toEqual([3, 1]);
    expect(found.notes).toEqual(['took output "o", not "l"']);
  });

  test('of which one is more than dense layers are refused', () => {
    expect(refusal(graph([...nodes, node('Erf', ['l'], 'e')], { outputs: ['p', 'e'] }))).toMatch(
      /found Erf at node 5;/,
    );
  });
});

describe('is refused:', () => {
  const act = (type: string, more = {}) =>
    graph([matMul, { ...node(type, ['y'], 'a'), ...more }], { outputs: ['a'] });
  const two = (nodes: Graph['nodes'], more: Partial<Graph> = {}) =>
    graph([matMul, ...nodes], { outputs: ['a'], ...more });

  test.each<[string, Graph, RegExp]>([
    ['another activation', act('LeakyRelu', { name: 'act' }), /found LeakyRelu at node 2 "act";/],
    [
      'an operator of another domain',
      act('Gelu', { domain: 'com.microsoft' }),
      /found com\.microsoft\.Gelu at node 2;/,
    ],
    ['a recurrent layer', act('LSTM'), /found a recurrent network \(LSTM at node 2\);/],
    ['pooling', act('MaxPool'), /found a convolutional network \(MaxPool at node 2\);/],
    ['a quantized layer', act('QLinearMatMul'), /found a quantized network \(QLinearMatMul at node 2\);/],
    ['attention', act('Attention', { domain: 'com.microsoft' }), /found a network with attention \(com/],
    ['a name that would steer the terminal', act('\u001b[2J\n'), /found \\\\?u001b\[2J\\\\?n at node 2;/],
    [
      'a branch that joins',
      two([node('Add', ['y', 'y'], 'a')]),
      /found two branches that meet in Add at node 2;/,
    ],
    [
      'two inputs',
      two([node('MatMul', ['u', 'W'], 'v'), node('Add', ['y', 'v'], 'a')], {
        inputs: { x: ['N', 2], u: ['N', 2] },
      }),
      /found inputs "x" and "u" that meet in Add at node 3;/,
    ],
    [
      'a mean that is subtracted, LayerNormalization by hand',
      two([node('ReduceMean', ['y'], 'm'), node('Sub', ['y', 'm'], 'a')]),
      /found ReduceMean at node 2;/,
    ],
    [
      'a maximum that is subtracted',
      two([node('ReduceMax', ['y'], 'm'), node('Sub', ['y', 'm'], 'a')]),
      /found Sub at node 3;/,
    ],
    ['a division by outputs', two([node('Div', ['b', 'y'], 'a')]), /found Div at node 2;/],
    ['weights times images', graph([node('MatMul', ['W', 'x'], 'y')]), /found MatMul at node 1;/],
    ['transA', graph([node('Gemm', ['x', 'W'], 'y', { transA: 1 })]), /found Gemm at node 1;/],
    [
      'weights for other features',
      graph([node('MatMul', ['x', 'WT'], 'y')]),
      /found MatMul at node 1 with weights for 3 inputs on features of shape \[2\];/,
    ],
    [
      'weights for each row of an image',
      graph([matMul], { inputs: { x: ['N', 2, 2] } }),
      /on features of shape \[2, 2\];/,
    ],
    [
      'a Reshape that cuts images',
      graph([node('Reshape', ['x', 's'], 'r'), node('MatMul', ['r', 'W'], 'y')], {
        inputs: { x: ['N', 4] },
        tensors: { s: { dims: [2], values: [-1, 2], type: TYPE.int64 } },
      }),
      /found Reshape at node 1;/,
    ],
    [
      'a Flatten that joins images',
      graph([node('Flatten', ['x'], 'r', { axis: 0 }), node('MatMul', ['r', 'W'], 'y')]),
      /found Flatten at node 1;/,
    ],
    ['a Softmax over images', two([node('Softmax', ['y'], 'a', { axis: 0 })]), /found Softmax at node 2;/],
    ['a Cast that rounds', two([node('Cast', ['y'], 'a', { to: TYPE.int64 })]), /found Cast at node 2;/],
    [
      'BatchNormalization that learns',
      two([node('BatchNormalization', ['y', 'b', 'b', 'b', 'b'], 'a', { training_mode: 1 })]),
      /found BatchNormalization at node 2;/,
    ],
    [
      'colours',
      graph([node('Flatten', ['x'], 'f'), node('MatMul', ['f', 'V'], 'y')], {
        inputs: { x: ['N', 3, 2, 2] },
        tensors: { V: { dims: [12, 1], values: Array(12).fill(1) } },
      }),
      /expected images of height x width, found images of 3 x 2 x 2;/,
    ],
    ['no layer', graph([node('Identity', ['x'], 'y')]), /found no layer between an input and an output;/],
    [
      'an output that nothing gives',
      graph([matMul], { outputs: ['nothing'] }),
      /output "nothing": expected a node that gives it, found none/,
    ],
    [
      'a circle',
      graph([node('Add', ['c', 'y'], 'y'), node('Identity', ['y'], 'c')]),
      /nodes that wait for each other;/,
    ],
    ['a value that is given twice', graph([matMul, node('MatMul', ['x', 'W'], 'y')]), /found "y" twice;/],
    [
      'names that are fewer than outputs',
      graph([matMul, node('ai.onnx.ml.ZipMap', ['y'], 'a', { classlabels_int64s: [1, 2] })], {
        outputs: ['a'],
      }),
      /expected a class for each output, found 2 for 3 outputs;/,
    ],
    [
      'weights that are not finite',
      graph([matMul], { tensors: { W: { ...W, values: [1, 2, Number.NaN, 4, 5, 6] } } }),
      /layer 1, weights, element 4: expected a finite number that float32 can hold, found NaN;/,
    ],
    [
      'a number beyond float32',
      graph([matMul], { tensors: { W: { ...W, type: TYPE.double, values: [1e39, 2, 3, 4, 5, 6] } } }),
      /found 1e\+39;/,
    ],
    [
      'a division of pixels by zero',
      graph([node('Div', ['x', 'zero'], 'p'), node('MatMul', ['p', 'W'], 'y')], {
        tensors: { zero: scalar(0) },
      }),
      /found a scale of Infinity/,
    ],
    [
      'a shape with other numbers',
      graph([matMul], { tensors: { W: { ...W, dims: [2, 4] } } }),
      /tensor "W": expected numbers for the shape \[2,4\], found 24 bytes of float;/,
    ],
    [
      'a shape beyond all memory',
      graph([matMul], { tensors: { W: { dims: [2 ** 40, 2 ** 40], values: [] } } }),
      /expected a shape of at most 134217728 numbers/,
    ],
    [
      'strings for weights',
      graph([matMul], { tensors: { W: { ...W, type: TYPE.string } } }),
      /tensor "W": expected/,
    ],
    [
      'numbers of 4 bits',
      graph([matMul], { tensors: { W: { ...W, type: 22 } } }),
      /expected numbers of float, .*, found type 22;/,
    ],
  ])('%s', (_, made, message) => {
    const said = refusal(made);
    expect(said).toMatch(message);
    expect(said).toMatch(/^a\.onnx: .*; [a-z]/);
    expect(said).not.toMatch(/\p{Cc}/u);
  });

  test('data in another file that is not there, ends too early, or is outside of the folder', () => {
    const at = (external: Readonly<Record<string, string>>) =>
      refusal(graph([matMul], { tensors: { W: { ...W, external } } }));
    expect(at({ location: '../secret' })).toMatch(
      /expected data in a file beside the network, found "\.\.\/secret";/,
    );
    for (const location of ['/etc/passwd', 'a/../../b', '..\\b', 'C:\\b', '\\\\host\\b', '', 'a\0b']) {
      expect(at({ location })).toContain('expected data in a file beside the network');
    }
    const location = 'external.onnx.data';
    for (const [offset, length] of [
      ['600', '100'],
      ['689', '0'],
      ['-1', '24'],
      ['0.5', '24'],
      ['1e3', '24'],
      ['0', 'x'],
    ]) {
      expect(at({ location, offset, length })).toContain(
        'found 688 bytes in "external.onnx.data"; bring the data file',
      );
    }
    expect(at({ location, offset: '0', length: '20' })).toContain('found 20 bytes of float;');
  });
});

test('a file that asks for far more than it holds is refused before the memory is taken', () => {
  const nodes = Array.from({ length: 200 }, (_, i) =>
    node('Sigmoid', [i === 0 ? 'x' : `a${i - 1}`], `a${i}`),
  );
  const many = graph(nodes, { inputs: { x: ['N', 1000] }, outputs: ['a199'] });
  expect(refusal(many)).toMatch(
    /expected a graph that makes about as many numbers as it holds, found one that makes far more;/,
  );
  const wide = { dims: [2], values: [2 ** 13, 2 ** 13], type: TYPE.int64 };
  const filled = graph([node('ConstantOfShape', ['wide'], 'K'), node('MatMul', ['x', 'K'], 'y')], {
    inputs: { x: ['N', 2 ** 13] },
    tensors: { wide },
  });
  expect(refusal(filled)).toMatch(/far more;/);
  const shared = Array.from({ length: 9000 }, (_, i) =>
    node('Gemm', [i === 0 ? 'x' : `a${i - 1}`, 'K'], `a${i}`, { transB: 1 }),
  );
  const K = { dims: [128, 128], values: Array(128 * 128).fill(0.01) };
  const deep = graph(shared, { inputs: { x: ['N', 128] }, outputs: ['a8999'], tensors: { K } });
  expect(refusal(deep)).toMatch(/at most 134217728 weights, found 147456000 in 9000 layers;/);
  const tensors = Object.fromEntries(Array.from({ length: 10_001 }, (_, i) => [`t${i}`, scalar(1)]));
  expect(refusal(graph([matMul], { tensors }))).toMatch(
    /found more than 10000 nodes, tensors, inputs and outputs;/,
  );
  expect(() =>
    read(graph(Array.from({ length: 10_001 }, (_, i) => node('Identity', ['x'], `a${i}`)))),
  ).toThrow(DigitflowError);
});
