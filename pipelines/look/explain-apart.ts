import { Worker } from 'node:worker_threads';
import { WHY_WORKER_FILE } from '../../src/assets.js';
import { DigitflowError } from '../../src/errors.js';
import type { Model } from '../../src/inputs/models/open-model.js';
import type { Why, WhyTask } from '../../src/insight/why.js';
import { type DigitImage, type DigitView, viewDigit } from './look-digit.js';

/**
 * As `viewDigit` with the winner explained, in a thread of its own: it may take minutes.
 *
 * @param signal ends the thread; its reason is what the promise rejects with
 */
export async function explainApart(model: Model, digit: DigitImage, signal: AbortSignal): Promise<DigitView> {
  const view = viewDigit(model, digit, {});
  const { brightness, black, white, explanation } = view;
  const { layers } = model.network;
  return {
    ...view,
    why: await whyApart({ layers, brightness, black, white, target: explanation.winner }, signal),
  };
}

async function whyApart(task: WhyTask, signal: AbortSignal): Promise<Why> {
  signal.throwIfAborted();
  const worker = new Worker(WHY_WORKER_FILE, { workerData: task });
  try {
    return await new Promise<Why>((resolve, reject) => {
      signal.addEventListener('abort', () => reject(signal.reason));
      worker.once('message', resolve).once('error', reject);
      // Of one that says nothing this is the last that is heard.
      worker.once('exit', (code) =>
        reject(new DigitflowError('WORKER_FAILED', `a thread ended (code ${code})`)),
      );
    });
  } finally {
    await worker.terminate();
  }
}
