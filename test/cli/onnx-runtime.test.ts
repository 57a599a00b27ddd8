import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { lookDigit } from '../../src/entries/insight-api.js';
import { openModel } from '../../src/index.js';
import { writeNetworkFile } from '../../src/network/formats/onnx/write-onnx.js';
import { runCli } from '../helpers/cli.js';
import { digitsCsv } from '../helpers/digits-csv.js';
import { testLabels, testPixels } from '../helpers/mnist.js';
import { findOnnxRuntime, ONNXRUNTIME_FOLDER } from '../helpers/onnx-oracles.js';
import { tempFolder } from '../inputs/temp-folder.js';
import { type Graph, type Node, node, onnxBytes, type Tensor } from '../network/onnx/graph-bytes.js';

const CNN = readFileSync(join(import.meta.dirname, '../fixtures/networks/onnx/digits-cnn.onnx'));
const ort = findOnnxRuntime();

/** A network of ours as a graph for so many images at once. */
function fixedBatch(batch: number): Uint8Array {
  const nodes: Node[] = [];
  const tensors: Record<string, Tensor> = { scale: { dims: [], values: [1 / 255] } };
  nodes.push(node('Mul', ['pixels', 'scale'], 'v'));
  for (const [l, { weights, biases, inputs, outputs }] of openModel('relu').network.layers.entries()) {
    tensors[`W${l}`] = { dims: [outputs, inputs], values: [...weights] };
    tensors[`b${l}`] = { dims: [outputs], values: [...biases] };
    nodes.push(node('Gemm', [l === 0 ? 'v' : `a${l - 1}`, `W${l}`, `b${l}`], `z${l}`, { transB: 1 }));
    nodes.push(node(l < 2 ? 'Relu' : 'Identity', [`z${l}`], `a${l}`));
  }
  return onnxBytes({ nodes, tensors, inputs: { pixels: [batch, 784] }, outputs: ['a2'], isTyped: true });
}

const ones = (...dims: number[]): Tensor => ({
  dims,
  values: Array(dims.reduce((a, b) => a * b, 1)).fill(1),
});
const small = (graph: Partial<Graph>): Uint8Array =>
  onnxBytes({
    nodes: [node('MatMul', ['x', 'W'], 'y')],
    tensors: { W: ones(784, 10) },
    inputs: { x: ['N', 784] },
    outputs: ['y'],
    isTyped: true,
    ...graph,
  });

const FILES = {
  'cnn.onnx': CNN,
  'relu.onnx': writeNetworkFile(openModel('relu').network),
  'three.onnx': fixedBatch(3),
  'same.onnx': small({}),
  'two.onnx': small({ inputs: { x: ['N', 784], u: ['N', 784] } }),
  'colours.onnx': small({
    nodes: [node('Flatten', ['x'], 'f'), node('MatMul', ['f', 'W'], 'y')],
    inputs: { x: ['N', 49, 4, 4] },
  }),
  'flat.onnx': small({
    nodes: [node('MatMul', ['x', 'W'], 'z'), node('ReduceMean', ['z'], 'y')],
    outputs: ['y'],
  }),
  'unknown.onnx': small({ nodes: [node('Nonsense', ['x', 'W'], 'y')] }),
  'rows.csv': Buffer.from(digitsCsv({ count: 200 })),
};
const run = async (line: string, env: Record<string, string> = { NODE_PATH: ONNXRUNTIME_FOLDER }) =>
  runCli(line.split(' '), { cwd: await tempFolder(FILES), env });
const evaluated = async (line: string) => JSON.parse((await run(`evaluate --format json -q ${line}`)).stdout);

test('a runtime that is not installed is named, and how to install it', async () => {
  expect(await run('evaluate --model cnn.onnx --runtime onnxruntime', {})).toMatchObject({
    stdout: '',
    stderr:
      'digitflow: cnn.onnx: --runtime onnxruntime: expected the package onnxruntime-node, found none; npm install onnxruntime-node\n',
    exitCode: 2,
  });
});

