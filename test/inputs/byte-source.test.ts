import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { ByteReader, prepend } from '../../src/inputs/bytes/byte-source.js';
import { iterableBytes } from '../../src/inputs/bytes/stream-bytes.js';
import { cutAt, SilentStream } from './iterables.js';

const BYTES = Uint8Array.from({ length: 40 }, (_, index) => index);
const readerOf = (bytes: Uint8Array, offsets: readonly number[] = []) =>
  new ByteReader(iterableBytes(cutAt(bytes, offsets), 'x'));

describe('ByteReader', () => {
  it('reads the same bytes however they are cut and however many are asked for', async () => {
    const cuts = fc.array(fc.integer({ min: 0, max: 40 }), { maxLength: 10 });
    const lengths = fc.array(fc.integer({ min: 0, max: 12 }), { maxLength: 20 });
    await fc.assert(
      fc.asyncProperty(cuts, lengths, async (offsets, byteCounts) => {
        const reader = readerOf(BYTES, offsets);
        let at = 0;
        for (const byteCount of byteCounts) {
          const bytes = await reader.readFully(byteCount);
          expect([...bytes]).toEqual([...BYTES.subarray(at, at + byteCount)]);
          at += bytes.length;
        }
      }),
    );
  });

  it('reads at most what is asked for, and at least a byte until the end', async () => {
    const reader = readerOf(BYTES.subarray(0, 5), [3]);
    expect([...(await reader.read(2))]).toEqual([0, 1]);
    expect([...(await reader.read(9))]).toEqual([2]);
    expect([...(await reader.read(9))]).toEqual([3, 4]);
    expect(await reader.read(9)).toHaveLength(0);
    expect(await reader.read(9)).toHaveLength(0);
  });

  it('does not copy what lies in one piece', async () => {
    const reader = new ByteReader(prepend(BYTES, iterableBytes(cutAt(BYTES, []), 'x')));
    expect((await reader.readFully(7)).buffer).toBe(BYTES.buffer);
  });

  it('does not wait when nothing is asked for', async () => {
    const reader = new ByteReader(iterableBytes(new SilentStream(new Uint8Array(0)), 'x'));
    expect(await reader.readFully(0)).toHaveLength(0);
  });
});

describe('prepend', () => {
  it('gives the piece first and keeps everything else', async () => {
    const source = prepend(BYTES.subarray(0, 2), iterableBytes(cutAt(BYTES, [2]), 'x'));
    const reader = new ByteReader(source);
    expect([...(await reader.readFully(4))]).toEqual([0, 1, 0, 1]);
    expect(source.name).toBe('x');
  });
});
