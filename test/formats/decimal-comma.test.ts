import { describe, expect, test } from 'vitest';
import { isDecimalComma } from '../../src/formats/csv/fields.js';
import { rejectDecimalCommas } from '../../src/formats/csv/guess/guess-shape.js';

test('a decimal comma stands in a number', () => {
  for (const field of ['0,5', ',5', '12,25', ' 1,0e-3 ', '-0,42']) expect(isDecimalComma(field)).toBe(true);
  for (const field of ['0.5', '5,', ',', '0,5,5', 'a,5', '']) expect(isDecimalComma(field)).toBe(false);
});

describe('rows of decimal commas are refused in one line that names them', () => {
  const row = ['7', '0', '0,5', '0,25'];

  test('and says what to do: where no comma delimits, all can be replaced', () => {
    const expected = 'f.csv: expected numbers with a decimal point, found decimal commas, such as 0,5: ';
    expect(() => rejectDecimalCommas([row], ';', 'f.csv')).toThrowError(
      expect.objectContaining({
        code: 'CSV_COLUMNS',
        message: `${expected}write points in their place, as tr , . does`,
      }),
    );
    expect(() => rejectDecimalCommas([row], ',', 'f.csv')).toThrowError(/write points in their place$/);
  });

  test('where most rows are so; a single row is at fault itself, and an id may look like one', () => {
    const plain = ['7', '0', '1', '0'];
    expect(() => rejectDecimalCommas([row, plain, plain], ';', 'f.csv')).not.toThrow();
    expect(() => rejectDecimalCommas([row, row, plain], ';', 'f.csv')).toThrow();
    expect(() => rejectDecimalCommas([['12,5', '0', '1', '0']], ';', 'f.csv')).not.toThrow();
  });
});
