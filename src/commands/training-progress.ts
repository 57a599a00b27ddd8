import type { EpochReport, EpochTotals } from '../../pipelines/train.js';
import { CLEAR_LINE } from '../render/ansi.js';
import { truncate } from '../render/display-width.js';
import { columnsOf, type OutputStream } from '../render/terminal.js';
import { durationWords, grouped, percentage, rateWords } from '../tally/wording.js';

const EVERY_MS = 50;

/** One line on a terminal that tells how far a training is; redrawn as epochs end, so there is no timer to stop. */
export class TrainingProgressLine {
  readonly #stream: OutputStream & { write(text: string): unknown };
  readonly #now: () => number;
  #firstMs: number;
  #nextMs = 0;
  #isShown = false;

  /** @param now a clock that never goes back, in milliseconds; the training's time is counted from here */
  constructor(stream: OutputStream & { write(text: string): unknown }, now: () => number) {
    this.#stream = stream;
    this.#now = now;
    this.#firstMs = now();
  }

  /** To be called as each epoch ends. Writes nothing but to a terminal. */
  update(report: EpochReport, totals: EpochTotals): void {
    if (!this.#stream.isTTY) return;
    const nowMs = this.#now();
    if (nowMs < this.#nextMs) return;
    this.#nextMs = nowMs + EVERY_MS;
    this.#isShown = true;
    const words = progressWords(report, totals, (nowMs - this.#firstMs) / 1000);
    // One column less than there are: a full line would wrap, and could not be cleared any more.
    this.#stream.write(CLEAR_LINE + truncate(words, columnsOf(this.#stream) - 1, ''));
  }

  /** Wipes the line away; to be called before anything else is written to the terminal. */
  clear(): void {
    if (this.#isShown) this.#stream.write(CLEAR_LINE);
    this.#isShown = false;
  }
}

/** ` 35 %  epoch 21 of 60, loss 0.0712, validation 95.61 %, 512,000 images/s, 4.1 s left`. */
function progressWords(report: EpochReport, { done, toDo, images }: EpochTotals, seconds: number): string {
  const rate = seconds > 0 ? done / seconds : 0;
  const parts = [
    `${grouped(done)} of ${grouped(toDo)} epochs`,
    ...(report.isDiverged ? [`run ${report.run + 1} diverged`] : [`loss ${report.loss.toPrecision(3)}`]),
    ...(Number.isFinite(report.validationAccuracy)
      ? [`validation ${percentage(report.validationAccuracy, 2)} %`]
      : []),
    ...(rate > 0 ? [rateWords(rate * images), `${durationWords((toDo - done) / rate)} left`] : []),
  ];
  return `${percentage(done / toDo, 0).padStart(3)} %  ${parts.join(', ')}`;
}
