import { durationWords, grouped, percentage } from '../tally/wording.js';

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
