import { ACTIVATIONS } from '../network/activations.js';
import type { ImageSize } from '../network/network.js';
import { STATE_ARRAYS, type TrainingLayout } from './layout.js';
import type { TrainingOptions } from './options.js';
import { LAYER, RUN } from './run-fields.js';

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

/** Writes what stays the same over a run's epochs of its head, and its layer entries. Written by main, before any task. */
export function placeRun(
  buffer: SharedArrayBuffer,
  layout: TrainingLayout,
  index: number,
  options: TrainingOptions,
  image: ImageSize,
): void {
  const view = new DataView(buffer);
  const { shape } = layout;
  const run = layout.runs[index];
  const set = (field: number, value: number) => view.setInt32(run.head + field, value, true);
  const setFloat = (field: number, value: number) => view.setFloat32(run.head + field, value, true);
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
  set(RUN.firstWeightBytes, shape.layers[0].inputs * shape.layers[0].paddedOutputs * 4);
  set(RUN.weightBytes, shape.weightBytes);
  set(RUN.order, run.order);
  set(RUN.steps, run.steps);
  set(RUN.tilePixels, run.tilePixels);
  set(RUN.positions, run.positions);
  set(RUN.values, run.values);
  set(RUN.offsets, run.offsets);
  set(RUN.brightnesses, run.brightnesses);
  set(RUN.begins, run.begins);
  set(RUN.vectors, run.vectors);
  set(RUN.tileLabels, run.tileLabels);
  set(RUN.quads, run.quads);
  set(RUN.framed, run.framed);
  set(RUN.box, run.box);
  set(RUN.zeros, run.zeros);
  set(RUN.trainingCount, trainingCount(layout.imageCount, options));
  set(RUN.batchSize, options.batchSize);
  set(RUN.augmented, options.augment === 'none' ? 0 : 1);
  setFloat(RUN.smoothing, options.labelSmoothing);
  setFloat(RUN.clip, options.largestFirstWeight);
  setFloat(RUN.beta1, BETA_1);
  setFloat(RUN.beta2, BETA_2);
  setFloat(RUN.epsilon, EPSILON);

  shape.layers.forEach((layer, l) => {
    const entry = run.head + RUN.bytes + l * LAYER.bytes;
    const setEntry = (field: number, value: number) => view.setInt32(entry + field, value, true);
    const isLast = l === shape.layers.length - 1;
    setEntry(LAYER.inputs, layer.inputs);
    setEntry(LAYER.outputs, layer.outputs);
    setEntry(LAYER.paddedOutputs, layer.paddedOutputs);
    setEntry(LAYER.activation, ACTIVATIONS.indexOf(isLast ? options.output : options.activation));
    setEntry(LAYER.weights, layer.weights);
    setEntry(LAYER.biases, layer.biases);
    setEntry(LAYER.activations, run.layers[l].activations);
    setEntry(LAYER.deltas, run.layers[l].deltas);
    setEntry(LAYER.rows, run.layers[l].rows);
  });
}
