import { durationWords, grouped, percentage, rateWords } from '../../counting/wording.js';
import { CLEAR_LINE, columnsOf, type OutputStream } from './terminal.js';
import { truncate } from './text-width.js';

/** Short runs end before this and show nothing. */
const FIRST_AFTER_MS = 300;
const EVERY_MS = 100;

/** What a progress line says. */
export interface Progress {
  /** Records done so far. */
  readonly done: number;
  /** How many of them are right; left out where there is no truth to compare with. */
  readonly correct?: number | undefined;
}

/** How to make a progress line. */
export interface ProgressLineOptions {
  /** Usually process.stderr. Nothing is ever written unless it is a terminal. */
  readonly stream: OutputStream & { write(text: string): unknown };
  /** A clock that never goes back, in milliseconds. */
  readonly now: () => number;
  /** How many records there will be, where that is known. */
  readonly total?: number | undefined;
}

/**
 * One line on a terminal that tells how far a long run is. It is drawn when `update` is called, 0.3 s after the
 * start at the earliest and ten times a second at most; it has no timer, so there is nothing to stop.
 */
export class ProgressLine {
  readonly #options: ProgressLineOptions;
  readonly #startedMs: number;
  #nextMs: number;
  #isShown = false;

  /** The run's time is counted from here. */
  constructor(options: ProgressLineOptions) {
    this.#options = options;
    this.#startedMs = options.now();
    this.#nextMs = this.#startedMs + FIRST_AFTER_MS;
  }

  /** Call it as often as you like: mostly it only looks at the clock. */
  update(progress: Progress): void {
    this.show((seconds) => progressWords(progress, this.#options.total, seconds));
  }

  /** The same for words of another kind, which are made only where they are shown; `seconds` is the time so far. */
  show(words: (seconds: number) => string): void {
    const { stream, now } = this.#options;
    if (!stream.isTTY) return;
    const nowMs = now();
    if (nowMs < this.#nextMs) return;
    this.#nextMs = nowMs + EVERY_MS;
    this.#isShown = true;
    const line = words((nowMs - this.#startedMs) / 1000);
    // One column less than there are: a full line would wrap, and could not be cleared any more.
    stream.write(CLEAR_LINE + truncate(line, columnsOf(stream) - 1, ''));
  }

  /** Wipes the line away; to be called before anything else is written to the terminal. */
  clear(): void {
    if (this.#isShown) this.#options.stream.write(CLEAR_LINE);
    this.#isShown = false;
  }
}

/** `41 %  984,000 of 2,400,000 images, 95.33 % right, 3.41 million images/s, 4.2 s left`. */
function progressWords({ done, correct }: Progress, total: number | undefined, seconds: number): string {
  const rate = seconds > 0 ? done / seconds : 0;
  const parts = [total ? `${grouped(done)} of ${grouped(total)} images` : `${grouped(done)} images`];
  if (correct !== undefined && done > 0) parts.push(`${percentage(correct / done, 2)} % right`);
  if (rate > 0) parts.push(rateWords(rate));
  if (total && rate > 0) parts.push(`${durationWords(Math.max(0, total - done) / rate)} left`);
  const share = total ? `${percentage(Math.min(1, done / total), 0).padStart(3)} %  ` : '';
  return share + parts.join(', ');
}

/** How far a run of scoring is. */
export interface ScoredSoFar {
  /** Rows done, scored or not. */
  readonly rows: number;
  readonly rejected: number;
  readonly bytes: number;
  /** Null where it is not known. */
  readonly totalBytes: number | null;
  /** Rows that an earlier run had done: of these, none count for the speed. */
  readonly rowsBefore?: number;
}

/** `41 %  984,000 rows, 812,000 rows/s, 1,488 MB/s, 3 rejected, 4.2 s left`: for a progress line. */
export function scoreProgressWords(done: ScoredSoFar, seconds: number): string {
  const { rows, rejected, bytes, totalBytes, rowsBefore = 0 } = done;
  const parts = [`${grouped(rows)} rows`];
  if (seconds > 0)
    parts.push(
      `${grouped(Math.round((rows - rowsBefore) / seconds))} rows/s`,
      `${megabytes(bytes / seconds)} MB/s`,
    );
  if (rejected > 0) parts.push(`${grouped(rejected)} rejected`);
  if (!totalBytes) return parts.join(', ');
  if (bytes > 0) parts.push(`${durationWords((seconds * Math.max(0, totalBytes - bytes)) / bytes)} left`);
  return `${percentage(Math.min(1, bytes / totalBytes), 0).padStart(3)} %  ${parts.join(', ')}`;
}

/** One line that says how a run ended. */
export function scoreSummaryWords({
  rows,
  rejected,
  seconds,
  workers,
  rowsBefore = 0,
}: Omit<ScoredSoFar, 'bytes' | 'totalBytes'> & { seconds: number; workers: number }): string {
  const rate = seconds > 0 ? `, ${grouped(Math.round((rows - rowsBefore) / seconds))} rows/s` : '';
  const bad = rejected > 0 ? `, ${grouped(rejected)} of them rejected` : '';
  const threads = workers === 0 ? 'no threads' : workers === 1 ? '1 worker' : `${workers} workers`;
  return `${grouped(rows)} ${rows === 1 ? 'row' : 'rows'}${bad}, ${durationWords(seconds)}${rate}, ${threads}`;
}

function megabytes(bytes: number): string {
  return grouped(Math.round(bytes / 1e6));
}
