import { activate } from './activate';
import { affine } from '../kernel/affine';
import { augment } from './augment';
import { writeConstants as write } from './constants';
import { addBiasGradients, addDenseGradients } from './dense';
import { collectBits } from './ever-lit';
import { beginOf, listAsTheyAre, listTile, writeRecords as writeSetRecords } from './lit-lists';
import { addSparseGradients, sparseAffine } from './lit-pixels';
import { backThroughActivation, countRight, outputDeltas } from './loss';
import { step } from './optimizer';
import { layerAt, Run, Step } from './run';
import { shuffle } from './shuffle';
import { TILE, toImageRows, toNeuronRows } from '../kernel/tile';

/** Writes the constants that a run's head names: to be called once, before anything else. */
export function writeConstants(address: usize): void {
  write(changetype<Run>(address).constants);
}

/** Leaves in `tilePixels` the bits of the set's first `count` images together: 0 for a pixel that none of them has lit. */
export function findEverLit(address: usize, count: i32): void {
  const run = changetype<Run>(address);
  collectBits(run.pixels, count, run.inputs, run.tilePixels);
}

/**
 * Lists the lit pixels of the set's first `count` images once for all epochs, in at most `room` bytes.
 *
 * @returns false where they take more: then there are none
 */
export function writeRecords(address: usize, count: i32, room: usize): bool {
  return writeSetRecords(changetype<Run>(address), count, room);
}

/** Fills the run's order with a permutation of 0 to `count - 1`, which the 64 bits of the seed decide. */
export function writeOrder(address: usize, count: i32, low: u32, high: u32): void {
  shuffle(changetype<Run>(address).order, count, low, high);
}

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
  let lossSum: f64 = 0;
  for (let done = begin; done < end; done += TILE) {
    const images = min(TILE, end - done);
    listTile(run, done, images);
    for (let i = 0; i < images; i++) setLabel(run, i, load<u32>(run.order + (<usize>(done + i) << 2)));
    forwardTile(run, run.parameters, images);
    lossSum += backwardTile(run, images);
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
    listAsTheyAre(run, done, images);
    for (let i = 0; i < images; i++) setLabel(run, i, done + i);
    forwardTile(run, parameters, images);
    lossSum += lossOf(run, images, 0);
    correct += countRight(last.activations, run.classes, images, run.tileLabels);
  }
  run.lossSum = lossSum;
  run.correct = correct;
}

/** Augments one image of the set to `target`: for tests, and for those who want to see it. */
export function augmentImage(address: usize, index: i32, target: usize): void {
  const run = changetype<Run>(address);
  augment(run, <u32>index, run.pixels + <usize>index * <usize>run.inputs, target);
}

function setLabel(run: Run, i: i32, index: u32): void {
  store<i32>(run.tileLabels + (<usize>i << 2), <i32>load<u8>(run.labels + <usize>index));
}

function forwardTile(run: Run, parameters: usize, images: i32): void {
  const first = layerAt(run, 0);
  const rowBytes = <usize>first.paddedOutputs << 2;
  const weights = parameters + first.weights;
  const biases = parameters + first.biases;
  for (let i = 0, sums = first.rows; i < images; i++, sums += rowBytes) {
    const begin = beginOf(run, i);
    const bytes = beginOf(run, i + 1) - begin;
    sparseAffine(run.offsets + begin, run.brightnesses + begin, bytes, weights, biases, sums, first.paddedOutputs);
  }
  toNeuronRows(first.rows, first.activations, first.paddedOutputs, images);
  activate(first.activation, first.activations, first.outputs, run.constants);
  let source = first.activations;
  for (let index = 1; index < run.layerCount; index++) {
    const layer = layerAt(run, index);
    const weights = parameters + layer.weights;
    const inputStep = <usize>layer.paddedOutputs << 2;
    const biases = parameters + layer.biases;
    affine(source, layer.activations, images, layer.inputs, layer.outputs, weights, inputStep, 4, biases);
    activate(layer.activation, layer.activations, layer.outputs, run.constants);
    source = layer.activations;
  }
}

/** The tile's summed loss; leaves the last layer's deltas. */
function lossOf(run: Run, images: i32, smoothing: f32): f64 {
  const last = layerAt(run, run.layerCount - 1);
  const labels = run.tileLabels;
  const classes = run.classes;
  return outputDeltas(run.loss, last.activation, last.activations, last.deltas, classes, images, labels, smoothing);
}

/** From the outputs back to the pixels; returns the tile's summed loss. */
function backwardTile(run: Run, images: i32): f64 {
  const lossSum = lossOf(run, images, run.smoothing);
  for (let index = run.layerCount - 1; index > 0; index--) {
    const layer = layerAt(run, index);
    const before = layerAt(run, index - 1);
    const outputStep = <usize>layer.paddedOutputs << 2;
    toImageRows(layer.deltas, layer.rows, layer.paddedOutputs, images);
    const gradients = run.gradients + layer.weights;
    addDenseGradients(before.activations, layer.rows, images, layer.inputs, layer.paddedOutputs, gradients);
    addBiasGradients(layer.rows, images, layer.paddedOutputs, run.gradients + layer.biases);
    // ∂C/∂a of the layer before is Wᵀδ: the forward kernel, on the weights the other way round.
    const weights = run.parameters + layer.weights;
    affine(layer.deltas, before.deltas, images, layer.outputs, layer.inputs, weights, 4, outputStep, run.zeros);
    backThroughActivation(before.activation, before.activations, before.deltas, before.outputs);
  }
  const first = layerAt(run, 0);
  const rowBytes = <usize>first.paddedOutputs << 2;
  toImageRows(first.deltas, first.rows, first.paddedOutputs, images);
  addBiasGradients(first.rows, images, first.paddedOutputs, run.gradients + first.biases);
  const gradients = run.gradients + first.weights;
  for (let i = 0, deltas = first.rows; i < images; i++, deltas += rowBytes) {
    const begin = beginOf(run, i);
    const bytes = beginOf(run, i + 1) - begin;
    addSparseGradients(run.offsets + begin, run.brightnesses + begin, bytes, gradients, deltas, first.paddedOutputs);
  }
  return lossSum;
}