test.each([
  [
    'evaluate --model relu --runtime onnxruntime',
    'relu: --runtime onnxruntime: expected an ONNX file, found a network in safetensors',
  ],
  ['evaluate --model cnn.onnx --runtime tfjs', "argument 'tfjs' is invalid"],
  [
    'evaluate --model cnn.onnx --runtime onnxruntime --activations relu',
    '--activations: an ONNX file says them',
  ],
  ['look neuron 1:1 --model cnn.onnx --runtime onnxruntime', "unknown option '--runtime'"],
  ['evaluate --plan p --model cnn.onnx --runtime onnxruntime', '--runtime'],
])('%s is refused', async (line, words) => {
  const { stdout, stderr, exitCode } = await run(line);
  expect(stderr).toContain(words);
  expect([stdout, exitCode]).toEqual(['', 2]);
});

describe.skipIf(ort === null)('with onnxruntime', () => {
  test('a convolutional network is evaluated as the runtime itself runs it', async () => {
    if (ort === null) return;
    const pixels = testPixels();
    const labels = testLabels();
    const data = Float32Array.from(pixels, (pixel) => (pixel / 255 - 0.1307) / 0.3081);
    const session = await ort.InferenceSession.create(CNN);
    const { scores } = await session.run({
      images: new ort.Tensor('float32', data, [labels.length, 1, 28, 28]),
    });
    const confusion = Array.from({ length: 10 }, () => Array<number>(10).fill(0));
    let loss = 0;
    for (const [i, label] of labels.entries()) {
      const own = Array.from({ length: 10 }, (_, k) => scores.data[i * 10 + k]);
      confusion[label][own.indexOf(Math.max(...own))]++;
      loss -= own[label] / labels.length;
    }
    for (const more of ['', '--workers 0 --batch-size 33', '--workers 3']) {
      const found = await evaluated(`--model cnn.onnx --runtime onnxruntime ${more}`.trim());
      expect(found.confusion).toEqual(confusion);
      expect(found.loss.mean).toBeCloseTo(loss, 5);
      expect(found.model).toMatchObject({
        layers: [784, 10],
        activations: [],
        parameters: 3898,
        runtime: 'onnxruntime',
      });
    }
  });

  test('what was found of it is said', async () => {
    const { stderr } = await run('evaluate --model cnn.onnx --runtime onnxruntime');
    expect(stderr).toMatch(
      /^digitflow: cnn\.onnx: ONNX run by onnxruntime: normalize mean=0\.1307,std=0\.3081, classes 0 to 9; 95\.\d % of 500 training images are right so; read logarithms of probabilities as probabilities\n$/,
    );
  });

  test('its digest is that of the weights beside it, too', async () => {
    const [graph, data] = ['external.onnx', 'external.onnx.data'].map((name) =>
      readFileSync(join(import.meta.dirname, '../fixtures/networks/onnx', name)),
    );
    // Four classes of 4 x 4 pixels.
    const images = Buffer.from(`${[1, ...Array(16).fill(9)].join()}\n`.repeat(20));
    const cwd = await tempFolder({ 'external.onnx': graph, 'external.onnx.data': data, 'rows.csv': images });
    const line =
      'evaluate rows.csv --model external.onnx --format json --header no --label first --scale 255';
    const digests = await Promise.all(
      ['', ' --runtime onnxruntime'].map(async (runtime) => {
        const env = { NODE_PATH: ONNXRUNTIME_FOLDER };
        const { stdout } = await runCli(`${line}${runtime}`.split(' '), { cwd, env });
        return JSON.parse(stdout).model.sha256;
      }),
    );
    expect(digests).toEqual(Array(2).fill(createHash('sha256').update(graph).update(data).digest('hex')));
  });

  test('a dense network gives what it gives without', async () => {
    const own = await evaluated('--model relu --metrics');
    const other = await evaluated('--model relu.onnx --runtime onnxruntime --metrics');
    expect(other.confusion).toEqual(own.confusion);
    expect(other.outputs.topK).toEqual(own.outputs.topK);
    for (const score of ['brier', 'logLoss', 'rocArea', 'averagePrecision'])
      expect(other.outputs[score]).toBeCloseTo(own.outputs[score], 5);
    expect(other.loss.mean).toBeCloseTo(own.loss.mean, 5);
    expect(other.calibration.expectedCalibrationError).toBeCloseTo(
      own.calibration.expectedCalibrationError,
      5,
    );
  });

  test('a network for three images at once takes any number', async () => {
    const found = await evaluated('--model three.onnx --runtime onnxruntime');
    const own = await evaluated('--model relu');
    expect(found.confusion).toEqual(own.confusion);
  });

  test('rows of text are scored, with all outputs', async () => {
    const options = '--probabilities rows.csv --workers 0 -q';
    const [own, other] = await Promise.all([
      run(`score ${options}`.replace('score', 'score --model relu')),
      run(`score ${options}`.replace('score', 'score --model relu.onnx --runtime onnxruntime')),
    ]);
    const rows = ({ stdout }: { stdout: string }) =>
      stdout
        .trim()
        .split('\n')
        .map((line) => line.split(','));
    const [expected, found] = [own, other].map(rows);
    expect(found).toHaveLength(201);
    expect(found.map((row) => row.slice(0, 2))).toEqual(expected.map((row) => row.slice(0, 2)));
    for (const [i, row] of found.entries()) {
      if (i === 0) continue;
      for (const [k, value] of row.entries()) {
        if (k >= 2) expect(Number(value)).toBeCloseTo(Number(expected[i][k]), 4);
      }
    }
    const piped = await runCli(
      'evaluate - --model relu.onnx --runtime onnxruntime --format json -q'.split(' '),
      {
        cwd: await tempFolder(FILES),
        env: { NODE_PATH: ONNXRUNTIME_FOLDER },
        input: FILES['rows.csv'],
      },
    );
    expect(JSON.parse(piped.stdout)).toMatchObject({ images: 200, accuracy: 0.99 });
  });

  test('a report is made without what is within the network', async () => {
    const { stdout, exitCode } = await run(
      'report --model cnn.onnx --runtime onnxruntime --limit 300 -q -o -',
    );
    expect(stdout).toContain('784 to 10 by onnxruntime');
    expect(stdout).not.toContain('class="ways"');
    expect(exitCode).toBe(0);
  });

  test.each([
    ['same.onnx', 'expected a network that knows digits, fed in'],
    [
      'two.onnx',
      'expected one input of grey images, such as float32[free, 1, 28, 28], found "x" float32[free, 784], "u" float32',
    ],
    ['colours.onnx', 'found "x" float32[free, 49, 4, 4]; export it for images alone'],
    [
      'flat.onnx',
      'expected an output of a number for each class, such as float32[free, 10], found "y" float32',
    ],
    ['unknown.onnx', 'expected a network that onnxruntime runs, found that it says "'],
  ])('%s is refused', async (name, words) => {
    const { stdout, stderr, exitCode } = await run(`evaluate --model ${name} --runtime onnxruntime`);
    expect(stderr).toContain(`digitflow: ${name}: `);
    expect(stderr).toContain(words);
    expect([stdout, exitCode, stderr.trimEnd().split('\n').length]).toEqual(['', 65, 1]);
  });
});

test('what looks into a network says that it needs a dense one', async () => {
  const session = { useThreads: () => {}, run: async () => new Float32Array(), close: async () => {} };
  const model = { ...openModel('relu'), name: 'cnn.onnx', runtime: { session, parameters: 1 } };
  await expect(lookDigit({ image: '0', model })).rejects.toThrow(
    'cnn.onnx: expected a dense network, whose weights can be looked at, found one that onnxruntime runs;',
  );
});
