import type { Normalization } from '../network/normalization.js';
import type { Batch } from './batch.js';
import type { Held } from './held.js';
import type { Answer, AnswerToText, ScoreTask, ScoreTextTask } from './messages.js';
import type { Slots } from './slots.js';
import type { TextBatch } from './text-batch.js';
import type { TextSlots } from './text-slots.js';

/** A batch that can be scored: of images, or of text that is to become images. */
export interface Scorable extends Pick<Held, 'title' | 'retain' | 'release' | 'order'> {
  readonly normalization: Normalization;
  /** What a worker has to know of it. */
  readonly task: ScoreTask | ScoreTextTask;
  /**
   * Takes what a worker answered.
   *
   * @throws DigitflowError POOL_STOPPED; where the batch is of images, INPUT_READ and IDX_TRUNCATED too
   */
  accept(answer: Answer | AnswerToText): void;
}

/** Something that scores batches: threads, or the calling thread itself. */
export interface Scorer<B extends Scorable = Batch, S = Slots> {
  /** The slots that batches are made in. */
  readonly slots: S;
  /** How many threads score; 0 when the calling one does. */
  readonly workers: number;
  /** Puts the verdicts into the batch's slot. The caller holds the batch until the promise settles. */
  score(batch: B): Promise<void>;
  /** Leaves what has not begun: for when nobody wants the verdicts any more. It is of no use then but to be closed. */
  stop(): void;
  /** Lets what is under way end, then frees everything. May be called again. */
  close(): Promise<void>;
}

/** Scores text. */
export type TextScorer = Scorer<TextBatch, TextSlots>;
