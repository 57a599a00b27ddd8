import { affine } from '../common/affine';
import { toImageRows } from '../common/tile';
import { addBiasGradients, addDenseGradients } from './dense';
import { beginOf } from './lit-lists';
import { addSparseGradients } from './lit-pixels';
import { backThroughActivation, outputDeltas } from './loss';
import { Run } from './run';

/** A tile's summed loss; leaves the last layer's deltas. */
export function lossOf(run: Run, tile: usize, images: i32, smoothing: f32): f64 {
  const last = run.layer(run.layerCount - 1);
  const outputs = tile + last.activations;
  const labels = tile + run.tileLabels;
  return outputDeltas(run.loss, last.activation, outputs, tile + last.deltas, run.classes, images, labels, smoothing);
}

/** From a tile's outputs back to the first layer: leaves the deltas of every layer as rows of images; returns the summed loss. */
export function backwardTile(run: Run, tile: usize, images: i32): f64 {
  const lossSum = lossOf(run, tile, images, run.smoothing);
  for (let index = run.layerCount - 1; index > 0; index--) {
    const layer = run.layer(index);
    const before = run.layer(index - 1);
    const deltas = tile + layer.deltas;
    const deltasBefore = tile + before.deltas;
    const outputStep = <usize>layer.paddedOutputs << 2;
    toImageRows(deltas, tile + layer.rows, layer.paddedOutputs, images);
    // ∂C/∂a of the layer before is Wᵀδ: the forward kernel, on the weights the other way round.
    const weights = run.parameters + layer.weights;
    affine(deltas, deltasBefore, images, layer.outputs, layer.inputs, weights, 4, outputStep, run.zeros);
    backThroughActivation(before.activation, tile + before.activations, deltasBefore, before.outputs);
  }
  const first = run.layer(0);
  toImageRows(tile + first.deltas, tile + first.rows, first.paddedOutputs, images);
  return lossSum;
}

/** Adds a tile's gradients to the run's, image by image in their order. */
export function addTileGradients(run: Run, tile: usize, images: i32): void {
  for (let index = run.layerCount - 1; index >= 0; index--) {
    const layer = run.layer(index);
    const deltas = tile + layer.rows;
    addBiasGradients(deltas, images, layer.paddedOutputs, run.gradients + layer.biases);
    if (index == 0) break;
    const activations = tile + run.layer(index - 1).activations;
    const gradients = run.gradients + layer.weights;
    addDenseGradients(activations, deltas, images, layer.inputs, layer.paddedOutputs, gradients);
  }
  addFirstGradients(run, tile, images);
}

function addFirstGradients(run: Run, tile: usize, images: i32): void {
  const first = run.layer(0);
  const rowBytes = <usize>first.paddedOutputs << 2;
  const gradients = run.gradients + first.weights;
  const offsets = tile + run.offsets;
  const brightnesses = tile + run.brightnesses;
  for (let i = 0, deltas = tile + first.rows; i < images; i++, deltas += rowBytes) {
    const begin = beginOf(run, tile, i);
    const end = beginOf(run, tile, i + 1);
    addSparseGradients(offsets + begin, brightnesses + begin, end - begin, gradients, deltas, first.paddedOutputs);
  }
}
