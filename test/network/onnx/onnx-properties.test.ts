import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { DigitflowError } from '../../../src/errors.js';
import type { FoundNetwork } from '../../../src/network/formats/found-network.js';
import { readNetworkFile } from '../../../src/network/formats/onnx/read-onnx.js';
import { findOnnxRuntime } from '../../helpers/onnx-oracles.js';
import { FILE_HOST } from '../formats/file-host.js';
import { type Graph, type Node, node, onnxBytes, type Tensor, TYPE } from './graph-bytes.js';
import { runFound } from './run-found.js';

/** Files to be broken, a test run; a thorough look takes thousands. */
const RUNS = Number(process.env.DIGITFLOW_MUTATIONS ?? 400);

const number = fc.integer({ min: -64, max: 64 }).map((n) => n / 32);
const positive = fc.integer({ min: 8, max: 64 }).map((n) => n / 32);
const tensor = (dims: readonly number[], of = number): fc.Arbitrary<Tensor> => {
  const count = dims.reduce((product, size) => product * size, 1);
  return fc.array(of, { minLength: count, maxLength: count }).map((values) => ({ dims, values }));
};
const shape = (...values: number[]): Tensor => ({ dims: [values.length], values, type: TYPE.int64 });

/** A step of a graph: what it adds to it after the value `from`. */
type Step = (from: string, to: string) => { nodes: Node[]; tensors: Record<string, Tensor> };
const plain =
  (type: string, attributes = {}): Step =>
  (from, to) => ({ nodes: [node(type, [from], to, attributes)], tensors: {} });
const withTensors =
  (type: string, tensors: readonly Tensor[], attributes = {}, isFirst = true): Step =>
  (from, to) => {
    const names = tensors.map((_, i) => `${to}.${i}`);
    const inputs = isFirst ? [from, ...names] : [...names, from];
    return {
      nodes: [node(type, inputs, to, attributes)],
      tensors: Object.fromEntries(names.map((name, i) => [name, tensors[i]])),
    };
  };

const arithmetic = (...shapes: readonly (readonly number[])[]) =>
  fc
    .tuple(fc.constantFrom('Add', 'Sub', 'Mul', 'Div'), fc.constantFrom(...shapes), fc.boolean())
    .chain(([type, dims, isFirst]) =>
      tensor(dims, type === 'Div' ? positive : number).map((constant) =>
        withTensors(type, [constant], {}, isFirst || type === 'Div'),
      ),
    );
const normalization = (size: number) =>
  fc
    .tuple(tensor([size]), tensor([size]), tensor([size]), tensor([size], positive))
    .map((constants) => withTensors('BatchNormalization', constants, { epsilon: { float: 0.001 } }));
const activation = fc.constantFrom('Relu', 'Sigmoid', 'Tanh').map((type) => plain(type));
const maybe = (step: fc.Arbitrary<Step>): fc.Arbitrary<Step[]> => fc.array(step, { maxLength: 1 });

/** What is done to images of a shape; only what is done to all pixels alike may come before they are turned. */
const onImages = (height: number, width: number) =>
  fc.array(
    fc.oneof(
      arithmetic([], [1], [1, 1, 1]),
      arithmetic([height, width], [width], [height, 1], [1, height, width]),
      fc.constantFrom(plain('Cast', { to: TYPE.float }), plain('Sigmoid')),
    ),
    { maxLength: 3 },
  );
const turned = fc
  .tuple(maybe(arithmetic([])), fc.constant([plain('Transpose', { perm: [0, 2, 1] })]), onImages(3, 2))
  .map((parts) => parts.flat());
const flattened = fc.constantFrom<Step[]>(
  [plain('Flatten')],
  [withTensors('Reshape', [shape(-1, 6)])],
  [withTensors('Reshape', [shape(0, -1)])],
  [
    withTensors('Reshape', [shape(0, 3, 2)]),
    withTensors('Unsqueeze', [shape(1)]),
    plain('Flatten', { axis: -3 }),
  ],
);

function layer(inputs: number, outputs: number): fc.Arbitrary<Step[]> {
  const gemm = fc
    .record({
      isTurned: fc.boolean(),
      alpha: number,
      beta: number,
      added: fc.constantFrom([outputs], [1, outputs], [1], []),
    })
    .chain(({ isTurned, alpha, beta, added }) => {
      const tensors = fc.tuple(tensor(isTurned ? [outputs, inputs] : [inputs, outputs]), tensor(added));
      const attributes = { transB: isTurned ? 1 : 0, alpha: { float: alpha }, beta: { float: beta } };
      return tensors.map((constants) => withTensors('Gemm', constants, attributes));
    });
  const matMul = tensor([inputs, outputs]).map((constant) => withTensors('MatMul', [constant]));
  const after = fc.oneof(arithmetic([outputs], [1, outputs], []), normalization(outputs), activation);
  return fc
    .tuple(fc.oneof(gemm, matMul), fc.array(after, { maxLength: 3 }))
    .map(([first, rest]) => [first, ...rest]);
}

const steps = fc.tuple(
  fc.oneof(onImages(2, 3), turned),
  flattened,
  maybe(normalization(6)),
  layer(6, 4),
  layer(4, 3),
  maybe(fc.constant(plain('Softmax', { axis: -1 }))),
);

