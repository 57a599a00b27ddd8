import { activate as activateCommon } from '../common/activate';
import { affine } from '../common/affine';
import { toNeuronRows } from '../common/tile';
import { beginOf } from './lit-lists';
import { sparseAffine } from './lit-pixels';
import { Run } from './run';

/** Runs the network of `parameters` over a tile whose lit pixels are listed; every layer's activations stay in the tile. */
export function forwardTile(run: Run, tile: usize, parameters: usize, images: i32): void {
  const first = run.layer(0);
  const rowBytes = <usize>first.paddedOutputs << 2;
  const weights = parameters + first.weights;
  const biases = parameters + first.biases;
  const offsets = tile + run.offsets;
  const brightnesses = tile + run.brightnesses;
  for (let i = 0, sums = tile + first.rows; i < images; i++, sums += rowBytes) {
    const begin = beginOf(run, tile, i);
    const bytes = beginOf(run, tile, i + 1) - begin;
    sparseAffine(offsets + begin, brightnesses + begin, bytes, weights, biases, sums, first.paddedOutputs);
  }
  let source = tile + first.activations;
  toNeuronRows(tile + first.rows, source, first.paddedOutputs, images);
  activate(first.activation, source, first.outputs, run.constants);
  for (let index = 1; index < run.layerCount; index++) {
    const layer = run.layer(index);
    const target = tile + layer.activations;
    const inputStep = <usize>layer.paddedOutputs << 2;
    const weights = parameters + layer.weights;
    const biases = parameters + layer.biases;
    affine(source, target, images, layer.inputs, layer.outputs, weights, inputStep, 4, biases);
    activate(layer.activation, target, layer.outputs, run.constants);
    source = target;
  }
}

function activate(activation: i32, values: usize, outputs: i32, constants: usize): void {
  activateCommon(true, activation, values, outputs, constants);
}
