import { DigitflowError } from '../errors.js';
import type { CsvFlagValues } from './csv-options.js';

/** What commander makes of the flags of `score`. */
export interface ScoreFlags extends CsvFlagValues {
  model: string;
  format: 'csv' | 'ndjson';
  kaggle?: boolean;
  probabilities?: boolean;
  top: number;
  out?: string;
  resume?: boolean;
  summary?: string;
  onError?: 'fail' | 'skip' | 'reject';
  rejects?: string;
  maxErrors?: number;
  maxWait: number;
  workers?: number;
  batchSize?: number;
  normalize?: string;
  quiet?: boolean;
}

/**
 * The flags, those that go without saying filled in.
 *
 * @throws DigitflowError USAGE where two of them do not go together
 */
export function checkedFlags(paths: readonly string[], flags: ScoreFlags): ScoreFlags {
  const usage = (message: string) => new DigitflowError('USAGE', `${message}; see digitflow score --help`);
  const onError = flags.onError ?? (flags.rejects === undefined ? 'fail' : 'reject');
  if (onError === 'reject' && flags.rejects === undefined)
    throw usage('--on-error reject: say where with --rejects');
  if (onError !== 'reject' && flags.rejects !== undefined)
    throw usage(`--rejects: not with --on-error ${onError}`);
  if (flags.maxErrors !== undefined && onError === 'fail')
    throw usage('--max-errors: say what bad rows do with --on-error skip or --rejects');
  if (paths.filter((path) => path === '-').length > 1) throw usage('-: stdin can be read once only');
  for (const [name, path] of [
    ['--out', flags.out],
    ['--rejects', flags.rejects],
    ['--summary', flags.summary],
  ]) {
    if (path === '') throw usage(`${name}: expected a path, found nothing`);
  }
  if (flags.resume && flags.out === undefined) throw usage('--resume: say of what with --out');
  const wantsMore = flags.probabilities || flags.top > 0 || flags.format === 'ndjson';
  if (flags.kaggle && wantsMore) throw usage('--kaggle: not with --format, --probabilities or --top');
  return { ...flags, onError };
}
