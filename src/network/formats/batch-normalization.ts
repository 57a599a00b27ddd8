import { quoteValue } from '../../errors.js';
import { type FoundLayer, type NamedTensor, networkFileError } from './found-network.js';

/** What a tensor is in its layer. */
export type Role = 'weight' | 'bias' | 'scale' | 'mean' | 'variance' | 'none';

/** Tensors of one layer, by what they are in it. */
export interface Group {
  readonly stem: string;
  readonly parts: Map<Role, NamedTensor>;
}

/** γ(z - μ)/√(σ² + ε) + β, one of each a neuron. */
export interface BatchNormalization {
  readonly scale: Float64Array | null;
  readonly shift: Float64Array | null;
  readonly mean: Float64Array;
  readonly variance: Float64Array;
  readonly epsilon: number;
}

/** Folds a batch normalization into the layer whose sums it takes; `areRows` where the rows of its weights are neurons. */
export function foldInto(
  { weights, columns, biases, ...layer }: FoundLayer,
  { scale, shift, mean, variance, epsilon }: BatchNormalization,
  areRows: boolean,
): FoundLayer {
  const factors = variance.map((v, n) => (scale?.[n] ?? 1) / Math.sqrt(v + epsilon));
  return {
    ...layer,
    columns,
    weights: weights.map((weight, i) => weight * factors[areRows ? Math.floor(i / columns) : i % columns]),
    biases: factors.map((factor, n) => ((biases?.[n] ?? 0) - mean[n]) * factor + (shift?.[n] ?? 0)),
  };
}

/** PyTorch's and Keras' default; a file of tensors does not say another. */
const EPSILON = { torch: 1e-5, keras: 1e-3 };

/** Folds a batch normalization into the layer before it: γ(z - μ)/√(σ² + ε) + β. Returns what is to be said of it. */
export function foldNormalization(
  group: Group,
  groups: readonly Group[],
  ordered: readonly Group[],
  layers: FoundLayer[],
  fileName: string,
): string {
  const { parts, stem } = group;
  const [mean, variance] = [parts.get('mean'), parts.get('variance')];
  const size = mean?.values.length;
  const scale = parts.get('scale') ?? parts.get('weight');
  const shift = parts.get('bias');
  const isWhole = [variance, scale, shift].every((part) => part === undefined || part.values.length === size);
  if (mean === undefined || variance === undefined || !isWhole) {
    const expected = 'a mean and a variance of one size';
    throw networkFileError(`${fileName}: ${quoteValue(stem)}`, expected, 'others', 'save all of the network');
  }
  const at = placeOf(group, groups, ordered, layers);
  if (at < 0) {
    const expected = `one layer before it of ${size} outputs`;
    throw networkFileError(`${fileName}: ${quoteValue(stem)}`, expected, 'another', 'export it as ONNX');
  }
  const epsilon = parts.has('scale') ? EPSILON.keras : EPSILON.torch;
  const folded = {
    ...{ mean: mean.values, variance: variance.values, epsilon },
    ...{ scale: scale?.values ?? null, shift: shift?.values ?? null },
  };
  layers[at] = foldInto(layers[at], folded, outputsAreRows(layers[at], mean.values.length, ordered[at]));
  return `batch normalization ${stem} was folded into ${ordered[at].stem}, before its activation, with epsilon ${epsilon}`;
}

/** The layer that a normalization comes after: the last one before it by name whose outputs are as many; or the only one. */
function placeOf(
  group: Group,
  groups: readonly Group[],
  ordered: readonly Group[],
  layers: readonly FoundLayer[],
) {
  const size = group.parts.get('mean')?.values.length;
  const fitting = ordered.filter((_, at) => [layers[at].rows, layers[at].columns].includes(size ?? -1));
  const exact = fitting.filter((dense) => dense.parts.get('bias')?.values.length === size);
  const choice = exact.length > 0 ? exact : fitting;
  if (choice.length === 1) return ordered.indexOf(choice[0]);
  const number = (stem: string) => /(\d+)\D*$/.exec(stem)?.[1];
  const isSequential = new Set(groups.map(({ stem }) => stem.replace(/\d+/g, '#'))).size === 1;
  const before = isSequential
    ? choice.filter(({ stem }) => stem.localeCompare(group.stem, 'en', { numeric: true }) < 0).at(-1)
    : choice.find(({ stem }) => number(stem) === number(group.stem));
  return before === undefined ? -1 : ordered.indexOf(before);
}

function outputsAreRows({ rows, columns, rowsAre }: FoundLayer, size: number, { parts }: Group): boolean {
  if (rowsAre !== null) return rowsAre === 'outputs';
  return rows !== columns ? rows === size : !/kernel/.test(parts.get('weight')?.name ?? '');
}
