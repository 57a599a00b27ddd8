import type { FoundLayer } from './found-network.js';

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
  normalization: BatchNormalization,
  areRows: boolean,
): FoundLayer {
  const { factors, addends } = affineOf(normalization);
  return {
    ...layer,
    columns,
    weights: weights.map((weight, i) => weight * factors[areRows ? Math.floor(i / columns) : i % columns]),
    biases: addends.map((addend, n) => addend + (biases?.[n] ?? 0) * factors[n]),
  };
}

/** Folds a batch normalization into the layer that takes what it gives; `areRows` where the rows of its weights are neurons. */
export function foldIntoNext(
  layer: FoundLayer,
  normalization: BatchNormalization,
  areRows: boolean,
): FoundLayer {
  const { factors, addends } = affineOf(normalization);
  const { rows, columns } = layer;
  const biases = layer.biases?.slice() ?? new Float64Array(areRows ? rows : columns);
  const weights = layer.weights.map((weight, i) => {
    const [row, column] = [Math.floor(i / columns), i % columns];
    const [neuron, input] = areRows ? [row, column] : [column, row];
    biases[neuron] += weight * addends[input];
    return weight * factors[input];
  });
  return { ...layer, weights, biases };
}

/** What it does to a number x: `x * factor + addend`. */
function affineOf({ scale, shift, mean, variance, epsilon }: BatchNormalization) {
  const factors = variance.map((value, n) => (scale?.[n] ?? 1) / Math.sqrt(value + epsilon));
  return { factors, addends: mean.map((value, n) => (shift?.[n] ?? 0) - value * factors[n]) };
}
