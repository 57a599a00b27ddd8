import { STOP_FLAG } from '../engine/messages.js';
import { ACTIVATIONS } from '../network/activations.js';
import { LAYER, RUN } from './run-fields.js';
import { STATE_ARRAYS } from './run-layout.js';
import type { TrainingLayout } from './training-layout.js';
import type { TrainingImages, TrainingOptions } from './training-options.js';

/** The order is the kernel's numbering. */
const LOSSES = ['squared error', 'cross-entropy', 'binary cross-entropy'] as const;
const OPTIMIZERS = ['adam', 'sgd'] as const;

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
      set(LAYER.activation, ACTIVATIONS.indexOf(isLast ? options.output : options.activation));
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
  set(RUN.loss, LOSSES.indexOf(options.loss));
  set(RUN.optimizer, OPTIMIZERS.indexOf(options.optimizer));
  set(RUN.height, image.height);
  set(RUN.width, image.width);
  set(RUN.tables, layout.tables);
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
  for (const name of ['order', 'steps', 'zeros', 'results', 'barrier', 'shares'] as const) {
    set(RUN[name], run[name]);
  }
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
  for (const name of ['tilePixels', 'positions', 'values', 'vectors', 'quads', 'framed', 'box'] as const) {
    set(RUN[name], own[name]);
  }
  set(RUN.trainingCount, trainingCount(layout.imageCount, options));
  set(RUN.batchSize, options.batchSize);
  set(RUN.augmented, options.augment === 'none' ? 0 : 1);
  setFloat(RUN.smoothing, options.labelSmoothing);
  setFloat(RUN.clip, options.largestFirstWeight);
  setFloat(RUN.beta1, BETA_1);
  setFloat(RUN.beta2, BETA_2);
  setFloat(RUN.epsilon, EPSILON);
}

/** Images that are looked at to find out where the lit pixels are. */
const SAMPLE = 256;

/**
 * Divides the pixels of a set among the threads of a team, one stretch each, so that each has about as many lit ones. It decides
 * how long the threads wait for each other, and nothing else.
 *
 * @param teamSize at most as many as there are pixels
 * @returns where each thread's share begins, and, last, where all end: `(teamSize + 1)`, every share of at least one pixel
 */
export function divideByLit({ pixels, labels, image }: TrainingImages, teamSize: number): number[] {
  const inputs = image.height * image.width;
  if (teamSize === 1) return [0, inputs];
  const lit = new Float64Array(inputs);
  const step = Math.max(1, Math.floor(labels.length / SAMPLE));
  for (let i = 0; i < labels.length; i += step) {
    for (let p = 0; p < inputs; p++) if (pixels[i * inputs + p] !== 0) lit[p]++;
  }
  // A pixel costs the optimizer a little even where it is black.
  return divide(
    lit.map((count) => count + 0.01),
    teamSize,
  );
}

/** Divides inputs that all cost the same; where there are fewer than threads, some get none. */
export function divideEvenly(inputs: number, teamSize: number): number[] {
  return Array.from({ length: teamSize + 1 }, (_, rank) => Math.round((inputs * rank) / teamSize));
}

/** Begins each share where the shares before it have had their part of the whole cost. */
function divide(costs: Float64Array, teamSize: number): number[] {
  const begins = [0];
  const whole = costs.reduce((sum, cost) => sum + cost, 0);
  let spent = 0;
  for (let p = 0; p < costs.length && begins.length < teamSize; p++) {
    spent += costs[p];
    const left = teamSize - begins.length;
    const isDue = spent >= (whole * begins.length) / teamSize;
    // Every share after this one is to have a pixel as well.
    if (isDue || costs.length - (p + 1) === left) begins.push(p + 1);
  }
  return [...begins, costs.length];
}
