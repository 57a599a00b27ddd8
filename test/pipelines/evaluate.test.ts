import { readdirSync, readlinkSync } from 'node:fs';
import { join } from 'node:path';
import type { Worker } from 'node:worker_threads';
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import { type EvaluateOptions, evaluate } from '../../pipelines/evaluate.js';
import type { Evaluation } from '../../src/counting/evaluation.js';
import { openModel } from '../../src/inputs/models/open-model.js';
import { writeOwnNetwork } from '../../src/network/formats/safetensors/network-file.js';
import { UNIT_BRIGHTNESS } from '../../src/network/normalization.js';
import { TEST_IMAGES_FILE, TEST_LABELS_FILE, testImage, testLabels, testPixels } from '../helpers/mnist.js';
import { failureOf } from '../inputs/failure-of.js';
import { digits, idxBytes, labelsIdx } from '../inputs/idx-bytes.js';
import { cutAt, SilentStream, whole } from '../inputs/iterables.js';
import { tempFile, tempFolder } from '../inputs/temp-folder.js';

const COUNT = 100;
const IMAGES = idxBytes(0x08, [COUNT, 28, 28], testPixels().subarray(0, COUNT * 784));
const LABELS = labelsIdx(Array.from(testLabels().subarray(0, COUNT)));

/** What was counted: all but names, threads and times. */
const counted = ({ images, confusion, loss, calibration, mistakes }: Evaluation) => ({
  images,
  confusion,
  loss,
  calibration,
  mistakes,
});

describe('evaluate', () => {
  test('takes the bundled test set and network where nothing else is given', async () => {
    const { evaluation, normalization } = await evaluate();
    expect(evaluation).toMatchObject({ images: 10_000, partial: false, workers: 0 });
    expect(evaluation.data.dataset).toBe('MNIST test set');
    expect(evaluation.model.name).toBe('sigmoid');
    expect(normalization).toEqual(UNIT_BRIGHTNESS);
  });

  test('takes images of any shape with as many pixels as the network has inputs', async () => {
    const shaped = idxBytes(0x08, [COUNT, 14, 56], testPixels().subarray(0, COUNT * 784));
    const [{ evaluation }, usual] = await Promise.all(
      [shaped, IMAGES].map((images) => evaluate({ images, labels: LABELS })),
    );
    expect(evaluation.data).toMatchObject({ height: 14, width: 56 });
    expect(counted(evaluation)).toEqual(counted(usual.evaluation));
  });

  test('counts the same whatever the options that are for speed say', async () => {
    const plain = await evaluate({ workers: 0 });
    const other = await evaluate({ workers: 3, batchSize: 123 });
    expect(counted(other.evaluation)).toEqual(counted(plain.evaluation));
    expect(other.evaluation.workers).toBe(3);
  });

  test('stops at the limit, and is partial then', async () => {
    const { evaluation } = await evaluate({ limit: 123 });
    expect(evaluation).toMatchObject({ images: 123, partial: true });
  });

  test('keeps the worst mistakes with their pixels as stored', async () => {
    const { evaluation, mistakes } = await evaluate({ mistakes: 2 });
    expect(mistakes.map(({ index }) => index)).toEqual(evaluation.mistakes.map(({ index }) => index));
    expect(mistakes).toHaveLength(2);
    for (const { index, pixels } of mistakes) {
      expect(pixels).toEqual(testImage(index));
    }
  });

  test("gives the network's own normalization to a caller who wants to change it", async () => {
    const normalization = vi.fn(() => ({ scale: 0.01, offset: 0.5, transposed: true }));
    const result = await evaluate({ limit: 1, normalization });
    expect(normalization).toHaveBeenCalledExactlyOnceWith(openModel('sigmoid').network.normalization);
    expect(result.normalization).toEqual({ scale: 0.01, offset: 0.5, transposed: true });
    expect(result.evaluation.normalization).toBe('scale=0.01,offset=0.5,transposed');
  });

  test('takes a network by its path', async () => {
    const model = await tempFile(writeOwnNetwork(openModel('sigmoid').network));
    const { evaluation } = await evaluate({ model, limit: 1 });
    expect(evaluation.model).toEqual({ ...(await evaluate({ limit: 1 })).evaluation.model, name: model });
  });

  test.each([
    ['in the first layer', 'relu', 0, 3e38, 'layer 1'],
    ['in a later one, by what comes before it', 'relu', 1, 3e38, 'layer 2'],
    ['in the last one', 'sigmoid', 2, 3e38, 'layer 3'],
  ] as const)('refuses weights whose sums float32 cannot hold, %s', async (_, name, index, factor, words) => {
    const { network } = openModel(name);
    const layers = network.layers.map((layer, at) =>
      at === index ? { ...layer, weights: layer.weights.map((w) => Math.sign(w) * factor) } : layer,
    );
    const model = await tempFile(writeOwnNetwork({ ...network, layers }));
    await expect(evaluate({ model, limit: 1 })).rejects.toMatchObject({
      code: 'NETWORK_FILE',
      message: expect.stringMatching(
        `expected sums that float32 can hold, found sums of up to .* in ${words};`,
      ),
    });
  });

  test('takes large weights whose sums float32 can hold', async () => {
    const { network } = openModel('sigmoid');
    const layers = network.layers.map((layer) => ({ ...layer, weights: layer.weights.map((w) => w * 1e20) }));
    const model = await tempFile(writeOwnNetwork({ ...network, layers }));
    expect((await evaluate({ model, limit: 100 })).evaluation.images).toBe(100);
  });

  test('takes images and labels that are made while they are read, cut anywhere', async () => {
    const cuts = [1, 15, 16, 17, 800, 801, 50_000];
    const made = await evaluate({ images: cutAt(IMAGES, cuts), labels: cutAt(LABELS, [3, 8, 50]) });
    const read = await evaluate({ images: TEST_IMAGES_FILE, labels: TEST_LABELS_FILE, limit: COUNT });
    expect(counted(made.evaluation)).toEqual(counted(read.evaluation));
    expect(made.evaluation).toMatchObject({ partial: false, data: { name: 'images' } });
  });
});

