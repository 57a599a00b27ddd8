import { createRequire } from 'node:module';
import { join } from 'node:path';
import { IMAGE_BYTES } from './mnist.js';
import { ROOT } from './product.js';

/**
 * @typedef {object} PostRequest
 * @property {string | Uint8Array} body
 * @property {Record<string, string>} headers
 */

/** @param {Uint8Array} pixels `(count, 784)` u8, as of all here @returns {PostRequest} the first image as JSON */
export function jsonRequest(pixels) {
  const data = Array.from(pixels.subarray(0, IMAGE_BYTES));
  const input = { name: 'pixels', datatype: 'UINT8', shape: [1, IMAGE_BYTES], data };
  return { body: JSON.stringify({ inputs: [input] }), headers: { 'content-type': 'application/json' } };
}

/** @returns {PostRequest} images as nothing but bytes */
export function bytesRequest(pixels) {
  return { body: Buffer.from(pixels), headers: { 'content-type': 'application/octet-stream' } };
}

/** @returns {PostRequest} images as bytes after JSON; the reply is bytes, too */
export function binaryRequest(pixels, outputs = {}) {
  const parameters = { binary_data_size: pixels.length };
  const shape = [pixels.length / IMAGE_BYTES, IMAGE_BYTES];
  const input = { name: 'pixels', datatype: 'UINT8', shape, parameters };
  const said = JSON.stringify({ parameters: { binary_data_output: true }, inputs: [input], ...outputs });
  const { headers } = bytesRequest(pixels);
  return {
    body: Buffer.concat([Buffer.from(said), pixels]),
    headers: { ...headers, 'inference-header-content-length': `${said.length}` },
  };
}

/** @returns {PostRequest} the first image as a grey PNG, each pixel a square of so many */
export function pictureRequest(pixels, times) {
  const { PNG } = createRequire(join(ROOT, 'package.json'))('pngjs');
  const side = Math.sqrt(IMAGE_BYTES);
  const png = new PNG({ width: side * times, height: side * times });
  for (let at = 0; at < png.data.length / 4; at++) {
    const [x, y] = [at % png.width, Math.floor(at / png.width)].map((place) => Math.floor(place / times));
    png.data.fill(pixels[y * side + x], at * 4, at * 4 + 3)[at * 4 + 3] = 255;
  }
  const body = PNG.sync.write(png, { colorType: 0, inputHasAlpha: true });
  return { body, headers: { 'content-type': 'image/png' } };
}
