import { feedForward } from '../../../src/network/feed-forward.js';
import type { FoundNetwork } from '../../../src/network/formats/found-network.js';

/** What a network gives for what its first layer takes. */
export function runFound(
  { layers, rescaling }: Pick<FoundNetwork, 'layers' | 'rescaling'>,
  x: readonly number[],
): number[] {
  const { scale, offset } = rescaling ?? { scale: 1, offset: 0 };
  const own = layers.map(({ weights, rows, columns, biases, activation, rowsAre }) => {
    if (rowsAre === null || activation === null) throw new Error('a graph says both');
    const [outputs, inputs] = rowsAre === 'outputs' ? [rows, columns] : [columns, rows];
    const own = rowsAre === 'outputs' ? weights : turned(weights, rows, columns);
    return { weights: own, inputs, outputs, biases: biases ?? new Float64Array(outputs), activation };
  });
  return Array.from(
    feedForward(
      { layers: own },
      Float64Array.from(x, (v) => v * scale + offset),
    ).at(-1) ?? [],
  );
}

function turned(matrix: Float64Array, rows: number, columns: number): Float64Array {
  return matrix.map((_, at) => matrix[(at % rows) * columns + Math.floor(at / rows)]);
}
