import { productOf } from './onnx-signal.js';
import { type Constant, isFloat, sizeOf, type TensorReader } from './onnx-tensors.js';
import {
  asSizes,
  constantOf,
  intOf,
  MOST_SIZES,
  numbersOf,
  type Operation,
  type Operator,
  type Size,
  sizesOf,
  type Value,
} from './onnx-values.js';

const isSame: Operator = ({ inputs }) => inputs[0];

/** What becomes of numbers that the graph has from the start, and of sizes. */
export const CONSTANT_OPERATORS: Readonly<Record<string, Operator>> = {
  Constant: constant,
  ConstantOfShape: constantOfShape,
  Identity: isSame,
  Dropout: isSame,
  Cast: cast,
  Reshape: reshape,
  Transpose: transpose,
  Squeeze: (operation) =>
    withAxes(operation, (shape, axes) => shape.filter((size, i) => !isAxis(axes, i, size))),
  Unsqueeze: unsqueeze,
  Flatten: flatten,
  Concat: concat,
  Gather: gather,
  Slice: slice,
  Shape: ({ inputs: [value] }) => (value?.kind === 'constant' ? sizesOf(value.shape) : null),
  Add: arithmetic((x, y) => x + y),
  Sub: arithmetic((x, y) => x - y),
  Mul: arithmetic((x, y) => x * y),
  Div: arithmetic((x, y) => x / y),
  Sqrt: each(Math.sqrt),
  Neg: each((x) => -x),
  Reciprocal: each((x) => 1 / x),
};

function constant({ node, reader }: Operation): Value | null {
  const [name, attribute] = [...node.attributes][0] ?? [];
  if (attribute === undefined || node.attributes.size !== 1) return null;
  if (name === 'value') return attribute.tensor === null ? null : reader.read(attribute.tensor);
  if (name === 'value_float') return constantOf([], Float64Array.of(attribute.float));
  if (name === 'value_int') return constantOf([], Float64Array.of(attribute.int));
  if (name === 'value_floats')
    return constantOf([attribute.floats.length], Float64Array.from(attribute.floats));
  if (name === 'value_ints') return constantOf([attribute.ints.length], Float64Array.from(attribute.ints));
  return null;
}

function constantOfShape(operation: Operation): Value | null {
  const { node, inputs, reader } = operation;
  const shape = knownShape(inputs[0]);
  const size = shape === null ? null : sizeOf(shape);
  if (shape === null || size === null) return null;
  const tensor = node.attributes.get('value')?.tensor;
  const value = tensor ? reader.read(tensor).values[0] : 0;
  return constantOf(shape, reader.zeros(size).fill(value ?? Number.NaN));
}

function knownShape(value: Value | null | undefined): number[] | null {
  const sizes = asSizes(value);
  const known = sizes?.filter((size) => typeof size === 'number');
  return known !== undefined && known.length === sizes?.length ? known : null;
}

function cast(operation: Operation): Value | null {
  const { inputs, reader } = operation;
  const [value] = inputs;
  if (value?.kind !== 'constant' || isFloat(intOf(operation, 'to', 0))) return value;
  return { ...value, values: mapped(value, Math.trunc, reader) };
}

function mapped({ values }: Constant, of: (x: number) => number, reader: TensorReader): Float64Array {
  const result = reader.zeros(values.length);
  for (let i = 0; i < result.length; i++) result[i] = of(values[i]);
  return result;
}

function each(of: (x: number) => number): Operator {
  return ({ inputs: [value], reader }) =>
    value?.kind === 'constant' ? { ...value, values: mapped(value, of, reader) } : null;
}

/** Of constants of one shape, or where one of them is a single number. */
function arithmetic(of: (x: number, y: number) => number): Operator {
  return ({ inputs: [a, b], reader }) => {
    if (a?.kind !== 'constant' || b?.kind !== 'constant') return null;
    const [more, less] = a.values.length >= b.values.length ? [a, b] : [b, a];
    if (less.values.length !== 1 && a.shape.join() !== b.shape.join()) return null;
    const result = reader.zeros(more.values.length);
    const at = ({ values }: Constant, i: number) => values[values.length === 1 ? 0 : i];
    for (let i = 0; i < result.length; i++) result[i] = of(at(a, i), at(b, i));
    return constantOf(a.shape.length >= b.shape.length ? a.shape : b.shape, result);
  };
}

