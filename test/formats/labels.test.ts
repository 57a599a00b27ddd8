import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { LabelReader } from '../../src/formats/label-reader.js';
import {
  classOf,
  type LabelFormat,
  labelFormat,
  labelReadings,
  labelValues,
} from '../../src/formats/labels.js';
import type { ElementFormat, ElementType } from '../../src/formats/stored-arrays.js';
import { failureOf } from '../inputs/failure-of.js';
import { ALL_FORMATS, storedNumbers } from './stored-numbers.js';

const BIG = (type: ElementType): ElementFormat => ({ type, littleEndian: false });
/** `0`, `1`, `2`, … */
const classes = (count: number) => Array.from({ length: count }, (_, at) => `${at}`);
const index = (type: ElementType, columns = 1) => labelFormat(BIG(type), columns, 'index');
const oneHot = (type: ElementType, columns: number) => labelFormat(BIG(type), columns, 'one-hot');

/** The labels of records 5, 6, 7, … */
const read = (format: LabelFormat, stored: readonly number[], classCount = 10) => {
  const count = stored.length / format.strideBytes;
  return [...new LabelReader(format, classes(classCount), 'y').read(Uint8Array.from(stored), 5, count)];
};

describe('LabelReader for class indices', () => {
  it.each([
    ['u8', index('u8'), [3, 9]],
    ['i8', index('i8'), [3, 9]],
    ['i16', index('i16'), [0, 3, 0, 9]],
    ['i32', index('i32'), [0, 0, 0, 3, 0, 0, 0, 9]],
    ['QMNIST', index('i32', 2), [0, 0, 0, 3, 9, 9, 9, 9, 0, 0, 0, 9, 8, 8, 8, 8]],
    ['u16', index('u16'), [0, 3, 0, 9]],
    ['u32', index('u32'), [0, 0, 0, 3, 0, 0, 0, 9]],
    ['i64', index('i64'), [0, 0, 0, 0, 0, 0, 0, 3, 0, 0, 0, 0, 0, 0, 0, 9]],
  ] as const)('reads big-endian labels as stored by %s', (_, format, stored) => {
    expect(read(format, stored)).toEqual([3, 9]);
  });

  it.each(ALL_FORMATS)('reads labels of every type and order: %j', (format) => {
    const labels = format.type === 'bool' ? [1, 0, 1] : [7, 2, 9];
    expect(read(labelFormat(format, 1, 'index'), [...storedNumbers(format, labels)])).toEqual(labels);
  });

  it('takes labels up to 255 where there are 256 classes', () => {
    expect(read(index('u8'), [255], 256)).toEqual([255]);
  });

  it.each([
    ['above the last class', index('u8'), [11], '11'],
    ['that is negative', index('i8'), [0xff], '-1'],
    ['that would fit a byte only when cut', index('i16'), [1, 3], '259'],
    ['of 32 bits', index('i32'), [0x80, 0, 0, 1], '-2147483647'],
    ['of 32 bits, unsigned', index('u32'), [0x80, 0, 0, 1], '2147483649'],
    ['of 64 bits that 32 of them do not tell', index('i64'), [0, 0, 0, 1, 0, 0, 0, 3], '4294967299'],
    ['of 64 bits, unsigned', index('u64'), Array(8).fill(0xff), '18446744073709552000'],
    ['with a fraction', index('f32'), [0x40, 0x20, 0, 0], '2.5'],
    ['just below zero', index('f32'), [0x80, 0, 0, 1], '-1.401298464324817e-45'],
    ['that is no number', index('f32'), [0x7f, 0xc0, 0, 0], 'NaN'],
    ['without end', index('f32'), [0x7f, 0x80, 0, 0], 'Infinity'],
  ] as const)('refuses a label %s', async (_, format, stored, found) => {
    const error = await failureOf(() => read(format, [...Array(stored.length).fill(0), ...stored]));
    expect(error).toMatchObject({ code: 'LABEL_OUT_OF_RANGE', exitCode: 65 });
    expect(error.message).toBe(
      `y: record 6: expected a label from 0 to 9 (the network has 10 classes), found ${found}; ` +
        'give labels that fit the network',
    );
  });

  it.each([[undefined], [[1]], [[1, 2, 3]]])('refuses the bytes %j for two labels', async (stored) => {
    const bytes = stored && Uint8Array.from(stored);
    const error = await failureOf(() => new LabelReader(index('u8'), classes(10), 'y').read(bytes, 0, 2));
    expect(error.code).toBe('IDX_TRUNCATED');
    expect(error.message).toContain(
      `y: expected 2 bytes of labels from record 0 on, found ${stored?.length ?? 0}`,
    );
  });

  it('gives no labels for no records', () => {
    expect(new LabelReader(index('i32'), classes(10), 'y').read(undefined, 3, 0)).toHaveLength(0);
  });

  it('reads from bytes that begin anywhere in their buffer', () => {
    const bytes = Uint8Array.from([9, 9, 9, 0, 7]).subarray(3);
    expect([...new LabelReader(index('i16'), classes(10), 'y').read(bytes, 0, 1)]).toEqual([7]);
  });
});

