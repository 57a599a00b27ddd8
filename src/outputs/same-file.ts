import { type BigIntStats, fstatSync, statSync } from 'node:fs';
import { resolve } from 'node:path';
import { DigitflowError } from '../errors.js';
import { asidePath, newTarget } from './kept-file.js';

// Their descriptors are open from the start; to ask the streams themselves would begin to read.
const STDIN = 0;
export const STDOUT = 1;

/** A file that is written, and its name in messages: `--out`; `at` is a path or a descriptor. */
export interface NamedFile {
  readonly name: string;
  readonly at: string | number;
}

/**
 * Refuses to write over an input, and to write two things to one file, under any name or link. New files are told apart
 * by where they would lie; what is no regular file, such as /dev/null, may be given again.
 *
 * @throws DigitflowError USAGE
 */
export function checkFiles(inputs: readonly string[], files: readonly NamedFile[]): void {
  const readAs = new Map<string, string>();
  for (const input of inputs) {
    const identity = sameFileKey(input === '-' ? STDIN : input);
    if (identity !== null) readAs.set(identity, input === '-' ? 'stdin' : input);
  }
  const writtenAs = new Map<string, string>();
  for (const { name, at } of files) {
    const identity = sameFileKey(at) ?? newFile(at);
    if (identity === null) continue;
    const [input, output] = [readAs.get(identity), writtenAs.get(identity)];
    const other = input === undefined ? output && `that of ${output}` : `the input ${input}`;
    if (other !== undefined) {
      const message = `${name}: expected another file than ${other}, found the same; give another path`;
      throw new DigitflowError('USAGE', message);
    }
    writtenAs.set(identity, name);
  }
}

/** The same for all names of one regular file; null for anything else. */
function sameFileKey(at: string | number): string | null {
  const stats = statsOf(at);
  return stats?.isFile() ? `${stats.dev}:${stats.ino}` : null;
}

/** In bigints: Windows numbers files beyond what a double holds, and two would look the same. */
function statsOf(at: string | number): BigIntStats | undefined {
  try {
    const options = { bigint: true, throwIfNoEntry: false } as const;
    return typeof at === 'number' ? fstatSync(at, options) : statSync(at, options);
  } catch {
    // Opening it will say what is wrong.
    return undefined;
  }
}

function newFile(at: string | number): string | null {
  return typeof at === 'string' && statsOf(at) === undefined ? resolve(newTarget(at)) : null;
}

/** A `KeptFile`, and where it is written first. */
export function keptFiles(name: string, path: string): NamedFile[] {
  return [
    { name, at: path },
    { name: `${name} on its way`, at: asidePath(path) },
  ];
}
