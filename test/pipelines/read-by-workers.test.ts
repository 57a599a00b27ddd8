import { createReadStream } from 'node:fs';
import { copyFile, truncate } from 'node:fs/promises';
import { join } from 'node:path';
import { firstValueFrom, lastValueFrom, take, tap } from 'rxjs';
import { describe, expect, test } from 'vitest';
import { evaluate } from '../../pipelines/evaluate.js';
import { openScorer } from '../../src/engine/open-scorer.js';
import { writeOwnNetwork } from '../../src/network/formats/safetensors/network-file.js';
import { accept } from '../../src/operators/accept.js';
import { batch } from '../../src/operators/batch-records.js';
import { decode } from '../../src/operators/decode.js';
import { forward } from '../../src/operators/forward.js';
import { inOrder } from '../../src/operators/in-order.js';
import { normalize } from '../../src/operators/normalize.js';
import { takeScored } from '../../src/operators/take-records.js';
import { TEST_IMAGES_FILE, TEST_LABELS_FILE, testImage, testPixels } from '../helpers/mnist.js';
import { randomNetwork } from '../helpers/random-network.js';
import { network } from '../helpers/scoring.js';
import { openImages } from '../inputs/drain.js';
import { tempFolder } from '../inputs/temp-folder.js';

const FILES = { images: TEST_IMAGES_FILE, labels: TEST_LABELS_FILE };
/** Without a digest only the workers have to see the bytes. */
const UNDIGESTED = { ...FILES, digest: 'never' } as const;

describe('a file that the workers read themselves', () => {
  test.each([
    [1, undefined],
    [2, undefined],
    [2, 7],
    [3, 999],
  ])(
    'gives the same evaluation, mistakes and their pixels, with %i workers and batches of %s',
    async (workers, batchSize) => {
      // Batches of seven of all images would take long.
      const limit = batchSize === 7 ? 700 : 10_000;
      const expected = await evaluate({ ...FILES, workers: 0, limit });
      const found = await evaluate({ ...UNDIGESTED, workers, batchSize, limit });
      for (const field of ['images', 'confusion', 'loss', 'calibration', 'mistakes'] as const) {
        expect(found.evaluation[field]).toEqual(expected.evaluation[field]);
      }
      expect(found.mistakes).toEqual(expected.mistakes);
    },
  );

  test('is not touched by the main thread: its batches have no pixels, but each record can be asked for', async () => {
    const { inputs, input } = await openImages(FILES, { digest: 'never' });
    expect(input.canBeReadByWorkers).toBe(true);
    const scorer = await openScorer(network, { workers: 1, batchSize: 100, canBeReadByWorkers: true });
    const flow = inputs.pieces(scorer.slots).pipe(
      decode(),
      normalize(network.normalization),
      batch(scorer.slots),
      tap((filled) => {
        expect(() => filled.pixels).toThrowError(expect.objectContaining({ code: 'USAGE' }));
        const place = filled.first + 7;
        const expected = testImage(place);
        expect([...filled.pixelsOf(7)]).toEqual([...expected]);
      }),
      forward(scorer),
      take(1),
    );
    expect((await firstValueFrom(flow)).first).toBe(0);
    await scorer.close();
    await inputs.close();
  });

  test('may have labels so long that a batch comes in several chunks', async () => {
    // Fourteen by four pixels, so that a chunk's labels are fewer than a batch.
    const count = 140_000;
    const images = Buffer.alloc(16 + count * 56);
    images.set([0, 0, 8, 3, 0, 2, 0x22, 0xe0, 0, 0, 0, 14, 0, 0, 0, 4]);
    images.set(testPixels().subarray(0, count * 56), 16);
    const many = Buffer.alloc(12 + count * 32);
    many.set([0, 0, 0x0c, 2, 0, 2, 0x22, 0xe0, 0, 0, 0, 8]);
    for (let i = 0; i < count; i++) many.writeInt32BE(i % 10, 12 + i * 32);
    const small = randomNetwork({
      seed: 3,
      height: 14,
      width: 4,
      outputs: [8, 10],
      hidden: 'relu',
      last: 'softmax',
    });
    const folder = await tempFolder({ images, labels: many, model: Buffer.from(writeOwnNetwork(small)) });
    const options = {
      images: join(folder, 'images'),
      labels: join(folder, 'labels'),
      model: join(folder, 'model'),
      digest: 'never',
      batchSize: 50_000,
    } as const;
    const expected = await evaluate({ ...options, workers: 0 });
    const found = await evaluate({ ...options, workers: 2 });
    expect(found.evaluation.images).toBe(count);
    expect(found.evaluation.confusion).toEqual(expected.evaluation.confusion);
  });

  test('that becomes shorter meanwhile is one clear error', async () => {
    const folder = await tempFolder({});
    const images = join(folder, 'images');
    await copyFile(TEST_IMAGES_FILE, images);
    const { inputs } = await openImages({ ...FILES, images }, { digest: 'never' });
    const scorer = await openScorer(network, { workers: 1, batchSize: 1000, canBeReadByWorkers: true });
    await truncate(images, 16 + 2500 * 784);
    const scored = inputs
      .pieces(scorer.slots)
      .pipe(decode(), normalize(network.normalization), batch(scorer.slots), forward(scorer), inOrder());
    const flow = scored.pipe(accept(inputs), takeScored());
    await expect(lastValueFrom(flow)).rejects.toMatchObject({
      code: 'IDX_TRUNCATED',
      message: expect.stringMatching(/images: records 2000 to 2999: the file became shorter/),
    });
    await scorer.close();
    await inputs.close();
  });

  test('is read by the main thread where it must be digested, and a stream always', async () => {
    const digested = await openImages(FILES);
    expect(digested.input.canBeReadByWorkers).toBe(false);
    await digested.inputs.close();
    const streamed = await openImages({ images: createReadStream(TEST_IMAGES_FILE) });
    expect(streamed.input.canBeReadByWorkers).toBe(false);
    await streamed.inputs.close();
  });
});