describe('its progress', () => {
  test('is the running tally after every batch, with the total that the header announces', async () => {
    const calls: { images: number; correct: number; total: number | undefined }[] = [];
    const { evaluation } = await evaluate({
      workers: 0,
      batchSize: 3000,
      onProgress: ({ images, correct }, total) => calls.push({ images, correct, total }),
    });
    expect(calls.map(({ images }) => images)).toEqual([3000, 6000, 9000, 10_000]);
    expect(calls.map(({ total }) => total)).toEqual([10_000, 10_000, 10_000, 10_000]);
    expect(calls.at(-1)?.correct).toBe(evaluation.correct);
  });

  test('has the limit for its total where there is one', async () => {
    const onProgress = vi.fn();
    await evaluate({ limit: 5, onProgress });
    expect(onProgress).toHaveBeenCalledExactlyOnceWith(expect.objectContaining({ images: 5 }), 5);
  });

  test('that throws ends the evaluation', async () => {
    const fault = new Error('no');
    const onProgress = () => {
      throw fault;
    };
    await expect(evaluate({ workers: 1, onProgress })).rejects.toBe(fault);
  });
});

describe('its signal', () => {
  test.each([0, 2])('stops the reading; what was read is counted, with %i workers', async (workers) => {
    const controller = new AbortController();
    const { evaluation } = await evaluate({
      workers,
      batchSize: 100,
      signal: controller.signal,
      onProgress: () => controller.abort(),
    });
    expect(evaluation.partial).toBe(true);
    expect(evaluation.images).toBeGreaterThanOrEqual(100);
    // What the slots held: two of them, or two for each thread and one.
    expect(evaluation.images).toBeLessThanOrEqual(100 * (workers === 0 ? 3 : 6));
    const same = await evaluate({ limit: evaluation.images });
    expect(counted(evaluation)).toEqual(counted(same.evaluation));
  });

  test('ends an input that gives nothing more', async () => {
    const controller = new AbortController();
    const images = new SilentStream(IMAGES.subarray(0, 16 + 10 * 784 + 1));
    const labels = new SilentStream(LABELS);
    const evaluating = evaluate({ images, labels, signal: controller.signal });
    await images.waiting;
    controller.abort();
    const { evaluation } = await evaluating;
    expect(evaluation).toMatchObject({ images: 10, partial: true });
    expect([images.destroyedCount, labels.destroyedCount]).toEqual([1, 1]);
  });

  test('rejects with its reason where an input does not even give its header', async () => {
    const controller = new AbortController();
    const images = new SilentStream(IMAGES.subarray(0, 15));
    const evaluating = evaluate({ images, labels: whole(LABELS), signal: controller.signal });
    await images.waiting;
    controller.abort(new Error('enough'));
    await expect(evaluating).rejects.toThrow('enough');
  });

  test('rejects at once where it was aborted before', async () => {
    const images = new SilentStream(IMAGES);
    const labels = new SilentStream(LABELS);
    const signal = AbortSignal.abort();
    await expect(evaluate({ images, labels, signal })).rejects.toBe(signal.reason);
    await expect.poll(() => [images.destroyedCount, labels.destroyedCount]).toEqual([1, 1]);
  });

  test('that is never aborted changes nothing', async () => {
    const { signal } = new AbortController();
    expect((await evaluate({ limit: 10, signal })).evaluation.images).toBe(10);
  });
});

