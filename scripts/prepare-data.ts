import { mkdirSync, readFileSync, renameSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { SAMPLE_FILES } from '../src/assets.js';
import { MNIST_FILES } from '../src/inputs/known-datasets.js';
import { readMnistFile } from './mnist-data.js';

/** The files that are part of the published package: as they are, since unpacking them would count at every start. */
const BUNDLED: readonly string[] = [MNIST_FILES.testImages.name, MNIST_FILES.testLabels.name];

/**
 * Checks the size and SHA-256 of the four original MNIST files and writes the test set for the package, and a sample of the
 * training set. A file that
 * is there and holds the right bytes is left alone.
 *
 * @param folders.from holds the four files, uncompressed.
 * @param folders.to gets `t10k-images-idx3-ubyte`, `t10k-labels-idx1-ubyte`, and the two files of the sample.
 * @returns the paths that were written.
 * @throws Error, on one line, for a file that is missing or is not the original; nothing is written then.
 */
export function prepareData({ from, to }: { from: string; to: string }): string[] {
  // All four are checked ahead of the first write: training needs the other two.
  const originals = new Map(Object.values(MNIST_FILES).map((file) => [file.name, readMnistFile(from, file)]));
  const [images, labels] = [MNIST_FILES.trainImages, MNIST_FILES.trainLabels].map(({ name }) =>
    sampleOf(originals.get(name)),
  );
  const bundled = [...originals].filter(([name]) => BUNDLED.includes(name));
  const contents = [...bundled, [SAMPLE_FILES[0], images], [SAMPLE_FILES[1], labels]] as const;
  const stale = contents
    .map(([name, content]) => ({ path: join(to, name), content }))
    .filter(({ path, content }) => !holds(path, content));
  mkdirSync(to, { recursive: true });
  for (const { path, content } of stale) {
    // Aside and renamed, so that a build that is stopped half-way leaves no half file.
    const aside = `${path}.${process.pid}.part`;
    writeFileSync(aside, content);
    renameSync(aside, path);
  }
  return stale.map(({ path }) => path);
}

const SAMPLE_COUNT = 500;

/** Some records of an IDX file, evenly: its header, with their count, and their bytes. */
function sampleOf(whole: Buffer = Buffer.alloc(0)): Buffer {
  const headerBytes = 4 + 4 * whole[3];
  const count = whole.readUInt32BE(4);
  const recordBytes = (whole.length - headerBytes) / count;
  const header = Buffer.from(whole.subarray(0, headerBytes));
  header.writeUInt32BE(SAMPLE_COUNT, 4);
  const records = Array.from({ length: SAMPLE_COUNT }, (_, i) => {
    const start = headerBytes + Math.floor((i * count) / SAMPLE_COUNT) * recordBytes;
    return whole.subarray(start, start + recordBytes);
  });
  return Buffer.concat([header, ...records]);
}

function holds(path: string, content: Buffer): boolean {
  try {
    return readFileSync(path).equals(content);
  } catch {
    // Not there: it is to be written.
    return false;
  }
}
