import fc from 'fast-check';
import { expect } from 'vitest';
import type { FoundNetwork } from '../../../src/network/formats/found-network.js';

/** How many broken files a test makes of each file. */
export const MUTATIONS = Number(process.env.DIGITFLOW_MUTATIONS ?? 300);

/** Files that came to harm: bytes were changed, a stretch was lost, doubled or put in, or the end is missing. */
export function mutations(file: Uint8Array): fc.Arbitrary<Uint8Array> {
  const at = fc.nat(file.length - 1);
  const change = fc.oneof(
    fc.record({
      at,
      bytes: fc.uint8Array({ minLength: 1, maxLength: 8 }),
      kind: fc.constant('put' as const),
    }),
    fc.record({
      at,
      bytes: fc.uint8Array({ minLength: 1, maxLength: 8 }),
      kind: fc.constant('insert' as const),
    }),
    fc.record({ at, length: fc.integer({ min: 1, max: 64 }), kind: fc.constantFrom('lose', 'double') }),
    fc.record({ at, kind: fc.constant('cut' as const) }),
  );
  return fc.array(change, { minLength: 1, maxLength: 4 }).map((changes) =>
    changes.reduce<Uint8Array>((bytes, one) => {
      const [before, after] = [bytes.slice(0, one.at), bytes.slice(one.at)];
      if (one.kind === 'cut') return before;
      if ('bytes' in one)
        return joined(before, one.bytes, after.slice(one.kind === 'put' ? one.bytes.length : 0));
      const part = after.slice(0, one.length);
      return one.kind === 'lose' ? joined(before, after.slice(one.length)) : joined(before, part, after);
    }, file),
  );
}

function joined(...parts: readonly Uint8Array[]): Uint8Array {
  return Uint8Array.from(parts.flatMap((part) => [...part]));
}

/** Reads a file, which gives a network without contradictions or an error of one line. */
export function expectWholeOrRefused(read: () => FoundNetwork): void {
  let found: FoundNetwork;
  try {
    found = read();
  } catch (error) {
    expect(error).toMatchObject({
      name: 'DigitflowError',
      message: expect.stringMatching(/^[^\n]{1,2000}$/),
    });
    return;
  }
  expect(found.layers.length).toBeGreaterThan(0);
  const sizes = found.layers.map(({ weights, rows, columns, rowsAre, biases }) => {
    expect(weights.length).toBe(rows * columns);
    expect([...weights, ...(biases ?? [])].every((value) => Number.isFinite(Math.fround(value)))).toBe(true);
    const [inputs, outputs] = rowsAre === 'inputs' ? [rows, columns] : [columns, rows];
    if (biases && rowsAre) expect(biases.length).toBe(outputs);
    return { inputs, outputs, isKnown: rowsAre !== null };
  });
  for (const [l, { inputs, isKnown }] of sizes.entries()) {
    if (l > 0 && isKnown && sizes[l - 1].isKnown) expect(inputs).toBe(sizes[l - 1].outputs);
  }
}
