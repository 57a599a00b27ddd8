import { workerData } from 'node:worker_threads';
import { instantiateKernel } from '../src/pool/kernel.js';
import { ANSWER, type Answer, type ScoreTask, STOP_FLAG, type WorkerSetup } from '../src/pool/messages.js';

const { module, memory, layout }: WorkerSetup = workerData;
const score = instantiateKernel(module, memory, layout);
const control = new Int32Array(memory.buffer, layout.control, 16);

/** Scores one slot in place, and says how it went. */
export default function run(task: ScoreTask): Answer {
  // Published by the main thread when nobody wants the verdicts any more; looked at once a batch.
  if (Atomics.load(control, STOP_FLAG) !== 0) return ANSWER.stopped;
  return score(task);
}
