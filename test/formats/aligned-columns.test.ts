import { expect, test } from 'vitest';
import { rejectAlignedColumns } from '../../src/formats/csv/guess/guess-shape.js';

const rows = (...lines: string[]) => lines.map((line) => line.split(' '));

test('columns that are aligned by spaces are refused, and it is said what to do', () => {
  expect(() => rejectAlignedColumns(rows('7  0 12', '7  0  0'), ' ', 'f.csv')).toThrowError(
    expect.objectContaining({
      code: 'CSV_COLUMNS',
      message:
        'f.csv: expected one space between two numbers, found several: write a single comma in their place',
    }),
  );
});

test('a space at either end, a single row, and nothing between other delimiters are none', () => {
  expect(() => rejectAlignedColumns(rows(' 7 0 12 ', '7 0  0', '7 0 0'), ' ', 'f.csv')).not.toThrow();
  expect(() => rejectAlignedColumns([['7', '', '0']], ',', 'f.csv')).not.toThrow();
});
