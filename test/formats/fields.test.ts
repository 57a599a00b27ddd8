import { parse } from 'csv-parse/sync';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { isDecimalComma, splitRow } from '../../src/formats/csv/fields.js';

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
    fc.property(row, fc.constantFrom(',', ';', '\t', ' '), (bytes, delimiter) => {
      const options = {
        delimiter,
        encoding: 'latin1',
        record_delimiter: '\n',
        relax_column_count: true,
      } as const;
      expect([splitRow(bytes, { ...comma, delimiter })]).toEqual(parse(Buffer.from(bytes), options));
    }),
  );
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