function graphOf(parts: readonly (readonly Step[])[]): Graph {
  const nodes: Node[] = [];
  const tensors: Record<string, Tensor> = {};
  const all = parts.flat();
  for (const [i, step] of all.entries()) {
    const added = step(i === 0 ? 'x' : `v${i - 1}`, `v${i}`);
    nodes.push(...added.nodes);
    Object.assign(tensors, added.tensors);
  }
  return { nodes, tensors, inputs: { x: ['N', 2, 3] }, outputs: [`v${all.length - 1}`] };
}

const ort = findOnnxRuntime();

/** Null for a graph that multiplies all pixels by 0: that is refused, since it sees nothing. */
function readUnlessBlind(bytes: Uint8Array): FoundNetwork | null {
  try {
    return readNetworkFile(bytes, 'a.onnx', FILE_HOST);
  } catch (error) {
    if (error instanceof DigitflowError && / found a scale of -?0 and /.test(error.message)) return null;
    throw error;
  }
}

test.skipIf(ort === null)('any dense graph gives what onnxruntime gives', async () => {
  const images = fc.array(fc.array(number, { minLength: 6, maxLength: 6 }), { minLength: 1, maxLength: 3 });
  await fc.assert(
    fc.asyncProperty(steps, images, async (parts, given) => {
      if (ort === null) return;
      const bytes = onnxBytes(graphOf(parts));
      const session = await ort.InferenceSession.create(bytes);
      const results = await session.run({
        x: new ort.Tensor('float32', Float32Array.from(given.flat()), [given.length, 2, 3]),
      });
      const [{ data }] = Object.values(results);
      const largest = Array.prototype.reduce.call<
        ArrayLike<number>,
        [(most: number, value: number) => number, number],
        number
      >(data, (most, value) => Math.max(most, Math.abs(value)), 1);
      const found = readUnlessBlind(bytes);
      if (found === null) return;
      for (const [i, image] of given.entries()) {
        for (const [k, value] of runFound(found, image).entries()) {
          expect(Math.abs(value - data[i * 3 + k])).toBeLessThan(largest * 1e-4);
        }
      }
    }),
    { numRuns: Math.ceil(RUNS / 4) },
  );
});

const folder = join(import.meta.dirname, '../../fixtures/networks/onnx');
const whole = readdirSync(folder)
  .filter((name) => name.endsWith('.onnx'))
  .map((name) => readFileSync(join(folder, name)));
const data = readFileSync(join(folder, 'external.onnx.data'));

/** What is done to a file's bytes: single ones set, a stretch copied to elsewhere, its end cut off. */
const mutation = fc.oneof(
  fc.record({ at: fc.nat(), byte: fc.constantFrom(0, 1, 2, 7, 8, 0x0a, 0x12, 0x7f, 0x80, 0xff) }),
  fc.record({ at: fc.nat(), byte: fc.integer({ min: 0, max: 255 }) }),
  fc.record({ at: fc.nat(), from: fc.nat(), length: fc.integer({ min: 1, max: 64 }) }),
  fc.record({ end: fc.nat() }),
);

function mutated(
  bytes: Uint8Array,
  mutations: readonly (typeof mutation extends fc.Arbitrary<infer M> ? M : never)[],
) {
  let result = Uint8Array.from(bytes);
  for (const change of mutations) {
    if (result.length === 0) break;
    if ('end' in change) result = result.slice(0, change.end % (result.length + 1));
    else if ('byte' in change) result[change.at % result.length] = change.byte;
    else
      result.copyWithin(
        change.at % result.length,
        change.from % result.length,
        (change.from % result.length) + change.length,
      );
  }
  return result;
}

test('a broken file is a network that makes sense, or an error of one line', () => {
  const files = fc.oneof(
    fc.constantFrom(...whole),
    steps.map((parts) => onnxBytes(graphOf(parts))),
  );
  let accepted = 0;
  fc.assert(
    fc.property(files, fc.array(mutation, { minLength: 1, maxLength: 6 }), (bytes, mutations) => {
      let found: FoundNetwork;
      try {
        found = readNetworkFile(mutated(bytes, mutations), 'a.onnx', { ...FILE_HOST, beside: () => data });
      } catch (error) {
        expect(error).toBeInstanceOf(DigitflowError);
        expect((error as DigitflowError).message).toMatch(/^a\.onnx.*: .*expected .*, found .*; .*$/);
        return;
      }
      accepted++;
      checkSense(found);
    }),
    { numRuns: RUNS },
  );
  expect(accepted).toBeGreaterThan(0);
});

function checkSense({ layers, rescaling, classes, image }: FoundNetwork): void {
  expect(layers.length).toBeGreaterThan(0);
  for (const [l, { weights, rows, columns, biases, rowsAre, activation }] of layers.entries()) {
    expect(weights.length).toBe(rows * columns);
    expect(weights.length).toBeGreaterThan(0);
    if (biases !== null) expect(biases.length).toBe(rows);
    expect([...weights, ...(biases ?? [])].every((value) => Number.isFinite(Math.fround(value)))).toBe(true);
    expect(rowsAre).toBe('outputs');
    expect(activation).not.toBeNull();
    if (l > 0) expect(columns).toBe(layers[l - 1].rows);
  }
  if (rescaling !== null) expect(Number.isFinite(rescaling.scale * rescaling.offset)).toBe(true);
  if (classes !== null) expect(classes.length).toBe(layers.at(-1)?.rows);
  if (image !== null) expect(image.height * image.width).toBe(layers[0].columns);
}
