import { describe, expect, test } from 'vitest';
import { train } from '../../pipelines/train.js';
import { testLabels, testPixels } from '../helpers/mnist.js';
import { idxBytes } from '../inputs/idx-bytes.js';

const COUNT = 300;

async function* bytesOf(bytes: Uint8Array) {
  // Cut where no record ends.
  for (let from = 0; from < bytes.length; from += 10_007) yield bytes.subarray(from, from + 10_007);
}

/** Streams of real digits, and settings under which they are learned fast. */
function given() {
  return {
    images: bytesOf(idxBytes(0x08, [COUNT, 28, 28], testPixels().subarray(0, COUNT * 784))),
    labels: bytesOf(idxBytes(0x08, [COUNT], testLabels().subarray(0, COUNT))),
    ...{ hidden: [8], epochs: 4, validation: 100, batchSize: 16, workers: 0 },
  };
}

describe('train', () => {
  test('learns from streams that are cut anywhere, and tells of every epoch', async () => {
    const told: string[] = [];
    const { network, training, reports } = await train({
      ...given(),
      onEpoch: ({ epoch }, { done, toDo, images }) => told.push(`${epoch} ${done} ${toDo} ${images}`),
    });
    expect(told).toEqual(['1 1 4 200', '2 2 4 200', '3 3 4 200', '4 4 4 200']);
    expect(reports).toHaveLength(4);
    expect(training.out.path).toBeNull();
    expect(network.layers[0].inputs).toBe(784);
    expect(Number(network.provenance['validation accuracy'])).toBe(training.validation?.accuracy);
  });

  test('without held-out images keeps the last epoch and claims nothing', async () => {
    const { training, network } = await train({ ...given(), validation: 0 });
    expect(training).toMatchObject({ chosen: { epoch: 4 }, validation: null, test: null });
    expect(network.provenance['validation accuracy']).toBeUndefined();
  });

  test('on the MNIST training set judges the network on the test set, with an interval of two bounds', async () => {
    const { training } = await train({ hidden: [], epochs: 1, workers: 0 });
    expect(training.data).toMatchObject({ dataset: 'MNIST training set', images: 60_000 });
    expect(training.test).toEqual({
      dataset: 'MNIST test set',
      images: 10_000,
      correct: expect.any(Number),
      accuracy: Number(training.test?.correct) / 10_000,
      interval: { low: expect.any(Number), high: expect.any(Number) },
    });
  });

  test('that is aborted before its first epoch rejects with the reason', async () => {
    const signal = AbortSignal.abort(new Error('changed my mind'));
    await expect(train({ ...given(), signal })).rejects.toThrow('changed my mind');
  });

  test('that is aborted keeps the best so far, marked partial', async () => {
    const controller = new AbortController();
    const onEpoch = () => controller.abort();
    const { training } = await train({ ...given(), signal: controller.signal, onEpoch });
    expect(training).toMatchObject({ partial: true, epochs: 1, chosen: { epoch: 1 } });
  });

  test('refuses settings that cannot be, by name', async () => {
    await expect(train({ ...given(), learningRate: 0 })).rejects.toMatchObject({
      code: 'USAGE',
      message: expect.stringContaining('learningRate'),
    });
  });
});
