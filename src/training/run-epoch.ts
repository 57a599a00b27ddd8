import { STOP_FLAG } from '../pool/messages.js';
import { instantiateTrainingKernel } from './kernel.js';
import { STATE_ARRAYS } from './layout.js';
import type { EpochAnswer, EpochTask, TrainingSetup } from './messages.js';
import { placeEpoch } from './place-epoch.js';
import { trainingCount } from './place-run.js';
import { RUN } from './run-fields.js';

/** Batches between two looks at the stop flag: some milliseconds. */
const BATCHES_A_CALL = 64;

/**
 * Makes a function that runs one epoch of one run: the whole of what a training thread does.
 *
 * It begins from the run's kept state and leaves its result in the live one; so it may be run again if it never ends.
 */
export function createEpochRunner(setup: TrainingSetup): (task: EpochTask) => EpochAnswer {
  const { module, memory, layout, options } = setup;
  const kernel = instantiateTrainingKernel(module, memory);
  const { buffer } = memory;
  const control = new Int32Array(buffer, layout.control, 16);
  const view = new DataView(buffer);
  const count = trainingCount(layout.imageCount, options);
  const stepCount = Math.ceil(count / options.batchSize);

  return ({ run: index, epoch }) => {
    const run = layout.runs[index];
    const start = performance.now();
    const learningRate = placeEpoch(kernel, buffer, layout, options, { run: index, epoch });

    let lossSum = 0;
    for (let first = 0; first < stepCount; first += BATCHES_A_CALL) {
      // Published by the main thread when nobody waits for the epoch any more.
      if (Atomics.load(control, STOP_FLAG) !== 0) return STOPPED;
      kernel.train(run.head, first, Math.min(BATCHES_A_CALL, stepCount - first));
      lossSum += view.getFloat64(run.head + RUN.lossSum, true);
    }
    // The kernel's activations turn what is no number into one, so the loss alone does not tell.
    const parameters = new Float32Array(buffer, run.live, layout.shape.bytes / 4);
    if (!parameters.every(Number.isFinite)) lossSum = Number.NaN;
    const seconds = (performance.now() - start) / 1000;
    const result =
      run.live + (options.averaging > 0 ? STATE_ARRAYS.indexOf('averages') * layout.shape.bytes : 0);
    kernel.evaluate(run.head, result, count, options.validation);
    return {
      isStopped: false,
      loss: lossSum / count,
      validationLoss: view.getFloat64(run.head + RUN.lossSum, true) / options.validation,
      validationCorrect: view.getInt32(run.head + RUN.correct, true),
      seconds,
      learningRate,
    };
  };
}

const STOPPED: EpochAnswer = {
  isStopped: true,
  loss: Number.NaN,
  validationLoss: Number.NaN,
  validationCorrect: 0,
  seconds: 0,
  learningRate: 0,
};
