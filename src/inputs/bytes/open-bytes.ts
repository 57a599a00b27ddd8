import { accessSync, constants, createReadStream, fstatSync, open, readFileSync, statSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { DigitflowError, inputError, quoteValue, reasonOf } from '../../errors.js';
import { type ByteSource, closedOnError } from './byte-source.js';
import { FileBytes, OpenFile } from './file-bytes.js';
import { unpackIfPacked } from './inflate-bytes.js';
import { arrayBytes, iterableBytes, pipeBytes, type WebByteStream, webStreamBytes } from './stream-bytes.js';
import type { WebFile } from './web-file.js';

/**
 * Where bytes come from: a path, or `-` for stdin; an `http:`, `https:` or `file:` URL, the first two also as a string;
 * bytes in memory; a Node stream, a web stream or any other asynchronous iterable of bytes.
 */
export type ByteInput = string | URL | Uint8Array | AsyncIterable<Uint8Array> | WebByteStream;

/**
 * The URL of an input that a server has; null for everything else.
 *
 * @throws DigitflowError USAGE for text that begins like one, and is none
 */
export function webUrlOf(input: ByteInput): URL | null {
  if (input instanceof URL) return /^https?:$/.test(input.protocol) ? input : null;
  if (typeof input !== 'string' || !/^https?:\/\//i.test(input)) return null;
  if (URL.canParse(input)) return new URL(input);
  const message = `${quoteValue(input)}: expected a URL, found none that makes sense; give https://HOST/PATH`;
  throw new DigitflowError('USAGE', message);
}

/** What a URL is called wherever it is told or written: a query, as of a presigned URL, and a password are secrets. */
export function webName({ origin, pathname }: URL): string {
  return origin + pathname;
}

/** Where an input can be opened as often as one likes, if it is a file: its path, which stdin has, too, where it is `< file`. */
export function placeOf(input: ByteInput): string | null {
  return input === '-' ? stdinPlace() : pathOf(input);
}

/** Null where stdin is no file, or where the shell has read a part of it; Linux alone tells. */
function stdinPlace(): string | null {
  const place = '/proc/self/fd/0';
  try {
    if (!fstatSync(0).isFile()) return null;
    accessSync(place, constants.R_OK);
    return /^pos:\s+0$/m.test(readFileSync('/proc/self/fdinfo/0', 'latin1')) ? place : null;
  } catch {
    return null;
  }
}

/** What to call an input in an error; throws USAGE for a URL of which nothing can be read. */
export function nameOf(input: ByteInput): string {
  if (input === '-') return 'stdin';
  const url = webUrlOf(input);
  if (url !== null) return webName(url);
  return pathOf(input) ?? (input instanceof Uint8Array ? 'bytes' : 'stream');
}

/**
 * The path of an input that has one; null for stdin, bytes in memory, streams and what a server has.
 *
 * @throws DigitflowError USAGE for a URL that is neither that of a file here nor one of a server
 */
export function pathOf(input: ByteInput): string | null {
  if (webUrlOf(input) !== null) return null;
  if (typeof input === 'string') return input === '-' ? null : input;
  if (!(input instanceof URL)) return null;
  if (input.protocol !== 'file:') {
    const message = `${input}: expected an https:, http: or file: URL, found ${input.protocol}; fetch it, and give the body of the response`;
    throw new DigitflowError('USAGE', message);
  }
  try {
    return fileURLToPath(input);
  } catch (cause) {
    const message = `${input}: expected the URL of a file here (${reasonOf(cause)}); give its path`;
    throw new DigitflowError('USAGE', message, { cause });
  }
}

/**
 * Opens an input and unpacks it when its content is gzip, or Zstandard where Node unpacks that.
 *
 * @throws DigitflowError USAGE for what is no input, INPUT_MISSING, INPUT_READ, GZIP_BROKEN
 */
export async function openBytes(input: ByteInput, name: string): Promise<ByteSource> {
  return unpacked(await openPacked(input, name));
}

/** Unpacks a source that was opened, as `openBytes` does. */
export async function unpacked(source: ByteSource): Promise<ByteSource> {
  return closedOnError(source, () => unpackIfPacked(source));
}

/** What a server has, before anything is asked of it; the code is loaded only when needed. For the signal see `WebFile`. */
export async function openWeb(url: URL, name: string, signal?: AbortSignal): Promise<WebFile> {
  const { WebFile } = await import('./web-file.js');
  return new WebFile(url, name, { signal });
}

/** Opens an input as it is; throws what `openBytes` throws. */
async function openPacked(input: ByteInput, name: string): Promise<ByteSource> {
  if (input === '-') return openStdin(name);
  const url = webUrlOf(input);
  if (url !== null) return (await openWeb(url, name)).open();
  const path = pathOf(input);
  if (path !== null) return openPath(path, name);
  if (input instanceof Uint8Array) return arrayBytes(input, name);
  if (typeof input === 'object' && input !== null) {
    if ('getReader' in input) return webStreamBytes(input, name);
    if (Symbol.asyncIterator in input) return iterableBytes(input, name);
  }
  const message = `${name}: expected a path, a URL, a Uint8Array, a stream or an async iterable of Uint8Array, found ${typeof input}`;
  throw new DigitflowError('USAGE', message);
}

/** Lets go of a stream that was given, and will not be read. */
export function discard(input: ByteInput): void {
  if (typeof input !== 'object' || input instanceof URL || input instanceof Uint8Array) return;
  const source = 'getReader' in input ? webStreamBytes(input, 'stream') : iterableBytes(input, 'stream');
  source.close().catch(() => undefined);
}

/** A file or a pipe is read past process.stdin; a terminal and whatever else there is, through it. */
async function openStdin(name: string): Promise<ByteSource> {
  const stats = fstatSync(0);
  if (stats.isFIFO() || stats.isSocket()) return pipeBytes(0, name);
  if (!stats.isFile()) return iterableBytes(process.stdin, name);
  const place = stdinPlace();
  if (place !== null) return new FileBytes(await OpenFile.open(place, name));
  const file = new OpenFile(0, name);
  // For good: descriptor 0 is not ours to close.
  file.retain();
  return new FileBytes(file, null);
}

/**
 * To open a FIFO for reading blocks a thread until there is a writer, and with it the end of the process. Linux can open it
 * at once, and tells of a writer when one comes.
 */
const FIFO_FLAGS = constants.O_RDONLY | (process.platform === 'linux' ? constants.O_NONBLOCK : 0);

/** Opens a path as it is; throws INPUT_MISSING, INPUT_READ. */
export async function openPath(path: string, name: string): Promise<ByteSource> {
  try {
    const stats = statSync(path);
    if (stats.isFile()) return new FileBytes(await OpenFile.open(path, name));
    if (stats.isDirectory()) {
      const message = `${name}: expected a file, found a folder; give the file's own path`;
      throw new DigitflowError('INPUT_MISSING', message);
    }
    if (stats.isFIFO()) return await pipeBytes(await promisify(open)(path, FIFO_FLAGS), name);
    return iterableBytes(createReadStream(path), name);
  } catch (error) {
    throw inputError(error, name);
  }
}
