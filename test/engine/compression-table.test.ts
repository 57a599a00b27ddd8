import fc from 'fast-check';
import { expect, test } from 'vitest';
import { COMPRESSION_TABLE_BYTES } from '../../src/engine/layout.js';
import { fillCompressionTable } from '../../src/engine/shared-network.js';

test('holds the places of the ones of every mask that has no two of them side by side', () => {
  const table = new Uint8Array(COMPRESSION_TABLE_BYTES);
  fillCompressionTable(table);
  fc.assert(
    fc.property(fc.nat(2 ** 16 - 1), (any) => {
      const mask = any & ~(any << 1) & 0xffff;
      const apart = (mask & (mask >> 1)) === 0 ? mask : mask & 0x5555;
      const places = Array.from({ length: 16 }, (_, place) => place).filter(
        (place) => (apart >> place) % 2 === 1,
      );
      const entry = [...table.subarray(apart * 8, apart * 8 + 8)];
      expect(entry).toEqual([...places, ...Array(8 - places.length).fill(0)]);
    }),
    { numRuns: 2000 },
  );
});
