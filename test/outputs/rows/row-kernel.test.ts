import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import type { RejectedRow } from '../../../src/engine/records.js';
import { type RowFormatOptions, rowFormat } from '../../../src/outputs/rows/row-format.js';
import type { ScoredRows } from '../../../src/outputs/rows/scored-rows.js';

/** What rows become with the kernel and without. */
function bothWays(options: Omit<RowFormatOptions, 'withIds' | 'top'>, batches: readonly ScoredRows[]) {
  const [kernel, plain] = [true, false].map((withKernel) => {
    const { rows } = rowFormat({ ...options, withIds: false, top: 0, withKernel });
    return batches.flatMap((batch) => Array.from(rows(batch), (part) => Buffer.from(part)));
  });
  const [kernelBytes, plainBytes] = [kernel, plain].map((parts) => Buffer.concat(parts));
  // As bytes: text would make the same of all that is no UTF-8.
  expect(kernelBytes.equals(plainBytes)).toBe(true);
  return { parts: kernel, kernel: String(kernelBytes), plain: String(plainBytes) };
}

const reject = (row: number): RejectedRow => ({
  row,
  line: row,
  position: 0,
  reason: () => '',
  text: () => new Uint8Array(),
});

function scored(
  values: readonly number[],
  classCount: number,
  changed: Partial<ScoredRows> = {},
): ScoredRows {
  const count = values.length;
  return {
    count,
    predictions: Uint8Array.from(values, (_, i) => i % classCount),
    confidences: Float32Array.from(values),
    outputs: Float32Array.from({ length: count * classCount }, (_, i) => values[(i * 7) % count]),
    ids: new Uint8Array(),
    idEnds: new Uint32Array(),
    rejects: [],
    place: { file: 0, name: 'f.csv', firstRow: 0, firstLine: 0, firstOfAll: 0, endBytes: 0, endLine: 0 },
    ...changed,
  };
}

/** Any float32: probabilities mostly, what lies at and next to half of the last digit, and all the others. */
const float = fc
  .oneof(
    { weight: 6, arbitrary: fc.float({ min: 0, max: 1 }) },
    fc.float(),
    fc.integer({ min: -999 * 64, max: 999 * 64 }).map((n) => n / 64),
    fc.integer({ min: 0, max: 2_000_000 }).map((n) => (n + 0.5) / 1e6),
    fc.constantFrom(0, 1, 9.9999995, 999.9999389648438, 1000, 4294967040, 4294967296, 1e21, 3e38, 1e-30),
    fc.constantFrom(-1e-9, -0.5, -4294967040, Number.NaN, Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY),
  )
  .map(Math.fround);

describe('the kernel writes rows as they are written plainly', () => {
  test('whatever the numbers, the names, the place and the rejected rows are', () => {
    const batch = fc.record({
      values: fc.array(float, { minLength: 1, maxLength: 60 }),
      gaps: fc.uniqueArray(fc.nat(80), { maxLength: 8 }),
      firstRow: fc.constantFrom(0, 8, 98, 99_999_990, 2 ** 32 - 5, 1e15 - 7),
      name: fc.oneof(
        fc.constantFrom('f.csv', 'a "quoted", long name of a file that takes more than sixteen bytes', '=ü'),
        fc.string({ unit: 'binary' }),
      ),
    });
    const format = fc.constantFrom<RowFormatOptions['format']>('csv', 'ndjson', 'kaggle');
    const classes = fc.oneof(
      fc.constantFrom(['0', '1'], ['seven, "7"', 'ähnlich', 'a name that is longer than most'], ['+', '-']),
      fc.array(fc.string({ unit: 'binary' }), { minLength: 1, maxLength: 4 }),
    );
    fc.assert(
      fc.property(
        fc.array(batch, { minLength: 1, maxLength: 4 }),
        ...([format, classes, fc.boolean(), fc.boolean()] as const),
        (batches, format, classes, probabilities, isSafe) => {
          const scoredBatches = batches.map(({ values, gaps, firstRow, name }) => {
            const rejects = gaps.sort((a, b) => a - b).map(reject);
            const { place } = scored([0], 1);
            // A row of the batch is either scored or rejected: so none is rejected far after the last scored one.
            const inside = rejects.filter(({ row }, i) => row <= values.length + i);
            return scored(values, classes.length, {
              rejects: inside,
              place: { ...place, name, firstRow, firstOfAll: firstRow + 3 },
            });
          });
          const options = {
            ...{ format, classes, probabilities: probabilities && format !== 'kaggle' },
            spreadsheetSafe: isSafe && format === 'csv',
          };
          const { kernel, plain } = bothWays(options, scoredBatches);
          expect(kernel).toBe(plain);
        },
      ),
      { numRuns: 400 },
    );
  });

  test('decimals as toFixed does, every one of many', () => {
    fc.assert(
      fc.property(fc.array(float, { minLength: 500, maxLength: 500 }), (values) => {
        const { kernel } = bothWays({ format: 'csv', classes: ['0'], probabilities: false }, [
          scored(values, 1),
        ]);
        const written = kernel
          .trimEnd()
          .split('\n')
          .map((line) => line.split(',')[3]);
        // The sign of zero is not worth one.
        expect(written).toEqual(values.map((value) => (value === 0 ? 0 : value).toFixed(6)));
      }),
      { numRuns: 60 },
    );
  });

  test('of batches that are begun before others are read, each under its own name', () => {
    const { rows } = rowFormat({
      format: 'csv',
      classes: ['0'],
      withIds: false,
      probabilities: false,
      top: 0,
    });
    const named = (name: string) => {
      const { place } = scored([0], 1);
      return rows(scored([1], 1, { place: { ...place, name } }));
    };
    const [first, second] = [named('a.csv'), named('b.csv')];
    const text = (parts: Iterable<Uint8Array>) =>
      Array.from(parts, (part) => String(Buffer.from(part))).join('');
    expect([text(first), text(second)]).toEqual(['1,a.csv,0,1.000000\n', '1,b.csv,0,1.000000\n']);
  });

  test('in parts of bounded size, however long the batch is', () => {
    const values = Float32Array.from({ length: 100_000 }, (_, i) => i / 100_000);
    const options = { format: 'ndjson', classes: ['0', '1', '2'], probabilities: true } as const;
    const { parts, kernel, plain } = bothWays(options, [scored([...values], 3)]);
    expect(kernel === plain).toBe(true);
    expect(parts.length).toBeGreaterThan(10);
    expect(Math.max(...parts.map(({ length }) => length))).toBeLessThan(2 ** 21);
  });
});
