import * as HEAD from '../../workers/kernel/common/head-offsets.js';
import * as LAYER from '../../workers/kernel/common/layer-offsets.js';
import {
  allocateWasmMemory,
  compileKernel,
  instantiateWasm,
  KERNEL_FILE,
  type WasmMemory,
  type WasmModule,
} from '../assets.js';
import { DigitflowError } from '../errors.js';
import { ACTIVATION_CODES } from '../network/activations.js';
import { foldNormalization } from '../network/feed-forward.js';
import type { Layer, Network } from '../network/network.js';
import { isSameNormalization, type Normalization } from '../network/normalization.js';
import type { Kernel } from './kernel.js';
import {
  COMPRESSION_TABLE_BYTES,
  groupCount,
  type LayerLayout,
  type LayoutOptions,
  layoutMemory,
  listBytesFor,
  type MemoryLayout,
  MOST_INPUTS,
  PAGE_BYTES,
  widestLayer,
} from './layout.js';
import { STOP_FLAG } from './messages.js';

/**
 * How far int16 weights may move a first-layer neuron's sum (root mean square over random images) before float32 ones
 * are taken instead. At this size no output of the networks of data/ moves by 1e-4.
 */
const LARGEST_QUANTIZATION_ERROR = 5e-4;

/** E[x²] of a pixel spread evenly over 0..255. */
const PIXEL_SQUARE_MEAN = 255 ** 2 / 3;

/** A network in shared memory, with the slots around it and the kernel to run on them. */
export class SharedNetwork {
  readonly layout: MemoryLayout;
  readonly memory: WasmMemory;
  readonly module: WasmModule;
  readonly #network: Network;
  readonly #control: Int32Array;
  #placed: Normalization | undefined;

  /** @throws DigitflowError NETWORK_TOO_LARGE, BUILD_INCOMPLETE, and MEMORY_LIMIT beyond 4 GiB */
  constructor(network: Network, options: LayoutOptions) {
    this.#network = network;
    const { inputs } = network.layers[0];
    if (inputs > MOST_INPUTS) {
      const message = `expected at most ${MOST_INPUTS} inputs, found ${inputs}`;
      throw new DigitflowError('NETWORK_TOO_LARGE', message);
    }
    this.layout = layoutMemory(network, options);
    this.module = compileKernel(KERNEL_FILE);
    this.memory = allocateMemory(this.layout);
    this.#control = new Int32Array(this.memory.buffer, this.layout.control, 16);
  }

  isPlacedFor(normalization: Normalization): boolean {
    return this.#placed !== undefined && isSameNormalization(this.#placed, normalization);
  }

  /** Writes the network with the normalization folded in, unless it lies there so. No task may be under way. */
  placeFor(normalization: Normalization): void {
    if (this.isPlacedFor(normalization)) return;
    const kernel = instantiateWasm<Kernel>(this.module, this.memory);
    placeNetwork(kernel, this.memory.buffer, this.layout, this.#network, normalization);
    this.#placed = normalization;
  }

  /** Tells all workers to leave what they have not begun. */
  stop(): void {
    // Publishes nothing but itself: a worker that sees it late scores one batch too many, which is not read.
    Atomics.store(this.#control, STOP_FLAG, 1);
  }
}

/** Allocates the shared memory, with the table by which the kernel reads text; throws MEMORY_LIMIT, WASM_MISSING. */
export function allocateMemory({ bytes, compression }: MemoryLayout): WasmMemory {
  const memory = allocateWasmMemory(bytes / PAGE_BYTES);
  if (compression > 0)
    fillCompressionTable(new Uint8Array(memory.buffer, compression, COMPRESSION_TABLE_BYTES));
  return memory;
}

/**
 * Fills in the positions of the ones of each mask of 16 bits, by which the kernel moves those bytes together. Masks with two
 * ones side by side are left out: no two delimiters stand so. The table is all 0 before.
 */
export function fillCompressionTable(table: Uint8Array): void {
  const fill = (mask: number, places: readonly number[], from: number): void => {
    table.set(places, mask * 8);
    for (let place = from; place < 16; place++) fill(mask | (1 << place), [...places, place], place + 2);
  };
  fill(0, [], 0);
}

/** Writes a network into shared memory, its normalization folded into the first layer: for the kernel to read. */
function placeNetwork(
  kernel: Kernel,
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
  checkSums(layers, new Float32Array(buffer, layout.network.layers[0].scales, layers[0].outputs));
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

const LARGEST_FLOAT32 = 3.4e38;

/**
 * Makes sure that no image leads to a sum that float32 cannot hold: it would be Infinity, and the outputs wrong.
 *
 * @param scales of the first layer, whose sums of int16 weights and pixels are below 2^31
 * @throws DigitflowError NETWORK_FILE
 */
function checkSums(layers: readonly Layer[], scales: Float32Array): void {
  let most = 0;
  layers.forEach(({ weights, biases, inputs, outputs, activation }, index) => {
    let largest = 0;
    for (let neuron = 0; neuron < outputs; neuron++) {
      let sum = index === 0 ? scales[neuron] * 2 ** 31 : 0;
      if (index > 0) for (let i = 0; i < inputs; i++) sum += Math.abs(weights[neuron * inputs + i]) * most;
      largest = Math.max(largest, sum + Math.abs(biases[neuron]));
    }
    // Not `>`: it may be NaN.
    if (!(largest <= LARGEST_FLOAT32)) {
      const found = `sums of up to ${largest.toExponential(1)} in layer ${index + 1}`;
      const message = `the network: expected sums that float32 can hold, found ${found}; train it with smaller weights`;
      throw new DigitflowError('NETWORK_FILE', message);
    }
    most = activation === 'relu' || activation === 'identity' ? largest : 1;
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

/**
 * Writes a first layer to its place as int16, one scale for each neuron, such that no image of uint8 pixels can overflow
 * an int32 sum: |q| <= 32767, and 255 times the sum of the positive q, as of the negative ones, is below 2^31.
 *
 * What a rounding leaves over is handed on to the pixels to the right and below, by the shares of Floyd and Steinberg
 * (1976): on digits this is worth one bit of precision. In the kernel, since JavaScript would run in V8's interpreter.
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
