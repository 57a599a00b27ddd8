import { parse } from 'csv-parse/sync';
import { describe, expect, test } from 'vitest';
import type { RejectedRow } from '../../../src/engine/records.js';
import { type RowFormatOptions, rowFormat } from '../../../src/outputs/rows/row-format.js';
import type { ScoredRows } from '../../../src/outputs/rows/scored-rows.js';

const base: RowFormatOptions = {
  format: 'csv',
  classes: ['0', 'seven, "7"'],
  withIds: false,
  probabilities: false,
  top: 0,
};
const reject = (row: number): RejectedRow => ({
  row,
  line: row,
  position: 0,
  reason: () => '',
  text: () => new Uint8Array(),
});

/** Three scored rows and two rejected ones: rows 3, 4 (rejected), 5, 6 (rejected), 7 of a file. */
function scored(): ScoredRows {
  return {
    count: 3,
    predictions: Uint8Array.of(1, 0, 1),
    confidences: Float32Array.of(0.75, 0.5, 1),
    outputs: Float32Array.of(0.25, 0.75, 0.5, 0.125, 0, 1),
    ids: Buffer.from('a"b,ü\n'),
    idEnds: Uint32Array.of(3, 6, 7),
    rejects: [reject(1), reject(3)],
    place: {
      file: 1,
      name: 'my,file.csv',
      firstRow: 2,
      firstLine: 3,
      firstOfAll: 100,
      endBytes: 0,
      endLine: 0,
    },
  };
}

/** Each part is copied before the next one takes its place. */
const textOf = (parts: Iterable<Uint8Array>): string =>
  Buffer.concat(Array.from(parts, (part) => Buffer.from(part))).toString();

const text = (options: Partial<RowFormatOptions>) => {
  const { head, rows } = rowFormat({ ...base, ...options });
  return head + textOf(rows(scored()));
};

describe('CSV', () => {
  test('counts the rejected rows, and quotes what must be quoted', () => {
    expect(text({})).toBe(
      'record,file,prediction,confidence\n' +
        '3,"my,file.csv","seven, ""7""",0.750000\n' +
        '5,"my,file.csv",0,0.500000\n' +
        '7,"my,file.csv","seven, ""7""",1.000000\n',
    );
  });

  test('with ids, all outputs and the best classes reads back as it was', () => {
    const rows: Record<string, string>[] = parse(text({ withIds: true, probabilities: true, top: 2 }), {
      columns: true,
    });
    expect(rows.map(({ id }) => id)).toEqual(['a"b', ',ü', '\n']);
    expect(rows[0]).toMatchObject({ p_0: '0.250000', 'p_seven, "7"': '0.750000' });
    expect(rows[0]).toMatchObject({ top1: 'seven, "7"', top1_confidence: '0.750000', top2: '0' });
    expect(rows[1]).toMatchObject({ top1: '0', top1_confidence: '0.500000' });
  });
});

test('NDJSON holds the same, a line a row', () => {
  const lines = text({ format: 'ndjson', withIds: true, probabilities: true, top: 1 }).trimEnd().split('\n');
  expect(lines.map((line) => JSON.parse(line))).toEqual([
    {
      record: 3,
      file: 'my,file.csv',
      id: 'a"b',
      prediction: 'seven, "7"',
      confidence: 0.75,
      probabilities: { 0: 0.25, 'seven, "7"': 0.75 },
      top: [{ class: 'seven, "7"', confidence: 0.75 }],
    },
    {
      record: 5,
      file: 'my,file.csv',
      id: ',ü',
      prediction: '0',
      confidence: 0.5,
      probabilities: { 0: 0.5, 'seven, "7"': 0.125 },
      top: [{ class: '0', confidence: 0.5 }],
    },
    {
      record: 7,
      file: 'my,file.csv',
      id: '\n',
      prediction: 'seven, "7"',
      confidence: 1,
      probabilities: { 0: 0, 'seven, "7"': 1 },
      top: [{ class: 'seven, "7"', confidence: 1 }],
    },
  ]);
});

test('a Kaggle submission counts over all inputs, from 1', () => {
  expect(text({ format: 'kaggle' })).toBe('ImageId,Label\n101,"seven, ""7"""\n103,0\n105,"seven, ""7"""\n');
});
