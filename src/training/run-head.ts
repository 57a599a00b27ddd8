import * as LAYER from '../../workers/kernel/common/layer-offsets.js';
import { TILE_IMAGES } from '../../workers/kernel/common/offsets.js';
import * as RUN from '../../workers/kernel/common/run-offsets.js';
import { STOP_FLAG } from '../engine/messages.js';
import { ACTIVATION_CODES } from '../network/activations.js';
import { BETA_1, BETA_2 } from './epoch-plan.js';
import type { TrainingSetup } from './epoch-runner.js';
import { STATE_ARRAYS } from './training-layout.js';
import { type TrainingImages, trainingCount } from './training-options.js';

/** The kernel's numbers of the losses and optimizers. */
const LOSS_CODES = {
  'squared error': RUN.SQUARED_ERROR,
  'cross-entropy': RUN.CROSS_ENTROPY,
  'binary cross-entropy': RUN.BINARY_CROSS_ENTROPY,
} as const;
const OPTIMIZER_CODES = { adam: RUN.ADAM, sgd: RUN.SGD } as const;

/** Adam's, from Kingma and Ba, arXiv:1412.6980. */
const EPSILON = 1e-8;

/** Writes what stays the same over a run's epochs: for each thread its head and layer entries. */
export function placeRun(
  { memory, layout, options }: TrainingSetup,
  index: number,
  images: TrainingImages,
): void {
  const { threads, shape, positionTable, constants, pixels, labels, starts, records } = layout;
  const run = layout.runs[index];
  const { gradients, order, steps, zeros, ring, ready, ringTiles, tiles, tileBytes } = run;
  const count = trainingCount(layout.imageCount, options);
  const { layers: tileLayers, labels: tileLabels, ...lists } = run.tile;
  const [parameters, means, squares, averages] = STATE_ARRAYS.map((_, i) => run.live + i * shape.bytes);
  const numbers = {
    layerCount: shape.layers.length,
    inputs: shape.layers[0].inputs,
    classes: shape.layers[shape.layers.length - 1].outputs,
    loss: LOSS_CODES[options.loss],
    optimizer: OPTIMIZER_CODES[options.optimizer],
    ...images.image,
    ...{ positionTable, constants, pixels, labels, starts, records },
    ...{ parameters, gradients, means, squares },
    averages: options.averaging > 0 ? averages : 0,
    parameterBytes: shape.bytes,
    weightBytes: shape.weightBytes,
    ...{ order, steps, zeros, ring },
    stopFlag: layout.control + STOP_FLAG * 4,
    ...{ threads, tileCount: tilesOf(count, options.batchSize), ready, ringTiles },
    ...{ tiles, tileBytes, ...lists, tileLabels },
    trainingCount: count,
    batchSize: options.batchSize,
    augmented: options.augment === 'none' ? 0 : 1,
  };
  for (const { head, ...scratch } of run.ranks) {
    const view = new DataView(memory.buffer, head, RUN.bytes);
    setInts(view, RUN, { ...numbers, ...scratch });
    view.setFloat32(RUN.smoothing, options.labelSmoothing, true);
    view.setFloat32(RUN.clip, options.largestFirstWeight, true);
    view.setFloat32(RUN.beta1, BETA_1, true);
    view.setFloat32(RUN.beta2, BETA_2, true);
    view.setFloat32(RUN.epsilon, EPSILON, true);
    shape.layers.forEach((layer, l) => {
      const isLast = l === shape.layers.length - 1;
      const activation = ACTIVATION_CODES[isLast ? options.output : options.activation];
      const view = new DataView(memory.buffer, head + RUN.bytes + l * LAYER.bytes, LAYER.bytes);
      setInts(view, LAYER, { ...layer, activation, ...tileLayers[l] });
    });
  }
}

/** Sets i32 fields by their names. */
function setInts<Name extends string>(
  view: DataView,
  offsets: Readonly<Record<Name, number>>,
  values: Readonly<Partial<Record<Name, number>>>,
): void {
  for (const name of Object.keys(values) as Name[]) {
    view.setInt32(offsets[name], values[name] as number, true);
  }
}

/** Tiles of an epoch: each batch begins one. */
function tilesOf(images: number, batchSize: number): number {
  const tiles = (count: number) => Math.ceil(count / TILE_IMAGES);
  return Math.floor(images / batchSize) * tiles(batchSize) + tiles(images % batchSize);
}
