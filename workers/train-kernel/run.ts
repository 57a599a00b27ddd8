/**
 * One run of a training as it lies in shared memory. Written by the threads' src/training code before each epoch, read
 * here; the byte table is in src/training/layout.ts, and src/training/run-fields.ts mirrors these offsets.
 */

// @ts-ignore: decorator
@inline export const RUN_BYTES: usize = 256;
// @ts-ignore: decorator
@inline export const LAYER_BYTES: usize = 64;

// @ts-ignore: decorator
@inline export const SQUARED_ERROR: i32 = 0;
// @ts-ignore: decorator
@inline export const CROSS_ENTROPY: i32 = 1;
// @ts-ignore: decorator
@inline export const BINARY_CROSS_ENTROPY: i32 = 2;

// @ts-ignore: decorator
@inline export const ADAM: i32 = 0;

/**
 * The head of a run, 256 bytes: one for each thread of the team that works on it, which differ in what is the thread's own.
 * Offsets of arrays are absolute, those within a tile are counted from where the tile begins.
 */
@unmanaged
export class Run {
  layerCount: i32;
  inputs: i32;
  classes: i32;
  loss: i32;
  optimizer: i32;
  height: i32;
  width: i32;
  /** What listing lit pixels needs. */
  tables: usize;
  /** See constants.ts. */
  constants: usize;
  /** The set, shared by all runs. */
  pixels: usize;
  labels: usize;
  /** Records of the set's lit pixels, where there are any: see lit-lists.ts. `starts`: where they begin, in entries, u32. */
  hasRecords: i32;
  starts: usize;
  records: usize;
  /** Weights and biases: all weights first, `(inputs, paddedOutputs)` f32 a layer, then all biases. */
  parameters: usize;
  gradients: usize;
  means: usize;
  squares: usize;
  /** 0 where no averages are kept. */
  averages: usize;
  parameterBytes: usize;
  /** Of which all weights are the first so many. */
  weightBytes: usize;
  /** The epoch's order of images, u32. */
  order: usize;
  /** A `Step` for every batch of the epoch. */
  steps: usize;
  /** As many zeros as the widest layer has inputs, f32. */
  zeros: usize;
  /** A `TileResult` for every tile of a batch, or of an evaluation. */
  results: usize;
  /** The team's barrier: see barrier.ts. Main raises the stop flag, i32, when nobody waits for the epoch any more. */
  barrier: usize;
  stopFlag: usize;
  /** How many threads the team has, and which of them this is, from 0. */
  teamSize: i32;
  rank: i32;
  /** Where each thread's share of the first layer begins, `(teamSize + 1)` u32: bytes from the start of its weights. */
  shares: usize;
  /** Tiles that the team has in hand at a time, and where they lie, twice as many where there are several threads. */
  tilesInHand: i32;
  tiles: usize;
  tileBytes: usize;
  /** Within a tile. Lit pixels: offsets u32, brightnesses f32, where each image's begin, u32; see lit-lists.ts. */
  offsets: usize;
  brightnesses: usize;
  begins: usize;
  /** Within a tile: where each thread's share of each image's list begins, `(TILE, teamSize + 1)` u32; see shares.ts. */
  cuts: usize;
  /** Within a tile: labels, i32. */
  tileLabels: usize;
  /** The thread's own scratch: an image as it was varied. */
  tilePixels: usize;
  /** One image's lit pixels, or those of a part of it: positions u16, values u8. */
  positions: usize;
  values: usize;
  /** Room for 16 vectors that a loop is to have at hand: see constants.ts. */
  vectors: usize;
  quads: usize;
  framed: usize;
  box: usize;
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
  /** Result of the first thread: the most recent call's summed loss. */
  lossSum: f64;
  /** Result of the first thread: how many the most recent evaluation got right. */
  correct: i32;
}

/** One layer's entry behind the head, 64 bytes. */
@unmanaged
export class LayerEntry {
  inputs: i32;
  outputs: i32;
  /** `outputs` rounded up to 4. */
  paddedOutputs: i32;
  activation: i32;
  /** Bytes from the start of the parameters, and of the gradients. */
  weights: usize;
  biases: usize;
  /** Within a tile: `(paddedOutputs, TILE)` f32 each; the padding of the deltas is zeros. */
  activations: usize;
  deltas: usize;
  /** Within a tile: `(TILE, paddedOutputs)` f32: the first layer's sums on the way forward, the deltas on the way back. */
  rows: usize;
  /** The inputs whose rows of weights this thread sums the gradients of, and moves; the first thread has all biases. */
  inputBegin: i32;
  inputEnd: i32;
}

/** What came of one tile, 16 bytes: kept apart, so that they are added up in the order of the images. */
@unmanaged
export class TileResult {
  lossSum: f64;
  correct: i32;
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
export function resultAt(run: Run, tile: i32): TileResult {
  return changetype<TileResult>(run.results + (<usize>tile << 4));
}

// @ts-ignore: decorator
@inline
export function layerAt(run: Run, index: i32): LayerEntry {
  return changetype<LayerEntry>(changetype<usize>(run) + RUN_BYTES + <usize>index * LAYER_BYTES);
}
