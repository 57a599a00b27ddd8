import * as KERNEL from '../../workers/kernel/common/offsets.js';
import * as RUN from '../../workers/kernel/common/run-offsets.js';
import { allocateWasmMemory, compileKernel, instantiateWasm, TRAIN_KERNEL_FILE } from '../assets.js';
import { MOST_INPUTS, PAGE_BYTES } from '../engine/layout.js';
import { STOP_FLAG } from '../engine/messages.js';
import { DigitflowError, type ErrorCode } from '../errors.js';
import { initialSeed } from './epoch-plan.js';
import type { TrainingKernel, TrainingSetup } from './epoch-runner.js';
import { writeInitialWeights, writeLayers } from './network-parameters.js';
import { placeRun } from './run-head.js';
import { layoutTraining, STATE_ARRAYS, type TrainingLayout } from './training-layout.js';
import { type TrainingImages, type TrainingOptions, trainingCount } from './training-options.js';
import type { TrainingStart } from './training-start.js';

/** A training set and the runs on it, in one shared memory. */
export class SharedTraining {
  readonly options: TrainingOptions;
  readonly images: TrainingImages;
  /** The network that the runs begin from; undefined for random weights. */
  readonly start: TrainingStart | undefined;
  readonly layout: TrainingLayout;
  /** What a worker is given. */
  readonly setup: TrainingSetup;
  /** How many epochs of each run its kept state has seen. */
  readonly epochsDone: number[];
  /** The runs whose loss became NaN or infinite. */
  readonly divergedRuns = new Set<number>();

  /**
   * Copies the images into shared memory, and writes each run's first weights.
   *
   * @param start the network to begin from, of the sizes that images and options say
   * @param threads how many are to work on each run; `layout.threads` says how many can
   * @throws DigitflowError INPUT_SIZE, LABEL_OUT_OF_RANGE, NETWORK_TOO_LARGE, BUILD_INCOMPLETE
   */
  constructor(images: TrainingImages, options: TrainingOptions, threads = 1, start?: TrainingStart) {
    this.images = images;
    this.start = start;
    this.options = options;
    const { height, width } = images.image;
    const inputs = height * width;
    checkImages(images, inputs, options);
    const imageCount = images.labels.length;
    const count = trainingCount(imageCount, options);
    this.layout = layoutTraining({
      ...{ height, width, imageCount, threads },
      sizes: [inputs, ...options.hidden, images.classes.length],
      stepCount: Math.ceil(count / options.batchSize),
      runCount: options.restarts,
      isFixed: options.augment === 'none',
    });
    const module = compileKernel(TRAIN_KERNEL_FILE);
    const memory = allocateWasmMemory(this.layout.bytes / PAGE_BYTES);
    this.setup = { module, memory, layout: this.layout, options };
    this.epochsDone = this.layout.runs.map(() => 0);
    this.#place(count);
  }

  /** `(4, parameters)` f32: a run's whole state between two epochs; whole at any moment. */
  keptState(run: number): Float32Array {
    return this.#state(this.layout.runs[run].kept);
  }

