import { parse as parseCsv } from 'csv-parse/sync';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import type { CsvDialect } from '../../src/formats/csv/dialect.js';
import { parseRow, splitRow } from '../../src/formats/csv/parse-row.js';
import { isDecimalComma } from '../../src/formats/read-number.js';

const comma = { delimiter: ',', lineEnd: 'lf' } as const;

test('a row without quotes is split as csv-parse splits it, whatever its bytes are', () => {
  const byte = fc.oneof(
    fc.constantFrom(...Buffer.from(",;\t 019.ae#\\'\r\0\xef\xbb\xbf", 'latin1')),
    fc.nat(255),
  );
  const row = fc
    .uint8Array({ minLength: 1, maxLength: 40 })
    .chain((any) => fc.array(byte, { minLength: 1, maxLength: 40 }).map((some) => [...some, ...any]))
    .map((bytes) => Uint8Array.from(bytes.filter((each) => each !== 0x22 && each !== 0x0a)))
    // A carriage return at the end belongs to the line end, which is no part of a row.
    .filter((bytes) => bytes.length > 0 && bytes[bytes.length - 1] !== 0x0d);
  fc.assert(
    fc.property(row, fc.constantFrom(',', ';', '\t'), (bytes, delimiter) => {
      const options = {
        delimiter,
        encoding: 'latin1',
        record_delimiter: '\n',
        relax_column_count: true,
      } as const;
      expect([splitRow(bytes, { ...comma, delimiter })]).toEqual(parseCsv(Buffer.from(bytes), options));
    }),
  );
});

test.each([
  ['   7   0  255', ['7', '0', '255']],
  ['7 0 255  ', ['7', '0', '255']],
  ['\t7  0', ['\t7', '0']],
  ['"a  b"  ""   0 ', ['a  b', '', '0']],
  ['  "7"', ['7']],
])('of %j, spaces side by side are one delimiter, and none at its ends', (text, fields) => {
  expect(splitRow(Buffer.from(text), { ...comma, delimiter: ' ' })).toEqual(fields);
});

test('a row in shared memory is split where it lies', () => {
  const shared = new Uint8Array(new SharedArrayBuffer(16), 3, 5);
  shared.set(Buffer.from('1,,"2'));
  expect(splitRow(shared.subarray(0, 3), comma)).toEqual(['1', '', '']);
  expect(splitRow(shared, comma)).toBe('expected a closing quote, found the end of the row');
});

test('a decimal comma stands in a number', () => {
  for (const field of ['0,5', ',5', '12,25', ' 1,0e-3 ', '-0,42']) expect(isDecimalComma(field)).toBe(true);
  for (const field of ['0.5', '5,', ',', '0,5,5', 'a,5', '']) expect(isDecimalComma(field)).toBe(false);
});

/** Four pixels, their label ahead. */
const dialect: CsvDialect = {
  delimiter: ',',
  lineEnd: 'lf',
  hasHeader: false,
  columnCount: 5,
  firstPixel: 1,
  pixelCount: 4,
  black: 0,
  white: 255,
  transposed: false,
  label: { kind: 'number', column: 0, from: 0 },
  idColumn: null,
};

const parse = (row: string, changed: Partial<CsvDialect> = {}) =>
  parseRow(Buffer.from(row), { ...dialect, ...changed }, 10);

describe('a row is', () => {
  test.each([
    ['whole numbers', '7,0,1,254,255', [0, 1, 254, 255]],
    ['numbers in quotes', '"7","0","1","254","255"', [0, 1, 254, 255]],
    ['numbers with a point, a sign, an exponent, blanks', '7.0,0.,+1, 2.54e2\t,25500e-2', [0, 1, 254, 255]],
    ['numbers between two levels, taken to the nearest', '7,0.4,99.5,100.49,254.6', [0, 100, 100, 255]],
  ])('%s', (_, row, pixels) => {
    expect(parse(row)).toEqual({ pixels: Uint8Array.from(pixels), label: 7, id: null });
  });

  test('0 to 1 where 1 is white', () => {
    const row = '7,0,1,0.00392156862745098,0.5019607843137255';
    expect(parse(row, { white: 1 })).toMatchObject({ pixels: Uint8Array.of(0, 255, 1, 128) });
  });

  test('labelled by a class name, by one column a class, from 1, or not at all', () => {
    const row = '3,0,0,0,0';
    expect(parse(row, { label: { kind: 'name', column: 0, names: ['1', '3'] } })).toMatchObject({ label: 1 });
    expect(parse(row, { label: { kind: 'number', column: 0, from: 1 } })).toMatchObject({ label: 2 });
    expect(parse(row, { label: null })).toMatchObject({ label: null });
    const oneHot = { columnCount: 7, firstPixel: 3, label: { kind: 'one-hot', first: 0, count: 3 } } as const;
    expect(parse('0,1,0,0,0,0,0', oneHot)).toMatchObject({ label: 1 });
  });

  test('known by an id, whatever is in it', () => {
    const row = '"a, ""b""\nü",1,2,3,4';
    expect(parse(row, { label: null, idColumn: 0 })).toMatchObject({ id: Buffer.from('a, "b"\nü') });
  });
});