describe('what it rejects with has a code', () => {
  const streams = () => ({ images: whole(IMAGES), labels: whole(LABELS) });
  test.each<[name: string, code: string, options: () => EvaluateOptions]>([
    ['a network that is not there', 'INPUT_MISSING', () => ({ model: 'nothing' })],
    ['images that are not there', 'INPUT_MISSING', () => ({ images: 'nothing' })],
    ['a stream without labels', 'USAGE', () => ({ images: whole(IMAGES) })],
    ['labels for other images', 'IDX_COUNTS_DIFFER', () => ({ ...streams(), labels: whole(labelsIdx([1])) })],
    ['a label of 11', 'LABEL_OUT_OF_RANGE', () => ({ ...streams(), labels: whole(LABELS.with(-1, 11)) })],
    ['images cut off', 'IDX_TRUNCATED', () => ({ ...streams(), images: whole(IMAGES.subarray(0, -1)) })],
    ['fewer workers than none', 'USAGE', () => ({ ...streams(), workers: -1 })],
    ['half a worker', 'USAGE', () => ({ ...streams(), workers: 0.5 })],
    ['batches of nothing', 'USAGE', () => ({ ...streams(), batchSize: 0 })],
    ['a limit that is no number', 'USAGE', () => ({ ...streams(), limit: Number.NaN })],
    ['fewer mistakes than none', 'USAGE', () => ({ ...streams(), mistakes: -1 })],
    ['batches beyond all memory', 'MEMORY_LIMIT', () => ({ ...streams(), batchSize: 2 ** 40 })],
  ])('%s', async (_, code, options) => {
    expect((await failureOf(() => evaluate(options()))).code).toBe(code);
  });
});

describe('when it is over', () => {
  let alive = 0;
  let started = 0;
  const onWorker = (worker: Worker) => {
    started++;
    alive++;
    worker.once('exit', () => alive--);
  };

  beforeEach(() => {
    [alive, started] = [0, 0];
    process.on('worker', onWorker);
  });

  afterEach(() => {
    process.off('worker', onWorker);
  });

  /** The files in a folder that this process has open; known on Linux only. */
  function openFiles(folder: string): string[] {
    const links = readdirSync('/proc/self/fd').map((fd) => {
      try {
        return readlinkSync(`/proc/self/fd/${fd}`);
      } catch {
        return '';
      }
    });
    return links.filter((link) => link.startsWith(folder));
  }

  const badLabels = labelsIdx([...digits(COUNT - 1), 10]);
  const fail = () => {
    throw new Error('no');
  };
  const ways: [name: string, labels: Uint8Array, options: EvaluateOptions][] = [
    ['well', LABELS, {}],
    ['at the limit', LABELS, { limit: 10 }],
    ['at a limit of nothing', LABELS, { limit: 0 }],
    ['with bad data', badLabels, {}],
    ['with a fault of its caller', LABELS, { onProgress: fail }],
  ];

  test.each(ways)('%s, no thread is left', async (_, labels, options) => {
    const inputs = { images: whole(IMAGES), labels: whole(labels) };
    await evaluate({ ...inputs, workers: 2, batchSize: 10, ...options }).catch(() => undefined);
    expect({ started, alive }).toEqual({ started: 2, alive: 0 });
  });

  test.each(ways)('%s, streams are closed', async (_, labels, options) => {
    const inputs = { images: new SilentStream(IMAGES), labels: new SilentStream(labels) };
    const controller = new AbortController();
    const evaluating = evaluate({ ...inputs, batchSize: 10, signal: controller.signal, ...options });
    // A stream that is read to its end does not say so: it falls silent.
    void inputs.images.waiting.then(() => controller.abort());
    await evaluating.catch(() => undefined);
    expect([inputs.images.destroyedCount, inputs.labels.destroyedCount]).toEqual([1, 1]);
  });

  const isLinux = process.platform === 'linux';
  test.skipIf(!isLinux).each(ways)('%s, files are closed', async (_, labels, options) => {
    const folder = await tempFolder({ images: IMAGES, labels });
    const inputs = { images: join(folder, 'images'), labels: join(folder, 'labels') };
    await evaluate({ ...inputs, batchSize: 10, ...options }).catch(() => undefined);
    expect(openFiles(folder)).toEqual([]);
  });

  test.skipIf(!isLinux).each<[name: string, options: EvaluateOptions]>([
    ['the network is missing', { model: 'nothing' }],
    ['there is not so much memory', { batchSize: 2 ** 40 }],
  ])('before it began because %s, files are closed', async (_, options) => {
    const folder = await tempFolder({ images: IMAGES, labels: LABELS });
    const inputs = { images: join(folder, 'images'), labels: join(folder, 'labels') };
    await failureOf(() => evaluate({ ...inputs, ...options }));
    await expect.poll(() => openFiles(folder)).toEqual([]);
  });
});
