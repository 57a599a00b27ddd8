/**
 * The network as it lies in shared memory. Written once by the main thread (src/pool/place-network.ts), read by
 * every worker; the byte table is in src/pool/layout.ts, and these offsets mirror src/pool/offsets.ts.
 */

// @ts-ignore: decorator
@inline export const LAYERS_OFFSET: usize = 64;
// @ts-ignore: decorator
@inline export const LAYER_BYTES: usize = 32;

// @ts-ignore: decorator
@inline export const IDENTITY: i32 = 0;
// @ts-ignore: decorator
@inline export const SIGMOID: i32 = 1;
// @ts-ignore: decorator
@inline export const RELU: i32 = 2;
// @ts-ignore: decorator
@inline export const TANH: i32 = 3;
// @ts-ignore: decorator
@inline export const SOFTMAX: i32 = 4;

/** The head of the placed network, 64 bytes. */
@unmanaged
export class NetworkHead {
  layerCount: i32;
  inputs: i32;
  classes: i32;
  /** The most floats that one image needs in any layer, a multiple of 16. */
  widest: i32;
  /** 1: first-layer weights are int16 with a scale for each neuron; 0: they are float32. */
  quantized: i32;
  /** 1: the loss is cross-entropy, 0: the squared error. */
  crossEntropy: i32;
  /** Where the table of `litGroups` lies. */
  groupTable: usize;
  /** How many bytes of the scratch the list of lit groups takes. */
  listBytes: usize;
}

/** One layer's entry in the table behind the head, 32 bytes; offsets are absolute. */
@unmanaged
export class LayerEntry {
  inputs: i32;
  outputs: i32;
  /** `outputs` rounded up to 16 in the first layer; `outputs` in the others. */
  paddedOutputs: i32;
  activation: i32;
  weights: usize;
  biases: usize;
  /** First layer, int16 only: what turns the integer sum of each neuron back into a real number. */
  scales: usize;
  reserved: i32;
}

// @ts-ignore: decorator
@inline
export function layerAt(network: usize, index: i32): LayerEntry {
  return changetype<LayerEntry>(network + LAYERS_OFFSET + <usize>index * LAYER_BYTES);
}
