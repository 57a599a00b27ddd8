/**
 * One run of a training as it lies in shared memory. Written by the threads' src/training code before each epoch, read
 * here; the byte table is in src/training/layout.ts, and src/training/run-fields.ts mirrors these offsets.
 */

// @ts-ignore: decorator
@inline export const RUN_BYTES: usize = 256;
// @ts-ignore: decorator
@inline export const LAYER_BYTES: usize = 64;

/** Images that go forward and back together: enough to keep each loop long, few enough to stay in the cache. */
// @ts-ignore: decorator
@inline export const TILE: i32 = 32;

// @ts-ignore: decorator
@inline export const SQUARED_ERROR: i32 = 0;
// @ts-ignore: decorator
@inline export const CROSS_ENTROPY: i32 = 1;
// @ts-ignore: decorator
@inline export const BINARY_CROSS_ENTROPY: i32 = 2;

// @ts-ignore: decorator
@inline export const ADAM: i32 = 0;

/** The head of a run, 256 bytes; offsets of arrays are absolute. */
@unmanaged
export class Run {
  layerCount: i32;
  inputs: i32;
  classes: i32;
  /** Bytes from one image's activations to the next one's, the same in every layer. */
  stride: usize;
  loss: i32;
  optimizer: i32;
  height: i32;
  width: i32;
  /** What listing lit pixels needs. */
  tables: usize;
  /** The set, shared by all runs. */
  pixels: usize;
  labels: usize;
  /** Weights and biases: all weights first, `(inputs, paddedOutputs)` f32 a layer, then all biases. */
  parameters: usize;
  gradients: usize;
  means: usize;
  squares: usize;
  /** 0 where no averages are kept. */
  averages: usize;
  parameterBytes: usize;
  /** Of which the first layer's weights are the first so many, and all weights the first so many. */
  firstWeightBytes: usize;
  weightBytes: usize;
  /** The epoch's order of images, u32. */
  order: usize;
  /** A `Step` for every batch of the epoch. */
  steps: usize;
  tilePixels: usize;
  lists: usize;
  listBytes: usize;
  quads: usize;
  framed: usize;
  box: usize;
  /** Zeros, as many as `stride` holds. */
  zeros: usize;
  trainingCount: i32;
  batchSize: i32;
  augmented: i32;
  key0: u32;
  key1: u32;
  rotation: f32;
  scale: f32;
  shear: f32;
  shift: f32;
  bend: f32;
  smoothing: f32;
  clip: f32;
  beta1: f32;
  beta2: f32;
  epsilon: f32;
  /** Result: the most recent call's summed loss. */
  lossSum: f64;
  /** Result: how many the most recent evaluation got right. */
  correct: i32;
}

/** One layer's entry behind the head, 64 bytes. */
@unmanaged
export class LayerEntry {
  inputs: i32;
  outputs: i32;
  /** `outputs` and `inputs` rounded up to 4. */
  paddedOutputs: i32;
  paddedInputs: i32;
  activation: i32;
  /** Bytes from the start of the parameters, and of the gradients. */
  weights: usize;
  biases: usize;
  /** `(TILE)` rows of `stride` bytes. */
  activations: usize;
  deltas: usize;
  /** `(outputs, paddedInputs)` f32: the weights the other way round; 0 in the first layer. */
  transposed: usize;
}

/** What one optimizer step needs to know, 16 bytes. */
@unmanaged
export class Step {
  /** Learning rate, for Adam over 1 - beta1^t. */
  size: f32;
  /** Adam: 1 / (1 - beta2^t). */
  correction: f32;
  /** What a weight keeps of itself: 1 - learning rate * weight decay. */
  keep: f32;
  /** How far the averages go towards the new parameters, 0..1. */
  averaging: f32;
}

// @ts-ignore: decorator
@inline
export function layerAt(run: Run, index: i32): LayerEntry {
  return changetype<LayerEntry>(changetype<usize>(run) + RUN_BYTES + <usize>index * LAYER_BYTES);
}
