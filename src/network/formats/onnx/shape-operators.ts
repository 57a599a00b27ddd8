import { productOf, type Signal, step } from './onnx-signal.js';
import { isFloat } from './onnx-tensors.js';
import {
  asSizes,
  intOf,
  numbersOf,
  type Operation,
  type Operator,
  type Size,
  sizesOf,
  type Value,
} from './onnx-values.js';

/** What leaves the features' numbers as they are. */
export const SHAPE_OPERATORS: Readonly<Record<string, Operator>> = {
  Identity: same,
  Dropout: (operation) => {
    const training = operation.inputs[2];
    const isTraining = training?.kind === 'constant' && training.values.some((value) => value !== 0);
    return isTraining ? null : same(operation);
  },
  Cast: (operation) => (isFloat(intOf(operation, 'to', 0)) ? same(operation) : null),
  Flatten: flatten,
  Reshape: reshape,
  Squeeze: squeeze,
  Unsqueeze: unsqueeze,
  Transpose: transpose,
  Shape: ({ inputs: [signal] }) =>
    signal?.kind === 'signal' ? sizesOf([signal.batch ?? 'batch', ...signal.dims]) : null,
};

function same({ inputs: [signal] }: Operation): Value | null {
  return signal?.kind === 'signal' ? step(signal, {}) : null;
}

function flatten(operation: Operation): Value | null {
  const [signal] = operation.inputs;
  if (signal?.kind !== 'signal') return null;
  const given = intOf(operation, 'axis', 1);
  const axis = given < 0 ? given + signal.dims.length + 1 : given;
  if (axis < 1 || !signal.dims.slice(0, axis - 1).every((size) => size === 1)) return null;
  return step(signal, { dims: [productOf(signal.dims)] });
}

/** Rows of an image stay together, since the order of the numbers does, where a whole image is a whole row of the result. */
function reshape(operation: Operation): Value | null {
  const [signal, shape] = operation.inputs;
  const target: readonly Size[] | null = operation.node.attributes.get('shape')?.ints ?? asSizes(shape);
  if (signal?.kind !== 'signal' || target === null || intOf(operation, 'allowzero', 0) !== 0) return null;
  const features = productOf(signal.dims);
  const [batch, ...rest] = target.map((size, i) =>
    size === 0 ? (i === 0 ? 'batch' : signal.dims[i - 1]) : size,
  );
  const isBatch = batch === 'batch' || (batch !== null && batch === signal.batch);
  const open = rest.filter((size) => size === -1).length;
  if (
    rest.length === 0 ||
    rest.includes('batch') ||
    rest.some((size) => size === undefined) ||
    open > (isBatch ? 1 : 0)
  )
    return null;
  const sizes = rest.filter((size) => size !== -1) as (number | null)[];
  const product = productOf(sizes);
  if (open === 1) {
    const last = features === null || product === null ? null : features / product;
    if (last !== null && !Number.isSafeInteger(last)) return null;
    return step(signal, { dims: rest.map((size) => (size === -1 ? last : (size as number | null))) });
  }
  // With another number of rows an image would be cut, or joined with the next.
  if (product === null ? !isBatch || features !== null : features !== null && features !== product)
    return null;
  if (!isBatch && batch !== -1 && (features === null || typeof batch !== 'number')) return null;
  return step(signal, { dims: sizes });
}

function axesOf(operation: Operation, rank: number): readonly number[] | null {
  return numbersOf(operation, 'axes', 1)?.map((axis) => (axis < 0 ? axis + rank : axis)) ?? null;
}

function squeeze(operation: Operation): Value | null {
  const [signal] = operation.inputs;
  if (signal?.kind !== 'signal') return null;
  const { dims, batch } = signal;
  const axes = axesOf(operation, dims.length + 1);
  if (axes === null) return batch === 1 ? null : step(signal, { dims: dims.filter((size) => size !== 1) });
  if (!axes.every((axis) => dims[axis - 1] === 1)) return null;
  return step(signal, { dims: dims.filter((_, i) => !axes.includes(i + 1)) });
}

function unsqueeze(operation: Operation): Value | null {
  const [signal] = operation.inputs;
  const given = numbersOf(operation, 'axes', 1);
  if (signal?.kind !== 'signal' || given === null) return null;
  const rank = signal.dims.length + 1 + given.length;
  const axes = given.map((axis) => (axis < 0 ? axis + rank : axis)).sort((a, b) => a - b);
  if (!axes.every((axis) => axis >= 1 && axis < rank) || rank > MOST_DIMENSIONS) return null;
  const dims = [...signal.dims];
  for (const axis of axes) dims.splice(axis - 1, 0, 1);
  return step(signal, { dims });
}

/** The widest shape that any framework has is smaller. */
const MOST_DIMENSIONS = 16;

/** Sizes of 1 may go anywhere; rows and columns may be exchanged before the first layer. */
function transpose({ node, inputs: [signal] }: Operation): Value | null {
  if (signal?.kind !== 'signal') return null;
  const { dims } = signal;
  const perm = node.attributes.get('perm')?.ints ?? [];
  if (perm.length !== dims.length + 1 || perm[0] !== 0 || new Set(perm).size < perm.length) return null;
  if (!perm.every((axis) => axis >= 0 && axis < perm.length)) return null;
  const moved = perm.slice(1).map((axis) => axis - 1);
  const next = moved.map((axis) => dims[axis]);
  const real = moved.filter((axis) => dims[axis] !== 1);
  if (real.every((axis, i) => i === 0 || axis > real[i - 1])) return step(signal, { dims: next });
  const [height, width] = dims.filter((size) => size !== 1);
  if (real.length !== 2 || !canExchange(signal) || height === null || width === null) return null;
  return step(signal, { dims: next, transposed: signal.transposed === null ? { height, width } : null });
}

function canExchange({ layers, pending }: Signal): boolean {
  return layers === null && (pending === null || (pending.scale.length === 1 && pending.offset.length === 1));
}
