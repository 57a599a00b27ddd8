import { feedForward } from '../../../src/network/feed-forward.js';
import type { FoundNetwork } from '../../../src/network/formats/found-network.js';

/** What a network gives for what its first layer takes. */
export function runFound(
  { layers, rescaling }: Pick<FoundNetwork, 'layers' | 'rescaling'>,
  x: readonly number[],
): number[] {
  const { scale, offset } = rescaling ?? { scale: 1, offset: 0 };
  const own = layers.map(({ weights, rows, columns, biases, activation, rowsAre }) => {
    if (rowsAre !== 'outputs' || activation === null) throw new Error('a graph says both');
    return { weights, inputs: columns, outputs: rows, biases: biases ?? new Float64Array(rows), activation };
  });
  return Array.from(
    feedForward(
      { layers: own },
      Float64Array.from(x, (v) => v * scale + offset),
    ).at(-1) ?? [],
  );
}
