import { durationWords, grouped, percentage, rateWords } from '../../counting/wording.js';
import { asIs, CLEAR_LINE, columnsOf, type OutputStream } from './terminal.js';
import { displayWidth, truncate } from './text-layout.js';

/** Short runs end before this and show nothing. */
const FIRST_AFTER_MS = 300;
const EVERY_MS = 100;

/** Records done so far; `correct` is left out where there is no truth to compare with. */
export interface Progress {
  readonly done: number;
  readonly correct?: number | undefined;
}

interface ProgressLineOptions {
  /** Usually process.stderr; written to only where it is a terminal. */
  readonly stream: OutputStream & { write(text: string): unknown };
  /** A monotonic clock, in milliseconds. */
  readonly now: () => number;
  readonly total?: number | undefined;
  /** Says the words in another language. */
  readonly say?: ((english: string) => string) | undefined;
}

/** One line on a terminal that tells how far a long run is, drawn at most ten times a second; it needs no timer. */
export class ProgressLine {
  readonly #options: ProgressLineOptions;
  readonly #startedMs: number;
  #nextMs: number;
  #isShown = false;

  constructor(options: ProgressLineOptions) {
    this.#options = options;
    this.#startedMs = options.now();
    this.#nextMs = this.#startedMs + FIRST_AFTER_MS;
  }

  /** Draws the line where it is time to; mostly it only looks at the clock. */
  update(progress: Progress): void {
    this.show((seconds) => progressWords(progress, this.#options.total, seconds));
  }

  /** The same with other words, which are made only when they are shown; `seconds` is the time so far. */
  show(words: (seconds: number) => string): void {
    const { stream, now, say = asIs } = this.#options;
    if (!stream.isTTY) return;
    const nowMs = now();
    if (nowMs < this.#nextMs) return;
    this.#nextMs = nowMs + EVERY_MS;
    this.#isShown = true;
    const line = say(words((nowMs - this.#startedMs) / 1000));
    // One column less than there are: a full line would wrap. The cursor is left at its start, and stays there when the terminal
    // becomes narrower and wraps it: so all of it can be cleared.
    stream.write(`${CLEAR_LINE}${fitted(line, columnsOf(stream) - 1)}\r`);
  }

  /** Wipes the line away; call it before anything else is written to the terminal. */
  clear(): void {
    if (this.#isShown) this.#options.stream.write(CLEAR_LINE);
    this.#isShown = false;
  }
}

/** As many parts of a line as fit; of the first as much as fits. */
function fitted(line: string, columns: number): string {
  if (displayWidth(line) <= columns) return line;
  const parts = line.split(/(?=, |\u3001)/);
  let kept = '';
  for (const part of parts) {
    if (displayWidth(kept + part) > columns) break;
    kept += part;
  }
  return kept || truncate(line, columns, '');
}

/** `41 %  984,000 of 2,400,000 images, 95.33 % right, 3.41 million images/s, 4.2 s left`. */
function progressWords({ done, correct }: Progress, total: number | undefined, seconds: number): string {
  const rate = seconds > 0 ? done / seconds : 0;
  const parts = [total ? `${grouped(done)} of ${grouped(total)} images` : `${grouped(done)} images`];
  if (correct !== undefined && done > 0) parts.push(`${percentage(correct / done, 2)} % right`);
  if (rate > 0) parts.push(rateWords(rate));
  if (total && rate > 0) parts.push(`${durationWords(Math.max(0, total - done) / rate)} left`);
  return (total ? shareWords(done / total) : '') + parts.join(', ');
}

interface ScoredSoFar {
  /** Rows done, scored or not. */
  readonly rows: number;
  readonly rejected: number;
  readonly bytes: number;
  /** Null where it is not known. */
  readonly totalBytes: number | null;
  /** Rows that an earlier run had done; they do not count for the speed. */
  readonly rowsBefore?: number;
}

/** `41 %  984,000 rows, 812,000 rows/s, 1,488 MB/s, 3 rejected, 4.2 s left`: for a progress line. */
export function scoreProgressWords(done: ScoredSoFar, seconds: number): string {
  const { rows, rejected, bytes, totalBytes, rowsBefore = 0 } = done;
  const parts = [`${grouped(rows)} rows`];
  if (seconds > 0) {
    const [rowRate, byteRate] = [(rows - rowsBefore) / seconds, bytes / seconds];
    parts.push(`${grouped(Math.round(rowRate))} rows/s`, `${grouped(Math.round(byteRate / 1e6))} MB/s`);
  }
  if (rejected > 0) parts.push(`${grouped(rejected)} rejected`);
  if (!totalBytes) return parts.join(', ');
  if (bytes > 0) parts.push(`${durationWords((seconds * Math.max(0, totalBytes - bytes)) / bytes)} left`);
  return shareWords(bytes / totalBytes) + parts.join(', ');
}

/** ` 41 %  `: how a progress line begins. */
function shareWords(share: number): string {
  return `${percentage(Math.min(1, share), 0).padStart(3)} %  `;
}

interface ScoreEnd extends Omit<ScoredSoFar, 'bytes' | 'totalBytes'> {
  readonly seconds: number;
  readonly workers: number;
}

/** One line that says how a scoring run ended. */
export function scoreSummaryWords(ended: ScoreEnd): string {
  const { rows, rejected, seconds, workers, rowsBefore = 0 } = ended;
  const rate = seconds > 0 ? `, ${grouped(Math.round((rows - rowsBefore) / seconds))} rows/s` : '';
  const bad = rejected > 0 ? `, ${grouped(rejected)} of them rejected` : '';
  const count = `${grouped(rows)} ${rows === 1 ? 'row' : 'rows'}`;
  return `${count}${bad}, ${durationWords(seconds)}${rate}, ${threadWords(workers)}`;
}

/** `no threads`, `1 worker`, `4 workers`. */
export function threadWords(workers: number): string {
  return workers === 0 ? 'no threads' : workers === 1 ? '1 worker' : `${workers} workers`;
}
