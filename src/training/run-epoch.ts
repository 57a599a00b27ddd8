import { BARRIER_BEGUN, BARRIER_BYTES } from '../../workers/kernel/common/offsets.js';
import * as RUN from '../../workers/kernel/common/run-offsets.js';
import { instantiateTrainingKernel } from './kernel.js';
import type { EpochAnswer, EpochTask, TrainingSetup } from './messages.js';
import { placeEpoch } from './place-epoch.js';
import { trainingCount } from './place-run.js';
import { STATE_ARRAYS } from './run-layout.js';

/** Batches between two looks at the stop flag: some milliseconds. */
const BATCHES_A_CALL = 64;

/**
 * Makes a function that runs one thread's part of one epoch of one run: the whole of what a training thread does. It ends when
 * all threads of the run's team have been given theirs; the answer of the first one counts.
 *
 * The team begins from the run's kept state and leaves its result in the live one; so it may be run again if it never ends.
 */
export function createEpochRunner(setup: TrainingSetup): (task: EpochTask) => EpochAnswer | null {
  const { module, memory, layout, options } = setup;
  const kernel = instantiateTrainingKernel(module, memory);
  const { buffer } = memory;
  const view = new DataView(buffer);
  const count = trainingCount(layout.imageCount, options);
  const stepCount = Math.ceil(count / options.batchSize);
  const resultAt = options.averaging > 0 ? STATE_ARRAYS.indexOf('averages') * layout.shape.bytes : 0;

  return (task) => {
    const run = layout.runs[task.run];
    const { head } = run.ranks[task.rank];
    Atomics.add(new Int32Array(buffer, run.barrier, BARRIER_BYTES / 4), BARRIER_BEGUN / 4, 1);
    const start = performance.now();
    const learningRate = placeEpoch(kernel, buffer, layout, options, task);

    let lossSum = 0;
    for (let first = 0; first < stepCount; first += BATCHES_A_CALL) {
      const isDone = kernel.train(head, first, Math.min(BATCHES_A_CALL, stepCount - first));
      if (!isDone) return STOPPED;
      lossSum += view.getFloat64(head + RUN.lossSum, true);
    }
    const seconds = (performance.now() - start) / 1000;
    // The kernel's activations turn what is no number into one, so the loss alone does not tell. All threads find the same here.
    const parameters = new Float32Array(buffer, run.live, layout.shape.bytes / 4);
    if (!parameters.every(Number.isFinite)) return { ...NOTHING, seconds, learningRate };
    if (!kernel.evaluate(head, run.live + resultAt, count, options.validation)) return STOPPED;
    if (task.rank > 0) return null;
    return {
      isStopped: false,
      loss: lossSum / count,
      validationLoss: view.getFloat64(head + RUN.lossSum, true) / options.validation,
      validationCorrect: view.getInt32(head + RUN.correct, true),
      seconds,
      learningRate,
    };
  };
}

/** Of an epoch that diverged. */
const NOTHING: EpochAnswer = {
  isStopped: false,
  loss: Number.NaN,
  validationLoss: Number.NaN,
  validationCorrect: 0,
  seconds: 0,
  learningRate: 0,
};

const STOPPED: EpochAnswer = { ...NOTHING, isStopped: true };
