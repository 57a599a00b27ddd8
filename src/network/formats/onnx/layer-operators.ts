import type { ActivationName } from '../../activations.js';
import { transposed } from './constant-operators.js';
import { activated, combine, dense, isFlat, repeated, type Signal, scaled } from './onnx-signal.js';
import type { Constant, TensorReader } from './onnx-tensors.js';
import {
  constantOf,
  floatOf,
  intOf,
  nodeTitle,
  type Operation,
  type Operator,
  refused,
  type Value,
} from './onnx-values.js';

/** What a layer is made of: matrices, what is added and multiplied, activations. */
export const LAYER_OPERATORS: Readonly<Record<string, Operator>> = {
  Gemm: gemm,
  MatMul: matMul,
  Add: arithmetic((c) => ({ offset: c })),
  Sub: arithmetic(
    (c, of) => ({ offset: of(c, (x) => -x) }),
    (c) => ({ scale: MINUS_ONE, offset: c }),
  ),
  Mul: arithmetic((c) => ({ scale: c })),
  Div: arithmetic(
    (c, of) => ({ scale: of(c, (x) => 1 / x) }),
    () => null,
  ),
  Neg: ({ inputs: [signal], reader }) =>
    signal?.kind === 'signal' ? scaled(signal, { scale: MINUS_ONE, offset: ZERO }, reader) : null,
  BatchNormalization: batchNormalization,
  'ai.onnx.ml.Scaler': scaler,
  Relu: activation('relu'),
  Sigmoid: activation('sigmoid'),
  Tanh: activation('tanh'),
  Softmax: softmax,
  LogSoftmax: (operation) => {
    const signal = softmax(operation);
    return signal?.kind === 'signal' ? { ...signal, note: 'read LogSoftmax as softmax' } : signal;
  },
};

const ONE = Float64Array.of(1);
const ZERO = Float64Array.of(0);
const MINUS_ONE = Float64Array.of(-1);

function gemm(operation: Operation): Value | null {
  const {
    inputs: [signal, matrix, added],
    node,
    reader,
  } = operation;
  if (signal?.kind !== 'signal' || signal.dims.length !== 1 || intOf(operation, 'transA', 0) !== 0)
    return null;
  if (matrix?.kind !== 'constant' || matrix.shape.length !== 2) return null;
  const isOutputsFirst = intOf(operation, 'transB', 0) !== 0;
  const alpha = floatOf(operation, 'alpha', 1);
  const beta = floatOf(operation, 'beta', 1);
  const next = layerOf(signal, matrix, isOutputsFirst, operation);
  if (next.kind === 'refused') return next;
  const scaledBy = alpha === 1 ? next : scaled(next, { scale: Float64Array.of(alpha), offset: ZERO }, reader);
  if (added === undefined || added === null) return scaledBy;
  const fitting = added.kind === 'constant' ? repeated(added, next, reader) : null;
  if (fitting === null) return refused(`${nodeTitle(node)}, whose third input does not go with its outputs`);
  const offset =
    beta === 1 ? fitting.values : combine(fitting.values, Float64Array.of(beta), (x, y) => x * y, reader);
  return scaled(scaledBy, { scale: ONE, offset }, reader);
}

function matMul(operation: Operation): Value | null {
  const {
    inputs: [signal, matrix],
  } = operation;
  if (signal?.kind !== 'signal' || matrix?.kind !== 'constant' || matrix.shape.length !== 2) return null;
  return layerOf(signal, matrix, false, operation);
}

function layerOf(
  signal: Signal,
  { shape, values }: Constant,
  isOutputsFirst: boolean,
  { node, reader }: Operation,
) {
  const [outputs, inputs] = isOutputsFirst ? shape : [shape[1], shape[0]];
  const features = signal.dims.at(-1);
  if (!isFlat(signal) || (features !== null && features !== inputs) || values.length === 0) {
    const weights = `weights for ${inputs} inputs`;
    return refused(`${nodeTitle(node)} with ${weights} on features of shape [${signal.dims.join(', ')}]`);
  }
  const weights = isOutputsFirst ? values : transposed(values, shape[0], shape[1], reader);
  return dense(signal, { weights, outputs, inputs, biases: null }, reader);
}

