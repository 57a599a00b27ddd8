import { parse } from 'csv-parse/sync';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { endOfWholeRows, findLineEnd, findRowEnd } from '../../src/formats/csv/row-ends.js';

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
    ['before all carriage returns that belong to it', 'a,b\r\r\nc\r\r\r\n', ['a,b', 'c']],
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

test('an open quote is told, and the first line end after it can be found', () => {
  const bytes = Buffer.from('1,"2\r\n3,4\n');
  expect(findRowEnd(bytes, 0, bytes.length, comma)).toEqual({ end: 10, next: 10, lines: 2, isOpen: true });
  expect(findLineEnd(bytes, 0, bytes.length, comma)).toEqual({ end: 4, next: 6, lines: 1, isOpen: false });
  expect(findLineEnd(bytes, 10, 10, comma)).toBeUndefined();
});

const anyText = fc.array(fc.constantFrom('"', '"', ',', '\n', '\n', '\r', '1', 'a'), { maxLength: 40 });
const lineEnds = fc.constantFrom('lf' as const, 'cr' as const);

/** What `findRowEnd` is meant to be, byte by byte. */
function rowEndByBytes(text: string, lineEnd: string) {
  const [fieldStart, quoted, broken] = ['field start', 'quoted', 'broken'];
  let state = fieldStart;
  let lines = 0;
  for (let at = 0; at < text.length; at++) {
    const isLineEnd = text[at] === lineEnd;
    if (isLineEnd) lines++;
    if (state === quoted) {
      if (text[at] !== '"') continue;
      if (text[at + 1] === '"') at++;
      else {
        const rest = text.slice(at + 1);
        const isField =
          ['', ',', lineEnd].includes(rest.slice(0, 1)) || (lineEnd === '\n' && /^\r+\n/.test(rest));
        state = isField ? 'field' : broken;
      }
    } else if (isLineEnd) {
      const row = text.slice(0, at);
      return {
        end: lineEnd === '\n' ? row.replace(/\r+$/, '').length : at,
        next: at + 1,
        lines,
        isOpen: false,
      };
    } else if (state !== broken) {
      if (text[at] === '"') state = state === fieldStart ? quoted : broken;
      else state = text[at] === ',' ? fieldStart : 'field';
    }
  }
  return { end: text.length, next: text.length, lines, isOpen: state === quoted };
}

test('a row ends where a walk over its bytes ends it, whatever the quotes do and whatever follows the text', () => {
  fc.assert(
    fc.property(anyText, lineEnds, anyText, (characters, lineEnd, after) => {
      const text = characters.join('');
      const bytes = Buffer.from(text + after.join(''));
      const expected = rowEndByBytes(text, lineEnd === 'cr' ? '\r' : '\n');
      expect(findRowEnd(bytes, 0, text.length, { delimiter: ',', lineEnd })).toEqual(expected);
      const moved = Buffer.concat([Buffer.from('"'), bytes]);
      const { end, next } = findRowEnd(moved, 1, text.length + 1, { delimiter: ',', lineEnd });
      expect([end, next]).toEqual([expected.end + 1, expected.next + 1]);
    }),
    { numRuns: 5000 },
  );
});

/** What `endOfWholeRows` is meant to be, row by row. */
function byRows(text: Buffer, dialect: { delimiter: string; lineEnd: 'lf' | 'cr' }): number {
  let at = 0;
  for (;;) {
    const { next, lines } = findRowEnd(text, at, text.length, dialect);
    const isEnded = lines > 0 && text[next - 1] === (dialect.lineEnd === 'cr' ? 13 : 10);
    if (!isEnded || findRowEnd(text, at, text.length, dialect).isOpen || next === at) return at;
    at = next;
    if (at === text.length) return at;
  }
}

test('whole rows end where findRowEnd says so, whatever the quotes do', () => {
  fc.assert(
    fc.property(anyText, lineEnds, (characters, lineEnd) => {
      const bytes = Buffer.from(characters.join(''));
      const dialect = { delimiter: ',', lineEnd };
      // The last byte may be a quote that closes or is doubled by what follows: then the row is not over.
      expect(endOfWholeRows(bytes, dialect)).toBe(byRows(bytes, dialect));
    }),
    { numRuns: 5000 },
  );
});