function reshape({ inputs: [value, shape] }: Operation): Value | null {
  const target = knownShape(shape);
  if (value?.kind !== 'constant' || target === null) return null;
  const sizes = target.map((size, i) => (size === 0 ? (value.shape[i] ?? 0) : size));
  const known = productOf(sizes.filter((size) => size !== -1)) ?? 0;
  const full = sizes.map((size) => (size === -1 ? value.values.length / known : size));
  return sizeOf(full) === value.values.length && value.texts.length === 0 ? { ...value, shape: full } : null;
}

function transpose({ node, inputs: [value], reader }: Operation): Value | null {
  if (value?.kind !== 'constant') return null;
  const { shape, values } = value;
  const perm = node.attributes.get('perm')?.ints ?? shape.map((_, i) => shape.length - 1 - i);
  if (perm.length !== shape.length || perm.length > 2 || new Set(perm).size < perm.length) return null;
  if (shape.length < 2 || perm[0] === 0) return value;
  return constantOf([shape[1], shape[0]], transposed(values, shape[0], shape[1], reader));
}

/** `(rows, columns)` as `(columns, rows)`, row-major. */
export function transposed(
  values: Float64Array,
  rows: number,
  columns: number,
  reader: TensorReader,
): Float64Array {
  const result = reader.zeros(values.length);
  for (let row = 0, at = 0; row < rows; row++) {
    for (let column = 0; column < columns; column++) result[column * rows + row] = values[at++];
  }
  return result;
}

function isAxis(axes: readonly number[] | null, i: number, size: number): boolean {
  return axes === null ? size === 1 : axes.includes(i);
}

function withAxes(
  operation: Operation,
  change: (shape: readonly number[], axes: readonly number[] | null) => readonly number[],
): Value | null {
  const [value] = operation.inputs;
  // A list of one size, and that size.
  if (value?.kind === 'sizes') return value;
  if (value?.kind !== 'constant') return null;
  const axes = numbersOf(operation, 'axes', 1);
  const shape = change(
    value.shape,
    axes?.map((axis) => (axis < 0 ? axis + value.shape.length : axis)) ?? null,
  );
  return sizeOf(shape) === value.values.length ? { ...value, shape } : null;
}

function unsqueeze(operation: Operation): Value | null {
  return withAxes(operation, (shape, axes) => {
    const result = [...shape];
    // The positions are those of the result.
    for (const axis of [...(axes ?? [])].sort((a, b) => a - b)) result.splice(axis, 0, 1);
    return result;
  });
}

function flatten(operation: Operation): Value | null {
  const [value] = operation.inputs;
  if (value?.kind !== 'constant') return null;
  const axis = intOf(operation, 'axis', 1);
  const rows = productOf(value.shape.slice(0, axis)) ?? 0;
  const columns = productOf(value.shape.slice(axis)) ?? 0;
  return axis < 0 ? null : { ...value, shape: [rows, columns] };
}

function concat({ inputs }: Operation): Value | null {
  const lists: Size[] = [];
  for (const value of inputs) {
    const sizes = asSizes(value);
    if (sizes === null) return null;
    lists.push(...sizes);
  }
  return lists.length > MOST_SIZES ? null : sizesOf(lists);
}

function gather(operation: Operation): Value | null {
  const [value, index] = operation.inputs;
  const sizes = asSizes(value);
  if (sizes === null || index?.kind !== 'constant' || index.values.length !== 1) return null;
  if (intOf(operation, 'axis', 0) !== 0) return null;
  const {
    shape,
    values: [at],
  } = index;
  const size = sizes.at(at);
  if (size === undefined) return null;
  return typeof size === 'number' ? constantOf(shape, Float64Array.of(size)) : sizesOf([size]);
}

function slice(operation: Operation): Value | null {
  const sizes = asSizes(operation.inputs[0]);
  const [start] = numbersOf(operation, 'starts', 1) ?? [];
  const [end] = numbersOf(operation, 'ends', 2) ?? [];
  const [by = 1] = numbersOf(operation, 'steps', 4) ?? [];
  if (sizes === null || start === undefined || end === undefined || by !== 1) return null;
  return sizesOf(sizes.slice(start, end));
}
