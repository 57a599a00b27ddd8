import {
  accessSync,
  closeSync,
  constants,
  fsyncSync,
  openSync,
  readlinkSync,
  realpathSync,
  renameSync,
  rmSync,
  type Stats,
  statSync,
  unlinkSync,
  writeFileSync,
} from 'node:fs';
import { basename, dirname, join, resolve } from 'node:path';
import { adviceOn, DigitflowError, reasonOf } from '../errors.js';
import { PipeOutput } from './pipe-output.js';

const IS_FOLDER = 'it is a folder; give a file';
const ADVICE: Readonly<Record<string, string>> = {
  ENOSPC: 'make room on the disk',
  ENAMETOOLONG: 'give a shorter name',
  ELOOP: 'its links lead back to where they begin; give another path',
};

/** A file that is always whole: when the machine dies, it holds what was last written, or what it held before. */
export class KeptFile {
  readonly path: string;
  readonly #target: string;
  /** False for /dev/stdout and the like, which are written in place: a rename would replace them. */
  readonly #isPlain: boolean;
  /** A named pipe, which may have no reader yet: `deliver` waits for one. */
  readonly isPipe: boolean;

  /**
   * Makes sure that it can be written, and changes nothing.
   *
   * @throws DigitflowError OUTPUT_WRITE when its folder is missing, it is a folder itself, or it may not be written
   */
  constructor(path: string) {
    this.path = path;
    const stats = statsOf(path);
    this.#isPlain = stats === null || stats.isFile();
    this.isPipe = stats?.isFIFO() ?? false;
    this.#target = linkTarget(path, stats);
    if (stats?.isDirectory()) throw notWritable(path, IS_FOLDER);
    writing(path, () => {
      if (stats !== null) accessSync(this.#target, constants.W_OK);
      if (this.#isPlain) tryToMake(aside(this.#target));
    });
  }

  /**
   * Replaces the content: writes it aside, syncs, renames.
   *
   * @throws DigitflowError OUTPUT_WRITE
   */
  write(content: Uint8Array | string): void {
    const target = this.#target;
    writing(this.path, () => {
      if (!this.#isPlain) return writeFileSync(target, content);
      withFile(aside(target), 'w', (fd) => {
        writeFileSync(fd, content);
        syncIfAllowed(fd);
      });
      renameSync(aside(target), target);
      syncFolder(dirname(target));
    });
  }

  /** As `write`; waits until the reader of a pipe has taken all of it. */
  async deliver(content: Uint8Array | string): Promise<void> {
    if (!this.isPipe) return this.write(content);
    try {
      const pipe = new PipeOutput(this.path);
      pipe.write(Buffer.from(content));
      await pipe.drained();
      pipe.close();
    } catch (error) {
      throw writeError(error, this.path);
    }
  }
}

/** A new name in a folder lasts only once that is synced; where a system cannot, the file is still whole. */
export function syncFolder(folder: string): void {
  try {
    withFile(folder, 'r', fsyncSync);
  } catch {}
}

/**
 * Makes sure that a file can be written, and leaves it as it is.
 *
 * @throws DigitflowError OUTPUT_WRITE
 */
export function checkWritable(path: string): void {
  const stats = statsOf(path);
  if (stats?.isDirectory()) throw notWritable(path, IS_FOLDER);
  writing(path, () => {
    if (stats !== null) return accessSync(path, constants.W_OK);
    closeSync(openSync(path, 'a'));
    // It may have been made where a link leads to.
    unlinkSync(realpathSync(path));
  });
}

/** The file that a path leads to, or that it would make; null for /dev/null and the like, and for a folder. */
export function plainTarget(path: string): string | null {
  const stats = statsOf(path);
  return stats === null || stats.isFile() ? linkTarget(path, stats) : null;
}

/** Runs what writes to a path: any error becomes OUTPUT_WRITE. */
export function writing<T>(path: string, write: () => T): T {
  try {
    return write();
  } catch (error) {
    throw writeError(error, path);
  }
}

/** Node's permission model forbids it altogether; then the file is whole unless the machine dies. */
export function syncIfAllowed(fd: number): void {
  try {
    fsyncSync(fd);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'ERR_ACCESS_DENIED') throw error;
  }
}

function withFile(path: string, mode: 'r' | 'w', use: (fd: number) => void): void {
  const fd = openSync(path, mode);
  try {
    use(fd);
  } finally {
    closeSync(fd);
  }
}

/** Where a `KeptFile` of this path is written before it takes its place. */
export function asidePath(path: string): string {
  return aside(linkTarget(path, statsOf(path)));
}

/**
 * The same path, with nothing there: a run that stood still, and whose claim was taken over, may still write to the file that was.
 *
 * @throws DigitflowError OUTPUT_WRITE
 */
export function newAside(path: string): string {
  const place = asidePath(path);
  writing(path, () => rmSync(place, { force: true }));
  return place;
}

/** Always the same name, so that the next run overwrites what a killed one left there. */
function aside(target: string): string {
  return `${target}.part`;
}

/** The file that a link leads to, so that the link stays; that may have to be made yet. */
function linkTarget(path: string, stats: Stats | null): string {
  if (stats === null) return newTarget(path);
  return stats.isFile() ? realpathSync(path) : path;
}

/** Where a new file would lie: the same for all names of it. A path that leads nowhere stays as it is. */
export function newTarget(path: string, links = 0): string {
  try {
    const target = readlinkSync(path);
    // As many as Linux follows.
    return links === 40 ? path : newTarget(resolve(dirname(path), target), links + 1);
  } catch {
    // No link.
  }
  try {
    return join(realpathSync(dirname(path)), basename(path));
  } catch {
    return path;
  }
}

/** Makes a file and removes it again; a file that is there stays as it is. */
function tryToMake(path: string): void {
  try {
    closeSync(openSync(path, 'wx'));
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw error;
    closeSync(openSync(path, 'r+'));
    return;
  }
  unlinkSync(path);
}

/** The error OUTPUT_WRITE of an output that cannot be written. */
export function writeError(error: unknown, path: string): DigitflowError {
  const code = error instanceof Error && 'code' in error ? String(error.code) : undefined;
  if (code === 'ENOENT' || code === 'ENOTDIR')
    return notWritable(path, 'there is no such folder; make it first', error);
  if (code === 'EISDIR') return notWritable(path, IS_FOLDER, error);
  const reason = code ?? reasonOf(error);
  // Perhaps not the output itself, but what is written beside it.
  const { resource = path } = Object(error) as { readonly resource?: string };
  const advice =
    adviceOn(code, `--allow-fs-write=${resource}`) ??
    ADVICE[code ?? ''] ??
    'check its permissions, or give another path';
  return notWritable(path, `${reason}; ${advice}`, error);
}

function notWritable(path: string, why: string, cause?: unknown): DigitflowError {
  return new DigitflowError('OUTPUT_WRITE', `${path}: cannot be written: ${why}`, { cause });
}

function statsOf(path: string): Stats | null {
  try {
    return statSync(path);
  } catch {
    // Opening it will say what is wrong.
    return null;
  }
}
