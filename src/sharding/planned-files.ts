import { createHash } from 'node:crypto';
import { type Stats, statSync } from 'node:fs';
import { resolve } from 'node:path';
import { DigitflowError, inputError } from '../errors.js';
import { ByteReader, closedOnError } from '../inputs/bytes/byte-source.js';
import { OpenFile } from '../inputs/bytes/file-bytes.js';
import { fileIdentity } from '../inputs/bytes/file-identity.js';
import { nameOf, openBytes, openWeb, webUrlOf } from '../inputs/bytes/open-bytes.js';
import { isFolder } from '../inputs/first-bytes.js';
import { picturesIn } from '../inputs/pictures/picture-set.js';
import type { PlannedFile, PlannedInput } from './plan.js';

/** So much is read and digested at a time. */
const CHUNK_BYTES = 2 ** 20;
const START_BYTES = 1024;

/** Where a path of a plan leads: relative to the root, which is the working folder where it is left out. A URL is itself. */
export function placeOf(path: string, root?: string): string {
  return root === undefined || webUrlOf(path) !== null ? path : resolve(root, path);
}

/**
 * A file, what a server has, or a folder of pictures, as it is now.
 *
 * @throws DigitflowError INPUT_MISSING, INPUT_READ, SERVER_ANSWER; USAGE for what cannot be read again, as a pipe
 */
export async function measureFile(path: string, root?: string): Promise<PlannedFile> {
  const place = placeOf(path, root);
  if (webUrlOf(path) !== null) {
    const { bytes, ...version } = await fileIdentity(path);
    if (bytes !== null) return { path, bytes, ...version };
    const message = 'expected a server that tells how long it is, found one that does not; fetch it first';
    throw new DigitflowError('USAGE', `${nameOf(path)}: ${message}`);
  }
  const stats = statsOf(place, path);
  if (stats.isDirectory()) {
    const set = await picturesIn(path, null, undefined, root);
    const all = (set?.names ?? []).map((name) => statsOf(placeOf(set?.title(name) ?? path, root), path));
    return {
      path,
      bytes: all.reduce((sum, { size }) => sum + size, 0),
      modifiedMs: all.reduce((latest, { mtimeMs }) => Math.max(latest, Math.floor(mtimeMs)), 0),
    };
  }
  if (stats.isFile()) return { path, bytes: stats.size, modifiedMs: Math.floor(stats.mtimeMs) };
  throw notKept(path);
}

/** Each file of images, those in a folder too; labels, which follow images, are none. */
export async function imagesOf(
  { format, files }: Pick<PlannedInput, 'format' | 'files'>,
  root: string | undefined,
): Promise<string[]> {
  if (format !== 'pictures') return [files[0].path];
  const sets = files.map(async (one) => {
    const set = isFolder(placeOf(one.path, root)) ? await picturesIn(one.path, null, undefined, root) : null;
    return set?.names.map(set.title) ?? [one.path];
  });
  return (await Promise.all(sets)).flat();
}

/** What is refused as an input of a plan: what can be read but once. */
export function notKept(path: string): DigitflowError {
  const found = path === '-' ? 'stdin' : 'a pipe or a device';
  const message = `${path}: expected a file, since each shard reads it again, found ${found}; save it as a file`;
  return new DigitflowError('USAGE', message);
}

function statsOf(place: string, name: string): Stats {
  try {
    return statSync(place);
  } catch (error) {
    throw inputError(error, name);
  }
}

/** A file, here or on a server, of which bytes are read at any place, and the quickest in order. */
export interface PlacedBytes extends Pick<OpenFile, 'name' | 'sizeBytes' | 'release'> {
  /** Resolves to how many bytes it read, 0 at the end. Throws INPUT_READ. */
  read(target: Uint8Array, position: number): Promise<number>;
}

/**
 * Opens an input of a plan as it lies there, packed or not.
 *
 * @param part where the only bytes lie that will be read. Default: all
 * @throws DigitflowError INPUT_MISSING, INPUT_READ, SERVER_ANSWER
 */
export async function openPlaced(
  path: string,
  root: string | undefined,
  [from, until]: readonly [from: number, until: number] = [0, Number.POSITIVE_INFINITY],
): Promise<PlacedBytes> {
  const url = webUrlOf(path);
  if (url === null) return OpenFile.open(placeOf(path, root), path);
  const web = await openWeb(url, nameOf(url));
  const source = await web.open(from, until);
  const reader = new ByteReader(source);
  let at = from;
  const read = async (target: Uint8Array, position: number): Promise<number> => {
    if (position !== at) await reader.seek(position - from);
    let filled = 0;
    while (filled < target.length) {
      const piece = await reader.read(target.length - filled);
      if (piece.length === 0) break;
      target.set(piece, filled);
      filled += piece.length;
    }
    at = position + filled;
    return filled;
  };
  // One after the other: they share a connection.
  let last: Promise<unknown> = Promise.resolve();
  return {
    ...{ name: web.name, sizeBytes: web.version?.bytes ?? 0, release: () => void source.close() },
    read: (target, position) => {
      const reading = last.then(() => read(target, position));
      last = reading.catch(() => undefined);
      return reading;
    },
  };
}

/** Opens an input of a plan, and closes it after its use; for `part` see `openPlaced`. */
export async function withPlaced<T>(
  path: string,
  root: string | undefined,
  use: (file: PlacedBytes) => Promise<T>,
  part?: readonly [from: number, until: number],
): Promise<T> {
  const file = await openPlaced(path, root, part);
  try {
    return await use(file);
  } finally {
    file.release();
  }
}

/** How a file begins, as it lies there: enough to tell what it is. Throws what `openPlaced` throws. */
export function startOfFile(path: string, root: string | undefined): Promise<Uint8Array> {
  return withPlaced(path, root, async (file) => {
    const start = new Uint8Array(START_BYTES);
    return start.subarray(0, await file.read(start, 0));
  });
}

/** Gives the bytes of an open file from one place to another, in order: views. Throws INPUT_READ where it ends before. */
export async function passBytes(
  file: PlacedBytes,
  from: number,
  until: number,
  take: (bytes: Uint8Array) => void,
): Promise<void> {
  const buffer = Buffer.allocUnsafeSlow(Math.max(0, Math.min(CHUNK_BYTES, until - from)));
  for (let at = from; at < until; ) {
    const byteCount = await file.read(buffer.subarray(0, until - at), at);
    if (byteCount === 0) throw becameShorter(file.name, until, at);
    take(buffer.subarray(0, byteCount));
    at += byteCount;
  }
}

/** The error where a file lost its end while it was planned. */
export function becameShorter(name: string, expected: number, found: number): DigitflowError {
  const message = `${name}: expected ${expected} bytes, found ${found}: it became shorter; plan it again`;
  return new DigitflowError('INPUT_READ', message);
}

/**
 * SHA-256 of the unpacked content of a file, in hexadecimal; null where it is longer than `mostBytes`.
 *
 * @throws DigitflowError INPUT_MISSING, INPUT_READ, GZIP_BROKEN
 */
export async function contentDigest(place: string, name: string, mostBytes: number): Promise<string | null> {
  const source = await openBytes(place, name);
  return closedOnError(source, async () => {
    const hash = createHash('sha256');
    let byteCount = source.sizeBytes ?? 0;
    for (let passed = 0; byteCount <= mostBytes; byteCount = Math.max(byteCount, passed)) {
      const piece = await source.pull();
      if (piece === null) break;
      passed += piece.length;
      hash.update(piece);
    }
    await source.close();
    return byteCount <= mostBytes ? hash.digest('hex') : null;
  });
}
