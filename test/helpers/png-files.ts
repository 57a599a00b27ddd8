import { mkdir, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { PNG } from 'pngjs';
import { tempFolder } from '../inputs/temp-folder.js';
import { testLabels, testPixels } from './mnist.js';

/** A grey PNG. */
export function pngOf(pixels: Uint8Array, height = 28, width = 28): Uint8Array {
  const png = new PNG({ width, height });
  pixels.forEach((pixel, i) => {
    png.data.set([pixel, pixel, pixel, 255], 4 * i);
  });
  return PNG.sync.write(png, { colorType: 0, inputHasAlpha: true });
}

/** Real digits as PNGs of 28 x 28, called as `pathOf` says. */
export function digitPngs(
  count: number,
  pathOf: (label: number, index: number) => string,
  change: (pixels: Uint8Array) => Uint8Array = (pixels) => pixels,
): Record<string, Uint8Array> {
  const [pixels, labels] = [testPixels(), testLabels()];
  const files = Array.from({ length: count }, (_, i) => {
    return [pathOf(labels[i], i), pngOf(change(pixels.subarray(i * 784, (i + 1) * 784)))] as const;
  });
  return Object.fromEntries(files);
}

export const inverted = (pixels: Uint8Array): Uint8Array => pixels.map((pixel) => 255 - pixel);

/** A folder with files at paths, folders and all. */
export async function treeOf(files: Readonly<Record<string, Uint8Array | string>>): Promise<string> {
  const root = await tempFolder();
  for (const [path, content] of Object.entries(files)) {
    await mkdir(dirname(join(root, path)), { recursive: true });
    await writeFile(join(root, path), content);
  }
  return root;
}
