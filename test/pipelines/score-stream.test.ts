import { createReadStream } from 'node:fs';
import { join } from 'node:path';
import { PassThrough, Readable, Writable } from 'node:stream';
import { text } from 'node:stream/consumers';
import { pipeline } from 'node:stream/promises';
import { describe, expect, test } from 'vitest';
import { score } from '../../pipelines/score.js';
import { type ScoredRow, scoreStream } from '../../pipelines/score-stream.js';
import { testCsv, testRow } from '../helpers/csv.js';
import { TEST_IMAGES_FILE } from '../helpers/mnist.js';
import { runShared } from '../helpers/shared-cli.js';
import { tempFolder } from '../inputs/temp-folder.js';

const csv = testCsv(500);
const expected: string[] = [];
await score({
  inputs: [Readable.from([Buffer.from(csv)])],
  workers: 0,
  write: ({ predictions }) => void expected.push(...Array.from(predictions, String)),
});

/** Each chunk by itself, a turn of the event loop after the one before. */
async function* slowly(bytes: Uint8Array, length: number) {
  for (let at = 0; at < bytes.length; at += length) {
    await new Promise(setImmediate);
    yield bytes.subarray(at, at + length);
  }
}

describe('scoreStream', () => {
  test.each([0, 2])('gives the text that the command line gives, with %i workers', async (workers) => {
    const folder = await tempFolder({ 'rows.csv': Buffer.from(csv) });
    const { stdout } = await runShared(['score', join(folder, 'rows.csv'), '--quiet']);
    const found = text(createReadStream(join(folder, 'rows.csv')).pipe(scoreStream({ workers })));
    expect((await found).replaceAll('stream', join(folder, 'rows.csv'))).toBe(stdout);
  });

  test('gives objects, in order, as an async iterable', async () => {
    const rows: ScoredRow[] = [];
    const stream = Readable.from(slowly(Buffer.from(csv), 5000)).pipe(
      scoreStream({ workers: 1, batchSize: 50, output: 'objects', probabilities: true }),
    );
    for await (const row of stream) rows.push(row);
    expect(rows.map(({ row }) => row)).toEqual(expected.map((_, row) => row));
    expect(rows.map(({ prediction }) => prediction)).toEqual(expected);
    expect(Math.max(...(rows[0].outputs ?? []))).toBeCloseTo(rows[0].confidence ?? 0, 6);
  });

  test('takes IDX as well', async () => {
    let count = 0;
    for await (const _ of createReadStream(TEST_IMAGES_FILE).pipe(scoreStream({ output: 'objects' })))
      count++;
    expect(count).toBe(10_000);
  });

  test('says why a row is bad, among the objects, with its id', async () => {
    const lines = [`a,${testRow(0)}`, 'b,7,1', `c,${testRow(2)}`].map((line) => `${line}\n`);
    const stream = Readable.from(lines).pipe(
      scoreStream({ output: 'objects', onBadRow: 'skip', reading: { id: '1', label: '2', header: false } }),
    );
    const rows: ScoredRow[] = [];
    for await (const row of stream) rows.push(row);
    expect(rows.map(({ row, id }) => [row, id])).toEqual([
      [0, 'a'],
      [1, undefined],
      [2, 'c'],
    ]);
    expect(rows[1]).toMatchObject({ prediction: null, reject: expect.stringContaining('786 columns') });
  });

  test('gives ids that are no UTF-8 as bytes, or in the encoding that is said', async () => {
    const lines = ['M\xfcller', 'M\xf6ller', 'Smith'].map((id, i) => `${id},${testRow(i)}\n`);
    const rowsOf = async (encoding?: 'latin1') => {
      const reading = { id: '1', label: '2', header: false, encoding };
      const source = Readable.from([Buffer.from(lines.join(''), 'latin1')]);
      const rows: ScoredRow[] = [];
      for await (const row of source.pipe(scoreStream({ output: 'objects', reading }))) rows.push(row);
      return rows.map(({ id, idBytes }) => [id, idBytes && Buffer.from(idBytes).toString('latin1')]);
    };
    expect(await rowsOf()).toEqual([
      ['M\ufffdller', 'M\xfcller'],
      ['M\ufffdller', 'M\xf6ller'],
      ['Smith', undefined],
    ]);
    expect(await rowsOf('latin1')).toEqual([
      ['Müller', undefined],
      ['Möller', undefined],
      ['Smith', undefined],
    ]);
  });

  test('writes for spreadsheets where that is wished, and only as CSV', async () => {
    const reading = { id: '1', label: '2', header: false };
    const source = Readable.from([Buffer.from(`=cmd(),${testRow(0)}\n`)]);
    const found = await text(source.pipe(scoreStream({ spreadsheetSafe: true, reading })));
    expect(found).toContain("1,stream,'=cmd(),7,");
    for (const output of ['ndjson', 'kaggle', 'objects'] as const)
      expect(() => scoreStream({ output, spreadsheetSafe: true })).toThrow('expected output csv');
  });

  test('holds its writer back while nothing is read, and goes on when it is', async () => {
    let read = 0;
    const rows = Buffer.from(testCsv(200).slice(testCsv(0).length));
    const source = (async function* () {
      yield Buffer.from(testCsv(0));
      for (let i = 0; i < 200; i++) {
        read++;
        yield rows;
      }
    })();
    const stream = scoreStream({ workers: 0, batchSize: 100 });
    const ended = pipeline(Readable.from(source, { highWaterMark: 1 }), stream);
    for (let turn = 0; turn < 2000; turn++) await new Promise(setImmediate);
    // What two slots and the stream's own buffers hold, of rows of 1.8 kB.
    expect(read).toBeLessThan(60);
    let lines = 0;
    for await (const part of stream) lines += part.toString().split('\n').length - 1;
    await ended;
    expect([read, lines]).toEqual([200, 200 * 200 + 1]);
  });

  test('is held back by a slow reader in a pipeline', async () => {
    const seen: string[] = [];
    const slow = new Writable({
      highWaterMark: 1,
      write: (part, _, done) => {
        seen.push(part.toString());
        setImmediate(done);
      },
    });
    await pipeline(Readable.from(slowly(Buffer.from(csv), 20_000)), scoreStream({ batchSize: 20 }), slow);
    expect(seen.join('').split('\n')).toHaveLength(502);
  });

  test('destroys itself with what is wrong, after the rows before it', async () => {
    const bad = csv.replace(new RegExp(`^(${'[^\n]*\n'.repeat(301)})[^\n]*`), '$17,1');
    const parts: string[] = [];
    const stream = Readable.from([Buffer.from(bad)]).pipe(scoreStream({ workers: 0 }));
    const reading = (async () => {
      for await (const part of stream) parts.push(part.toString());
    })();
    await expect(reading).rejects.toMatchObject({
      code: 'CSV_ROW',
      message: expect.stringContaining('line 302'),
    });
    expect(parts.join('').split('\n')).toHaveLength(1 + 300 + 1);
    expect(stream.destroyed).toBe(true);
  });

  test('leaves its source when it is destroyed, and closes', async () => {
    const source = new PassThrough();
    const stream = scoreStream({ workers: 1 });
    const ended = pipeline(source, stream);
    source.write(csv.slice(0, 10_000));
    const closed = new Promise((resolve) => stream.once('close', resolve));
    stream.destroy();
    await expect(ended).rejects.toMatchObject({ code: 'ERR_STREAM_PREMATURE_CLOSE' });
    await closed;
    expect(source.destroyed).toBe(true);
  });

  test('is left by a reader that has seen enough', async () => {
    const source = Readable.from(slowly(Buffer.from(csv), 10_000));
    const stream = source.pipe(scoreStream({ workers: 0, batchSize: 10, output: 'objects' }));
    for await (const { row } of stream) if (row === 20) break;
    expect(stream.destroyed).toBe(true);
  });

  test('an empty input is the error that it is for the command line', async () => {
    const stream = scoreStream();
    stream.end();
    await expect(text(stream)).rejects.toMatchObject({ code: 'CSV_EMPTY' });
  });
});
