import * as LAYER from '../../workers/kernel/common/layer-offsets.js';
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

/** Writes what stays the same over a run's epochs: for each thread its head, layer entries and range of inputs. */
export function placeRun(
  { memory, layout, options }: TrainingSetup,
  index: number,
  images: TrainingImages,
): void {
  const { teamSize, shape, positionTable, constants, pixels, labels, starts, records } = layout;
  const run = layout.runs[index];
  const { gradients, order, steps, zeros, results, barrier, shares, tilesInHand, tiles, tileBytes } = run;
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
    ...{ order, steps, zeros, results, barrier },
    stopFlag: layout.control + STOP_FLAG * 4,
    ...{ teamSize, shares, tilesInHand, tiles, tileBytes, ...lists, tileLabels },
    trainingCount: trainingCount(layout.imageCount, options),
    batchSize: options.batchSize,
    augmented: options.augment === 'none' ? 0 : 1,
  };
  const inputsBegin = shape.layers.map(({ inputs }, l) =>
    l === 0 ? divideByLit(images, teamSize) : divideEvenly(inputs, teamSize),
  );
  const rowBytes = shape.layers[0].paddedOutputs * 4;
  new Uint32Array(memory.buffer, shares, teamSize + 1).set(inputsBegin[0].map((input) => input * rowBytes));
  for (const [rank, { head, ...scratch }] of run.ranks.entries()) {
    const view = new DataView(memory.buffer, head, RUN.bytes);
    setInts(view, RUN, { ...numbers, rank, ...scratch });
    view.setFloat32(RUN.smoothing, options.labelSmoothing, true);
    view.setFloat32(RUN.clip, options.largestFirstWeight, true);
    view.setFloat32(RUN.beta1, BETA_1, true);
    view.setFloat32(RUN.beta2, BETA_2, true);
    view.setFloat32(RUN.epsilon, EPSILON, true);
    shape.layers.forEach((layer, l) => {
      const isLast = l === shape.layers.length - 1;
      const activation = ACTIVATION_CODES[isLast ? options.output : options.activation];
      const [inputBegin, inputEnd] = inputsBegin[l].slice(rank, rank + 2);
      const view = new DataView(memory.buffer, head + RUN.bytes + l * LAYER.bytes, LAYER.bytes);
      setInts(view, LAYER, { ...layer, activation, inputBegin, inputEnd, ...tileLayers[l] });
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

/** Images that are looked at to find out where the lit pixels are. */
const SAMPLE = 256;

/**
 * Divides the pixels of a set among the threads of a team, at most one a pixel, so that each has about as many lit ones:
 * then none waits long for the others.
 *
 * @returns where each thread's range begins, then where the last one ends: `(teamSize + 1)`, no range empty
 */
export function divideByLit({ pixels, labels, image }: TrainingImages, teamSize: number): number[] {
  const inputs = image.height * image.width;
  if (teamSize === 1) return [0, inputs];
  // A pixel costs the optimizer a little even where it is black.
  const costs = new Float64Array(inputs).fill(0.01);
  const step = Math.max(1, Math.floor(labels.length / SAMPLE));
  for (let i = 0; i < labels.length; i += step) {
    for (let p = 0; p < inputs; p++) if (pixels[i * inputs + p] !== 0) costs[p]++;
  }
  const whole = costs.reduce((sum, cost) => sum + cost, 0);
  const begins = [0];
  let spent = 0;
  for (let p = 0; begins.length < teamSize; p++) {
    spent += costs[p];
    const isDue = spent >= (whole * begins.length) / teamSize;
    // Each later range needs a pixel as well.
    if (isDue || inputs - (p + 1) === teamSize - begins.length) begins.push(p + 1);
  }
  return [...begins, inputs];
}

/** Divides inputs that all cost the same; some threads get none where there are fewer inputs than threads. */
export function divideEvenly(inputs: number, teamSize: number): number[] {
  return Array.from({ length: teamSize + 1 }, (_, rank) => Math.round((inputs * rank) / teamSize));
}
