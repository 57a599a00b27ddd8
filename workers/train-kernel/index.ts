import { activate } from './activate';
import { affine } from './affine';
import { augment } from './augment';
import { addBiasGradients, addDenseGradients, transpose } from './dense';
import { addSparseGradients, listLitPixels, sparseAffine } from './lit-pixels';
import { backThroughActivation, outputDelta, winner } from './loss';
import { step } from './optimizer';
import { LayerEntry, layerAt, Run, Step, TILE } from './run';

/**
 * Trains on batches `first` to `first + count - 1` of the epoch, in the run's order of images: forward, back, one
 * optimizer step a batch. Leaves the summed loss of these batches, taken while the weights changed, in `lossSum`.
 */
export function train(address: usize, first: i32, count: i32): void {
  const run = changetype<Run>(address);
  let lossSum: f64 = 0;
  for (let batch = first; batch < first + count; batch++) {
    const begin = batch * run.batchSize;
    const end = min(begin + run.batchSize, run.trainingCount);
    lossSum += addGradients(address, begin, end);
    optimize(address, batch, end - begin);
  }
  run.lossSum = lossSum;
}

/** One optimizer step down the run's gradients, which were summed over `images`, as the step table says for `batch`. */
export function optimize(address: usize, batch: i32, images: i32): void {
  const run = changetype<Run>(address);
  step(run, changetype<Step>(run.steps + (<usize>batch << 4)), images);
}

/** Adds the gradients of the images `begin` to `end - 1` of the order to the run's; returns their summed loss. */
export function addGradients(address: usize, begin: i32, end: i32): f64 {
  const run = changetype<Run>(address);
  for (let index = 1; index < run.layerCount; index++) {
    const layer = layerAt(run, index);
    const weights = run.parameters + layer.weights;
    transpose(weights, layer.inputs, layer.outputs, layer.paddedOutputs, layer.paddedInputs, layer.transposed);
  }
  let lossSum: f64 = 0;
  for (let done = begin; done < end; done += TILE) {
    const images = min(TILE, end - done);
    fetchImages(run, done, images);
    for (let i = 0; i < images; i++) {
      const index = load<u32>(run.order + (<usize>(done + i) << 2));
      let image = run.pixels + <usize>index * <usize>run.inputs;
      if (run.augmented) {
        augment(run, index, image, run.tilePixels);
        image = run.tilePixels;
      }
      listImage(run, image, i);
    }
    forwardTile(run, run.parameters, images);
    lossSum += backwardTile(run, done, images);
  }
  return lossSum;
}

/**
 * Runs the network of `parameters` over `count` images of the set from `first` on, unaugmented. Leaves how many it gets
 * right in `correct`, and their summed loss, without label smoothing, in `lossSum`.
 */
export function evaluate(address: usize, parameters: usize, first: i32, count: i32): void {
  const run = changetype<Run>(address);
  const last = layerAt(run, run.layerCount - 1);
  let lossSum: f64 = 0;
  let correct = 0;
  for (let done = first; done < first + count; done += TILE) {
    const images = min(TILE, first + count - done);
    for (let i = 0; i < images; i++) listImage(run, run.pixels + <usize>(done + i) * <usize>run.inputs, i);
    forwardTile(run, parameters, images);
    for (let i = 0; i < images; i++) {
      const outputs = last.activations + <usize>i * run.stride;
      const deltas = last.deltas + <usize>i * run.stride;
      const label = <i32>load<u8>(run.labels + <usize>(done + i));
      lossSum += outputDelta(run.loss, last.activation, outputs, deltas, run.classes, label, 0);
      correct += <i32>(winner(outputs, run.classes) == label);
    }
  }
  run.lossSum = lossSum;
  run.correct = correct;
}

/** Augments one image of the set to `target`: for tests, and for those who want to see it. */
export function augmentImage(address: usize, index: i32, target: usize): void {
  const run = changetype<Run>(address);
  augment(run, <u32>index, run.pixels + <usize>index * <usize>run.inputs, target);
}

/**
 * Reads one byte of every cache line of a tile's images. They lie all over the set: asked for one right after the other
 * they arrive together, where listing them one by one would wait for each.
 */
