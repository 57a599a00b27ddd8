import { mkdirSync, readFileSync, renameSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { MNIST_FILES } from '../src/inputs/known-datasets.js';
import { readMnistFile } from './mnist-data.js';

/** The files that are part of the published package: as they are, since unpacking them would count at every start. */
const BUNDLED: readonly string[] = [MNIST_FILES.testImages.name, MNIST_FILES.testLabels.name];

/**
 * Checks the size and SHA-256 of the four original MNIST files and writes the test set for the package. A file that
 * is there and holds the right bytes is left alone.
 *
 * @param folders.from holds the four files, uncompressed.
 * @param folders.to gets `t10k-images-idx3-ubyte` and `t10k-labels-idx1-ubyte`.
 * @returns the paths that were written.
 * @throws Error, on one line, for a file that is missing or is not the original; nothing is written then.
 */
export function prepareData({ from, to }: { from: string; to: string }): string[] {
  // All four are checked ahead of the first write: training needs the other two.
  const contents = Object.values(MNIST_FILES).map((file) => ({
    path: join(to, file.name),
    bundled: BUNDLED.includes(file.name),
    content: readMnistFile(from, file),
  }));
  const stale = contents.filter(({ bundled, path, content }) => bundled && !holds(path, content));
  mkdirSync(to, { recursive: true });
  for (const { path, content } of stale) {
    // Aside and renamed, so that a build that is stopped half-way leaves no half file.
    const aside = `${path}.${process.pid}.part`;
    writeFileSync(aside, content);
    renameSync(aside, path);
  }
  return stale.map(({ path }) => path);
}

function holds(path: string, content: Buffer): boolean {
  try {
    return readFileSync(path).equals(content);
  } catch {
    // Not there: it is to be written.
    return false;
  }
}
