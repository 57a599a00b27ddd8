import { createReadStream, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { appendFile, truncate, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { afterAll, expect, test } from 'vitest';
import { evaluate } from '../../pipelines/evaluate.js';
import type { ScoreOptions } from '../../pipelines/score.js';
import { score } from '../../pipelines/score.js';
import { testCsv, testRow } from '../helpers/csv.js';
import { TEST_IMAGES_FILE, TEST_LABELS_FILE } from '../helpers/mnist.js';
import { SilentStream } from '../inputs/iterables.js';
import { tempFolder } from '../inputs/temp-folder.js';

const COUNT = 1000;
const csv = testCsv(COUNT);
const folder = mkdtempSync(join(tmpdir(), 'digitflow-'));
writeFileSync(join(folder, 'plain.csv'), csv);
writeFileSync(join(folder, 'packed.csv.gz'), gzipSync(csv));
writeFileSync(join(folder, 'cut.csv'), csv.slice(0, -1));
afterAll(() => rmSync(folder, { recursive: true }));
const plain = join(folder, 'plain.csv');

/** Everything that a run says of its rows, as one line each; a row of the input for each, scored or not. */
async function lines(options: Omit<ScoreOptions, 'write'>) {
  const written: string[] = [];
  const result = await score({
    ...options,
    write: async ({ count, predictions, confidences, rejects, place }) => {
      const bad = new Map(rejects.map((reject) => [reject.row, reject]));
      for (let row = 0, good = 0; row < count + rejects.length; row++) {
        const at = `${place.file}:${place.firstRow + row}:${place.firstOfAll + row}`;
        const reject = bad.get(row);
        if (reject) written.push(`${at} line ${place.firstLine + reject.line + 1}: ${reject.reason()}`);
        else written.push(`${at} ${predictions[good]} ${confidences[good++]}`);
      }
    },
  });
  return { written, result };
}

const expected = (await lines({ inputs: [plain], workers: 0 })).written;

/** The bytes in pieces of all lengths. */
async function* pieces(text: string, length: number) {
  const bytes = Buffer.from(text);
  for (let at = 0; at < bytes.length; at += length) yield bytes.subarray(at, at + length);
}

test.each([0, 1, 2, 4])(
  'rows come in order, the same for %i workers, any batch and any way in',
  async (workers) => {
    expect(expected).toHaveLength(COUNT);
    for (const input of [plain, join(folder, 'packed.csv.gz'), join(folder, 'cut.csv')]) {
      for (const batchSize of [undefined, 30, 333]) {
        expect((await lines({ inputs: [input], workers, batchSize })).written).toEqual(expected);
      }
    }
    for (const length of [997, 5000, 300_000]) {
      expect((await lines({ inputs: [pieces(csv, length)], workers })).written).toEqual(expected);
    }
    expect((await lines({ inputs: [createReadStream(plain)], workers })).written).toEqual(expected);
  },
);

test('several inputs of all kinds are one run: each is numbered from 0, and all of them together', async () => {
  const inputs = [plain, join(folder, 'packed.csv.gz'), join(folder, 'cut.csv'), pieces(csv, 10_000), plain];
  const { written, result } = await lines({ inputs, workers: 2 });
  const wanted = inputs.flatMap((_, file) =>
    expected.map((line, row) => line.replace(/^\S+/, `${file}:${row}:${file * COUNT + row}`)),
  );
  expect(written).toEqual(wanted);
  expect(result).toMatchObject({ rows: 5 * COUNT, rejected: 0, partial: false });
  expect(result.inputs.map(({ file }) => file)).toEqual([0, 1, 2, 3, 4]);
});

test('a bad row ends the run when the rows before it are written, and is passed over where that is asked for', async () => {
  const rows = csv.split('\n');
  rows[701] = rows[701].replace(/,0,0,/, ',0,999,');
  const broken = join(await tempFolder({ 'broken.csv': Buffer.from(rows.join('\n')) }), 'broken.csv');
  for (const workers of [0, 2]) {
    for (const batchSize of [undefined, 50]) {
      let written = 0;
      let end = 0;
      const failed = score({
        ...{ inputs: [broken], workers, batchSize },
        write: async ({ count, place }) => {
          written += count;
          end = place.endLine;
        },
      });
      await expect(failed).rejects.toMatchObject({
        code: 'CSV_ROW',
        message: expect.stringMatching(
          /broken.csv: line 702: column \d+: expected 0 to 255, found 999; scale 0 to 255 was guessed from the first rows: say --scale if it is another, or fix the row/,
        ),
      });
      expect([written, end]).toEqual([700, 701]);
      const skipped = await lines({ inputs: [broken], workers, batchSize, onBadRow: 'skip' });
      expect(skipped.written[700]).toMatch(/^0:700:700 line 702: column \d+: expected 0 to 255, found 999$/);
      expect(skipped.written.toSpliced(700, 1)).toEqual(expected.toSpliced(700, 1));
      expect(skipped.result).toMatchObject({ rows: COUNT, rejected: 1 });
      const options = { inputs: [broken], workers, batchSize, onBadRow: 'skip', maxErrors: 0 } as const;
      await expect(lines(options)).rejects.toMatchObject({ code: 'CSV_TOO_MANY_ERRORS' });
    }
  }
});

test('a run goes on wherever a batch of an earlier one ended', async () => {
  for (const input of [plain, join(folder, 'packed.csv.gz')]) {
    for (const workers of [0, 2]) {
      const places: Parameters<ScoreOptions['write']>[0]['place'][] = [];
      const done: number[] = [];
      let rows = 0;
      await score({
        ...{ inputs: [plain, input], workers, batchSize: 100 },
        write: async ({ count, place }) => {
          places.push(place);
          rows += count;
          done.push(rows);
        },
      });
      const both = (await lines({ inputs: [plain, input], workers: 0 })).written;
      for (let i = 0; i < places.length; i += 3) {
        const { file, endBytes: bytes, endLine: line, firstRow } = places[i];
        const row = firstRow + done[i] - (done[i - 1] ?? 0);
        const from = { file, bytes, line, row, rows: done[i], rejected: 0 };
        const { written } = await lines({ inputs: [plain, input], workers, batchSize: 70, from });
        expect(written).toEqual(both.slice(done[i]));
      }
    }
  }
});

test('a run goes on with a lower limit of errors than it has had: the next bad row ends it', async () => {
  const rows = csv.split('\n');
  const [before, after] = [rows.slice(0, 100), rows.slice(100, 200)];
  const broken = rows[0].replace(/\d+$/, '999');
  const run = async (text: string) => {
    const path = join(await tempFolder({ 'x.csv': Buffer.from(text) }), 'x.csv');
    const bytes = Buffer.byteLength(before.join('\n')) + 1;
    const from = { file: 0, bytes, line: 100, row: 100, rows: 100, rejected: 30 };
    return lines({ inputs: [path], workers: 0, onBadRow: 'skip', maxErrors: 10, from });
  };
  expect((await run([...before, ...after].join('\n'))).written).toHaveLength(100);
  await expect(run([...before, ...after, broken].join('\n'))).rejects.toMatchObject({
    code: 'CSV_TOO_MANY_ERRORS',
    message: expect.stringContaining('line 201: '),
  });
});

test('line ends within quotes are found, wherever stretches of the file were cut', async () => {
  const rows = csv.split('\n').slice(0, 400);
  rows[0] = `note,${rows[0]}`;
  for (let i = 1; i < rows.length; i++) rows[i] = `"a\nb ${i}",${rows[i]}`;
  const quoted = join(await tempFolder({ 'quoted.csv': Buffer.from(rows.join('\n')) }), 'quoted.csv');
  const all = expected.slice(0, 399);
  for (const workers of [0, 2]) {
    for (const batchSize of [undefined, 20]) {
      const flags = { id: 'note' };
      const { written } = await lines({ inputs: [quoted, quoted], workers, batchSize, reading: flags });
      expect(written.slice(399).map((line) => line.replace(/^\S+/, ''))).toEqual(
        all.map((line) => line.replace(/^\S+/, '')),
      );
      expect(written.slice(0, 399)).toEqual(all);
    }
  }
});

test('a file that grows while it is read is read to its new end, and no half row is scored', async () => {
  const half = testRow(COUNT);
  for (const cut of [0, 900, half.length]) {
    const growing = join(await tempFolder({ 'g.csv': Buffer.from(csv + half.slice(0, cut)) }), 'g.csv');
    let isGrown = false;
    const seen: string[] = [];
    const result = await score({
      ...{ inputs: [growing], workers: 0, batchSize: 100 },
      write: async ({ count, predictions }) => {
        seen.push(...Array.from(predictions.subarray(0, count), String));
        if (isGrown) return;
        isGrown = true;
        await appendFile(growing, `${half.slice(cut)}\n${testRow(COUNT + 1)}\n`);
      },
    });
    expect(result).toMatchObject({ rows: COUNT + 2, rejected: 0 });
    expect(seen).toHaveLength(COUNT + 2);
  }
});

test('a file that becomes shorter meanwhile is one clear error, after the rows that were there', async () => {
  const shrinking = join(await tempFolder({ 's.csv': Buffer.from(csv) }), 's.csv');
  let rows = 0;
  const failed = score({
    ...{ inputs: [shrinking], workers: 0, batchSize: 100 },
    write: async ({ count }) => {
      if (rows === 0) await truncate(shrinking, 20_000);
      rows += count;
    },
  });
  await expect(failed).rejects.toMatchObject({
    code: 'INPUT_READ',
    message: expect.stringContaining('became shorter'),
  });
  expect(rows).toBeGreaterThan(0);
});

test('a file that became shorter than a run to resume is one clear error, with threads of our choice', async () => {
  const write = async () => {};
  const from = { file: 0, bytes: csv.length + 1, line: 1, row: 1, rows: 1, rejected: 0 };
  await expect(score({ inputs: [plain], from, write })).rejects.toMatchObject({
    code: 'INPUT_READ',
    message: expect.stringContaining('it became shorter; start again without --resume'),
  });
});

test('a missing file ends the run before anything is scored', async () => {
  let isWritten = false;
  const write = async () => {
    isWritten = true;
  };
  await expect(score({ inputs: [plain, join(folder, 'missing.csv')], write })).rejects.toMatchObject({
    code: 'INPUT_MISSING',
  });
  expect(isWritten).toBe(false);
});

test('what never becomes a row is an error that says so, not a buffer that grows', async () => {
  const endless = async function* () {
    yield Buffer.from(csv);
    for (;;) yield Buffer.alloc(50_000, '7');
  };
  let rows = 0;
  const failed = score({
    inputs: [endless()],
    workers: 0,
    write: async ({ count }) => {
      rows += count;
    },
  });
  const message = expect.stringContaining(`: line ${COUNT + 2}: expected rows of at most 65536 bytes`);
  await expect(failed).rejects.toMatchObject({ code: 'CSV_ROW_TOO_LONG', message });
  expect(rows).toBe(COUNT);
});

test('the line of a row that is too long is told, in a file, a stream and an evaluation', async () => {
  const text = `${csv}\n\n${'7'.repeat(2_000_000)}\n${testRow(5)}\n`;
  const path = join(await tempFolder({ 'long.csv': Buffer.from(text) }), 'long.csv');
  // Where all of it is at hand it is a row that is bad; where it cannot be held, the end.
  const error = {
    code: expect.stringMatching(/^CSV_ROW(_TOO_LONG)?$/),
    message: expect.stringContaining(`: line ${COUNT + 4}: expected `),
  };
  for (const workers of [0, 2]) {
    for (const batchSize of [undefined, 60]) {
      await expect(lines({ inputs: [path], workers, batchSize })).rejects.toMatchObject(error);
      await expect(lines({ inputs: [pieces(text, 9999)], workers, batchSize })).rejects.toMatchObject(error);
      await expect(evaluate({ images: path, workers, batchSize })).rejects.toMatchObject(error);
    }
  }
});

test('CSV is evaluated as IDX is: the same counts, loss, calibration and mistakes, with their pixels', async () => {
  const all = join(await tempFolder({}), 'all.csv');
  await writeFile(all, testCsv(10_000));
  const idx = await evaluate({ images: TEST_IMAGES_FILE, labels: TEST_LABELS_FILE, workers: 0 });
  for (const [workers, batchSize] of [
    [0, undefined],
    [2, undefined],
    [2, 77],
  ] as const) {
    const found = await evaluate({ images: all, workers, batchSize });
    for (const field of [
      'images',
      'accuracy',
      'confusion',
      'loss',
      'calibration',
      'mistakes',
      'classes',
    ] as const) {
      expect(found.evaluation[field]).toEqual(idx.evaluation[field]);
    }
    expect(found.mistakes).toEqual(idx.mistakes);
  }
});

test('a label out of range in CSV ends an evaluation, with its line', async () => {
  const rows = csv.split('\n');
  rows[437] = rows[437].replace(/^\d+/, '23');
  const path = join(await tempFolder({ 'labels.csv': Buffer.from(rows.join('\n')) }), 'labels.csv');
  for (const workers of [0, 2]) {
    for (const batchSize of [undefined, 60]) {
      await expect(
        evaluate({ images: path, workers, batchSize, reading: { label: 'first' } }),
      ).rejects.toMatchObject({
        code: 'LABEL_OUT_OF_RANGE',
        message: expect.stringContaining('labels.csv: line 438: '),
      });
    }
  }
});

test.each([0, 1])(
  'a stream that has given no more than a header is left when that is asked for, %i workers',
  async (workers) => {
    const stream = new SilentStream(Buffer.from(csv.slice(0, csv.indexOf('\n') + 1)));
    const controller = new AbortController();
    const scoring = lines({
      inputs: [stream],
      workers,
      signal: controller.signal,
      reading: { header: true },
    });
    await stream.waiting;
    const reason = new Error('enough');
    controller.abort(reason);
    await expect(scoring).rejects.toBe(reason);
    expect(stream.destroyedCount).toBe(1);
  },
);
