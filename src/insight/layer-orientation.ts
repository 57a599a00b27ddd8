import { type FoundLayer, type FoundNetwork, networkFileError } from '../network/formats/found-network.js';

/** A layer whose rows are neurons, as ours are; its activation may still be unknown. */
export interface OrientedLayer extends Omit<FoundLayer, 'rows' | 'columns' | 'rowsAre' | 'biases'> {
  readonly inputs: number;
  readonly outputs: number;
  readonly biases: Float64Array;
}

/** The same layers, as one way to read their matrices has them. */
export interface Orientation {
  readonly layers: readonly OrientedLayer[];
  /** What a row was taken to be, and whether numbers lie column by column (Fortran's order). */
  readonly rowsAre: 'outputs' | 'inputs';
  readonly isFortran: boolean;
}

/**
 * All ways to read the matrices in which each layer takes what the one before it gives; the likeliest first. Where the file does
 * not say what rows are, all of them are alike.
 *
 * @throws DigitflowError NETWORK_FILE where there is none
 */
export function orientationsOf({ layers, rescaling }: FoundNetwork, name: string): Orientation[] {
  const isSaid = layers.every(({ rowsAre }) => rowsAre !== null);
  const ways = isSaid ? (['outputs'] as const) : (['outputs', 'inputs'] as const);
  const fitting = ways.filter((way) => isChain(layers.map((layer) => sizesOf(layer, way))));
  if (fitting.length === 0) {
    const shapes = layers.map(({ rows, columns }) => `${rows}x${columns}`).join(', ');
    const biases = layers.map((layer) => layer.biases?.length ?? 'none').join(', ');
    const expected = 'layers of which each takes what the one before it gives';
    const found = `weights of ${shapes} and biases of ${biases}`;
    throw networkFileError(name, expected, found, 'check that all layers are in the file, in their order');
  }
  const orders = isSaid ? [false] : [false, true];
  return orders.flatMap((isFortran) =>
    fitting.map((rowsAre) => ({
      layers: rescaled(
        layers.map((layer) => oriented(layer, layer.rowsAre ?? rowsAre, isFortran)),
        rescaling,
      ),
      ...{ rowsAre, isFortran },
    })),
  );
}

function sizesOf({ rows, columns, rowsAre, biases }: FoundLayer, way: 'outputs' | 'inputs') {
  const [outputs, inputs] = (rowsAre ?? way) === 'outputs' ? [rows, columns] : [columns, rows];
  return { outputs, inputs, fits: biases === null || biases.length === outputs };
}

function isChain(sizes: readonly ReturnType<typeof sizesOf>[]): boolean {
  return sizes.every(({ inputs, fits }, l) => fits && (l === 0 || inputs === sizes[l - 1].outputs));
}

function oriented(layer: FoundLayer, rowsAre: 'outputs' | 'inputs', isFortran: boolean): OrientedLayer {
  const { weights, rows, columns, biases, activation } = layer;
  const stored = isFortran ? turned(weights, columns, rows) : weights;
  const [outputs, inputs] = rowsAre === 'outputs' ? [rows, columns] : [columns, rows];
  return {
    ...{ inputs, outputs, activation },
    weights: rowsAre === 'outputs' ? stored : turned(stored, rows, columns),
    biases: biases ?? new Float64Array(outputs),
  };
}

/** The transpose of a matrix `(rows, columns)`, row-major. */
function turned(matrix: Float64Array, rows: number, columns: number): Float64Array {
  const result = new Float64Array(matrix.length);
  for (let row = 0, at = 0; row < rows; row++) {
    for (let column = 0; column < columns; column++) result[column * rows + row] = matrix[at++];
  }
  return result;
}

/** The first layer takes what was rescaled, W(sx + o) + b: it takes x when W becomes sW, and b becomes b + o·W1. */
function rescaled(
  layers: readonly OrientedLayer[],
  rescaling: FoundNetwork['rescaling'],
): readonly OrientedLayer[] {
  if (rescaling === null) return layers;
  const [first, ...others] = layers;
  const { weights, biases, inputs } = first;
  const { scale, offset } = rescaling;
  const sumOf = (n: number) =>
    weights.subarray(n * inputs, (n + 1) * inputs).reduce((sum, weight) => sum + weight, 0);
  return [
    {
      ...first,
      weights: weights.map((weight) => weight * scale),
      biases: biases.map((bias, n) => bias + offset * sumOf(n)),
    },
    ...others,
  ];
}
