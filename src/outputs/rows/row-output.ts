import { constants, fsync, ftruncate, open as openCallback, write as writeCallback } from 'node:fs';
import { stat } from 'node:fs/promises';
import { promisify } from 'node:util';
import { DigitflowError } from '../../errors.js';
import { writeError } from '../kept-file.js';
import { csvField } from './row-shape.js';
import type { ScoredRows } from './scored-rows.js';

const open = promisify(openCallback);
const write = promisify(writeCallback);
const truncate = promisify(ftruncate);

/** Where rows go: each `write` resolves when its text is out, so a slow reader holds back whoever awaits it. */
export interface RowOutput {
  /** @throws DigitflowError OUTPUT_WRITE; OutputClosed when nobody reads any more */
  write(text: string | Uint8Array): Promise<void>;
  /** Makes sure that all of it has arrived. */
  close(): Promise<void>;
}

/** Whoever read our output has seen enough: no error, but no reason to go on. */
export class OutputClosed extends Error {}

/** A file as an output that can be gone on with. */
export interface FileOutput extends RowOutput {
  /** How long it is: what was there before, and what was written in full. */
  readonly bytes: number;
  /** Resolves when all of it would outlive the machine. */
  sync(): Promise<void>;
}

/**
 * A file, written anew, or gone on with behind its first `keptBytes` bytes: what follows them is cut off.
 *
 * @throws DigitflowError OUTPUT_WRITE when it cannot be opened, RESUME_MISMATCH when it is shorter than what is to be kept
 */
export async function fileOutput(path: string, keptBytes = 0): Promise<FileOutput> {
  const failure = (error: unknown) => writeError(error, path);
  const fd = await (keptBytes > 0 ? openBehind(path, keptBytes) : open(path, 'w')).catch((error) => {
    throw error instanceof DigitflowError ? error : failure(error);
  });
  let length = keptBytes;
  // Not every kind of file can be synced; what was written is written all the same.
  const sync = () => new Promise<void>((resolve) => fsync(fd, () => resolve()));
  return {
    get bytes() {
      return length;
    },
    write: async (text) => {
      const bytes = typeof text === 'string' ? Buffer.from(text) : text;
      try {
        for (let done = 0; done < bytes.length; ) {
          done += (await write(fd, bytes, done, bytes.length - done)).bytesWritten;
        }
      } catch (error) {
        throw failure(error);
      }
      length += bytes.length;
    },
    sync,
    close: sync,
  };
}

async function openBehind(path: string, keptBytes: number): Promise<number> {
  const { size } = await stat(path).catch(() => ({ size: 0 }));
  if (size < keptBytes) {
    const message = `${path}: expected at least ${keptBytes} bytes of the run to resume, found ${size}; start again without --resume`;
    throw new DigitflowError('RESUME_MISMATCH', message);
  }
  const fd = await open(path, constants.O_WRONLY | constants.O_APPEND);
  await truncate(fd, keptBytes);
  return fd;
}

/** Standard output, whatever it is. */
export function stdoutOutput(stream: NodeJS.WritableStream): RowOutput {
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

/** Writes down rows that were not scored: CSV with file, line (from 1), reason, and the row as it stands there. */
export class RejectLog {
  readonly #output: RowOutput;

  constructor(output: RowOutput) {
    this.#output = output;
  }

  /** Writes the names of the columns. */
  begin(): Promise<void> {
    return this.#output.write('file,line,reason,row\n');
  }

  async write({ rejects, place }: ScoredRows): Promise<void> {
    if (rejects.length === 0) return;
    const file = csvField(place.name);
    let text = '';
    for (const { line, reason, text: row } of rejects) {
      const shown = csvField(Buffer.from(row()).toString());
      text += `${file},${place.firstLine + line + 1},${csvField(reason())},${shown}\n`;
    }
    await this.#output.write(text);
  }
}
