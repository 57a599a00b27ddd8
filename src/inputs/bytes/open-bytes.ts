import { createReadStream, fstatSync, open, type Stats, stat } from 'node:fs';
import { promisify } from 'node:util';
import { DigitflowError, inputError } from '../../errors.js';
import type { ByteSource } from './byte-source.js';
import { fileBytes, ReadHandle, stdinFileBytes } from './file-bytes.js';
import { unpackIfGzip } from './gunzip-bytes.js';
import { iterableBytes } from './iterable-bytes.js';

/** A path, `-` for stdin, or bytes that are made or received while they are read. */
export type ByteInput = string | AsyncIterable<Uint8Array>;

/**
 * Opens an input and unpacks it when its content is gzip.
 *
 * @throws DigitflowError `INPUT_MISSING` when the path does not exist, `INPUT_READ` when it cannot be read,
 *   `GZIP_BROKEN`.
 */
export async function openBytes(input: ByteInput, name: string): Promise<ByteSource> {
  const source = await openRaw(input, name);
  try {
    return await unpackIfGzip(source);
  } catch (error) {
    await source.close();
    throw error;
  }
}

async function openRaw(input: ByteInput, name: string): Promise<ByteSource> {
  if (typeof input !== 'string') return iterableBytes(input, name);
  if (input === '-') return openStdin(name);
  try {
    return await openPath(input, await promisify(stat)(input), name);
  } catch (error) {
    throw inputError(error, name);
  }
}

/** A file or a pipe is read past process.stdin; a terminal and whatever else there is, through it. */
async function openStdin(name: string): Promise<ByteSource> {
  const stats = fstatSync(0);
  if (stats.isFile()) return stdinFileBytes(stats.size);
  return stats.isFIFO() || stats.isSocket() ? openPipe(0, name) : iterableBytes(process.stdin, name);
}

async function openPath(path: string, stats: Stats, name: string): Promise<ByteSource> {
  if (stats.isFile()) {
    return fileBytes(await ReadHandle.open(path), name, stats.size);
  }
  if (stats.isDirectory()) {
    const message = `${name}: expected a file, found a folder; give the file's own path`;
    throw new DigitflowError('INPUT_READ', message);
  }
  if (stats.isFIFO()) return openPipe(await promisify(open)(path, 'r'), name);
  return iterableBytes(createReadStream(path), name);
}

/** Loaded only when needed: node:net takes some milliseconds. */
async function openPipe(fd: number, name: string): Promise<ByteSource> {
  const { pipeBytes } = await import('./pipe-bytes.js');
  return pipeBytes(fd, name);
}
