import fc from 'fast-check';
import { expect, test } from 'vitest';
import { copyToShared } from '../../src/engine/shared-bytes.js';

const CANARY = 0xa5;

test('bytes arrive as set would bring them, and nothing beside them changes', () => {
  const shared = new Uint8Array(new SharedArrayBuffer(256));
  fc.assert(
    fc.property(
      fc.uint8Array({ maxLength: 64 }),
      fc.nat(9),
      fc.nat(60),
      fc.nat(60),
      (bytes, lead, start, offset) => {
        shared.fill(CANARY);
        const expected = Buffer.from(shared);
        expected.set(bytes, start + offset);
        // A source that begins anywhere in its own buffer.
        const source = Uint8Array.from([...Array(lead).fill(1), ...bytes]).subarray(lead);
        copyToShared(source, shared.subarray(start, start + 128), offset);
        expect(Buffer.compare(shared, expected)).toBe(0);
      },
    ),
  );
});

test('what overlaps is moved, what does not fit is refused', () => {
  const shared = new Uint8Array(new SharedArrayBuffer(8));
  shared.set([1, 2, 3, 4, 5, 6, 7, 8]);
  copyToShared(shared.subarray(0, 6), shared, 2);
  expect([...shared]).toEqual([1, 2, 1, 2, 3, 4, 5, 6]);
  expect(() => copyToShared(new Uint8Array(3), shared, 6)).toThrow(RangeError);
  expect([...shared]).toEqual([1, 2, 1, 2, 3, 4, 5, 6]);
});
