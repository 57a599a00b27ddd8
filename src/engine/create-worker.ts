import { instantiateKernel } from './kernel.js';
import type { Answer, AnswerToText, ScoreTask, ScoreTextTask, WorkerSetup } from './messages.js';
import { createTextScorer } from './text/score-text.js';

/** Makes what a worker runs: a function that scores a batch of images, or of text, in its slot. */
export function createWorker({
  module,
  memory,
  layout,
}: WorkerSetup): (task: ScoreTask | ScoreTextTask) => Answer | AnswerToText {
  const score = instantiateKernel(module, memory, layout);
  const scoreText = layout.text === null ? null : createTextScorer(module, memory, layout);
  return (task) => {
    if (!('dialect' in task)) return score(task);
    if (scoreText === null) throw new TypeError('expected a layout for text');
    return scoreText(task);
  };
}
