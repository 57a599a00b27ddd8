import * as LAYER from '../../workers/kernel/common/layer-offsets.js';
import * as RUN from '../../workers/kernel/common/run-offsets.js';
import { ACTIVATION_CODES } from '../network/activations.js';
import { STOP_FLAG } from '../pool/messages.js';
import type { TrainingLayout } from './layout.js';
import type { TrainingOptions } from './options.js';
import { STATE_ARRAYS } from './run-layout.js';
import { divideByLit, divideEvenly } from './shares.js';
import type { TrainingImages } from './training-images.js';

/** The kernel's numbers. */
const LOSSES = {
  'squared error': RUN.SQUARED_ERROR,
  'cross-entropy': RUN.CROSS_ENTROPY,
  'binary cross-entropy': RUN.BINARY_CROSS_ENTROPY,
} as const;
const OPTIMIZERS = { adam: RUN.ADAM, sgd: RUN.SGD } as const;

/** Adam's own, from Kingma and Ba, arXiv:1412.6980; the first is SGD's momentum as well. */
export const BETA_1 = 0.9;
export const BETA_2 = 0.999;
export const EPSILON = 1e-8;

/** How many images of a set are trained on: all but those held out. */
export function trainingCount(
  imageCount: number,
  { validation }: Pick<TrainingOptions, 'validation'>,
): number {
  return imageCount - validation;
}

/**
 * Writes what stays the same over a run's epochs: of each thread of its team the head and the layer entries, and who has which
 * share. Written by main, before any task.
 */
export function placeRun(
  buffer: SharedArrayBuffer,
  layout: TrainingLayout,
  index: number,
  options: TrainingOptions,
  images: TrainingImages,
): void {
  const run = layout.runs[index];
  const { teamSize, shape } = layout;
  const inputsBegin = shape.layers.map(({ inputs }, l) =>
    l === 0 ? divideByLit(images, teamSize) : divideEvenly(inputs, teamSize),
  );
  const rowBytes = shape.layers[0].paddedOutputs * 4;
  new Uint32Array(buffer, run.shares, teamSize + 1).set(inputsBegin[0].map((input) => input * rowBytes));
  for (const rank of run.ranks.keys()) {
    placeHead(buffer, layout, index, rank, options, images);
    const view = new DataView(buffer, run.ranks[rank].head + RUN.bytes);
    shape.layers.forEach((layer, l) => {
      const set = (field: number, value: number) => view.setInt32(l * LAYER.bytes + field, value, true);
      const isLast = l === shape.layers.length - 1;
      set(LAYER.inputs, layer.inputs);
      set(LAYER.outputs, layer.outputs);
      set(LAYER.paddedOutputs, layer.paddedOutputs);
      set(LAYER.activation, ACTIVATION_CODES[isLast ? options.output : options.activation]);
      set(LAYER.weights, layer.weights);
      set(LAYER.biases, layer.biases);
      set(LAYER.activations, run.tile.layers[l].activations);
      set(LAYER.deltas, run.tile.layers[l].deltas);
      set(LAYER.rows, run.tile.layers[l].rows);
      set(LAYER.inputBegin, inputsBegin[l][rank]);
      set(LAYER.inputEnd, inputsBegin[l][rank + 1]);
    });
  }
}

function placeHead(
  buffer: SharedArrayBuffer,
  layout: TrainingLayout,
  index: number,
  rank: number,
  options: TrainingOptions,
  { image }: TrainingImages,
): void {
  const { shape } = layout;
  const run = layout.runs[index];
  const own = run.ranks[rank];
  const view = new DataView(buffer, own.head, RUN.bytes);
  const set = (field: number, value: number) => view.setInt32(field, value, true);
  const setFloat = (field: number, value: number) => view.setFloat32(field, value, true);
  const [parameters, means, squares, averages] = STATE_ARRAYS.map((_, i) => run.live + i * shape.bytes);

  set(RUN.layerCount, shape.layers.length);
  set(RUN.inputs, shape.layers[0].inputs);
  set(RUN.classes, shape.layers[shape.layers.length - 1].outputs);
  set(RUN.loss, LOSSES[options.loss]);
  set(RUN.optimizer, OPTIMIZERS[options.optimizer]);
  set(RUN.height, image.height);
  set(RUN.width, image.width);
  set(RUN.positionTable, layout.positionTable);
  set(RUN.constants, layout.constants);
  set(RUN.pixels, layout.pixels);
  set(RUN.labels, layout.labels);
  set(RUN.starts, layout.starts);
  set(RUN.records, layout.records);
  set(RUN.parameters, parameters);
  set(RUN.gradients, run.gradients);
  set(RUN.means, means);
  set(RUN.squares, squares);
  set(RUN.averages, options.averaging > 0 ? averages : 0);
  set(RUN.parameterBytes, shape.bytes);
  set(RUN.weightBytes, shape.weightBytes);
  set(RUN.order, run.order);
  set(RUN.steps, run.steps);
  set(RUN.zeros, run.zeros);
  set(RUN.results, run.results);
  set(RUN.barrier, run.barrier);
  set(RUN.shares, run.shares);
  set(RUN.stopFlag, layout.control + STOP_FLAG * 4);
  set(RUN.teamSize, layout.teamSize);
  set(RUN.rank, rank);
  set(RUN.tilesInHand, run.tilesInHand);
  set(RUN.tiles, run.tiles);
  set(RUN.tileBytes, run.tileBytes);
  set(RUN.offsets, run.tile.offsets);
  set(RUN.brightnesses, run.tile.brightnesses);
  set(RUN.begins, run.tile.begins);
  set(RUN.cuts, run.tile.cuts);
  set(RUN.tileLabels, run.tile.labels);
  set(RUN.tilePixels, own.tilePixels);
  set(RUN.positions, own.positions);
  set(RUN.values, own.values);
  set(RUN.vectors, own.vectors);
  set(RUN.quads, own.quads);
  set(RUN.framed, own.framed);
  set(RUN.box, own.box);
  set(RUN.trainingCount, trainingCount(layout.imageCount, options));
  set(RUN.batchSize, options.batchSize);
  set(RUN.augmented, options.augment === 'none' ? 0 : 1);
  setFloat(RUN.smoothing, options.labelSmoothing);
  setFloat(RUN.clip, options.largestFirstWeight);
  setFloat(RUN.beta1, BETA_1);
  setFloat(RUN.beta2, BETA_2);
  setFloat(RUN.epsilon, EPSILON);
}
