import { lastValueFrom, tap } from 'rxjs';
import { describe, expect, test } from 'vitest';
import { openScorer } from '../../src/engine/open-scorer.js';
import { batch } from '../../src/operators/batch.js';
import { decode } from '../../src/operators/decode.js';
import { forward } from '../../src/operators/forward.js';
import { normalize } from '../../src/operators/normalize.js';
import { sink } from '../../src/operators/sink.js';
import { tally } from '../../src/operators/tally.js';
import { testLabels, testPixels } from '../helpers/mnist.js';
import { network } from '../helpers/scoring.js';
import { openImages } from '../inputs/drain.js';

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
