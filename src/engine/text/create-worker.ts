import { createForward, instantiateKernel } from '../kernel.js';
import type { Answer, ScoreTask, WorkerSetup } from '../messages.js';
import { numberRows } from './number-rows.js';
import { createTextScorer } from './score-text.js';

/**
 * Makes what a worker runs: a function that scores a batch of images, or of text, in its slot.
 *
 * @param makeFast makes the reader of rows of numbers; for tests, which compare
 * @param makeForward makes what is done with each piece of pixels: by default the forward pass
 */
export function createWorker(
  { module, memory, layout }: WorkerSetup,
  makeFast: typeof numberRows = numberRows,
  makeForward: typeof createForward = createForward,
): (task: ScoreTask) => Answer {
  const score = instantiateKernel(module, memory, layout, makeForward);
  const scoreText =
    layout.text === null ? null : createTextScorer(module, memory, layout, makeFast, makeForward);
  return (task) => {
    if (!('dialect' in task)) return score(task);
    if (scoreText === null) throw new TypeError('expected a layout for text');
    return scoreText(task);
  };
}
