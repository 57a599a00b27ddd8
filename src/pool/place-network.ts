import { ACTIVATIONS } from '../network/activations.js';
import type { Layer, Network } from '../network/network.js';
import { foldNormalization, type Normalization } from '../network/normalization.js';
import type { Kernel } from './kernel.js';
import {
  GROUP_TABLE_ENTRIES,
  groupCount,
  type LayerLayout,
  listBytesFor,
  type MemoryLayout,
  widestLayer,
} from './layout.js';
import { ENTRY, HEAD } from './offsets.js';
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
  kernel: Pick<Kernel, 'finestScale' | 'quantizeRow'>,
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

  const { head, entries, groupTable } = layout.network;
  const setHead = (field: number, value: number) => view.setInt32(head + field, value, true);
  setHead(HEAD.layerCount, layers.length);
  setHead(HEAD.inputs, layout.recordBytes);
  setHead(HEAD.classes, layout.classCount);
  setHead(HEAD.widest, widestLayer(network));
  setHead(HEAD.quantized, isQuantized ? 1 : 0);
  setHead(HEAD.crossEntropy, layers[layers.length - 1].activation === 'softmax' ? 1 : 0);
  setHead(HEAD.groupTable, groupTable);
  setHead(HEAD.listBytes, listBytesFor(layout.recordBytes));
  writeGroupTable(new Uint16Array(buffer, groupTable, GROUP_TABLE_ENTRIES));

  layers.forEach((layer, index) => {
    const place = layout.network.layers[index];
    const entry = entries + index * ENTRY.bytes;
    const set = (field: number, value: number) => view.setInt32(entry + field, value, true);
    set(ENTRY.inputs, layer.inputs);
    set(ENTRY.outputs, layer.outputs);
    set(ENTRY.paddedOutputs, place.paddedOutputs);
    set(ENTRY.activation, ACTIVATIONS.indexOf(layer.activation));
    set(ENTRY.weights, place.weights);
    set(ENTRY.biases, place.biases);
    set(ENTRY.scales, place.scales);
    new Float32Array(buffer, place.biases, place.paddedOutputs).set(layer.biases);
    if (index > 0) new Float32Array(buffer, place.weights, layer.weights.length).set(layer.weights);
    else if (!isQuantized) writeGroups(buffer, place, layer);
  });
}

/** For each pattern of eight lit or dark groups, the positions of the lit ones, as eight u16. */
function writeGroupTable(table: Uint16Array): void {
  const groups = [0, 1, 2, 3, 4, 5, 6, 7];
  for (let pattern = 0; pattern < 256; pattern++) {
    table.set(
      groups.filter((group) => pattern & (1 << group)),
      pattern * 8,
    );
  }
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
