import { execFileSync } from 'node:child_process';
import {
  copyFileSync,
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { type MergeOptions, merge } from '../../pipelines/sharding/merge.js';
import type { ErrorCode } from '../../src/errors.js';
import type { ShardResult } from '../../src/sharding/shard-file.js';
import { shardPath } from '../../src/sharding/shard-file.js';
import { tempFolder } from '../inputs/temp-folder.js';
import { type WrittenShard, writePlan, writeShard } from '../sharding/written-shards.js';

const SHARDS: readonly WrittenShard[] = [
  { rows: '1,3\n2,3\n', rejects: 'in.csv,4,bad,"é\n"\n', records: 4 },
  { rows: '', rejects: 'in.csv,7,bad,x\n' },
  { rows: '6,3\n' },
];
const ROWS = 'record,prediction\n1,3\n2,3\n6,3\n';
const REJECTS = 'file,line,reason,row\nin.csv,4,bad,"é\n"\nin.csv,7,bad,x\n';
const REJECTING: Partial<ShardResult> = { options: { format: 'csv', 'on-error': 'reject' } };

/** A folder with a plan, its shards in `d`, and an old output. */
async function written(said: Partial<ShardResult> = REJECTING) {
  const folder = await tempFolder();
  const at = (name: string) => join(folder, name);
  const plan = writePlan(folder, [4, 1, 1]);
  writeFileSync(at('out.csv'), 'old');
  // The rejects of the first shard are one row, of two lines.
  const first = { records: 4, rejected: 2, counts: countsOf(2, 2) };
  await writeShard(plan, at('d'), 0, SHARDS[0], { ...said, ...first });
  await writeShard(plan, at('d'), 1, SHARDS[1], said);
  await writeShard(plan, at('d'), 2, SHARDS[2], said);
  const notes: string[] = [];
  const run = (options: Partial<MergeOptions> = {}) =>
    merge({ plan, folders: [at('d')], out: at('out.csv'), onNote: (note) => notes.push(note), ...options });
  /** What is wrong, and that nothing was touched. */
  const failure = async (options: Partial<MergeOptions> = {}) => {
    const before = readdirSync(folder);
    const error = await run(options).then(
      () => undefined,
      (error: unknown) => error as { code: ErrorCode; message: string; exitCode: number },
    );
    expect(readFileSync(at('out.csv'), 'utf8')).toBe('old');
    expect(readdirSync(folder)).toEqual(before);
    const message = error?.message.replaceAll(`${folder}/`, '');
    expect(message).not.toContain('\n');
    return { ...error, code: error?.code, exitCode: error?.exitCode, message };
  };
  return { at, plan, notes, run, failure, folder };
}

function countsOf(scored: number, rejected: number): ShardResult['counts'] {
  const predictions = Array.from({ length: 10 }, (_, index) => (index === 3 ? scored : 0));
  return { predictions, reasons: rejected === 0 ? {} : { bad: rejected } };
}

describe('the rows of shards', () => {
  test('are put together in order, with their rejects and the summary of all', async () => {
    const { at, run, folder, notes } = await written();
    const progress: number[] = [];
    const result = await run({
      ...{ rejects: at('bad.csv'), summary: at('sum.json') },
      onProgress: ({ bytes, totalBytes }) => progress.push(bytes / totalBytes),
    });
    expect(result).toEqual({
      ...{ command: 'score', shards: 3, records: 6, rejected: 3, workers: 2, seconds: 1.5, evaluation: null },
    });
    expect(readFileSync(at('out.csv'), 'utf8')).toBe(ROWS);
    expect(readFileSync(at('bad.csv'), 'utf8')).toBe(REJECTS);
    expect(JSON.parse(readFileSync(at('sum.json'), 'utf8'))).toMatchObject({
      ...{ schema: 'digitflow.score/1', records: 6, scored: 3, rejected: 3, resumedAt: 0, partial: false },
      inputs: [{ name: 'in.csv', format: 'csv', bytes: 600, guesses: [] }],
      ...{ predictions: { 3: 3, 4: 0 }, rejects: [{ reason: 'bad', count: 3 }], workers: 2, seconds: 1.5 },
    });
    expect(progress.at(-1)).toBe(1);
    expect(notes).toEqual([]);
    expect(readdirSync(folder).sort()).toEqual(['bad.csv', 'd', 'out.csv', 'plan.json', 'sum.json']);
  });

  test('are those of several folders; what is there twice and equal is told', async () => {
    const { at, run, notes } = await written();
    for (const name of ['e', 'f']) mkdirSync(at(name));
    renameSync(shardPath(at('d'), 1), shardPath(at('e'), 1));
    renameSync(shardPath(at('d'), 2), shardPath(at('f'), 2));
    copyFileSync(shardPath(at('d'), 0), shardPath(at('f'), 0));
    await run({ folders: [at('d'), at('e'), at('f')], rejects: at('bad') });
    expect(readFileSync(at('out.csv'), 'utf8')).toBe(ROWS);
    const told = `shard 0 of 3 is there twice and equal (${shardPath(at('d'), 0)} is taken)`;
    expect(notes).toEqual([told]);
  });

  test('are taken from the folder where a shard is whole', async () => {
    const { at, run, notes } = await written();
    mkdirSync(at('e'));
    writeFileSync(shardPath(at('e'), 1), 'half a sha');
    await run({ folders: [at('e'), at('d')], rejects: at('bad') });
    expect(readFileSync(at('out.csv'), 'utf8')).toBe(ROWS);
    expect(notes).toEqual([
      expect.stringMatching(
        /^shard 1 of 3 is broken in one folder \(.*00001\.shard: expected .*\) and whole in another$/,
      ),
    ]);
  });

  test('are taken without what else lies in the folder; what looks like a shard is told', async () => {
    const { at, run, notes } = await written();
    mkdirSync(at('d/00001.part'));
    for (const name of ['00003.shard', '1.shard', '00002.shard.bak', 'notes.txt'])
      writeFileSync(at(`d/${name}`), 'x');
    await run({ rejects: at('bad') });
    expect(readFileSync(at('out.csv'), 'utf8')).toBe(ROWS);
    expect(notes).toEqual([
      expect.stringMatching(/\.shard and 1 more: no shard of this plan, which has 3; left out$/),
    ]);
  });

  test('replace what a link leads to, and the progress of an interrupted run', async () => {
    const { at, run } = await written();
    writeFileSync(at('out.csv.progress'), '{}');
    symlinkSync(at('out.csv'), at('link.csv'));
    await run({ out: at('link.csv') });
    expect(readFileSync(at('out.csv'), 'utf8')).toBe(ROWS);
    await run();
    expect(existsSync(at('out.csv.progress'))).toBe(false);
  });

  test('of many pieces are copied as they are', async () => {
    const { at, plan, run } = await written();
    const rows = Array.from({ length: 4 }, (_, i) => `${`${i}`.repeat(900_001 * (i + 1))}\n`).join('');
    rmSync(shardPath(at('d'), 0));
    await writeShard(plan, at('d'), 0, { rows }, REJECTING);
    await run();
    expect(readFileSync(at('out.csv'), 'utf8') === `record,prediction\n${rows}6,3\n`).toBe(true);
  });

  test('go to a pipe as they come', async () => {
    const { at, run } = await written();
    execFileSync('mkfifo', [at('pipe')]);
    const { promises } = await import('node:fs');
    const [read] = await Promise.all([promises.readFile(at('pipe'), 'utf8'), run({ out: at('pipe') })]);
    expect(read).toBe(ROWS);
  });
});

describe('nothing is written', () => {
  test('where shards are missing: all are named', async () => {
    const folder = await tempFolder();
    const plan = writePlan(
      folder,
      Array.from({ length: 40 }, () => 1),
    );
    const [d, out] = [join(folder, 'd'), join(folder, 'out')];
    for (const shard of [0, 1, 4, 20, 22, 24, 26, 28, 30, 32, 34, 36, 38])
      await writeShard(plan, d, shard, { rows: '1\n' });
    await expect(merge({ plan, folders: [d], out })).rejects.toMatchObject({
      ...{ code: 'SHARD_MISSING', exitCode: 66 },
      message: `${d}: shards 2, 3, 5 to 19, 21, 23, 25, 27, 29, 31, 33, 35 and 2 more of 40 are missing; score these, and merge again`,
    });
    await expect(merge({ plan, folders: [join(folder, 'no')], out })).rejects.toMatchObject({
      ...{ code: 'INPUT_MISSING', exitCode: 66 },
    });
    expect(readdirSync(folder).sort()).toEqual(['d', 'plan.json']);
  });

  test('where a shard is broken, and others are missing', async () => {
    const { at, failure } = await written();
    const path = shardPath(at('d'), 1);
    writeFileSync(path, readFileSync(path).subarray(0, -1));
    rmSync(shardPath(at('d'), 2));
    expect(await failure()).toMatchObject({
      ...{ code: 'SHARD_BROKEN', exitCode: 65 },
      message:
        'd: shard 1 of 3 is broken (d/00001.shard: expected a file that ends with digitflow.shard/1, found another end); ' +
        'shard 2 of 3 is missing; score these again, and merge again',
    });
  });

  test.each<[string, Partial<ShardResult>, string]>([
    ['another plan', { plan: 'ab'.repeat(32) }, 'shard 2 of 3 is of another plan (d/00002.shard)'],
    [
      'other options',
      { options: { format: 'csv', 'on-error': 'reject', top: 3 } },
      'shard 2 of 3 is of other options (d/00002.shard: --top 3, d/00000.shard: not given)',
    ],
    [
      'another command',
      { command: 'evaluate' },
      'shard 2 of 3 is of other options (d/00002.shard: made by "evaluate", d/00000.shard: "score")',
    ],
    [
      'other columns',
      { rowsHead: 'record,id,prediction\n' },
      'shard 2 of 3 is of other options (d/00002.shard: rows after "record,id,prediction\\n", d/00000.shard: "record,prediction\\n")',
    ],
    [
      'another number of records',
      { records: 2, counts: countsOf(2, 0) },
      'shard 2 of 3 is of another number of records (d/00002.shard: 2, planned 1)',
    ],
  ])('where a shard is of %s', async (_, said, words) => {
    const { at, plan, failure } = await written();
    rmSync(shardPath(at('d'), 2));
    await writeShard(plan, at('d'), 2, SHARDS[2], { ...REJECTING, ...said });
    expect(await failure()).toMatchObject({
      ...{ code: 'SHARD_MISMATCH', exitCode: 65 },
      message: `d: ${words}; give the folder of this plan, or score these again into another one`,
    });
  });

  test('where a shard has the name of another', async () => {
    const { at, failure } = await written();
    copyFileSync(shardPath(at('d'), 1), shardPath(at('d'), 2));
    expect(await failure()).toMatchObject({
      code: 'SHARD_MISMATCH',
      message: expect.stringContaining('shard 2 of 3 is under a wrong name (d/00002.shard: shard 1)'),
    });
  });

  test('where a shard is there twice, and differs', async () => {
    const { at, plan, failure } = await written();
    await writeShard(plan, at('e'), 2, { rows: '6,4\n' }, REJECTING);
    expect(await failure({ folders: [at('d'), at('e')] })).toMatchObject({
      code: 'SHARD_MISMATCH',
      message: expect.stringContaining(
        'd, e: shard 2 of 3 is not the same in two folders (d/00002.shard, e/00002.shard);',
      ),
    });
  });

  test.each<[string, Partial<ShardResult>, string]>([
    ['no words', { rowsHead: 7 as never }, 'd/00002.shard.rowsHead: expected text, found 7'],
    ['no options', { options: [] as never }, 'd/00002.shard.options: expected an object, found []'],
    ['less than no time', { seconds: -1 }, 'd/00002.shard.seconds: expected a time, found -1'],
    [
      'more rejects than records',
      { rejected: 2 },
      'd/00002.shard.rejected: expected a whole number, 0 to 1, found 2',
    ],
  ])('where a shard says what none does: %s', async (_, said, words) => {
    const { at, plan, failure } = await written();
    rmSync(shardPath(at('d'), 2));
    await writeShard(plan, at('d'), 2, SHARDS[2], { ...REJECTING, ...said });
    expect(await failure()).toMatchObject({
      code: 'SHARD_BROKEN',
      message: `d: shard 2 of 3 is broken (${words}); score these again, and merge again`,
    });
  });

  test.each<[string, ShardResult['counts'], string]>([
    ['of more rows', countsOf(2, 0), 'd/00002.shard.counts.predictions: expected 1 in all, found 2'],
    ['of rejects', countsOf(1, 1), 'd/00002.shard.counts.reasons: expected 0 in all, found 1'],
    ['that are none', null, 'd/00002.shard.counts: expected an object, found null'],
  ])('where a shard has counts %s', async (_, counts, message) => {
    const { at, plan, failure } = await written();
    rmSync(shardPath(at('d'), 2));
    await writeShard(plan, at('d'), 2, SHARDS[2], { ...REJECTING, counts });
    expect(await failure()).toMatchObject({ code: 'SHARD_BROKEN', message });
  });

  test('where a row turns out to be another than was written', async () => {
    const { at, failure } = await written();
    const path = shardPath(at('d'), 2);
    const bytes = readFileSync(path);
    bytes[2] ^= 1;
    writeFileSync(path, bytes);
    expect(await failure({ rejects: at('bad.csv'), summary: at('sum.json') })).toMatchObject({
      ...{ code: 'SHARD_BROKEN', exitCode: 65 },
      message: expect.stringMatching(
        /^d\/00002\.shard: expected rows with CRC-32 \w{8}, found \w{8}; remove it, score this shard again, and merge again$/,
      ),
    });
  });

  test.each<[string, Partial<MergeOptions>, string]>([
    [
      '--format',
      { format: 'json' },
      'expected shards of evaluate, found those of score (d/00000.shard); leave it out',
    ],
    [
      '--report',
      { report: 'r.html' },
      'expected shards of evaluate, found those of score (d/00000.shard); leave it out',
    ],
    [
      '--rejects',
      { rejects: 'bad.csv' },
      'expected shards made with --on-error reject, found --on-error fail (d/00000.shard); leave it out',
    ],
  ])('where %s means nothing to these shards', async (name, options, words) => {
    const { at, failure } = await written({});
    const [[key, value]] = Object.entries(options);
    const own = key === 'format' ? options : { [key]: at(`${value}`) };
    expect(await failure(own)).toMatchObject({ code: 'USAGE', exitCode: 2, message: `${name}: ${words}` });
  });

  test('to the plan, to a shard, or two things to one file', async () => {
    const { at, plan, failure } = await written();
    const names = [
      { out: plan },
      { out: shardPath(at('d'), 2) },
      { out: shardPath(at('d'), 7) },
      { rejects: at('out.csv') },
      { summary: at('out.csv.part') },
    ];
    for (const options of names) expect(await failure(options)).toMatchObject({ code: 'USAGE', exitCode: 2 });
    expect(await failure({ folders: [] })).toMatchObject({ code: 'USAGE' });
    expect(await failure({ mistakes: -1 })).toMatchObject({ code: 'USAGE' });
    expect(await failure({ out: at('no/out.csv') })).toMatchObject({ code: 'OUTPUT_WRITE', exitCode: 74 });
    expect(await failure({ plan: at('no.json') })).toMatchObject({ code: 'INPUT_MISSING', exitCode: 66 });
  });

  test('once it is aborted', async () => {
    const { at, run } = await written();
    const reason = new Error('enough');
    const controller = new AbortController();
    const onProgress = () => controller.abort(reason);
    await expect(run({ signal: controller.signal, onProgress })).rejects.toBe(reason);
    await expect(run({ signal: AbortSignal.abort(reason) })).rejects.toBe(reason);
    expect(readFileSync(at('out.csv'), 'utf8')).toBe('old');
    expect(existsSync(at('out.csv.part'))).toBe(false);
  });
});
