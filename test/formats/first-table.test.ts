import { describe, expect, test } from 'vitest';
import { firstRows, firstTable } from '../../src/formats/csv/guess/first-table.js';
import type { ReadingFlags } from '../../src/formats/reading.js';

const split = (text: string) => text.split(' ').map((line) => line.split(','));

/** The table of rows of four pixels, written with spaces for line ends. */
function table(
  text: string,
  hasHeader: boolean,
  { isEnough = true, ...flags }: ReadingFlags & { isEnough?: boolean } = {},
) {
  const known = { name: 'f.csv', pixelCount: 4, classes: ['cat', 'dog', 'kött'] };
  return firstTable(split(text), { ...known, hasHeader, isEnough, flags });
}

describe('columns at the end that are empty in all rows, and have no name, are counted:', () => {
  test.each([
    ['one, without a header', '7,0,0,1,0, 2,0,0,1,0,', null, 6, 1],
    ['one whose name is empty', 'y,a,b,c,d, 7,0,0,1,0,', ['y', 'a', 'b', 'c', 'd'], 6, 1],
    ['one that the header has not', 'y,a,b,c,d 7,0,0,1,0,', ['y', 'a', 'b', 'c', 'd'], 6, 1],
    ['several', '7,0,0,1,0,,, 2,0,0,1,0,,,', null, 8, 3],
    ['none that has a name', 'y,a,b,c,d,id 7,0,0,1,0,', ['y', 'a', 'b', 'c', 'd', 'id'], 6, 0],
    ['none that holds something somewhere', '7,0,0,1,0, 2,0,0,1,0,x', null, 6, 0],
    ['no pixels, though they are missing', '0,0,1, 0,0,1,', null, 4, 0],
    ['none where nothing is known', 'y,a,b,c,d,', ['y', 'a', 'b', 'c', 'd', ''], 6, 0],
  ])('%s', (_, text, names, columnCount, emptyAtEnd) => {
    expect(table(text, names !== null)).toMatchObject({ names, columnCount, emptyAtEnd });
  });

  test('none that a flag speaks of', () => {
    const text = '7,0,0,1,0,, 2,0,0,1,0,,';
    expect(table(text, false).emptyAtEnd).toBe(2);
    expect(table(text, false, { id: '6' }).emptyAtEnd).toBe(1);
    expect(table(text, false, { label: '7' }).emptyAtEnd).toBe(0);
    expect(table(text, false, { label: 'last' }).emptyAtEnd).toBe(2);
  });
});

describe('a header of another width than the rows', () => {
  test('has a delimiter too much', () => {
    expect(table('y,a,b,c,d, 7,0,0,1,0', true)).toMatchObject({
      names: ['y', 'a', 'b', 'c', 'd'],
      columnCount: 5,
      emptyAtEnd: 0,
    });
  });

  test('leaves out the name of a column of names', () => {
    const names = ['', 'y', 'a', 'b', 'c', 'd'];
    expect(table('y,a,b,c,d r1,7,0,0,1,0 r2,7,0,0,1,0', true).names).toEqual(names);
    expect(table('y,a,b,c,d r1,7,0,0,1,0 cat,7,0,0,1,0', true).names).toEqual(names);
    expect(table('y,a,b,c,d 4,7,0,0,1,0 5,7,0,0,1,0 6,7,0,0,1,0', true).names).toEqual(names);
  });

  test.each([
    ['is a title', 'digits 7,0,0,1,0', '1 name and rows of 5 columns'],
    [
      'lacks a name, and it is not certain which',
      'a,b,c,d 7,0,0,1,0 7,0,0,1,0',
      '4 names and rows of 5 columns',
    ],
    [
      'may have a single row that is a field too long',
      'y,a,b,c,d cat,7,0,0,1,0',
      '5 names and rows of 6 columns',
    ],
    [
      'stands over labels, and rows that are a field too long',
      'y,a,b,c,d cat,7,0,0,1,0 dog,7,0,0,1,0',
      '5 names and rows of 6 columns',
    ],
    ['has one too much', 'y,a,b,c,d 0,0,1,0', '5 names and rows of 4 columns'],
  ])('%s, and is refused', (_, text, found) => {
    expect(() => table(text, true)).toThrowError(
      expect.objectContaining({
        code: 'CSV_COLUMNS',
        message: `f.csv: expected a header with a name for each column, found ${found}: correct the first line, or take it out`,
      }),
    );
  });

  test('is waited with, where rows may follow that are as wide', () => {
    const text = 'y,a,b,c,d 7,0,0';
    expect(table(text, true, { isEnough: false })).toMatchObject({ columnCount: 5, rows: [] });
    expect(table(`${text} 7,0,0,1,0`, true)).toMatchObject({
      columnCount: 5,
      rows: [['7', '0', '0', '1', '0']],
    });
  });
});

test('names of classes are no row names, in the encoding that is said', () => {
  const rows = 'a,b,c,d k\xf6tt,0,0,1,0 dog,0,0,1,0';
  expect(table(rows, true).names).toEqual(['', 'a', 'b', 'c', 'd']);
  expect(() => table(rows, true, { encoding: 'latin1' })).toThrow('expected a header with a name for each');
});

describe('the first rows', () => {
  const comma = { delimiter: ',', lineEnd: 'lf' } as const;
  const rowsOf = (text: string, isWhole: boolean, limits = {}) => {
    const { rows, comments } = firstRows(Buffer.from(text), comma, { isWhole, ...limits });
    return { rows: rows.map(({ fields }) => fields.join('|')), comments };
  };

  test.each(['"a', '"a\n', '"a\nb', '"a\nb"', '"a\nb",1', '"a\nb",1,"2\n'])(
    'are waited for where quotes span lines, also when a piece ends just after one: %j',
    (text) => {
      expect(rowsOf(text, false).rows).toEqual([]);
      expect(rowsOf(`${text}${text.split('"').length % 2 ? '' : '"'}\n`, false).rows).toHaveLength(1);
    },
  );

  test('end with their line where a quote is never closed, and then have no fields', () => {
    const text = '"7,0\n5,0\n4,0\n';
    expect(rowsOf(text, true).rows).toEqual(['', '5|0', '4|0']);
    expect(rowsOf(text, false).rows).toEqual([]);
    expect(rowsOf(text, false, { mostRowBytes: 8 }).rows).toEqual(['', '5|0', '4|0']);
  });

  test.each([
    ['lines of comments, whatever is in them', '# a, b, c\n#\n\n# d\n7,0\n5,0\n', ['7|0', '5|0'], 3],
    ['but not a header that numpy.savetxt wrote', '# made by hand\n# a,b\n7,0\n', ['# a|b', '7|0'], 1],
    ['nor ids', '#1,0\n#2,0\n', ['#1|0', '#2|0'], 0],
    ['nor what stands between rows', '7,0\n# x\n5,0\n', ['7|0', '# x', '5|0'], 0],
  ])('come after %s', (_, text, rows, comments) => {
    expect(rowsOf(text, true)).toEqual({ rows, comments });
  });

  test('of a stream that has given comments only are not known', () => {
    expect(rowsOf('# a, b, c\n', false).rows).toEqual([]);
  });
});
