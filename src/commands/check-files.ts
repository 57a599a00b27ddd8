import { fstatSync, type Stats, statSync } from 'node:fs';
import { resolve } from 'node:path';
import { DigitflowError } from '../errors.js';

/** Open from the start; to ask the streams would begin to read. */
const STDIN = 0;
export const STDOUT = 1;

/** A file by the name that the command line has for it: `--out f.csv`, and where it is, a path or an open file. */
export interface NamedFile {
  readonly name: string;
  readonly at: string | number;
}

/**
 * Refuses to write over what is read, and to write two things to one file: by whatever names or links they are given.
 * Files that are not there yet are told apart by their paths; what is no regular file, such as /dev/null, may be anything.
 *
 * @param inputs paths, `-` for stdin
 * @throws DigitflowError USAGE
 */
export function checkFiles(inputs: readonly string[], outputs: readonly NamedFile[]): void {
  const readAs = new Map<string, string>();
  for (const input of inputs) {
    const identity = sameFileKey(input === '-' ? STDIN : input);
    if (identity !== null) readAs.set(identity, input === '-' ? 'stdin' : input);
  }
  const writtenAs = new Map<string, string>();
  for (const { name, at } of outputs) {
    const identity = sameFileKey(at) ?? newFile(at);
    if (identity === null) continue;
    const input = readAs.get(identity);
    if (input !== undefined)
      throw usage(`${name}: expected another file than the input ${input}, found the same`);
    const other = writtenAs.get(identity);
    if (other !== undefined)
      throw usage(`${name}: expected another file than that of ${other}, found the same`);
    writtenAs.set(identity, name);
  }
}

/** What two names of one regular file have in common; null for anything else. */
function sameFileKey(at: string | number): string | null {
  const stats = statsOf(at);
  return stats?.isFile() ? `${stats.dev}:${stats.ino}` : null;
}

function statsOf(at: string | number): Stats | undefined {
  try {
    return typeof at === 'number' ? fstatSync(at) : statSync(at, { throwIfNoEntry: false });
  } catch {
    // What is wrong with it shows when it is opened.
    return undefined;
  }
}

function newFile(at: string | number): string | null {
  return typeof at === 'string' && statsOf(at) === undefined ? resolve(at) : null;
}

function usage(message: string): DigitflowError {
  return new DigitflowError('USAGE', `${message}; see digitflow score --help`);
}
