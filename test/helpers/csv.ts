import { testLabels, testPixels } from './mnist.js';

/** The first `count` test images as CSV with a header, the label first. */
export function testCsv(count: number, lineEnd = '\n'): string {
  const header = ['label', ...Array.from({ length: 784 }, (_, i) => `pixel${i}`)].join(',');
  const lines = [header, ...Array.from({ length: count }, (_, i) => testRow(i))];
  return lines.map((row) => row + lineEnd).join('');
}

const rows: string[] = [];
let test: { readonly pixels: Uint8Array; readonly labels: Uint8Array } | undefined;

/** One test image as a row, its label first. Rows are written once: many tests have the same. */
export function testRow(index: number): string {
  test ??= { pixels: testPixels(), labels: testLabels() };
  const { pixels, labels } = test;
  rows[index] ??= `${labels[index]},${pixels.subarray(index * 784, (index + 1) * 784).join(',')}`;
  return rows[index];
}
