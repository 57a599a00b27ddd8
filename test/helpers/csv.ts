import { testLabels, testPixels } from './mnist.js';

/** The first `count` test images as CSV with a header, the label first. */
export function testCsv(count: number, lineEnd = '\n'): string {
  const pixels = testPixels();
  const labels = testLabels();
  const header = ['label', ...Array.from({ length: 784 }, (_, i) => `pixel${i}`)].join(',');
  const rows = Array.from({ length: count }, (_, i) => testRow(i, pixels, labels));
  return [header, ...rows].map((row) => row + lineEnd).join('');
}

/** One test image as a row, its label first. */
export function testRow(index: number, pixels = testPixels(), labels = testLabels()): string {
  return `${labels[index]},${pixels.subarray(index * 784, (index + 1) * 784).join(',')}`;
}
