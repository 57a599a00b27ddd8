import { IMAGE_BYTES } from '../lib/mnist.js';
import { onnxModel } from '../lib/onnx-model.js';

/** @typedef {import('../lib/onnx-model.js').ModelShape} ModelShape */

/** @returns {Promise<typeof import('onnxruntime-node') | null>} null where it is not installed */
export async function loadOnnxRuntime() {
  try {
    return (await import('onnxruntime-node')).default;
  } catch (error) {
    // A missing package and a library that does not load on this machine are the same to who measures.
    process.stderr.write(`onnxruntime-node is absent: ${error.message}\n`);
    return null;
  }
}

/**
 * The settings that its documentation and the measurements of docs/performance.md favour.
 *
 * @param {typeof import('onnxruntime-node')} ort
 * @param {Uint8Array} model
 * @param {number} [threads]
 */
export function createSession(ort, model, threads = 1) {
  return ort.InferenceSession.create(model, {
    executionProviders: ['cpu'],
    executionMode: 'sequential',
    graphOptimizationLevel: 'all',
    interOpNumThreads: 1,
    intraOpNumThreads: threads,
  });
}

/**
 * A preallocated output: filled again by every run, so nothing is allocated.
 *
 * @param {typeof import('onnxruntime-node')} ort
 * @param {ModelShape['verdict']} verdict
 * @param {number} count
 * @param {number} classes
 */
export function outputTensor(ort, verdict, count, classes) {
  return verdict === 'argmax'
    ? new ort.Tensor('int64', new BigInt64Array(count), [count])
    : new ort.Tensor('float32', new Float32Array(count * classes), [count, classes]);
}

/**
 * Writes the predicted classes of a run: the first of the greatest outputs.
 *
 * @param {import('onnxruntime-node').Tensor} verdict
 * @param {Uint8Array} predictions
 * @param {number} at where to begin
 */
export function writePredictions({ type, data, dims }, predictions, at) {
  const [count, classes] = dims;
  for (let i = 0; i < count; i++) {
    let best = 0;
    if (type === 'int64') best = Number(data[i]);
    else for (let c = 1; c < classes; c++) if (data[i * classes + c] > data[i * classes + best]) best = c;
    predictions[at + i] = best;
  }
}

/**
 * All that one setting needs to score the same images again and again.
 *
 * @param {typeof import('onnxruntime-node')} ort
 * @param {import('../../dist/types/src/entries/network-api.js').Network} network
 * @param {Uint8Array} pixels `(count, 784)` u8
 * @param {ModelShape & { batch: number }} setting
 */
export async function prepareScoring(ort, network, pixels, { batch, ...shape }) {
  const session = await createSession(ort, onnxModel(network, shape));
  const count = pixels.length / IMAGE_BYTES;
  const classes = network.classes.length;
  const runs = [];
  /** @type {Map<number, import('onnxruntime-node').Tensor>} */
  const outputs = new Map();
  for (let first = 0; first < count; first += batch) {
    const size = Math.min(batch, count - first);
    const images = pixels.subarray(first * IMAGE_BYTES, (first + size) * IMAGE_BYTES);
    if (!outputs.has(size)) outputs.set(size, outputTensor(ort, shape.verdict, size, classes));
    runs.push({
      first,
      feeds: { pixels: new ort.Tensor('uint8', images, [size, IMAGE_BYTES]) },
      fetches: { verdict: outputs.get(size) },
    });
  }
  return {
    async score() {
      for (const { feeds, fetches } of runs) await session.run(feeds, fetches);
    },
    async predict() {
      const predictions = new Uint8Array(count);
      for (const { first, feeds, fetches } of runs) {
        await session.run(feeds, fetches);
        writePredictions(fetches.verdict, predictions, first);
      }
      return predictions;
    },
    close: () => session.release(),
  };
}
