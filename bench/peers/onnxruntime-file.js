import { readSync } from 'node:fs';
import { open } from 'node:fs/promises';
import { IMAGE_BYTES, IMAGES_HEADER_BYTES, LABELS_HEADER_BYTES } from '../lib/mnist.js';
import { createSession, outputTensor, writePredictions } from './onnxruntime.js';

/** Images read at a time: 3 MB, above which nothing was gained. */
const READ_IMAGES = 4000;

/**
 * Images of an IDX file, scored the way a user of onnxruntime-node who cares for speed would write it.
 *
 * @typedef {object} FileTask
 * @property {string} images a path
 * @property {string} labels a path
 * @property {number} first the first image
 * @property {number} count how many
 * @property {number} batch images a run; READ_IMAGES is a multiple of it
 * @property {boolean} readAhead whether the next piece is read while this one is scored
 */

/**
 * @param {typeof import('onnxruntime-node')} ort
 * @param {Uint8Array} model with a `(n, classes)` f32 verdict
 * @param {number} threads
 * @returns {Promise<(task: FileTask) => Promise<number>>} what scores a task and counts the right predictions
 */
export async function prepareFileScoring(ort, model, threads) {
  const session = await createSession(ort, model, threads);
  return async (task) => {
    const images = await open(task.images);
    try {
      return await scoreOpen(ort, session, images, await readLabels(task), task);
    } finally {
      await images.close();
    }
  };
}

async function readLabels({ labels: path, first, count }) {
  const file = await open(path);
  const labels = new Uint8Array(count);
  await file.read(labels, 0, count, LABELS_HEADER_BYTES + first);
  await file.close();
  return labels;
}

async function scoreOpen(ort, session, file, labels, { first, count, batch, readAhead }) {
  // Tensors are made once over the two buffers that take turns; only a last, shorter piece needs its own.
  const buffers = [0, 1].map(() => new Uint8Array(READ_IMAGES * IMAGE_BYTES));
  const inputs = buffers.map((buffer) =>
    Array.from({ length: READ_IMAGES / batch }, (_, i) => imagesTensor(ort, buffer, i * batch, batch)),
  );
  const output = outputTensor(ort, 'outputs', batch, 10);
  const predictions = new Uint8Array(READ_IMAGES);

  const read = async (done, buffer) => {
    const length = Math.min(READ_IMAGES, count - done) * IMAGE_BYTES;
    const position = IMAGES_HEADER_BYTES + (first + done) * IMAGE_BYTES;
    const bytesRead = readAhead
      ? (await file.read(buffer, 0, length, position)).bytesRead
      : readSync(file.fd, buffer, 0, length, position);
    if (bytesRead !== length) throw new Error(`expected ${length} bytes, found ${bytesRead}`);
  };

  let correct = 0;
  let turn = 0;
  let pending = read(0, buffers[turn]);
  for (let done = 0; done < count; done += READ_IMAGES) {
    await pending;
    const here = Math.min(READ_IMAGES, count - done);
    const next = done + READ_IMAGES;
    if (readAhead && next < count) pending = read(next, buffers[1 - turn]);
    for (let at = 0; at < here; at += batch) {
      const size = Math.min(batch, here - at);
      const isFull = size === batch;
      const pixels = isFull ? inputs[turn][at / batch] : imagesTensor(ort, buffers[turn], at, size);
      const verdict = isFull ? output : outputTensor(ort, 'outputs', size, 10);
      await session.run({ pixels }, { verdict });
      writePredictions(verdict, predictions, at);
    }
    for (let i = 0; i < here; i++) if (predictions[i] === labels[done + i]) correct++;
    turn = 1 - turn;
    if (!readAhead && next < count) pending = read(next, buffers[turn]);
  }
  return correct;
}

function imagesTensor(ort, buffer, first, count) {
  const bytes = buffer.subarray(first * IMAGE_BYTES, (first + count) * IMAGE_BYTES);
  return new ort.Tensor('uint8', bytes, [count, IMAGE_BYTES]);
}
