import { readSync } from 'node:fs';
import { DigitflowError } from '../errors.js';

/** Bytes of a regular file that are still to be read, by whoever scores them. */
export interface FileExtent {
  readonly fd: number;
  /** Where in the file the first byte lies. */
  readonly position: number;
  /** What to call the file in an error. */
  readonly name: string;
}

/** Fills `target` from a position of a file; returns the system's code when that fails, `EOF` when the file ends. */
export function readFully(fd: number, target: Uint8Array, position: number): string | null {
  let done = 0;
  try {
    while (done < target.length) {
      const bytesRead = readSync(fd, target, done, target.length - done, position + done);
      if (bytesRead === 0) return 'EOF';
      done += bytesRead;
    }
    return null;
  } catch (error) {
    return (error as NodeJS.ErrnoException).code ?? String(error);
  }
}

/** What to raise when `readFully` has failed with `readError`: INPUT_READ, or IDX_TRUNCATED at the file's end. */
export function extentError(
  readError: string,
  extent: FileExtent | undefined,
  records: string,
): DigitflowError {
  const where = `${extent?.name}: ${records}`;
  return readError === 'EOF'
    ? new DigitflowError('IDX_TRUNCATED', `${where}: the file became shorter while it was read; get it again`)
    : new DigitflowError('INPUT_READ', `${where}: could not be read (${readError}); check the disk`);
}
