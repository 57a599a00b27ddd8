import { IMAGE_BYTES } from './mnist.js';
import { loadDigitflow } from './product.js';

/** Two outputs that are nearer than this may come out in either order: docs/architecture.md promises no more. */
const CLOSE_CALL = 1e-3;

/**
 * Compares predictions. Where two differ, the float64 network says whether it was a close call.
 *
 * @param {object} network as the library opens it
 * @param {Uint8Array} pixels `(count, 784)` u8
 * @param {Uint8Array} ours
 * @param {Uint8Array} theirs
 * @returns {Promise<{ closeCalls: number, wrong: number }>}
 */
export async function compare(network, pixels, ours, theirs) {
  const { feedForward } = await loadDigitflow();
  const { scale, offset } = network.normalization;
  const found = { closeCalls: 0, wrong: 0 };
  for (let i = 0; i < ours.length; i++) {
    if (ours[i] === theirs[i]) continue;
    const image = pixels.subarray(i * IMAGE_BYTES, (i + 1) * IMAGE_BYTES);
    const activations = feedForward(
      network,
      Float64Array.from(image, (pixel) => pixel * scale + offset),
    );
    const outputs = activations[activations.length - 1];
    if (Math.abs(outputs[ours[i]] - outputs[theirs[i]]) < CLOSE_CALL) found.closeCalls++;
    else found.wrong++;
  }
  return found;
}
