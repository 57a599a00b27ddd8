import { createHash } from 'node:crypto';
import { type Stats, statSync } from 'node:fs';
import { resolve } from 'node:path';
import { DigitflowError, inputError } from '../errors.js';
import { closedOnError } from '../inputs/bytes/byte-source.js';
import { OpenFile } from '../inputs/bytes/file-bytes.js';
import { openBytes } from '../inputs/bytes/open-bytes.js';
import { picturesIn } from '../inputs/pictures/picture-set.js';
import type { PlannedFile } from './plan.js';

/** So much is read and digested at a time. */
const CHUNK_BYTES = 2 ** 20;
const START_BYTES = 1024;

/** Where a path of a plan leads: relative to the root, which is the working folder where it is left out. */
export function placeOf(path: string, root?: string): string {
  return root === undefined ? path : resolve(root, path);
}

/**
 * A file, or a folder of pictures, as it is now.
 *
 * @throws DigitflowError INPUT_MISSING, INPUT_READ; USAGE for a pipe or a device, which cannot be read again
 */
export async function measureFile(path: string, root?: string): Promise<PlannedFile> {
  const place = placeOf(path, root);
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

/** How a file begins, as it lies there: enough to tell what it is. Throws INPUT_MISSING, INPUT_READ. */
export async function startOfFile(path: string, root: string | undefined): Promise<Uint8Array> {
  const file = await OpenFile.open(placeOf(path, root), path);
  try {
    const start = new Uint8Array(START_BYTES);
    return start.subarray(0, file.readAt(start, 0));
  } finally {
    file.release();
  }
}

/** Gives the bytes of an open file from one place to another, in order: views. Throws INPUT_READ where it ends before. */
export async function passBytes(
  file: OpenFile,
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
