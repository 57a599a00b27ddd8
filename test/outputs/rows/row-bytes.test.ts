import { parse } from 'csv-parse/sync';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { type RowFormatOptions, rowFormat } from '../../../src/outputs/rows/row-format.js';
import { rejectsCsv } from '../../../src/outputs/rows/row-output.js';
import type { ScoredRows } from '../../../src/outputs/rows/scored-rows.js';

const base: RowFormatOptions = {
  format: 'csv',
  classes: ['0', '+'],
  withIds: true,
  probabilities: false,
  top: 0,
};

function withIds(ids: readonly Uint8Array[]): ScoredRows {
  let end = 0;
  return {
    count: ids.length,
    predictions: Uint8Array.from(ids, (_, i) => i % 2),
    confidences: new Float32Array(ids.length).fill(1),
    outputs: new Float32Array(),
    ids: Buffer.concat(ids),
    idEnds: Uint32Array.from(ids, ({ length }) => {
      end += length;
      return end;
    }),
    rejects: [],
    place: { file: 0, name: 'ü.csv', firstRow: 0, firstLine: 0, firstOfAll: 0, endBytes: 0, endLine: 0 },
  };
}

const latin1 = (...texts: string[]) => texts.map((text) => Buffer.from(text, 'latin1'));

const written = (options: Partial<RowFormatOptions>, rows: ScoredRows): Buffer => {
  const { head, rows: partsOf } = rowFormat({ ...base, ...options });
  return Buffer.concat([Buffer.from(head), ...Array.from(partsOf(rows), (part) => Buffer.from(part))]);
};

/** The ids of CSV, as strings of bytes. */
const idsOf = (csv: Buffer): string[] =>
  (parse(csv, { encoding: 'latin1', columns: true, record_delimiter: '\n' }) as { id: string }[]).map(
    ({ id }) => id,
  );

describe('ids that are not UTF-8', () => {
  test('go into CSV byte for byte, whatever they are', () => {
    fc.assert(
      fc.property(fc.array(fc.uint8Array({ maxLength: 20 }), { minLength: 1, maxLength: 20 }), (ids) => {
        const csv = written({}, withIds(ids));
        expect(idsOf(csv)).toEqual(ids.map((id) => Buffer.from(id).toString('latin1')));
      }),
      { numRuns: 300 },
    );
  });

  test('never go into JSON: the run ends with one line, after the rows before', () => {
    const { rows } = rowFormat({ ...base, format: 'ndjson' });
    const parts = rows(withIds(latin1('a', 'M\xc3\xbcller', 'M\xfcller', 'b')))[Symbol.iterator]();
    const before = String(Buffer.from(parts.next().value ?? ''));
    expect(before.split('\n').map((line) => line && JSON.parse(line).id)).toEqual(['a', 'Müller', '']);
    expect(() => parts.next()).toThrow(
      expect.objectContaining({
        code: 'CSV_ENCODING',
        message: expect.stringMatching(
          /^ü\.csv: record 3: expected an id in utf8, found "M\\xfcller"; say its --encoding/,
        ),
      }),
    );
  });

  test('are told from those that are, whatever their bytes', () => {
    const strict = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true });
    const textOf = (id: Uint8Array) => {
      try {
        return strict.decode(id);
      } catch {
        return null;
      }
    };
    const letters = fc.string({ unit: 'binary' }).map((text) => Uint8Array.from(Buffer.from(text)));
    const cut = letters.map((bytes) => bytes.subarray(0, -1));
    const near = fc
      .array(fc.constantFrom(...[0x41, 0x80, 0x9f, 0xa0, 0xbf, 0xc1, 0xc2, 0xe0, 0xed, 0xf0, 0xf4, 0xf5]), {
        maxLength: 5,
      })
      .map((bytes) => Uint8Array.from(bytes));
    fc.assert(
      fc.property(fc.oneof(letters, cut, near, fc.uint8Array({ maxLength: 6 })), (id) => {
        const text = textOf(id);
        const write = () => JSON.parse(String(written({ format: 'ndjson' }, withIds([id])))).id;
        if (text === null) expect(write).toThrow('expected an id in utf8');
        else expect(write()).toBe(text);
      }),
      { numRuns: 2000 },
    );
  });

  test('become UTF-8 where their encoding is said, in CSV as in JSON', () => {
    const rows = withIds(latin1('M\xfcller', 'M\xf6ller', 'a"\x80'));
    const json = String(written({ format: 'ndjson', encoding: 'windows-1252' }, rows));
    expect(
      json
        .trimEnd()
        .split('\n')
        .map((line) => JSON.parse(line).id),
    ).toEqual(['Müller', 'Möller', 'a"€']);
    const csv = written({ encoding: 'windows-1252' }, rows);
    expect(idsOf(csv)).toEqual(['Müller', 'Möller', 'a"€'].map((id) => Buffer.from(id).toString('latin1')));
    expect(() => written({ encoding: 'utf8' }, rows)).toThrow('expected an id in utf8');
  });

  test('and rejected rows go out as they came in', () => {
    const text = Buffer.from('M\xfcller,"1\n",\xff', 'latin1');
    const reject = { row: 0, line: 4, position: 0, reason: () => 'größer', text: () => text };
    const csv = rejectsCsv({ ...withIds([]), rejects: [reject] });
    const expected = 'ü.csv,5,größer,"';
    expect(csv).toEqual(Buffer.concat([Buffer.from(expected), ...latin1('M\xfcller,""1\n"",\xff"\n')]));
  });
});

describe('what a spreadsheet would take for a formula', () => {
  const ids = ['=cmd()', '+1', '-1', '@a', '\ta', '\ra', '\na', 'a=1', '', '\xef\xbc\x9da', "'=1"];

  test('stays as it is by default', () => {
    expect(idsOf(written({}, withIds(latin1(...ids))))).toEqual(ids);
  });

  test('has an apostrophe before it where that is wished, in ids, names and rejects', () => {
    const rows = { ...withIds(latin1(...ids)), place: { ...withIds([]).place, name: '=f.csv' } };
    const csv = written({ spreadsheetSafe: true }, rows);
    const safe = ids.map((id, i) => (i < 7 || i === 9 ? `'${id}` : id));
    expect(idsOf(csv)).toEqual(safe);
    const [first, second] = String(csv).split('\n').slice(1);
    expect(first).toBe("1,'=f.csv,'=cmd(),0,1.000000");
    expect(second).toBe("2,'=f.csv,'+1,'+,1.000000");
    const reject = { row: 0, line: 0, position: 0, reason: () => 'bad', text: () => Buffer.from('@x') };
    expect(String(rejectsCsv({ ...rows, rejects: [reject] }, true))).toBe("'=f.csv,1,bad,'@x\n");
  });
});
