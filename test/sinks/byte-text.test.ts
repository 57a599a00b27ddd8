import fc from 'fast-check';
import { expect, test } from 'vitest';
import { ByteText } from '../../src/sinks/byte-text.js';

const written = (write: (text: ByteText) => void): string => {
  const text = new ByteText(0);
  write(text);
  return Buffer.from(text.written).toString();
};

test.each([0, 1, 9, 10, 99, 100, 2 ** 31 - 1, 2 ** 31, 2 ** 53 - 1])(
  'writes the whole number %d',
  (value) => {
    expect(written((text) => text.whole(value))).toBe(String(value));
  },
);

test('decimals of any float32 are those of toFixed', () => {
  const float = fc.oneof(
    fc.float({ min: 0, max: 1 }),
    fc.float(),
    // Half of the last digit, and next to it.
    fc.integer({ min: 0, max: 999 * 64 }).map((n) => Math.fround(n / 64)),
    fc.integer({ min: 0, max: 2_000_000 }).map((n) => Math.fround((n + 0.5) / 1e6)),
    fc.constantFrom(-0, 999.9999389648438, 1000, 0.9999995, 1e-30),
  );
  fc.assert(
    fc.property(float.map(Math.fround), (value) => {
      expect(written((text) => text.decimal(value))).toBe(value.toFixed(6));
    }),
    { numRuns: 20_000 },
  );
});

test('grows as it must, and keeps what it holds', () => {
  const piece = 'π=3.14;';
  const found = written((text) => {
    for (let i = 0; i < 1000; i++) text.text(piece);
    text.bytes(Buffer.from('end'));
  });
  expect(found).toBe(`${piece.repeat(1000)}end`);
});
