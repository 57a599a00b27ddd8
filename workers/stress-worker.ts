import { workerData } from 'node:worker_threads';
import { createStressRunner, type StressAnswer, type StressTask } from '../src/corruptions/stress-runner.js';

const stress = createStressRunner(workerData);

/** Makes the images of one task worse in every way; nothing at all of no images, the probe. */
export default function run(task: StressTask): StressAnswer | null {
  return task.labels.length === 0 ? null : stress(task);
}