function fetchImages(run: Run, done: i32, images: i32): void {
  let bits: u32 = 0;
  for (let i = 0; i < images; i++) {
    const image = run.pixels + <usize>load<u32>(run.order + (<usize>(done + i) << 2)) * <usize>run.inputs;
    for (let at: usize = 0; at < <usize>run.inputs; at += 64) bits |= load<u8>(image + at);
  }
  // Stored where the first list will be, so that no compiler leaves the loads out.
  store<u32>(run.lists, bits);
}

/** Lists the lit pixels of the tile's `i`-th image: their number, then offsets, then values, each in half the room. */
function listImage(run: Run, image: usize, i: i32): void {
  const list = run.lists + <usize>i * run.listBytes;
  const values = list + (run.listBytes >> 1);
  const rowBytes = layerAt(run, 0).paddedOutputs << 2;
  // The scratch of litGroups lies behind the lists.
  const groups = run.lists + <usize>TILE * run.listBytes;
  store<i32>(list, listLitPixels(image, run.inputs, run.tables, groups, rowBytes, list + 16, values + 16));
}

function forwardTile(run: Run, parameters: usize, images: i32): void {
  const stride = run.stride;
  const first = layerAt(run, 0);
  const weights = parameters + first.weights;
  const biases = parameters + first.biases;
  const half = run.listBytes >> 1;
  for (let i: usize = 0; i < <usize>images; i++) {
    const list = run.lists + i * run.listBytes;
    const values = list + half + 16;
    const lit = load<i32>(list);
    sparseAffine(list + 16, values, lit, weights, biases, first.activations + i * stride, first.paddedOutputs);
  }
  activate(first.activation, first.activations, stride, images, first.outputs, first.paddedOutputs);
  let source = first.activations;
  for (let index = 1; index < run.layerCount; index++) {
    const layer = layerAt(run, index);
    const weights = parameters + layer.weights;
    const biases = parameters + layer.biases;
    affine(source, layer.activations, stride, images, layer.inputs, layer.paddedOutputs, weights, biases);
    activate(layer.activation, layer.activations, stride, images, layer.outputs, layer.paddedOutputs);
    source = layer.activations;
  }
}

/** From the outputs back to the pixels; returns the tile's summed loss. */
function backwardTile(run: Run, done: i32, images: i32): f64 {
  const stride = run.stride;
  const last = layerAt(run, run.layerCount - 1);
  let lossSum: f64 = 0;
  for (let i: usize = 0; i < <usize>images; i++) {
    const index = load<u32>(run.order + ((<usize>done + i) << 2));
    const label = <i32>load<u8>(run.labels + <usize>index);
    const outputs = last.activations + i * stride;
    lossSum += outputDelta(
      run.loss,
      last.activation,
      outputs,
      last.deltas + i * stride,
      run.classes,
      label,
      run.smoothing,
    );
  }
  for (let index = run.layerCount - 1; index > 0; index--) {
    const layer = layerAt(run, index);
    const before = layerAt(run, index - 1);
    const inputs = layer.inputs;
    const gradients = run.gradients + layer.weights;
    addDenseGradients(before.activations, layer.deltas, stride, images, inputs, layer.paddedOutputs, gradients);
    addBiasGradients(layer.deltas, stride, images, layer.paddedOutputs, run.gradients + layer.biases);
    // ∂C/∂a of the layer before is Wᵀδ: the forward kernel, on the weights the other way round.
    affine(layer.deltas, before.deltas, stride, images, layer.outputs, layer.paddedInputs, layer.transposed, run.zeros);
    backThroughActivation(
      before.activation,
      before.activations,
      before.deltas,
      stride,
      images,
      before.outputs,
      before.paddedOutputs,
    );
  }
  const first = layerAt(run, 0);
  addBiasGradients(first.deltas, stride, images, first.paddedOutputs, run.gradients + first.biases);
  const gradients = run.gradients + first.weights;
  for (let i: usize = 0; i < <usize>images; i++) {
    const list = run.lists + i * run.listBytes;
    const values = list + (run.listBytes >> 1) + 16;
    const lit = load<i32>(list);
    addSparseGradients(list + 16, values, lit, gradients, first.deltas + i * stride, first.paddedOutputs);
  }
  return lossSum;
}