describe('LabelReader for one-hot labels', () => {
  it('finds the column that is set', () => {
    expect(read(oneHot('u8', 3), [0, 0, 1, 1, 0, 0, 0, 1, 0], 3)).toEqual([2, 0, 1]);
  });

  it('finds it in rows of every type and order', () => {
    const anyRows = fc.tuple(
      fc.constantFrom(...ALL_FORMATS),
      fc
        .integer({ min: 1, max: 12 })
        .chain((classCount) => fc.tuple(fc.constant(classCount), fc.array(fc.nat(classCount - 1)))),
    );
    fc.assert(
      fc.property(anyRows, ([format, [classCount, labels]]) => {
        const rows = labels.flatMap((label) =>
          Array.from({ length: classCount }, (_, at) => +(at === label)),
        );
        const stored = storedNumbers(format, rows);
        expect(read(labelFormat(format, classCount, 'one-hot'), [...stored], classCount)).toEqual(labels);
      }),
    );
  });

  it('takes minus zero for zero', () => {
    expect(read(oneHot('f32', 2), [0x80, 0, 0, 0, 0x3f, 0x80, 0, 0], 2)).toEqual([1]);
  });

  it.each([
    ['nothing set', [0, 0, 0], 'no 1'],
    ['two columns set', [1, 0, 1], '1 in columns 0 and 2'],
    ['another number', [1, 0, 7], '7 in column 2'],
    ['another number before', [255, 0, 0], '255 in column 0'],
  ])('refuses a row with %s', async (_, row, found) => {
    const error = await failureOf(() => read(oneHot('u8', 3), [0, 1, 0, ...row], 3));
    expect(error).toMatchObject({ code: 'LABEL_NOT_ONE_HOT', exitCode: 65 });
    expect(error.message).toBe(
      'y: record 6: expected a one-hot label, 1 in the column of its class and 0 in the 2 others, ' +
        `found ${found}; give one-hot labels, or the class of each record`,
    );
  });

  it('refuses a row of probabilities', async () => {
    const format = labelFormat({ type: 'f64', littleEndian: true }, 2, 'one-hot');
    const error = await failureOf(() => read(format, [...storedNumbers(format, [0.25, 0.75])], 2));
    expect(error.message).toContain('found 0.25 in column 0');
  });

  it('refuses another number of columns before it reads any', async () => {
    const error = await failureOf(() => new LabelReader(oneHot('u8', 7), classes(10), 'y'));
    expect(error).toMatchObject({ code: 'LABEL_SHAPE', exitCode: 65 });
    expect(error.message).toContain(
      'a one-hot row of 10 columns (the network has 10 classes), found rows of 7',
    );
  });

  it('names no network where nobody has said how many classes there are', async () => {
    const hot = await failureOf(() => new LabelReader(oneHot('u8', 7), classes(256), 'y'));
    expect(hot.message).toBe(
      'y: expected one label a record, or a one-hot row, found rows of 7 columns; ' +
        'say with --classes what the columns stand for',
    );
    const format = index('u16');
    const large = await failureOf(() =>
      new LabelReader(format, classes(256), 'y').read(Uint8Array.of(1, 44), 0, 1),
    );
    expect(large.message).toBe(
      'y: record 0: expected a label from 0 to 255 (at most 256 classes), found 300; give labels that fit',
    );
  });
});

