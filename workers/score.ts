import { workerData } from 'node:worker_threads';
import { instantiateKernel } from '../src/pool/kernel.js';
import {
  ANSWER,
  type Answer,
  type AnswerToText,
  type ScoreTask,
  type ScoreTextTask,
  STOP_FLAG,
  type WorkerSetup,
} from '../src/pool/messages.js';
import { createTextScorer } from '../src/pool/score-text.js';

const { module, memory, layout }: WorkerSetup = workerData;
const score = instantiateKernel(module, memory, layout);
const scoreText = layout.text && createTextScorer(module, memory, layout);
const control = new Int32Array(memory.buffer, layout.control, 16);

/** Scores one slot in place, pixels or text, and says how it went. */
export default function run(task: ScoreTask | ScoreTextTask): Answer | AnswerToText {
  // Published by the main thread when nobody wants the verdicts any more; looked at once a batch.
  if (Atomics.load(control, STOP_FLAG) !== 0) return ANSWER.stopped;
  if (!('dialect' in task)) return score(task);
  if (scoreText === null) throw new TypeError('expected a layout for text, found one for pixels');
  return scoreText(task);
}
