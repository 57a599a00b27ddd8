import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { lastValueFrom, tap } from 'rxjs';
import { describe, expect, test } from 'vitest';
import { openScorer } from '../../src/engine/open-scorer.js';
import { accept } from '../../src/operators/accept.js';
import { batch } from '../../src/operators/batch-records.js';
import { decode } from '../../src/operators/decode.js';
import { forward } from '../../src/operators/forward.js';
import { inOrder } from '../../src/operators/in-order.js';
import { normalize } from '../../src/operators/normalize.js';
import { sink } from '../../src/operators/sink.js';
import { tally } from '../../src/operators/tally.js';
import { testCsv } from '../helpers/csv.js';
import { testLabels, testPixels } from '../helpers/mnist.js';
import { network } from '../helpers/scoring.js';
import { openImages } from '../inputs/drain.js';
import { idxBytes, labelsIdx } from '../inputs/idx-bytes.js';
import { tempFolder } from '../inputs/temp-folder.js';

const GIGABYTE = 2 ** 30;

/** An IDX file of `count` images that exists only while it is read: the test images over and over. */
function endlessImages(count: number, onRead: (bytes: number) => void) {
  async function* bytes() {
    yield Uint8Array.from([0, 0, 8, 3, ...bigEndian(count), ...bigEndian(28), ...bigEndian(28)]);
    const pixels = testPixels().subarray(0, 1000 * 784);
    for (let left = count; left > 0; left -= 1000) {
      const part = pixels.subarray(0, Math.min(left, 1000) * 784);
      onRead(part.length);
      yield part;
    }
  }
  return bytes();
}

function endlessLabels(count: number) {
  async function* bytes() {
    yield Uint8Array.from([0, 0, 8, 1, ...bigEndian(count)]);
    const labels = testLabels().subarray(0, 1000);
    for (let left = count; left > 0; left -= 1000) yield labels.subarray(0, Math.min(left, 1000));
  }
  return bytes();
}

function bigEndian(value: number): number[] {
  return [24, 16, 8, 0].map((shift) => (value >>> shift) & 255);
}

describe('the flow', () => {
  test.each([
    ['images that are cut off', gzipSync(idxBytes(0x08, [30, 28, 28], testPixels().subarray(0, 20 * 784)))],
    ['a bad row', Buffer.from(`${testCsv(20)}1\n`)],
    ['bad rows without end', Buffer.from(testCsv(20) + '1\n'.repeat(450_000))],
    ['a row too long', Buffer.from(testCsv(20) + '1,'.repeat(470_000))],
  ])('counts nothing of %s without an error', async (_, bytes) => {
    const folder = await tempFolder({ f: bytes, labels: labelsIdx(Array.from({ length: 30 }, () => 0)) });
    const isCsv = bytes[0] !== 0x1f;
    const { inputs } = await openImages(
      { images: join(folder, 'f'), labels: isCsv ? undefined : join(folder, 'labels') },
      { network, labelled: 'required' },
    );
    const scorer = await openScorer(network, { ...(await inputs.look()), workers: 0 });
    const scored = inputs
      .pieces(scorer.slots)
      .pipe(
        decode(),
        normalize(network.normalization),
        batch(scorer.slots),
        forward(scorer),
        inOrder(),
        accept(inputs),
      );
    await expect(lastValueFrom(scored.pipe(tally()))).rejects.toThrow(isCsv ? 'f: line 22: ' : 'cut off');
    expect(scorer.slots.freeCount).toBe(scorer.slots.count);
    await scorer.close();
    await inputs.close();
  });

  test.each([0, 2])(
    'of many gigabytes never has more in flight than the slots hold, with %i workers',
    async (workers) => {
      const count = Math.ceil((3 * GIGABYTE) / 784);
      const scorer = await openScorer(network, { workers });
      let read = 0;
      let scored = 0;
      let most = 0;
      const { inputs } = await openImages({
        images: endlessImages(count, (bytes) => {
          read += bytes;
          most = Math.max(most, read - scored);
        }),
        labels: endlessLabels(count),
      });
      const counted = await lastValueFrom(
        inputs.pieces(scorer.slots).pipe(
          decode(),
          normalize(network.normalization),
          batch(scorer.slots),
          forward(scorer),
          tap(({ pixels }) => {
            scored += pixels.length;
          }),
          tally({ classes: 10, outputsAreProbabilities: true }),
        ),
      );
      await scorer.close();
      expect(counted.images).toBe(count);
      expect(scored).toBe(count * 784);
      // What the slots hold, and the one piece that the source has at hand.
      expect(most).toBeLessThanOrEqual((scorer.slots.count + 1) * scorer.slots.recordsPerSlot * 784);
    },
  );

  test('is held back by a slow writer: what is read waits in the slots and nowhere else', async () => {
    const count = 50_000;
    const scorer = await openScorer(network, { workers: 1, batchSize: 1000 });
    let read = 0;
    let written = 0;
    let most = 0;
    const { inputs } = await openImages({
      images: endlessImages(count, (bytes) => {
        read += bytes;
        most = Math.max(most, read - written);
      }),
    });
    await lastValueFrom(
      inputs.pieces(scorer.slots).pipe(
        decode(),
        normalize(network.normalization),
        batch(scorer.slots),
        forward(scorer),
        sink(async ({ pixels }) => {
          const { length } = pixels;
          // Long enough for the source to read everything, if nothing held it back.
          for (let turn = 0; turn < 20; turn++) await new Promise(setImmediate);
          written += length;
        }),
      ),
    );
    await scorer.close();
    expect(written).toBe(count * 784);
    expect(most).toBeLessThanOrEqual((scorer.slots.count + 1) * scorer.slots.recordsPerSlot * 784);
  });
});
