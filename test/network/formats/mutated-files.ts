import fc from 'fast-check';
import { expect } from 'vitest';
import { DigitflowError } from '../../../src/errors.js';
import type { ReadNetworkFile } from '../../../src/network/formats/found-network.js';
import { FILE_HOST } from './file-host.js';

const RUNS = Number(process.env.DIGITFLOW_MUTATIONS ?? 300);

type Change = (bytes: Buffer) => Buffer;

/** Bytes set, bytes left out, bytes that come twice, and a cut: what happens to a file. */
function mutationsOf(file: Buffer): fc.Arbitrary<Buffer> {
  const at = fc.nat(file.length - 1);
  const set: fc.Arbitrary<Change> = fc
    .tuple(at, fc.oneof(fc.nat(255), fc.constantFrom(0, 0x7f, 0x80, 0xff)))
    .map(([place, byte]) => (bytes: Buffer) => {
      if (place < bytes.length) bytes[place] = byte;
      return bytes;
    });
  const span = fc.tuple(at, fc.nat(64));
  const cut: fc.Arbitrary<Change> = span.map(([from, length]) => (bytes: Buffer) => {
    return Buffer.concat([bytes.subarray(0, from), bytes.subarray(from + length)]);
  });
  const twice: fc.Arbitrary<Change> = span.map(([from, length]) => (bytes: Buffer) => {
    return Buffer.concat([bytes.subarray(0, from + length), bytes.subarray(from)]);
  });
  const end: fc.Arbitrary<Change> = at.map((length) => (bytes: Buffer) => bytes.subarray(0, length));
  const change = fc.oneof({ weight: 8, arbitrary: set }, cut, twice, end);
  return fc
    .array(change, { minLength: 1, maxLength: 4 })
    .map((changes) => changes.reduce<Buffer>((bytes, apply) => apply(bytes), Buffer.from(file)));
}

/** Expects of mutated files a network that does not contradict itself, or one line that says what is wrong. */
export function expectSoundReading(read: ReadNetworkFile, files: readonly Buffer[]): void {
  fc.assert(
    fc.property(
      fc.constantFrom(...files).chain((file) => mutationsOf(file)),
      (bytes) => {
        try {
          for (const { weights, rows, columns, biases } of read(bytes, 'a.bin', FILE_HOST).layers) {
            expect(weights.length).toBe(rows * columns);
            expect(weights.every(Number.isFinite)).toBe(true);
            if (biases !== null) expect([rows, columns]).toContain(biases.length);
          }
        } catch (error) {
          if (!(error instanceof DigitflowError)) throw error;
          expect(error.message).toMatch(/^a\.bin[^\n]*; [^\n]+$/);
          expect(error.exitCode).toBe(65);
        }
      },
    ),
    { numRuns: RUNS },
  );
}
