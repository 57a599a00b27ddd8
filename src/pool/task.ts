import { DigitflowError } from '../errors.js';
import type { Batch } from './batch.js';
import { extentError } from './file-extent.js';
import { ANSWER, type Answer, type ScoreTask } from './messages.js';

/** What a worker has to know of a batch. */
export function taskOf(batch: Batch): ScoreTask {
  const { slotIndex: slot, count, hasLabels, extent } = batch;
  return { slot, count, hasLabels, extent };
}

/** A batch's records, for an error. */
export function recordsOf(batch: Batch): string {
  return `records ${batch.first} to ${batch.first + batch.count - 1}`;
}

/**
 * Turns what a worker answered into an error where it is one.
 *
 * @throws DigitflowError POOL_STOPPED; INPUT_READ, or IDX_TRUNCATED where the file has become shorter
 */
export function acceptAnswer(answer: Answer, batch: Batch): void {
  if (answer === ANSWER.scored) return;
  if (answer === ANSWER.stopped) throw new DigitflowError('POOL_STOPPED', 'scoring was stopped');
  throw extentError(answer.readError, batch.extent, recordsOf(batch));
}
