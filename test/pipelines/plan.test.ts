import { createHash } from 'node:crypto';
import { appendFileSync, utimesSync, writeFileSync } from 'node:fs';
import { cp } from 'node:fs/promises';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { describe, expect, test } from 'vitest';
import { evaluate } from '../../pipelines/evaluate.js';
import { type PlanOptions, plan } from '../../pipelines/sharding/plan-shards.js';
import type { Plan } from '../../src/sharding/plan.js';
import { npyBytes } from '../formats/npy-bytes.js';
import { testCsv, testRow } from '../helpers/csv.js';
import { pngOf } from '../helpers/png-files.js';
import { digits, imagesIdx, labelsIdx } from '../inputs/idx-bytes.js';
import { tempFolder } from '../inputs/temp-folder.js';
import { zipArchive } from '../inputs/zip-archive.js';

/** Rows without a header, all as long: `count` of them. */
const rows = (count: number) => Buffer.from(`${testRow(0)}\n`.repeat(count));
const ROW_BYTES = rows(1).length;

/** Where the shards begin, as `file:row`. */
const places = ({ shards }: Plan) => shards.map(({ from }) => `${from.file}:${from.row}`);

/** A plan of files in a folder of their own. */
async function planned(files: Record<string, Uint8Array>, options: Partial<PlanOptions> = {}): Promise<Plan> {
  const root = await tempFolder(files);
  return plan({ inputs: Object.keys(files), root, ...options });
}

describe('a plan of rows of text', () => {
  test('has shards of about as many bytes, each from one row to another, without a gap', async () => {
    const text = Buffer.from(testCsv(100));
    const made = await planned({ 'a.csv': text }, { shards: 7 });
    expect(made.shards.length).toBe(7);
    expect(made.records).toBe(100);
    const lines = text.toString().split('\n');
    const bytesBefore = (line: number) => Buffer.byteLength(`${lines.slice(0, line).join('\n')}\n`);
    const longest = Math.max(...lines.map((line) => line.length)) + 1;
    let records = 0;
    for (const [index, { from, until, ...shard }] of made.shards.entries()) {
      expect(from).toEqual(
        index === 0
          ? { file: 0, bytes: 0, line: 0, row: 0, rows: 0 }
          : { file: 0, bytes: bytesBefore(records + 1), line: records + 1, row: records, rows: records },
      );
      records += shard.records ?? 0;
      const end = made.shards[index + 1]?.from.bytes ?? null;
      expect(until).toEqual({ file: 0, bytes: end, row: null });
      expect(shard.bytes).toBe((end ?? text.length) - from.bytes);
      expect(Math.abs(shard.bytes - text.length / 7)).toBeLessThan(longest);
    }
    expect(records).toBe(100);
  });

  test('has shards of so many rows, over all files', async () => {
    const files = { 'a.csv': rows(5), 'b.csv': rows(1), 'c.csv': rows(6) };
    expect(places(await planned(files, { shardRows: 4 }))).toEqual(['0:0', '0:4', '2:2']);
    expect(places(await planned(files, { shardRows: 5 }))).toEqual(['0:0', '1:0', '2:4']);
    const { shards } = await planned(files, { shardRows: 5 });
    expect(shards.map(({ until }) => until)).toEqual([
      { file: 0, bytes: null, row: null },
      { file: 2, bytes: 4 * ROW_BYTES, row: null },
      { file: 2, bytes: null, row: null },
    ]);
    expect(shards.map(({ from }) => from.rows)).toEqual([0, 5, 10]);
    expect(shards.map(({ records }) => records)).toEqual([5, 5, 2]);
  });

  test('has shards of so many bytes, or of 1 GiB', async () => {
    const files = { 'a.csv': rows(5), 'b.csv': rows(5) };
    expect(places(await planned(files, { shardBytes: 3 * ROW_BYTES }))).toEqual(['0:0', '0:3', '1:1', '1:4']);
    expect(places(await planned(files, { shardBytes: 3 * ROW_BYTES - 1 }))).toEqual([
      '0:0',
      '0:3',
      '1:1',
      '1:4',
    ]);
    expect(places(await planned(files))).toEqual(['0:0']);
  });

  test('has a shard a row where more are asked for, and one where there are no rows', async () => {
    expect((await planned({ 'a.csv': Buffer.from(testCsv(3)) }, { shards: 1000 })).shards.length).toBe(3);
    const none = await planned({ 'a.csv': Buffer.from(testCsv(0)) }, { shards: 5 });
    expect(none.shards).toEqual([
      expect.objectContaining({ records: 0, until: { file: 0, bytes: null, row: null } }),
    ]);
  });

  test('leaves no shard without a record: a file with none goes to the one before', async () => {
    const header = Buffer.from(testCsv(0));
    const files = {
      'a.csv': header,
      'b.csv': Buffer.from(testCsv(2)),
      'c.csv': header,
      'd.csv': Buffer.from(testCsv(2)),
    };
    const made = await planned(files, { shards: 1000 });
    expect(places(made)).toEqual(['0:0', '1:1', '3:0', '3:1']);
    expect(made.shards.map(({ records }) => records)).toEqual([1, 1, 1, 1]);
  });

  test('says of each input how it is understood, and of each file what tells it apart', async () => {
    const text = Buffer.from(testCsv(3));
    const { inputs, model, ...made } = await planned(
      { 'a.csv': text },
      { reading: { label: 'first' }, normalize: 'mean=0.13,std=0.31' },
    );
    expect(made).toMatchObject({
      schema: 'digitflow.plan/1',
      normalize: 'mean=0.13,std=0.31',
      reading: { label: 'first' },
    });
    expect(model).toEqual({ name: 'sigmoid', sha256: expect.stringMatching(/^[0-9a-f]{64}$/) });
    expect(inputs).toEqual([
      expect.objectContaining({ path: 'a.csv', format: 'csv', records: 3, linesBefore: 1 }),
    ]);
    expect(inputs[0].dataStart).toBe(text.indexOf('\n') + 1);
    expect(inputs[0].files).toEqual([{ path: 'a.csv', bytes: text.length, modifiedMs: expect.any(Number) }]);
    expect(inputs[0].guesses).toContainEqual(expect.objectContaining({ property: 'label', by: 'given' }));
  });
});

