import { parse } from 'csv-parse/sync';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { findLineEnd, findRowEnd } from '../../src/formats/csv/row-ends.js';

const comma = { delimiter: ',', lineEnd: 'lf' } as const;

/** The texts of the rows that `findRowEnd` finds, and how many lines they take. */
function rowsOf(text: string, dialect: Parameters<typeof findRowEnd>[3] = comma) {
  const bytes = Buffer.from(text, 'latin1');
  const rows: string[] = [];
  let lines = 0;
  for (let at = 0; at < bytes.length; ) {
    const row = findRowEnd(bytes, at, bytes.length, dialect);
    rows.push(bytes.toString('latin1', at, row.end));
    lines += row.lines;
    at = row.next;
  }
  return { rows, lines };
}

describe('a row ends', () => {
  test.each([
    ['at a line feed', 'a,b\nc\n', ['a,b', 'c']],
    ['before the carriage return that belongs to it', 'a,b\r\nc\r\n', ['a,b', 'c']],
    ['with the text', 'a\nb', ['a', 'b']],
    ['at once where the line is blank', 'a\n\nb', ['a', '', 'b']],
    ['not within quotes', '"a\nb",c\nd', ['"a\nb",c', 'd']],
    ['not at a doubled quote', '"a""\n",c\nd', ['"a""\n",c', 'd']],
    ['whatever a quote in the middle of a field says', 'a"b\nc"d\n', ['a"b', 'c"d']],
  ])('%s', (_, text, rows) => {
    expect(rowsOf(text).rows).toEqual(rows);
  });

  test('at a carriage return where lines end so', () => {
    expect(rowsOf('a\rb\r', { ...comma, lineEnd: 'cr' }).rows).toEqual(['a', 'b']);
  });

  test('where csv-parse says so, for any fields', () => {
    const field = fc.string({ unit: fc.constantFrom('a', '1', ',', '"', '\n', '\r', ' ') });
    const anyRows = fc.array(fc.array(field, { minLength: 2, maxLength: 4 }), { minLength: 1, maxLength: 6 });
    fc.assert(
      fc.property(anyRows, fc.constantFrom('\n', '\r\n'), (rows, lineEnd) => {
        const lines = rows.map((row) => row.map((text) => `"${text.replaceAll('"', '""')}"`).join(','));
        const text = lines.join(lineEnd);
        expect(rowsOf(text).rows).toEqual(lines);
        const options = { record_delimiter: lineEnd, relax_column_count: true };
        expect(rowsOf(text).rows.flatMap((row) => parse(row, options))).toEqual(parse(text, options));
      }),
    );
  });
});

test('an open quote is told, and the first line end behind it can be found', () => {
  const bytes = Buffer.from('1,"2\r\n3,4\n');
  expect(findRowEnd(bytes, 0, bytes.length, comma)).toEqual({ end: 10, next: 10, lines: 2, isOpen: true });
  expect(findLineEnd(bytes, 0, bytes.length, comma)).toEqual({ end: 4, next: 6, lines: 1, isOpen: false });
  expect(findLineEnd(bytes, 10, 10, comma)).toBeUndefined();
});
