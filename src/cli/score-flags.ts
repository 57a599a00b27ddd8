import { fstatSync, type Stats, statSync } from 'node:fs';
import { resolve } from 'node:path';
import { DigitflowError } from '../errors.js';
import { asidePath } from '../outputs/kept-file.js';
import { journalPath } from '../outputs/score-journal.js';
import type { RunningFlags } from './options.js';

/** What `--on-error` takes. */
export const ON_ERROR = ['fail', 'skip', 'reject'] as const;

/** The flags of `score`. */
export interface ScoreFlags extends RunningFlags {
  readonly format: 'csv' | 'ndjson';
  readonly kaggle?: boolean;
  readonly probabilities?: boolean;
  readonly top: number;
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
    throw usage('--on-error reject: say where with --rejects');
  if (onError !== 'reject' && flags.rejects !== undefined)
    throw usage(`--rejects: not with --on-error ${onError}`);
  if (flags.maxErrors !== undefined && onError === 'fail')
    throw usage('--max-errors: say what bad rows do with --on-error skip or --rejects');
  if (paths.filter((path) => path === '-').length > 1) throw usage('-: stdin can be read once only');
  for (const name of ['out', 'rejects', 'summary'] as const) {
    if (flags[name] === '') throw usage(`--${name}: expected a path, found nothing`);
  }
  if (flags.resume && flags.out === undefined) throw usage('--resume: say of what with --out');
  const wantsMore = flags.probabilities || flags.top > 0 || flags.format === 'ndjson';
  if (flags.kaggle && wantsMore) throw usage('--kaggle: not with --format, --probabilities or --top');
  return { ...flags, onError };
}

// Their descriptors are open from the start; to ask the streams themselves would begin to read.
const STDIN = 0;
const STDOUT = 1;

/** A file and its name in messages: `--out`; `at` is a path or a descriptor. */
interface NamedFile {
  readonly name: string;
  readonly at: string | number;
}

/**
 * Refuses to write over an input, and to write two things to one file, under any name or link. New files are told apart
 * by their paths; what is no regular file, such as /dev/null, may be given again.
 *
 * @throws DigitflowError USAGE
 */
export function checkFiles(inputs: readonly string[], flags: ScoreFlags): void {
  const readAs = new Map<string, string>();
  for (const input of inputs) {
    const identity = sameFileKey(input === '-' ? STDIN : input);
    if (identity !== null) readAs.set(identity, input === '-' ? 'stdin' : input);
  }
  const writtenAs = new Map<string, string>();
  for (const { name, at } of outputFiles(flags)) {
    const identity = sameFileKey(at) ?? newFile(at);
    if (identity === null) continue;
    const [input, output] = [readAs.get(identity), writtenAs.get(identity)];
    const other = input === undefined ? output && `that of ${output}` : `the input ${input}`;
    if (other !== undefined) throw usage(`${name}: expected another file than ${other}, found the same`);
    writtenAs.set(identity, name);
  }
}

/** The same for all names of one regular file; null for anything else. */
function sameFileKey(at: string | number): string | null {
  const stats = statsOf(at);
  return stats?.isFile() ? `${stats.dev}:${stats.ino}` : null;
}

function statsOf(at: string | number): Stats | undefined {
  try {
    return typeof at === 'number' ? fstatSync(at) : statSync(at, { throwIfNoEntry: false });
  } catch {
    // Opening it will say what is wrong.
    return undefined;
  }
}

function newFile(at: string | number): string | null {
  return typeof at === 'string' && statsOf(at) === undefined ? resolve(at) : null;
}

/** All files that a run writes to. */
function outputFiles({ out, rejects, summary }: ScoreFlags): NamedFile[] {
  return [
    out === undefined ? { name: 'stdout', at: STDOUT } : { name: '--out', at: out },
    ...(out === undefined ? [] : keptFiles('the progress of --out', journalPath(out))),
    ...(rejects === undefined ? [] : [{ name: '--rejects', at: rejects }]),
    ...(summary === undefined ? [] : keptFiles('--summary', summary)),
  ];
}

/** A `KeptFile`, and where it is written first. */
function keptFiles(name: string, path: string): NamedFile[] {
  return [
    { name, at: path },
    { name: `${name} on its way`, at: asidePath(path) },
  ];
}

function usage(message: string): DigitflowError {
  return new DigitflowError('USAGE', `${message}; see digitflow score --help`);
}