describe('a plan of binary formats', () => {
  const images = imagesIdx(100, 28, 28);

  test('cuts IDX between images', async () => {
    const made = await planned({ 'x-images-idx3-ubyte': images }, { shards: 3 });
    expect(made.shards.map(({ from, until }) => [from.row, from.bytes, until.row])).toEqual([
      [0, 0, 34],
      [34, 16 + 34 * 784, 67],
      [67, 16 + 67 * 784, null],
    ]);
    expect(made.shards.map(({ records }) => records)).toEqual([34, 33, 33]);
    expect(made.shards.map(({ from }) => from.line)).toEqual([0, 0, 0]);
  });

  test('cuts .npy files, of floats too, and rows go on over several', async () => {
    const array = npyBytes({ shape: [10, 784], data: new Array(7840).fill(1) });
    const made = await planned({ 'a.npy': array, 'b.npy': array }, { shardRows: 7 });
    expect(places(made)).toEqual(['0:0', '0:7', '1:4']);
  });

  test('lists labels beside images, and the digests that an evaluation has', async () => {
    const labels = labelsIdx(digits(100));
    const pixels = npyBytes({ shape: [10, 784], data: Array.from({ length: 7840 }, (_, at) => at % 256) });
    const classes = npyBytes({ shape: [10], data: digits(10) });
    const archive = zipArchive([
      { name: 'x_test.npy', content: Buffer.from(pixels) },
      { name: 'y_test.npy', content: Buffer.from(classes) },
    ]);
    const files = {
      'x-images-idx3-ubyte': images,
      'x-labels-idx1-ubyte': labels,
      'x-images-idx3-ubyte.gz': gzipSync(images),
      'x_test.npy': pixels,
      'y_test.npy': classes,
      'x.npz': archive,
      'x.csv': Buffer.from(testCsv(5)),
      'x.csv.gz': gzipSync(testCsv(5)),
    };
    const root = await tempFolder(files);
    for (const [name, own] of [
      ['x-images-idx3-ubyte', 'x-labels-idx1-ubyte'],
      ['x-images-idx3-ubyte.gz', 'x-labels-idx1-ubyte'],
      ['x_test.npy', 'y_test.npy'],
      ['x.npz'],
      ['x.csv'],
      ['x.csv.gz'],
    ]) {
      const { evaluation } = await evaluate({
        images: join(root, name),
        workers: 0,
        reading: { scale: 255 },
      });
      const [{ digests, files: found }] = (await plan({ inputs: [name], root, reading: { scale: 255 } }))
        .inputs;
      expect(digests).toEqual(
        evaluation.data.files.map(({ path, sha256 }) => ({ path: path.replace(`${root}/`, ''), sha256 })),
      );
      expect(digests.every(({ sha256 }) => sha256 !== null)).toBe(true);
      expect(found.map(({ path }) => path)).toEqual(own === undefined ? [name] : [name, own]);
    }
  });

  test('takes labels that are given, and refuses those of other images', async () => {
    const files = { 'a.idx': images, good: labelsIdx(digits(100)), bad: labelsIdx(digits(99)) };
    const root = await tempFolder(files);
    const [input] = (await plan({ inputs: ['a.idx'], root, labels: 'good' })).inputs;
    expect(input.files.map(({ path }) => path)).toEqual(['a.idx', 'good']);
    await expect(plan({ inputs: ['a.idx'], root, labels: 'bad' })).rejects.toThrow(
      'a.idx holds 100 images, but bad holds 99 labels',
    );
    await expect(plan({ inputs: ['a.idx'], root, labels: 'none' })).rejects.toMatchObject({
      code: 'INPUT_MISSING',
    });
    await expect(plan({ inputs: ['a.idx', 'a.idx'], root, labels: 'good' })).rejects.toMatchObject({
      code: 'USAGE',
    });
  });
});

