import { workerData } from 'node:worker_threads';
import { createEpochRunner, type EpochAnswer, type EpochTask } from '../src/training/epoch-runner.js';

const runEpoch = createEpochRunner(workerData);

/** Runs one thread's part of one epoch of one run; nothing at all for the probe. */
export default function run(task: EpochTask): EpochAnswer | null {
  return task.epoch < 0 ? null : runEpoch(task);
}
