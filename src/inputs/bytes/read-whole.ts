import { closeSync, openSync, readSync, statSync } from 'node:fs';
import { DigitflowError, type ErrorCode, inputError, isUrl } from '../../errors.js';
import { openPath, openWeb, webName, webUrlOf } from './open-bytes.js';

/** What may be read whole. */
export interface WholeFile {
  /** `a network`: what is read. */
  readonly title: string;
  /** No longer file is read; a multiple of 1 MiB. */
  readonly mostBytes: number;
  /** The code of the error of a longer one. */
  readonly tooLarge: ErrorCode;
  /** Whether it may be what a server has. Default false: it is to be a file. */
  readonly mayBeWeb?: boolean;
  /** Is given the first bytes, and throws where these are not what is to be read: that may have no end. */
  check(start: Uint8Array, name: string): void;
}

/** So much of a regular file is looked at before the rest of it is read. */
const START_BYTES = 64 * 1024;
/** And so much of a pipe, which may give less at a time. */
const ENOUGH_BYTES = 4096;

/** Reads a regular file at once: that is quickest. Throws USAGE for a pipe or a device, and what `readWhole` throws. */
export function readWholeNow(path: string, file: WholeFile): Uint8Array {
  const bytes = readRegular(path, file);
  if (bytes !== null) return bytes;
  const message = `${path}: expected a regular file, found a pipe or a device; save it as a file`;
  throw new DigitflowError('USAGE', message);
}

/**
 * Reads a file whole, whatever it is: a pipe, a device or what a server has piece by piece, until the signal is aborted.
 *
 * @throws DigitflowError INPUT_MISSING, INPUT_READ, SERVER_ANSWER, and the code that `file` names where it is too large; the signal's reason
 */
export async function readWhole(path: string, file: WholeFile, signal?: AbortSignal): Promise<Uint8Array> {
  const url = file.mayBeWeb ? webUrlOf(path) : null;
  const whole = url === null ? readRegular(path, file) : null;
  if (whole !== null) return whole;
  const name = url === null ? path : webName(url);
  const source = url === null ? await openPath(path, path) : await (await openWeb(url, name)).open();
  let abort = (): void => {};
  const aborted = new Promise<never>((_, reject) => {
    abort = () => reject(signal?.reason);
  });
  aborted.catch(() => undefined);
  signal?.addEventListener('abort', abort);
  if (signal?.aborted) abort();
  const next = () => Promise.race([aborted, source.pull()]);
  try {
    const pieces: Uint8Array[] = [];
    let byteCount = 0;
    let isChecked = false;
    const check = () => {
      if (!isChecked) file.check(Buffer.concat(pieces), name);
      isChecked = true;
    };
    for (let piece = await next(); piece !== null; piece = await next()) {
      // A copy: a piece is valid until the next.
      pieces.push(Uint8Array.from(piece));
      byteCount += piece.length;
      if (byteCount > file.mostBytes) throw tooLarge(name, file);
      if (byteCount >= ENOUGH_BYTES) check();
    }
    check();
    return Buffer.concat(pieces);
  } finally {
    signal?.removeEventListener('abort', abort);
    // Not awaited: a pending read may never end.
    source.close().catch(() => undefined);
  }
}

/** Null where it is no regular file. It may grow meanwhile: what counts is what is read. */
function readRegular(path: string, file: WholeFile): Uint8Array | null {
  let fd: number | undefined;
  try {
    const stats = statSync(path);
    if (stats.isDirectory()) {
      const message = `${path}: expected ${file.title}, found a folder; give the file's own path`;
      throw new DigitflowError('INPUT_MISSING', message);
    }
    if (!stats.isFile()) return null;
    fd = openSync(path, 'r');
    const start = readUpTo(fd, Math.min(stats.size, START_BYTES));
    file.check(start, path);
    if (stats.size > file.mostBytes) throw tooLarge(path, file);
    return stats.size <= start.length
      ? start
      : Buffer.concat([start, readUpTo(fd, stats.size - start.length)]);
  } catch (error) {
    const failure = inputError(error, path);
    if (failure === error) throw error;
    if (failure.code !== 'INPUT_MISSING' || isUrl(path)) throw failure;
    // Not from stdin: that is for images.
    const message = `${path}: no such file; give the path of ${file.title}`;
    throw new DigitflowError('INPUT_MISSING', message, { cause: error });
  } finally {
    if (fd !== undefined) closeSync(fd);
  }
}

/** The next bytes, fewer only at the end. */
function readUpTo(fd: number, byteCount: number): Buffer {
  const bytes = Buffer.allocUnsafeSlow(byteCount);
  let filled = 0;
  while (filled < byteCount) {
    const count = readSync(fd, bytes, filled, byteCount - filled, null);
    if (count === 0) break;
    filled += count;
  }
  return bytes.subarray(0, filled);
}

function tooLarge(path: string, { title, mostBytes, tooLarge: code }: WholeFile): DigitflowError {
  const message = `${path}: expected ${title} of at most ${mostBytes / 2 ** 20} MiB, found more; give a smaller one`;
  return new DigitflowError(code, message);
}
