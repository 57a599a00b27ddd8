import * as HEAD from '../../workers/kernel/common/head-offsets.js';
import * as LAYER from '../../workers/kernel/common/layer-offsets.js';
import { ACTIVATION_CODES } from '../network/activations.js';
import { foldNormalization } from '../network/feed-forward.js';
import type { Layer, Network } from '../network/network.js';
import type { Normalization } from '../network/normalization.js';
import type { Kernel } from './kernel.js';
import { groupCount, type LayerLayout, listBytesFor, type MemoryLayout, widestLayer } from './layout.js';

/**
 * How far int16 weights may move a first-layer neuron's sum (root mean square over random images) before float32 ones
 * are taken instead. At this size no output of the networks of data/ moves by 1e-4.
 */
const LARGEST_QUANTIZATION_ERROR = 5e-4;

/**
 * Writes a network into shared memory, its normalization folded into the first layer.
 *
 * Must not run while a task that uses the memory is under way. Written by the main thread, read by the kernel.
 */
export function placeNetwork(
  kernel: Pick<Kernel, 'finestScale' | 'quantizeRow' | 'writePositionTable'>,
  buffer: SharedArrayBuffer,
  layout: MemoryLayout,
  network: Network,
  normalization: Normalization,
): void {
  const view = new DataView(buffer);
  const layers = network.layers.map((layer, index) =>
    index === 0 ? foldNormalization(layer, normalization, network.image) : layer,
  );
  const { height, width } = network.image;
  const rowLength = normalization.transposed ? height : width;
  const error = quantizeLayer(kernel, buffer, layout.network.layers[0], layers[0], rowLength);
  const isQuantized = error <= LARGEST_QUANTIZATION_ERROR;

  const { head, entries, positionTable } = layout.network;
  const setHead = (field: number, value: number) => view.setInt32(head + field, value, true);
  setHead(HEAD.layerCount, layers.length);
  setHead(HEAD.inputs, layout.recordBytes);
  setHead(HEAD.classes, layout.classCount);
  setHead(HEAD.widest, widestLayer(network));
  setHead(HEAD.quantized, isQuantized ? 1 : 0);
  setHead(HEAD.crossEntropy, layers[layers.length - 1].activation === 'softmax' ? 1 : 0);
  setHead(HEAD.positionTable, positionTable);
  setHead(HEAD.listBytes, listBytesFor(layout.recordBytes));
  kernel.writePositionTable(positionTable);

  layers.forEach((layer, index) => {
    const place = layout.network.layers[index];
    const entry = entries + index * LAYER.bytes;
    const set = (field: number, value: number) => view.setInt32(entry + field, value, true);
    set(LAYER.inputs, layer.inputs);
    set(LAYER.outputs, layer.outputs);
    set(LAYER.paddedOutputs, place.paddedOutputs);
    set(LAYER.activation, ACTIVATION_CODES[layer.activation]);
    set(LAYER.weights, place.weights);
    set(LAYER.biases, place.biases);
    set(LAYER.scales, place.scales);
    new Float32Array(buffer, place.biases, place.paddedOutputs).set(layer.biases);
    if (index > 0) new Float32Array(buffer, place.weights, layer.weights.length).set(layer.weights);
    else if (!isQuantized) writeGroups(buffer, place, layer);
  });
}

/** Blocks of 16 neurons; in each, for every group of four pixels, 16 float32 for each pixel. */
function writeGroups(buffer: SharedArrayBuffer, place: LayerLayout, layer: Layer): void {
  const groups = groupCount(layer.inputs);
  const target = new Float32Array(buffer, place.weights, groups * 4 * place.paddedOutputs);
  target.fill(0);
  for (let neuron = 0; neuron < layer.outputs; neuron++) {
    const column = (neuron >> 4) * groups * 64 + (neuron & 15);
    for (let input = 0; input < layer.inputs; input++) {
      target[column + input * 16] = layer.weights[neuron * layer.inputs + input];
    }
  }
}

/** E[x²] of a pixel spread evenly over 0..255. */
const PIXEL_SQUARE_MEAN = 255 ** 2 / 3;

/**
 * Writes a first layer to its place as int16, one scale for each neuron, such that no image of uint8 pixels can overflow
 * an int32 sum: |q| <= 32767, and 255 times the sum of the positive q, as of the negative ones, is below 2^31.
 *
 * What a rounding leaves over is handed on to the pixels to the right and below, by the shares of Floyd and Steinberg
 * (1976): neighbouring pixels are alike, so that in the sum over a stroke most of it cancels. On digits this is worth
 * one bit of precision.
 *
 * In the kernel, since it happens once in a process that has just started: JavaScript would run in V8's interpreter.
 *
 * @param rowLength pixels in a row of the image, as it is stored; at most all of them
 * @returns the largest of the neurons' errors: the root mean square of what rounding does to the sum, on random images
 */
export function quantizeLayer(
  kernel: Pick<Kernel, 'finestScale' | 'quantizeRow'>,
  buffer: SharedArrayBuffer,
  place: LayerLayout,
  layer: Layer,
  rowLength: number,
): number {
  const { inputs, outputs, weights } = layer;
  const { paddedOutputs } = place;
  const blockBytes = groupCount(inputs) * 128;
  const bytes = (paddedOutputs / 16) * blockBytes;
  new Uint8Array(buffer, place.weights, bytes).fill(0);
  // The second half of the room, meant for float32, is free meanwhile: 32 bytes a pixel, of which it takes 16 at most.
  const spare = place.weights + bytes;
  const row = new Float64Array(buffer, spare, inputs);
  const handedDown = spare + row.byteLength;
  const scales = new Float32Array(buffer, place.scales, paddedOutputs);
  let largestSquares = 0;
  for (let neuron = 0; neuron < outputs; neuron++) {
    row.set(weights.subarray(neuron * inputs, (neuron + 1) * inputs));
    const scale = kernel.finestScale(spare, inputs);
    const target = place.weights + (neuron >> 4) * blockBytes + (neuron & 15) * 4;
    scales[neuron] = scale;
    const squares = kernel.quantizeRow(spare, inputs, rowLength, scale, handedDown, target);
    largestSquares = Math.max(largestSquares, squares);
  }
  return Math.sqrt(largestSquares * PIXEL_SQUARE_MEAN);
}
