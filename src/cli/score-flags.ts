import { DigitflowError } from '../errors.js';
import { keptFiles, type NamedFile, STDOUT } from '../outputs/same-file.js';
import { journalPath } from '../outputs/score-journal.js';
import { checkDriftFlags, type DriftFlags } from './judging/drift-flags.js';
import type { RunningFlags } from './options.js';

/** What `--on-error` takes. */
export const ON_ERROR = ['fail', 'skip', 'reject'] as const;

/** The flags of `score`. */
export interface ScoreFlags extends RunningFlags, DriftFlags {
  readonly format: 'csv' | 'ndjson';
  readonly kaggle?: boolean;
  readonly probabilities?: boolean;
  readonly top: number;
  readonly spreadsheetSafe?: boolean;
  readonly plan?: string;
  readonly out?: string;
  readonly resume?: boolean;
  readonly summary?: string;
  readonly onError?: (typeof ON_ERROR)[number];
  readonly rejects?: string;
  readonly maxErrors?: number;
  readonly maxWait: number;
}

/**
 * The flags, with `onError` filled in.
 *
 * @throws DigitflowError USAGE for flags that do not go together
 */
export function checkedFlags(paths: readonly string[], flags: ScoreFlags): ScoreFlags {
  const onError = flags.onError ?? (flags.rejects === undefined ? 'fail' : 'reject');
  if (onError === 'reject' && flags.rejects === undefined)
    throw usage('--on-error reject: only with --rejects, the file for bad rows');
  if (onError !== 'reject' && flags.rejects !== undefined)
    throw usage(`--rejects: not with --on-error ${onError}`);
  if (flags.maxErrors !== undefined && onError === 'fail')
    throw usage('--max-errors: only with --on-error skip or --rejects');
  if (paths.filter((path) => path === '-').length > 1) throw usage('-: stdin can be read once only');
  for (const name of ['out', 'rejects', 'summary'] as const) {
    if (flags[name] === '') throw usage(`--${name}: expected a path, found nothing`);
  }
  if (flags.resume && flags.out === undefined)
    throw usage('--resume: only with --out, the file of the run that was interrupted');
  checkDriftFlags(paths, flags);
  checkShape(flags);
  return { ...flags, onError };
}

/** Refuses what a row cannot be at once. Throws DigitflowError USAGE. */
export function checkShape(flags: ScoreFlags): void {
  const wantsMore = flags.probabilities || flags.top > 0 || flags.format === 'ndjson';
  if (flags.kaggle && wantsMore) throw usage('--kaggle: not with --format, --probabilities or --top');
  if (flags.spreadsheetSafe && (flags.kaggle || flags.format !== 'csv'))
    throw usage('--spreadsheet-safe: only with --format csv, which spreadsheets open');
}

/** All files that a run writes to. */
export function outputFiles({ out, rejects, summary }: ScoreFlags): NamedFile[] {
  return [
    out === undefined ? { name: 'stdout', at: STDOUT } : { name: '--out', at: out },
    ...(out === undefined ? [] : keptFiles('the progress of --out', journalPath(out))),
    ...(rejects === undefined ? [] : [{ name: '--rejects', at: rejects }]),
    ...(summary === undefined ? [] : keptFiles('--summary', summary)),
  ];
}

function usage(message: string): DigitflowError {
  return new DigitflowError('USAGE', `${message}; see digitflow score --help`);
}
