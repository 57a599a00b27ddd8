import { describe, expect, test } from 'vitest';
import { isHeader } from '../../src/formats/csv/guess/column-evidence.js';

const times = (count: number, field: (i: number) => string) =>
  Array.from({ length: count }, (_, i) => field(i));

describe('a header is', () => {
  test.each([
    ['names', ['label', 'a', 'b']],
    ['names in any language', ['ラベル', '画素1', '画素2']],
    ['no names, mostly', ['label', '', '']],
    ['numbers that count up', ['label', ...times(16, (i) => `${i}`)]],
    [
      'numbers of a row that pandas took for names',
      ['7', '0', ...times(30, (i) => `0.${i + 1}`), '18', '18.1'],
    ],
  ])('%s', (_, fields) => {
    expect(isHeader(fields, fields.length - 1)).toBe(true);
  });
});

describe('no header, but a row that cannot be read, is', () => {
  test.each([
    ['hexadecimal', (i: number) => `0x${i.toString(16)}`],
    ['decimal commas', (i: number) => `0,${i}`],
    ['truth values', (i: number) => (i % 2 ? 'True' : 'False')],
    ['percent', (i: number) => `${i}.5%`],
    ['fractions that grow', (i: number) => `${i}.${i}`],
    ['fractions, some twice', (i: number) => ['0', '0.1', '0.1', '0.2'][i % 4]],
    ['numbers that are none', (i: number) => ['NaN', 'NA', 'n/a', 'null', '-inf'][i % 5]],
  ])('%s', (_, field) => {
    expect(isHeader(['7', ...times(20, field)], 20)).toBe(false);
  });
});
