import {
  closeSync,
  constants,
  fsync,
  ftruncate,
  open as openCallback,
  stat as statCallback,
  write as writeCallback,
} from 'node:fs';
import { promisify } from 'node:util';
import { DigitflowError } from '../../errors.js';
import { writeError } from '../kept-file.js';
import { PipeOutput } from '../pipe-output.js';
import { csvField, safeCsvField } from './row-shape.js';
import type { ScoredRows } from './scored-rows.js';

// Not node:fs/promises, which takes 2 ms to load.
const open = promisify(openCallback);
const stat = promisify(statCallback);
const writeSome = promisify(writeCallback);
const truncate = promisify(ftruncate);
const syncFile = promisify(fsync);

/** The reader of the output has seen enough: no fault, but the end of the run. */
export class OutputClosed extends Error {}

/** A file, which a later run may continue. */
export interface FileOutput {
  /** Its length: what was kept, and what was written in full. */
  readonly bytes: number;
  /** @throws DigitflowError OUTPUT_WRITE */
  write(text: string | Uint8Array): Promise<void>;
  /** Resolves when all of it is on the disk. Throws OUTPUT_WRITE where the disk turns out to be full, or broken. */
  sync(): Promise<void>;
  /** To be called once nothing is written any more. */
  close(): void;
}

/** What the system says of files that cannot be synced, and Node's permission model of all: what was written is written. */
const NEVER_SYNCED = new Set(['EINVAL', 'ENOTSUP', 'ENOSYS', 'EROFS', 'ERR_ACCESS_DENIED']);

/**
 * A file that is written anew, or continued after its first `keptBytes` bytes: what follows them is cut off.
 *
 * @throws DigitflowError OUTPUT_WRITE when it cannot be opened, RESUME_MISMATCH when it is shorter than that
 */
export async function fileOutput(path: string, keptBytes = 0): Promise<FileOutput> {
  const { write, sync, close } = await openOutput(path, keptBytes).catch((error) => {
    throw error instanceof DigitflowError ? error : writeError(error, path);
  });
  let length = keptBytes;
  return {
    get bytes() {
      return length;
    },
    write: async (text) => {
      const bytes = typeof text === 'string' ? Buffer.from(text) : text;
      await write(bytes).catch((error) => {
        throw writeError(error, path);
      });
      length += bytes.length;
    },
    sync: async () => {
      await sync().catch((error: NodeJS.ErrnoException) => {
        if (!NEVER_SYNCED.has(error.code ?? '')) throw writeError(error, path);
      });
    },
    close,
  };
}

/** Opens a file or a pipe; what it gives writes all of some bytes, and throws what Node throws. */
async function openOutput(path: string, keptBytes: number) {
  // It may not be there yet.
  const stats = keptBytes > 0 ? null : await stat(path).catch(() => null);
  if (stats?.isFIFO()) {
    const pipe = new PipeOutput(path);
    const write = async (bytes: Uint8Array) => {
      pipe.write(bytes);
      await pipe.drained();
    };
    return { write, sync: async () => {}, close: () => pipe.close() };
  }
  const fd = await (keptBytes > 0 ? openAfter(path, keptBytes) : open(path, 'w'));
  return {
    write: async (bytes: Uint8Array) => {
      for (let done = 0; done < bytes.length; ) {
        done += (await writeSome(fd, bytes.subarray(done))).bytesWritten;
      }
    },
    sync: () => syncFile(fd),
    close: () => closeSync(fd),
  };
}

async function openAfter(path: string, keptBytes: number): Promise<number> {
  const { size } = await stat(path).catch(() => ({ size: 0 }));
  if (size < keptBytes) {
    const message = `${path}: expected at least ${keptBytes} bytes of the run to resume, found ${size}; start again without --resume`;
    throw new DigitflowError('RESUME_MISMATCH', message);
  }
  const fd = await open(path, constants.O_WRONLY | constants.O_APPEND);
  await truncate(fd, keptBytes);
  return fd;
}

/**
 * Writes to standard output, and resolves when the text is out: a slow reader holds back the caller.
 *
 * @throws DigitflowError OUTPUT_WRITE; OutputClosed when the reader has gone
 */
export function writeStdout(text: string | Uint8Array): Promise<void> {
  return new Promise((resolve, reject) => {
    process.stdout.write(text, (error) => {
      if (!error) return resolve();
      if ((error as NodeJS.ErrnoException).code === 'EPIPE') return reject(new OutputClosed('closed'));
      const message = `stdout: cannot write: ${error.message}`;
      reject(new DigitflowError('OUTPUT_WRITE', message, { cause: error }));
    });
  });
}

/** The names of the columns of `rejectsCsv`. */
export const REJECTS_HEAD = 'file,line,reason,row\n';

/**
 * Rejected rows as CSV: file, line (from 1), reason, and the row as it stands in the file, byte for byte; of a picture its file
 * and the reason.
 */
export function rejectsCsv({ rejects, place }: ScoredRows, spreadsheetSafe = false): Uint8Array {
  const name = spreadsheetSafe ? safeCsvField : csvField;
  const parts = rejects.flatMap(({ line, reason, text, picture }) => {
    const [file, at] = picture ? [picture.title, ''] : [place.name, place.firstLine + line + 1];
    const row = name(Buffer.from(text()).toString('latin1'));
    const known = `${name(file)},${at},${csvField(reason())},`;
    return [Buffer.from(known), Buffer.from(`${row}\n`, 'latin1')];
  });
  return Buffer.concat(parts);
}
