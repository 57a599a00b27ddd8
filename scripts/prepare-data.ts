import { mkdirSync, readFileSync, renameSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { constants, gunzipSync, gzipSync } from 'node:zlib';
import { MNIST_FILES } from '../src/sources/mnist-files.js';
import { readMnistFile } from './mnist-data.js';

/** The files that are part of the published package, gzipped. */
const BUNDLED: readonly string[] = [MNIST_FILES.testImages.name, MNIST_FILES.testLabels.name];
/** RFC 1952, section 2.3: where the header names the operating system, and "unknown". */
const GZIP_OS_OFFSET = 9;
const GZIP_OS_UNKNOWN = 255;

/**
 * Checks the size and SHA-256 of the four original MNIST files and writes the test set, gzipped, for the
 * package. A file that is there and holds the right bytes is left alone.
 *
 * @param folders.from holds the four files, uncompressed.
 * @param folders.to gets `t10k-images-idx3-ubyte.gz` and `t10k-labels-idx1-ubyte.gz`.
 * @returns the paths that were written.
 * @throws Error, on one line, for a file that is missing or is not the original; nothing is written then.
 */
export function prepareData({ from, to }: { from: string; to: string }): string[] {
  // All four are checked ahead of the first write: training needs the other two.
  const contents = Object.values(MNIST_FILES).map((file) => ({
    path: join(to, `${file.name}.gz`),
    bundled: BUNDLED.includes(file.name),
    content: readMnistFile(from, file),
  }));
  const stale = contents.filter(({ bundled, path, content }) => bundled && !holds(path, content));
  mkdirSync(to, { recursive: true });
  for (const { path, content } of stale) {
    // Aside and renamed, so that a build that is stopped half-way leaves no half file.
    const aside = `${path}.${process.pid}.part`;
    writeFileSync(aside, gzip(content));
    renameSync(aside, path);
  }
  return stale.map(({ path }) => path);
}

/**
 * Run-length matches only: of all settings as quick to inflate as any (13 ms for the images, and that counts
 * at every start), within 3 % of level 9's size, and 50 times as quick to make.
 */
function gzip(content: Buffer): Buffer {
  const zipped = gzipSync(content, { level: 9, memLevel: 9, strategy: constants.Z_RLE });
  // zlib leaves the time at 0 but names the system it was built for: the same input must give the same bytes.
  zipped[GZIP_OS_OFFSET] = GZIP_OS_UNKNOWN;
  return zipped;
}

function holds(path: string, content: Buffer): boolean {
  try {
    return gunzipSync(readFileSync(path)).equals(content);
  } catch {
    // Missing or broken: both mean that it is to be written.
    return false;
  }
}