describe('what cannot be cut', () => {
  test('is one shard, said where it is larger than a shard was to be, and its rows are not counted', async () => {
    const notes: string[] = [];
    const files = { 'a.csv': rows(4), 'b.csv.gz': gzipSync(rows(4000)), 'c.csv': rows(4) };
    const made = await planned(files, { shardRows: 2, onNote: (note) => notes.push(note) });
    expect(places(made)).toEqual(['0:0', '0:2', '1:0', '2:0', '2:2']);
    expect(made.shards.map(({ records }) => records)).toEqual([2, 2, null, 2, 2]);
    expect(made.shards.map(({ from }) => from.rows)).toEqual([0, 2, 4, null, null]);
    expect(made.records).toBe(null);
    expect(notes).toEqual([
      expect.stringMatching(/^b\.csv\.gz: gzip cannot be cut: all of its [\d.]+ kB are in one shard$/),
    ]);
  });

  test('goes together with others where it is small, by bytes', async () => {
    const files = Object.fromEntries(
      Array.from({ length: 10 }, (_, at) => [`${at}.csv.gz`, gzipSync(rows(4))]),
    );
    const notes: string[] = [];
    const onNote = (note: string) => notes.push(note);
    expect(places(await planned(files, { shards: 5, onNote }))).toEqual(['0:0', '2:0', '4:0', '6:0', '8:0']);
    expect(notes).toEqual([]);
    await planned(files, { shards: 20, onNote });
    expect(notes.length).toBe(6);
    expect(notes[5]).toBe('so it is with 5 other inputs');
  });

  test('are pictures, in a folder or side by side', async () => {
    const png = pngOf(new Uint8Array(784).fill(255));
    const root = await tempFolder({ 'a.png': png, 'b.png': png });
    const made = await plan({ inputs: ['.'], root, shards: 2 });
    expect(made.inputs).toEqual([
      expect.objectContaining({ path: '.', format: 'pictures', records: 2, digests: [] }),
    ]);
    expect(made.inputs[0].files).toEqual([
      { path: '.', bytes: 2 * png.length, modifiedMs: expect.any(Number) },
    ]);
    expect(made.shards).toMatchObject([{ records: 2, bytes: 2 * png.length }]);
    const sideBySide = await plan({ inputs: ['a.png', 'b.png'], root });
    expect(sideBySide.inputs.length).toBe(1);
    expect(sideBySide.inputs[0].files.map(({ path }) => path)).toEqual(['a.png', 'b.png']);
  });
});