type Mapper = (values: Float64Array, of: (x: number) => number) => Float64Array;
type Step = (
  constant: Float64Array,
  mapped: Mapper,
) => { scale?: Float64Array; offset?: Float64Array } | null;

/** Arithmetic of a signal and a constant: `after` where the signal is the first of the two, `before` where it is the second. */
function arithmetic(after: Step, before: Step = after): Operator {
  return ({ inputs: [a, b], reader }) => {
    const [signal, constant, of] = a?.kind === 'signal' ? [a, b, after] : [b, a, before];
    if (signal?.kind !== 'signal' || constant?.kind !== 'constant') return null;
    const fitting = repeated(constant, signal, reader);
    const change = fitting && of(fitting.values, (values, map) => combine(values, ZERO, map, reader));
    if (fitting === null || change === null) return null;
    const { scale = ONE, offset = ZERO } = change;
    return scaled({ ...signal, dims: fitting.dims }, { scale, offset }, reader);
  };
}

function batchNormalization(operation: Operation): Value | null {
  const {
    inputs: [signal, ...constants],
    reader,
  } = operation;
  if (signal?.kind !== 'signal' || intOf(operation, 'training_mode', 0) !== 0) return null;
  const parts = constants.slice(0, 4).flatMap((value) => (value?.kind === 'constant' ? [value.values] : []));
  const [gamma, beta, mean, variance] = parts;
  const channels = gamma?.length;
  if (parts.length < 4 || parts.some(({ length }) => length !== channels)) return null;
  // Channels come first: they are the features, or there is but one.
  const epsilon = floatOf(operation, 'epsilon', 1e-5);
  const scale = combine(gamma, variance, (x, y) => x / Math.sqrt(y + epsilon), reader);
  const shift = combine(mean, scale, (x, y) => x * y, reader);
  const offset = combine(beta, shift, (x, y) => x - y, reader);
  const shape = [channels, ...signal.dims.slice(1).map(() => 1)];
  const change = fittingAffine(signal, shape, { scale, offset }, reader);
  return change && { ...change, note: 'folded BatchNormalization into the layer beside it' };
}

function scaler(operation: Operation): Value | null {
  const {
    inputs: [signal],
    node,
    reader,
  } = operation;
  if (signal?.kind !== 'signal') return null;
  const list = (key: string) => Float64Array.from(node.attributes.get(key)?.floats ?? []);
  const [scale, from] = [list('scale'), list('offset')];
  if (scale.length === 0 || scale.length !== from.length) return null;
  const offset = combine(from, scale, (x, y) => -x * y, reader);
  return fittingAffine(signal, [scale.length], { scale, offset }, reader);
}

function fittingAffine(
  signal: Signal,
  shape: readonly number[],
  { scale, offset }: { readonly scale: Float64Array; readonly offset: Float64Array },
  reader: TensorReader,
): Signal | null {
  const [a, b] = [scale, offset].map((values) => repeated(constantOf(shape, values), signal, reader));
  return a && b && scaled({ ...signal, dims: a.dims }, { scale: a.values, offset: b.values }, reader);
}

function activation(name: ActivationName): Operator {
  return ({ inputs: [signal], reader }) =>
    signal?.kind === 'signal' ? activated(signal, name, reader) : null;
}

function softmax(operation: Operation): Value | null {
  const {
    inputs: [signal],
    opset,
    reader,
  } = operation;
  if (signal?.kind !== 'signal' || !isFlat(signal)) return null;
  const rank = signal.dims.length + 1;
  const given = intOf(operation, 'axis', opset < 13 ? 1 : -1);
  const axis = given < 0 ? given + rank : given;
  // Before version 13 all from an axis on were one.
  if (axis < 1 || (opset >= 13 && axis !== rank - 1)) return null;
  return activated(signal, 'softmax', reader);
}
