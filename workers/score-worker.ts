import { workerData } from 'node:worker_threads';
import { createWorker } from '../src/engine/create-worker.js';
import { type Answer, type ScoreTask, STOP_FLAG, STOPPED, type WorkerSetup } from '../src/engine/messages.js';

const { memory, layout }: WorkerSetup = workerData;
const score = createWorker(workerData);
const control = new Int32Array(memory.buffer, layout.control, 16);

/** Scores one slot in place, pixels or text, and says how it went. */
export default function run(task: ScoreTask): Answer {
  // Published by the main thread when the verdicts are not wanted any more; looked at once a batch.
  if (Atomics.load(control, STOP_FLAG) !== 0) return STOPPED;
  return score(task);
}
