import type { ActivationName } from '../../activations.js';
import type { ImageSize } from '../../network.js';
import type { FoundLayer } from '../found-network.js';
import type { Constant, TensorReader } from './onnx-tensors.js';

/** The last layer, and those before it. */
export interface Layers {
  readonly layer: FoundLayer;
  readonly before: Layers | null;
}

/** `x * scale + offset`: arrays with a number for each feature, or one for all. */
export interface Affine {
  readonly scale: Float64Array;
  readonly offset: Float64Array;
}

/** What became of the images up to some value of the graph. */
export interface Signal {
  readonly kind: 'signal';
  /** The name of the graph's input that it began at. */
  readonly input: string;
  /** Sizes of one image's features: the batch before them is not among these; null for a free one. */
  readonly dims: readonly (number | null)[];
  readonly layers: Layers | null;
  /** Whether the last layer waits for its activation. */
  readonly isOpen: boolean;
  /** What was done to all pixels alike before the first layer: told apart, so that the weights stay as they are. */
  readonly rescaling: Affine | null;
  /** What was done to the features since the last layer; null for nothing. */
  readonly pending: Affine | null;
  /** How many images the graph takes; null where that is free. */
  readonly batch: number | null;
  /** The sides of an image as it came, where its rows and columns were exchanged before the first layer. */
  readonly transposed: ImageSize | null;
  /** The value that it was made of. */
  readonly from: Signal | null;
  /** What a user should know of this step. */
  readonly note: string | null;
}

/** The next value after a signal. */
export function step(from: Signal, changes: Partial<Signal>): Signal {
  return { ...from, note: null, ...changes, from };
}

/** How many numbers sizes make; null where one is free. */
export function productOf(dims: readonly (number | null)[]): number | null {
  return dims.reduce((product, size) => (product === null || size === null ? null : product * size), 1);
}

/** Whether all features are in the last dimension. */
export function isFlat({ dims }: Signal): boolean {
  return dims.length > 0 && dims.slice(0, -1).every((size) => size === 1);
}

/**
 * A constant as arithmetic repeats it: one number for all features, or one for each, and then their sizes; null where it does not go
 * with the shape of one image.
 */
export function repeated({ shape, values }: Constant, { dims }: Signal, reader: TensorReader) {
  if (shape.length > dims.length + 1) return null;
  if (values.length === 1) return { values, dims };
  const [batch, ...sizes] = [...Array<number>(dims.length + 1 - shape.length).fill(1), ...shape];
  // A free size is what the constant has.
  const full = dims.map((size, i) => size ?? (sizes[i] === 1 ? Number.NaN : sizes[i]));
  const fits = sizes.every((size, i) => size === 1 || size === full[i]);
  const count = full.reduce((product, size) => product * size, 1);
  if (batch !== 1 || !fits || !(count >= 1)) return null;
  if (count === values.length) return { values, dims: full };
  const spread = reader.zeros(count);
  for (let at = 0; at < count; at++) {
    let [rest, from, stride] = [at, 0, 1];
    for (let i = full.length - 1; i >= 0; i--) {
      if (sizes[i] !== 1) from += (rest % full[i]) * stride;
      stride *= sizes[i];
      rest = Math.floor(rest / full[i]);
    }
    spread[at] = values[from];
  }
  return { values: spread, dims: full };
}

/** The signal times `scale`, plus `offset`. */
export function scaled(signal: Signal, { scale, offset }: Affine, reader: TensorReader): Signal {
  const { pending } = signal;
  if (pending === null) return step(signal, { pending: { scale, offset } });
  const product = (a: Float64Array) => combine(a, scale, (x, y) => x * y, reader);
  const sum = combine(product(pending.offset), offset, (x, y) => x + y, reader);
  return step(signal, { pending: { scale: product(pending.scale), offset: sum } });
}

type Operation = (x: number, y: number) => number;

