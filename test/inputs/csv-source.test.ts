import { fstatSync } from 'node:fs';
import type { Subscription } from 'rxjs';
import { expect, test } from 'vitest';
import type { TextRows } from '../../src/engine/rows-of-text.js';
import type { CsvDialect } from '../../src/formats/csv/dialect.js';
import { openBytes } from '../../src/inputs/bytes/open-bytes.js';
import type { CsvInput } from '../../src/inputs/csv-cursor.js';
import { CsvSource } from '../../src/inputs/csv-source.js';
import { tempFile } from './temp-folder.js';

const dialect: CsvDialect = {
  ...{ delimiter: ',', lineEnd: 'lf', hasHeader: false, columnCount: 1, firstPixel: 0, pixelCount: 1 },
  ...{ white: 255, transposed: null, label: null, idColumn: null },
};
const sizes = { chunkBytes: 64, fileStretchBytes: 10, mostRowBytes: 64 };
const settled = () => new Promise(setImmediate);

/** A source of one file, read by workers, or of the same as a stream. */
async function sourceOf(text: string, isFile = true) {
  const path = await tempFile(Buffer.from(text));
  const input: CsvInput = {
    ...{ input: 0, name: 'rows', dialect, dataStart: 0, linesBefore: 0, path: isFile ? path : null },
    content: () => openBytes(path, 'rows'),
  };
  return new CsvSource(async (index) => (index === 0 ? input : null), sizes, { input: 0, bytes: 0 });
}

test('a file is given away in stretches, and what workers read of it stays open until they have', async () => {
  const source = await sourceOf('1\n'.repeat(20));
  const given: TextRows[] = [];
  let subscription: Subscription | undefined;
  await new Promise<void>((resolve) => {
    subscription = source.rows({ whenFree: async () => {} }).subscribe((rows) => {
      // As a batch does.
      rows.stretch?.file.retain();
      given.push(rows);
      if (given.length === 2) resolve();
    });
  });
  subscription?.unsubscribe();
  await settled();
  expect(given.map(({ position, stretch }) => [position, stretch?.byteCount, stretch?.isAtRow])).toEqual([
    [0, 10, true],
    [10, 10, false],
  ]);
  const [first, second] = given.map(({ stretch }) => stretch ?? expect.fail('these are stretches'));
  first.file.release();
  expect(second.file.byteAt(11)).toBe(0x0a);
  second.file.release();
  expect(() => fstatSync(second.fd)).toThrow('EBADF');
  expect(source.isComplete).toBe(false);
});

test('a stream is cut here, at row ends, and is complete when it has ended', async () => {
  const source = await sourceOf('12\n3\n4', false);
  const texts: string[] = [];
  await source.rows({ whenFree: async () => {} }).forEach(({ text, position }) => {
    texts.push(`${position}: ${Buffer.from(text)}`);
  });
  expect(texts).toEqual(['0: 12\n3\n', '5: 4']);
  expect(source.isComplete).toBe(true);
});

test('nothing is read before there is room for it', async () => {
  const source = await sourceOf('1\n'.repeat(20));
  const given: TextRows[] = [];
  const permits: (() => void)[] = [];
  const whenFree = () => new Promise<void>((resolve) => permits.push(resolve));
  const subscription = source.rows({ whenFree }).subscribe((rows) => given.push(rows));
  while (permits.length === 0) await settled();
  expect(given).toHaveLength(0);
  permits[0]();
  while (permits.length === 1) await settled();
  expect(given).toHaveLength(1);
  subscription.unsubscribe();
});
