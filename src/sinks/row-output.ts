import { fsync, open as openCallback, write as writeCallback } from 'node:fs';
import { promisify } from 'node:util';
import { DigitflowError } from '../errors.js';
import { writeError } from './kept-file.js';

const open = promisify(openCallback);
const write = promisify(writeCallback);

/** Where rows go: each `write` resolves when its text is out, so a slow reader holds back whoever awaits it. */
export interface RowOutput {
  /** @throws DigitflowError OUTPUT_WRITE; OutputClosed when nobody reads any more */
  write(text: string | Uint8Array): Promise<void>;
  /** Makes sure that all of it has arrived. */
  close(): Promise<void>;
}

/** Whoever read our output has seen enough: no error, but no reason to go on. */
export class OutputClosed extends Error {}

/**
 * A file, written anew.
 *
 * @throws DigitflowError OUTPUT_WRITE when it cannot be opened
 */
export async function fileOutput(path: string): Promise<RowOutput> {
  const failure = (error: unknown) => writeError(error, path);
  const fd = await open(path, 'w').catch((error) => {
    throw failure(error);
  });
  return {
    write: async (text) => {
      const bytes = typeof text === 'string' ? Buffer.from(text) : text;
      try {
        for (let done = 0; done < bytes.length; ) {
          done += (await write(fd, bytes, done, bytes.length - done)).bytesWritten;
        }
      } catch (error) {
        throw failure(error);
      }
    },
    // Not every kind of file can be synced; what was written is written all the same.
    close: () => new Promise((resolve) => fsync(fd, () => resolve())),
  };
}

/** Standard output, whatever it is. */
export function stdoutOutput(stream: NodeJS.WritableStream): RowOutput {
  // The callback of each write reports the error too; without a listener it would also be thrown.
  stream.on('error', () => {});
  return {
    write: (text) =>
      new Promise((resolve, reject) => {
        stream.write(text, (error) => {
          if (!error) resolve();
          else if ((error as NodeJS.ErrnoException).code === 'EPIPE') reject(new OutputClosed('closed'));
          else {
            const message = `stdout: cannot write: ${error.message}`;
            reject(new DigitflowError('OUTPUT_WRITE', message, { cause: error }));
          }
        });
      }),
    close: async () => {},
  };
}