/** `of` number by number, of arrays of one length, or of one number. */
export function combine(a: Float64Array, b: Float64Array, of: Operation, reader: TensorReader): Float64Array {
  const result = reader.zeros(Math.max(a.length, b.length));
  for (let i = 0; i < result.length; i++)
    result[i] = of(a[a.length === 1 ? 0 : i], b[b.length === 1 ? 0 : i]);
  return result;
}

/** A matrix `(outputs, inputs)`, row-major, and what is added to its product. */
export interface Dense {
  readonly weights: Float64Array;
  readonly outputs: number;
  readonly inputs: number;
  readonly biases: Float64Array | null;
}

/** A new layer over the features, which waits for its activation. The caller has compared the sizes. */
export function dense(signal: Signal, { outputs, inputs, ...own }: Dense, reader: TensorReader): Signal {
  const before = signal.isOpen ? closed(signal, 'identity', reader) : signal;
  const { pending, layers } = before;
  const changes = { dims: [...signal.dims.slice(0, -1), outputs], isOpen: true, pending: null };
  const add = (weights: Float64Array, biases: Float64Array | null, more: Partial<Signal>) => {
    const layer = {
      weights,
      rows: outputs,
      columns: inputs,
      rowsAre: 'outputs',
      biases,
      activation: null,
    } as const;
    return step(before, { ...changes, ...more, layers: { layer, before: layers } });
  };
  if (pending === null) return add(own.weights, own.biases, {});
  const { scale, offset } = pending;
  if (layers === null && scale.length === 1 && offset.length === 1) {
    return add(own.weights, own.biases, { rescaling: pending });
  }
  const weights = reader.zeros(own.weights.length);
  const biases = reader.zeros(outputs);
  for (let n = 0, w = 0; n < outputs; n++) {
    let sum = own.biases?.[n] ?? 0;
    for (let i = 0; i < inputs; i++, w++) {
      weights[w] = own.weights[w] * scale[scale.length === 1 ? 0 : i];
      sum += own.weights[w] * offset[offset.length === 1 ? 0 : i];
    }
    biases[n] = sum;
  }
  const note = layers === null ? 'folded what is done to each pixel into layer 1' : null;
  return add(weights, biases, { note });
}

/**
 * Gives the last layer its activation. Where none waits for one, it is a layer of its own, which weighs each feature by 1; null
 * where it is not known how many there are.
 */
export function activated(signal: Signal, activation: ActivationName, reader: TensorReader): Signal | null {
  if (signal.isOpen) return closed(signal, activation, reader);
  const features = productOf(signal.dims);
  if (features === null || features * features > MOST_MADE) return null;
  const weights = reader.zeros(features * features);
  for (let i = 0; i < features; i++) weights[i * features + i] = 1;
  const own = dense(signal, { weights, outputs: features, inputs: features, biases: null }, reader);
  return { ...closed(own, activation, reader), dims: signal.dims };
}

/** The weights of a layer that is made for an activation alone: that is 2,048 features. */
const MOST_MADE = 2 ** 22;

/** What was done to a layer's sums goes into its weights and biases. */
export function closed(signal: Signal, activation: ActivationName, reader: TensorReader): Signal {
  const { pending, layers } = signal;
  if (layers === null) return signal;
  let { layer } = layers;
  if (pending !== null) {
    const { scale, offset } = pending;
    const { rows, columns } = layer;
    const at = (array: Float64Array, n: number) => array[array.length === 1 ? 0 : n];
    const biases = reader.zeros(rows);
    for (let n = 0; n < rows; n++) {
      // Not 0 plus the offset: that would make 0 of -0.
      biases[n] = layer.biases === null ? at(offset, n) : layer.biases[n] * at(scale, n) + at(offset, n);
    }
    let { weights } = layer;
    if (scale.some((value) => value !== 1)) {
      weights = reader.zeros(weights.length);
      for (let n = 0, w = 0; n < rows; n++) {
        for (const end = w + columns; w < end; w++) weights[w] = layer.weights[w] * at(scale, n);
      }
    }
    layer = { ...layer, weights, biases };
  }
  const next = { layer: { ...layer, activation }, before: layers.before };
  return step(signal, { layers: next, isOpen: false, pending: null });
}
