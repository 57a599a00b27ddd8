import { expect, test } from 'vitest';
import type { CsvDialect } from '../../src/formats/csv/dialect.js';
import { cursorAt, returnAfter } from '../../src/inputs/csv-cursor.js';

const dialect: CsvDialect = {
  ...{ delimiter: ',', lineEnd: 'lf', hasHeader: false, columnCount: 1, firstPixel: 0, pixelCount: 1 },
  ...{ white: 255, transposed: null, label: null, idColumn: null },
};
const reading = { input: 3, name: 'rows', dialect, dataStart: 0, linesBefore: 0 };
const atRow = { ...cursorAt(3), isAtRow: true };

/** What follows the stretch from 10 to 20 of a file that had 20 bytes when it was opened. */
function after(
  answer: { leftAt?: number; quotedLineEndAt?: number },
  { now = 20, last = '\n', fileBytes = 20, takesLast = true } = {},
) {
  const file = {
    ...{ fd: 0, sizeBytes: now, retain: () => {}, release: () => {} },
    byteAt: (position: number) => (position === 19 ? last.charCodeAt(0) : undefined),
  };
  const stretch = {
    fd: 0,
    position: 10,
    name: 'rows',
    isAtRow: false,
    fileBytes,
    takesLast,
    byteCount: 10,
    file,
  };
  return returnAfter({ reading, answer }, stretch);
}

test('reading simply goes on where all is well', () => {
  expect(after({})).toBeNull();
  expect(after({}, { fileBytes: 30 })).toBeNull();
});

test('where a line ends within quotes, the rest is cut on the main thread, from that row on', () => {
  expect(after({ quotedLineEndAt: 14 }, { fileBytes: 30 })).toEqual({
    to: { ...atRow, bytes: 14, isCutHere: true },
    counts: true,
  });
});

test('a file that has grown is read on: behind its end, or from the row that was left', () => {
  expect(after({}, { now: 50 })).toEqual({ to: { ...atRow, bytes: 20 }, counts: true });
  expect(after({ leftAt: 17 }, { takesLast: false })).toEqual({ to: { ...atRow, bytes: 17 }, counts: true });
});

test('a row that the old end had cut off, and that was taken, is read again with all of its stretch', () => {
  expect(after({}, { now: 50, last: '7' })).toEqual({
    to: { ...cursorAt(3, 10), takesLast: false },
    counts: false,
  });
  expect(after({}, { now: 50, last: '7', takesLast: false })).toBeNull();
});