describe('what the values of labels mean', () => {
  const digits = classes(10);
  const letters = Array.from('ABC');
  const counted = Array.from({ length: 26 }, (_, at) => `${at + 1}`);
  const mixed = ['7', 'A', 'B'];

  it.each([
    ['names that are numbers', counted, {}, '1', 0],
    ['names that are numbers, not counted', counted, {}, '0', undefined],
    ['a number that says so', counted, { labelsFrom: 0 }, '1', 1],
    ['another notation', digits, {}, '7.0', 7],
    ['names', letters, {}, 'B', 1],
    ['numbers for names', letters, {}, '1', 1],
    ['numbers from 1 for names', letters, { labelsFrom: 1 }, '1', 0],
    ['names beside numbers', letters, { labelsFrom: 1 }, 'A', 0],
    ['a name among others that is a number', mixed, {}, '1', 1],
    ['a map', digits, { labelMap: { 10: '0' } }, '10', 0],
    ['what no map says', digits, { labelMap: { 10: '0' } }, '9', 9],
    ['a map that comes before names', letters, { labelMap: { A: 'C' } }, 'A', 2],
    ['a map of letters', digits, { labelMap: { A: '3', B: '4' } }, 'B', 4],
    ['what every object has', letters, {}, 'constructor', undefined],
    ['nothing', digits, {}, '', undefined],
  ] as const)('%s', (_, names, flags, text, index) => {
    const number = text === '' || Number.isNaN(Number(text)) ? undefined : Number(text);
    expect(classOf(text, number, labelValues(names, flags))).toBe(index);
  });

  it.each([
    ['digits', digits, [0, 9], []],
    ['digits from 1, or 10 for 0', digits, [1, 10], [{ labelsFrom: 1 }, { labelMap: { 10: '0' } }]],
    ['eleven of ten', digits, [0, 10], []],
    ['names from 1', counted, [1, 26], []],
    ['numbers from 0 of names from 1', counted, [0, 25], [{ labelsFrom: 0 }]],
    ['letters from 0', letters, [0, 2], []],
    ['letters from 1', letters, [1, 3], [{ labelsFrom: 1 }]],
    ['letters from 0 or 1', letters, [1, 2], [{ labelsFrom: 0 }, { labelsFrom: 1 }]],
    ['nothing seen', letters, [], []],
    ['fractions', digits, [0.5], []],
  ] as const)('may be several: %s', (_, names, seen, readings) => {
    expect(labelReadings(seen, names, {})).toEqual(readings);
    expect(labelReadings(seen, names, { labelsFrom: 1 })).toEqual([]);
  });

  it('is told where a label is none', async () => {
    const format = index('u8');
    const hint = await failureOf(() => new LabelReader(format, digits, 'y').read(Uint8Array.of(10), 0, 1));
    expect(hint.message).toBe(
      'y: record 0: expected a label from 0 to 9 (the network has 10 classes), found 10; ' +
        'say --labels-from 1 or --label-map 10=0, or give labels that fit the network',
    );
    const fives = ['5', '10'];
    const odd = await failureOf(() => new LabelReader(format, fives, 'y').read(Uint8Array.of(6), 0, 1));
    expect(odd.message).toContain('expected a label such as "5" (the network has 2 classes), found 6');
  });
});