describe('a fault names the column, what was expected and what was found:', () => {
  test.each([
    ['7,0,0,0', 'expected 5 columns, found 4'],
    ['7,0,0,0,0,0', 'expected 5 columns, found 6'],
    ['Total: 12 rows', 'expected 5 columns, found 1: "Total: 12 rows"'],
    ['7,0,,0,0', 'column 3: expected a number, found ""'],
    ['7,0,NaN,0,0', 'column 3: expected a number, found NaN'],
    ['7,0,"0,5",0,0', 'column 3: expected a number, found "0,5": write it with a decimal point'],
    ['7,0,0x1f,0,0', 'column 3: expected a number, found 0x1f'],
    ['7,0,0,0,256', 'column 5: expected 0 to 255, found 256'],
    [
      '7,0,0,-1,0',
      'column 4: expected 0 to 255, found -1: was something subtracted from the pixels? say --scale with what is black and white',
    ],
    [
      '10,0,0,0,0',
      'column 1: expected a label from 0 to 9, found 10: are they counted from 1? say --labels-from 1 if so',
    ],
    ['11,0,0,0,0', 'column 1: expected a label from 0 to 9, found 11'],
    ['cat,0,0,0,0', 'column 1: expected a label from 0 to 9, found cat'],
    ['7,0,"1,0,0', 'expected a closing quote, found the end of the row'],
    ['7,0,1"1,0,0', 'expected quotes around the whole field, found one within it'],
    ['7,0,"1"1,0,0', 'expected a delimiter after the closing quote'],
  ])('%s', (row, fault) => {
    expect(parse(row)).toBe(fault);
  });

  test('how many lines a stray quote has swallowed, also where all that it swallowed is passed over', () => {
    const lines = ' (its quotes span 3 lines: is one of them stray?)';
    const rows = '"7,0,0,1,0\n5,0,0,1,0\n4",0,0,1,0';
    expect(parse(rows)).toBe(
      `column 1: expected a label from 0 to 9, found "7,0,0,1,0\\n5,0,0,1,0\\n4"${lines}`,
    );
    expect(parse(rows, { label: null })).toBe(`expected one row, found others within quotes${lines}`);
    expect(parse('7,"0,0\n\n",0', { label: null })).toBe(`expected 5 columns, found 3${lines}`);
  });

  test('a change of the scale, both ways', () => {
    expect(parse('7,0,0.5,1,0')).toContain('--scale 1');
    expect(parse('7,0,128,1,0', { white: 1 })).toContain('--scale 255');
    // Whole numbers of 0 and 1 say nothing: a nearly black image is one.
    expect(parse('7,0,1,1,0')).toMatchObject({ label: 7 });
  });

  test('a label that is no name of a class', () => {
    const label = { kind: 'name', column: 0, names: ['zero', 'one'] } as const;
    expect(parse('seven,0,0,0,0', { label })).toBe(
      'column 1: expected the name of a class, such as zero, found seven',
    );
  });

  test('a label that is no text is the name of no class', () => {
    const label = { kind: 'name', column: 0, names: ['', 'ü', '\ufffd'] } as const;
    const row = Buffer.from('\xfc,0,0,0,0', 'latin1');
    expect(parseRow(row, { ...dialect, label }, 10)).toContain('found "\\xfc"');
    expect(parseRow(row, { ...dialect, label, encoding: 'latin1' }, 10)).toMatchObject({ label: 1 });
  });

  test('one-hot labels with none or two', () => {
    const oneHot = { columnCount: 7, firstPixel: 3, label: { kind: 'one-hot', first: 0, count: 3 } } as const;
    expect(parse('0,0,0,0,0,0,0', oneHot)).toBe('columns 1 to 3: expected a single 1, found none');
    expect(parse('1,0,1,0,0,0,0', oneHot)).toBe('column 3: expected a single 1, found a second one');
  });
});
