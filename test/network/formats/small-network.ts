import { expect } from 'vitest';
import type { FoundNetwork } from '../../../src/network/formats/found-network.js';

const SIZES = [16, 8, 4];

/** Expects the network of 16-8-4 that the scripts in scripts/make-fixtures/ save: each weight follows from its place. */
export function expectSmallNetwork({ layers }: Pick<FoundNetwork, 'layers'>): void {
  expect(layers.length).toBe(SIZES.length - 1);
  for (const [l, { weights, rows, columns, rowsAre, biases }] of layers.entries()) {
    const [inputs, outputs] = [SIZES[l], SIZES[l + 1]];
    const areInputs = rows === inputs;
    expect([rows, columns]).toEqual(areInputs ? [inputs, outputs] : [outputs, inputs]);
    expect([null, areInputs ? 'inputs' : 'outputs']).toContain(rowsAre);
    expect(Array.from(weights)).toEqual(
      Array.from({ length: inputs * outputs }, (_, at) => {
        const [row, column] = [Math.floor(at / columns), at % columns];
        return areInputs ? weightAt(l, column, row) : weightAt(l, row, column);
      }),
    );
    expect(Array.from(biases ?? [])).toEqual(Array.from({ length: outputs }, (_, n) => biasAt(l, n)));
  }
}

export function weightAt(layer: number, output: number, input: number): number {
  return (((7 * output + 3 * input + 5 * layer) % 17) - 8) / 8;
}

export function biasAt(layer: number, output: number): number {
  return (((5 * output + layer) % 11) - 5) / 4;
}