  /** Copies a run's live state, which an epoch has just left, to its kept one. */
  keep(run: number): void {
    this.keptState(run).set(this.#state(this.layout.runs[run].live));
    this.epochsDone[run]++;
  }

  /** A copy of the weights and biases that judged the most recent epoch of a run. */
  result(run: number): Float32Array {
    const count = this.layout.shape.bytes / 4;
    const first = this.options.averaging > 0 ? STATE_ARRAYS.indexOf('averages') * count : 0;
    return this.keptState(run).slice(first, first + count);
  }

  /** Tells all workers to leave their epochs; each run's kept state stays as it was before its epoch. */
  stop(): void {
    // Publishes nothing but itself: a worker that sees it late ends its epoch, and main may keep that epoch or not.
    Atomics.store(new Int32Array(this.setup.memory.buffer, this.layout.control, 16), STOP_FLAG, 1);
  }

  /** Empties a run's ring of tiles for an epoch, while none of its threads is at work. */
  beginEpoch(run: number): void {
    this.#ring(run).fill(0);
    const { ready, ringTiles } = this.layout.runs[run];
    new Int32Array(this.setup.memory.buffer, ready, ringTiles).fill(0);
  }

  /** Whether all threads of a run have begun their tasks since then. */
  haveBegun(run: number): boolean {
    // Reads what each thread adds as it begins.
    return Atomics.load(this.#ring(run), KERNEL.RING_BEGUN / 4) === this.layout.threads;
  }

  /** Tells a run's threads that a tile may never come, because one of them has died: each looks for it within a nap. */
  endEpoch(run: number): void {
    Atomics.store(this.#ring(run), KERNEL.RING_IS_OVER / 4, 1);
  }

  /**
   * How well a network does on images `begin` to `end - 1` of the set, as they are: on the calling thread, which needs the
   * run's live state for it. To be called when no thread is at work any more.
   *
   * @param parameters all weights and biases, f32, as `ParameterLayout` places them
   */
  evaluate(run: number, parameters: Float32Array, begin: number, end: number): EvaluatedImages {
    const { module, memory, layout, options } = this.setup;
    const { live, ranks } = layout.runs[run];
    const [{ head }] = ranks;
    const view = new DataView(memory.buffer, head, RUN.bytes);
    new Float32Array(memory.buffer, live, parameters.length).set(parameters);
    const kernel = instantiateWasm<TrainingKernel>(module, memory);
    let [lossSum, correct] = [0, 0];
    for (let first = begin; first < end; first += options.batchSize) {
      kernel.evaluate(head, live, first, Math.min(options.batchSize, end - first));
      lossSum += view.getFloat64(RUN.lossSum, true);
      correct += view.getInt32(RUN.correct, true);
    }
    return { lossSum, correct };
  }

  /** How well the network that the runs began from does on the held-out images; undefined where there is none. See `evaluate`. */
  evaluateStart(): EvaluatedImages | undefined {
    if (this.start === undefined) return undefined;
    const { shape } = this.layout;
    const parameters = new Float32Array(shape.bytes / 4);
    writeLayers(parameters, shape, this.start.layers);
    const all = this.images.labels.length;
    return this.evaluate(0, parameters, trainingCount(all, this.options), all);
  }

  #ring(run: number): Int32Array {
    return new Int32Array(this.setup.memory.buffer, this.layout.runs[run].ring, KERNEL.RING_BYTES / 4);
  }

  #state(start: number): Float32Array {
    const { memory, layout } = this.setup;
    return new Float32Array(memory.buffer, start, (layout.shape.bytes / 4) * STATE_ARRAYS.length);
  }

  #place(count: number): void {
    const { images } = this;
    const { module, memory, layout, options } = this.setup;
    const { buffer } = memory;
    const { shape } = layout;
    new Uint8Array(buffer, layout.pixels, images.pixels.length).set(images.pixels);
    new Uint8Array(buffer, layout.labels, images.labels.length).set(images.labels);
    for (const run of layout.runs.keys()) placeRun(this.setup, run, images);
    const [{ head, tilePixels }] = layout.runs[0].ranks;
    const kernel = instantiateWasm<TrainingKernel>(module, memory);
    kernel.writeTables(head);
    kernel.findEverLit(head, count);
    const everLit = new Uint8Array(buffer, tilePixels, shape.layers[0].inputs);
    const hasRecords = layout.recordBytes > 0 && kernel.writeRecords(head, count, layout.recordBytes) !== 0;
    layout.runs.forEach((run, index) => {
      const view = new DataView(buffer);
      for (const { head } of run.ranks) view.setInt32(head + RUN.hasRecords, hasRecords ? 1 : 0, true);
      const state = this.keptState(index);
      const parameters = state.subarray(0, shape.bytes / 4);
      if (this.start) writeLayers(parameters, shape, this.start.layers);
      else writeInitialWeights(parameters, shape, everLit, options, initialSeed(options.seed, index));
      state.copyWithin(STATE_ARRAYS.indexOf('averages') * parameters.length, 0, parameters.length);
    });
  }
}

/** Summed over images; the loss is without label smoothing. */
export interface EvaluatedImages {
  readonly lossSum: number;
  readonly correct: number;
}

function checkImages(
  { pixels, labels, classes }: TrainingImages,
  inputs: number,
  { validation }: TrainingOptions,
): void {
  const check = (isRight: boolean, code: ErrorCode, message: string) => {
    if (!isRight) throw new DigitflowError(code, message);
  };
  const count = labels.length;
  const most = `expected at most ${MOST_INPUTS} pixels an image, found ${inputs}`;
  check(inputs <= MOST_INPUTS, 'NETWORK_TOO_LARGE', most);
  const size = `training images: expected ${count} x ${inputs} pixels for ${count} labels, found ${pixels.length}`;
  check(pixels.length === count * inputs, 'INPUT_SIZE', size);
  const more = `more than the ${validation} that are held out for validation`;
  check(count > validation, 'INPUT_SIZE', `training images: expected ${more}, found ${count}`);
  const wrong = labels.findIndex((label) => label >= classes.length);
  const range = `training label ${wrong}: expected 0 to ${classes.length - 1}, found ${labels[wrong]}`;
  check(wrong < 0, 'LABEL_OUT_OF_RANGE', range);
}
