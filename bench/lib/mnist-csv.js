import { createReadStream, createWriteStream } from 'node:fs';
import { open } from 'node:fs/promises';
import { join } from 'node:path';
import { pipeline } from 'node:stream/promises';
import { IMAGE_BYTES, readMnist, temporaryFolder } from './mnist.js';

/** How a pixel is written: as a byte, as people's tools write it after a division, or in quotes. */
export const PIXEL_TEXTS = {
  bytes: (pixel) => `${pixel}`,
  fractions: (pixel) => (pixel === 0 ? '0.0' : pixel === 255 ? '1.0' : `${pixel / 255}`),
  'with points': (pixel) => `${pixel}.0`,
  'in quotes': (pixel) => `"${pixel}"`,
};

/**
 * The first training images as CSV with a header, label first, all 60,000 as often as it takes: read once, so that the page
 * cache is warm; deleted when the process ends.
 *
 * @param {{ rows: number, repeats?: number, text?: keyof typeof PIXEL_TEXTS }} options
 * @returns {Promise<{ path: string, rows: number, bytes: number, labelSum: number, pixelSum: number }>}
 */
export async function trainingCsv({ rows, repeats = 1, text = 'bytes' }) {
  const { pixels, labels } = readMnist('train');
  const path = join(temporaryFolder(), `${text.replaceAll(' ', '-')}-${rows}-${repeats}.csv`);
  const content = Buffer.concat(rowTexts(pixels, labels, rows, PIXEL_TEXTS[text]));
  const file = await open(path, 'w');
  await file.writeFile(`label,${Array.from({ length: IMAGE_BYTES }, (_, i) => `pixel${i}`).join(',')}\n`);
  for (let repeat = 0; repeat < repeats; repeat++) await file.writeFile(content);
  // Dirty pages are written back when it suits the kernel: better now than while something is measured.
  await file.sync();
  const { size } = await file.stat();
  await file.close();
  await pipeline(createReadStream(path, { highWaterMark: 2 ** 20 }), createWriteStream('/dev/null'));
  const sum = (bytes) => bytes.reduce((total, byte) => total + byte, 0);
  return {
    path,
    rows: rows * repeats,
    bytes: size,
    labelSum: sum(labels.subarray(0, rows)) * repeats,
    pixelSum: sum(pixels.subarray(0, rows * IMAGE_BYTES)) * repeats,
  };
}

function rowTexts(pixels, labels, rows, textOf) {
  const texts = Array.from({ length: 256 }, (_, pixel) => textOf(pixel));
  return Array.from({ length: rows }, (_, row) => {
    const image = pixels.subarray(row * IMAGE_BYTES, (row + 1) * IMAGE_BYTES);
    return Buffer.from(`${labels[row]},${Array.from(image, (pixel) => texts[pixel]).join(',')}\n`);
  });
}
