import { createRequire } from 'node:module';
import { dirname, join, sep } from 'node:path';
import { IMAGE_BYTES } from '../lib/mnist.js';

/** @returns {Promise<any>} TensorFlow.js with its WebAssembly backend on one thread, or null where it is not installed */
export async function loadTensorFlow() {
  try {
    // Both by require: they must share one core.
    const require = createRequire(import.meta.url);
    const tf = require('@tensorflow/tfjs-core');
    const wasm = require('@tensorflow/tfjs-backend-wasm');
    wasm.setWasmPaths(join(dirname(require.resolve('@tensorflow/tfjs-backend-wasm')), sep));
    wasm.setThreadsCount(1);
    if (!(await tf.setBackend('wasm'))) throw new Error('its WebAssembly backend does not start');
    await tf.ready();
    return tf;
  } catch (error) {
    process.stderr.write(`@tensorflow/tfjs-backend-wasm is absent: ${error.message.split('\n')[0]}\n`);
    return null;
  }
}

/**
 * Fused layers (matMul, bias and activation in one), 1/255 in the first weights, bytes made floats by `set`.
 *
 * @param {any} tf
 * @param {import('../../dist/types/src/entries/network-api.js').Network} network
 * @param {Uint8Array} pixels `(count, 784)` u8
 * @param {number} batch images a run, which divides their number
 */
export async function prepareTensorFlow(tf, network, pixels, batch) {
  const count = pixels.length / IMAGE_BYTES;
  const { scale } = network.normalization;
  const layers = network.layers.map(({ inputs, outputs, weights, biases, activation }, index) => ({
    // With `transposeB` its fused product came out wrong.
    weights: tf.tensor2d(transposed(weights, inputs, outputs, index === 0 ? scale : 1), [inputs, outputs]),
    bias: tf.tensor1d(Float32Array.from(biases)),
    activation,
  }));
  const floats = new Float32Array(batch * IMAGE_BYTES);
  const run = (predictions) => {
    for (let first = 0; first < count; first += batch) {
      floats.set(pixels.subarray(first * IMAGE_BYTES, (first + batch) * IMAGE_BYTES));
      const verdict = tf.tidy(() => {
        let a = tf.tensor2d(floats, [batch, IMAGE_BYTES]);
        for (const { weights, bias, activation } of layers) {
          a = tf.fused.matMul({ a, b: weights, bias, activation });
        }
        return tf.argMax(a, 1);
      });
      const found = verdict.dataSync();
      verdict.dispose();
      predictions?.set(found, first);
    }
  };
  return {
    async score() {
      run();
    },
    async predict() {
      const predictions = new Uint8Array(count);
      run(predictions);
      return predictions;
    },
    close: async () => {},
  };
}

/** `(outputs, inputs)` to `(inputs, outputs)`, times a factor. */
function transposed(weights, inputs, outputs, factor) {
  return Float32Array.from({ length: inputs * outputs }, (_, i) => {
    return weights[(i % outputs) * inputs + Math.floor(i / outputs)] * factor;
  });
}
