import * as HEAD from '../../workers/kernel/common/head-offsets.js';
import * as LAYER from '../../workers/kernel/common/layer-offsets.js';
import { ACTIVATION_CODES } from '../network/activations.js';
import type { Layer, Network } from '../network/network.js';
import { foldNormalization, type Normalization } from '../network/normalization.js';
import type { Kernel } from './kernel.js';
import { groupCount, type LayerLayout, listBytesFor, type MemoryLayout, widestLayer } from './layout.js';
import { quantizeLayer } from './quantize.js';

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