describe('digests of shards', () => {
  const sha256 = (bytes: Uint8Array) => createHash('sha256').update(bytes).digest('hex');

  test('are those of the bytes from the first to the last, of all inputs', async () => {
    const texts = [Buffer.from(`\n\n${testCsv(30)}`), Buffer.from(testCsv(0)), Buffer.from(testCsv(25))];
    const files = { 'a.csv': texts[0], 'b.csv': texts[1], 'c.csv': texts[2], 'd.csv.gz': gzipSync(texts[0]) };
    for (const sizes of [{ shards: 4 }, { shardRows: 7 }, { shardRows: 30 }, { shards: 1 }]) {
      const made = await planned(files, { ...sizes, digest: true });
      const all = Buffer.concat(Object.values(files));
      const before = [0];
      for (const bytes of Object.values(files)) before.push((before.at(-1) ?? 0) + bytes.length);
      for (const { from, bytes, sha256: found } of made.shards) {
        const start = before[from.file] + from.bytes;
        expect(found).toBe(sha256(all.subarray(start, start + bytes)));
      }
    }
  });

  test('are there for binary formats, packed ones and pictures', async () => {
    const images = imagesIdx(10, 28, 28);
    const idx = await planned({ 'a.idx': images }, { shardRows: 4, digest: true });
    expect(idx.shards.map((shard) => shard.sha256)).toEqual(
      [
        images.subarray(0, 16 + 4 * 784),
        images.subarray(16 + 4 * 784, 16 + 8 * 784),
        images.subarray(16 + 8 * 784),
      ].map(sha256),
    );
    const png = pngOf(new Uint8Array(784).fill(255));
    const root = await tempFolder({ 'a.png': png, 'b.png': png });
    const pictures = await plan({ inputs: ['.'], root, digest: true });
    expect(pictures.shards[0].sha256).toBe(sha256(Buffer.concat([png, png])));
  });
});

describe('where a plan is made', () => {
  test('does not matter: paths are relative to the root', async () => {
    const here = await tempFolder({ 'a.csv': Buffer.from(testCsv(20)) });
    writeFileSync(join(here, 'b.csv'), testCsv(5));
    const there = join(await tempFolder(), 'data');
    await cp(here, there, { recursive: true });
    for (const folder of [here, there])
      for (const name of ['a.csv', 'b.csv']) utimesSync(join(folder, name), 1_000_000_000, 1_000_000_000);
    const options = { inputs: ['a.csv', './b.csv'], shards: 4, digest: true };
    const made = await plan({ ...options, root: here });
    expect(made.inputs.map(({ path }) => path)).toEqual(['a.csv', './b.csv']);
    expect(JSON.stringify(await plan({ ...options, root: there }))).toBe(JSON.stringify(made));
    // An absolute path within the root is one relative to it.
    const absolute = await plan({ ...options, root: here, inputs: [join(here, 'a.csv')] });
    expect(absolute.inputs[0].path).toBe('a.csv');
  });

  test.each([
    ['an input outside the root', { inputs: ['/etc/passwd'], root: '/usr' }, 'an input within the root /usr'],
    ['one above it', { inputs: ['../x'], root: '/usr' }, 'an input within the root /usr'],
    ['stdin', { inputs: ['-'] }, '-: expected a file, since each shard reads it again, found stdin'],
    ['a device', { inputs: ['/dev/zero'] }, 'found a pipe or a device; save it as a file'],
    ['no input', { inputs: [] }, 'expected at least one input'],
    ['two sizes', { inputs: ['x'], shards: 2, shardRows: 3 }, 'found --shards and --shard-rows; say one'],
    ['no shards', { inputs: ['x'], shards: 0 }, 'shards: expected a whole number'],
  ])('refuses %s', async (_, options, message) => {
    await expect(plan(options)).rejects.toMatchObject({
      code: 'USAGE',
      message: expect.stringContaining(message),
    });
  });

  test('refuses an input that changes meanwhile, and is ended by its signal', async () => {
    const root = await tempFolder({ 'a.csv': rows(10) });
    const onProgress = () => appendFileSync(join(root, 'a.csv'), rows(1));
    await expect(plan({ inputs: ['a.csv'], root, onProgress })).rejects.toMatchObject({
      code: 'INPUT_READ',
      message: expect.stringContaining('it was changed meanwhile; plan it again'),
    });
    const leaving = new AbortController();
    const options = { inputs: ['a.csv'], root, signal: leaving.signal };
    const ended = plan({ ...options, onProgress: () => leaving.abort() });
    await expect(ended).rejects.toMatchObject({ name: 'AbortError' });
  });
});
