import { existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { crc32 } from 'node:zlib';
import { describe, expect, test } from 'vitest';
import {
  findShard,
  readShardHead,
  type ShardIdentity,
  type ShardResult,
  shardPath,
  trailerOf,
} from '../../src/sharding/shard-file.js';
import { ShardWriter } from '../../src/sharding/shard-writer.js';
import { tempFolder } from '../inputs/temp-folder.js';

const IDENTITY: ShardIdentity = {
  ...{ plan: 'ab'.repeat(32), shard: 42, command: 'score' },
  options: { format: 'csv', top: 0, probabilities: true },
};
const RESULT: ShardResult = {
  ...IDENTITY,
  ...{ version: '1.0.0', classes: ['0', '1'], records: 3, rejected: 1, rowsHead: 'record,file\n' },
  ...{ counts: { predictions: [1, 1], reasons: { odd: 1 } }, evaluation: null, inputs: [] },
  ...{ workers: 2, seconds: 0.5 },
};
const ROWS = ['0,é.csv\n', '1,é.csv\n'];
const REJECTS = 'é.csv,3,odd,"x"\n';

async function writeShard(folder: string, result = RESULT, rows = ROWS, rejects = [REJECTS]): Promise<void> {
  const writer = new ShardWriter(folder, result.shard);
  for (const text of rejects) await writer.addRejects(text);
  for (const text of rows) await writer.addRows(Buffer.from(text));
  await writer.finish(result);
}

describe('a shard', () => {
  test('holds rows, rejects, and what it says of itself, in a folder that it makes', async () => {
    const folder = join(await tempFolder(), 'a', 'b');
    await writeShard(folder);
    expect(readdirSync(folder)).toEqual(['00042.shard']);
    const path = shardPath(folder, 42);
    const rows = ROWS.join('');
    const { head, rowsAt, rejectsAt } = readShardHead(path);
    expect(head).toEqual({
      ...{ schema: 'digitflow.shard/1', ...RESULT },
      rows: { bytes: Buffer.byteLength(rows), crc32: crc32(rows) },
      rejects: { bytes: Buffer.byteLength(REJECTS), crc32: crc32(REJECTS) },
    });
    const bytes = readFileSync(path);
    expect(bytes.subarray(rowsAt, rejectsAt).toString()).toBe(rows);
    expect(bytes.subarray(rejectsAt).toString()).toMatch(
      /^é\.csv,3,odd,"x"\n\{.*\}\ndigitflow\.shard\/1 +\d+ [0-9a-f]{8}\n$/,
    );
    expect(findShard(folder, IDENTITY)).toEqual(head);
  });

  test('may have no row, and a number of more than five digits', async () => {
    const folder = await tempFolder();
    const result = { ...RESULT, shard: 1_234_567 };
    await writeShard(folder, result, [], []);
    expect(readdirSync(folder)).toEqual(['1234567.shard']);
    expect(findShard(folder, result)).toMatchObject({ shard: 1_234_567, rows: { bytes: 0, crc32: 0 } });
  });

  test('whose rejects are longer than a piece keeps them all', async () => {
    const folder = await tempFolder();
    const rejects = Array.from({ length: 5 }, (_, part) => `${part}`.repeat(700_000));
    await writeShard(folder, RESULT, ROWS, rejects);
    const { rejectsAt, head } = readShardHead(shardPath(folder, 42));
    const bytes = readFileSync(shardPath(folder, 42));
    expect(bytes.subarray(rejectsAt, rejectsAt + head.rejects.bytes).toString()).toBe(rejects.join(''));
    expect(findShard(folder, IDENTITY)).toEqual(head);
  });

  test('that is cut off anywhere, has another bit, or has more bytes is told as broken', async () => {
    const folder = await tempFolder();
    await writeShard(folder);
    const path = shardPath(folder, 42);
    const whole = readFileSync(path);
    const broken = expect.objectContaining({ code: 'SHARD_BROKEN', exitCode: 65 });
    for (let at = 0; at < whole.length; at++) {
      writeFileSync(path, whole.subarray(0, at));
      expect(findShard(folder, IDENTITY), `cut off at ${at}`).toEqual(broken);
      const other = Buffer.from(whole);
      other[at] ^= 1;
      writeFileSync(path, other);
      expect(findShard(folder, IDENTITY), `another bit at ${at}`).toEqual(broken);
    }
    for (const more of [
      Buffer.concat([whole, Buffer.from('\n')]),
      Buffer.concat([Buffer.from('x'), whole]),
    ]) {
      writeFileSync(path, more);
      expect(findShard(folder, IDENTITY)).toEqual(broken);
      expect(() => readShardHead(path)).toThrow(
        /00042\.shard: expected .*, found .*; it is broken: remove it/,
      );
    }
  });

  test.each([
    { schema: 'digitflow.shard/1' },
    { schema: 'digitflow.shard/1', rows: null, rejects: 5 },
    { schema: 'digitflow.shard/1', rows: { bytes: '0' }, rejects: {} },
  ])('whose end is whole and says nothing of its rows is told as broken: %j', async (head) => {
    const folder = await tempFolder();
    const json = Buffer.from(`${JSON.stringify(head)}\n`);
    writeFileSync(shardPath(folder, 42), Buffer.concat([json, Buffer.from(trailerOf(json))]));
    expect(() => readShardHead(shardPath(folder, 42))).toThrow(
      expect.objectContaining({ code: 'SHARD_BROKEN' }),
    );
  });

  test('that is not there is told so', async () => {
    const folder = await tempFolder();
    expect(findShard(folder, IDENTITY)).toBe(null);
    const missing = expect.objectContaining({
      code: 'INPUT_MISSING',
      message: expect.stringMatching(/score it first$/),
    });
    expect(() => readShardHead(shardPath(folder, 42))).toThrow(missing);
  });

  test.each<[string, Partial<ShardIdentity>, RegExp]>([
    [
      'another plan',
      { plan: 'cd'.repeat(32) },
      /of this plan \(cdcdcdcdcdcd…\), found one of another \(abab/,
    ],
    ['another command', { command: 'evaluate' }, /expected a shard of evaluate, found one of score/],
    ['another option', { options: { ...IDENTITY.options, top: 3 } }, /with --top: 3, found one with 0/],
    [
      'an option less',
      { options: { format: 'csv', top: 0 } },
      /--probabilities: without it, found one with true/,
    ],
    [
      'an option more',
      { options: { ...IDENTITY.options, kaggle: true } },
      /--kaggle: true, found one with without it/,
    ],
  ])('of %s is refused', async (_, other, words) => {
    const folder = await tempFolder();
    await writeShard(folder);
    const mismatch = { code: 'SHARD_MISMATCH', exitCode: 65, message: expect.stringMatching(words) };
    expect(() => findShard(folder, { ...IDENTITY, ...other })).toThrow(expect.objectContaining(mismatch));
  });

  test('that another number stands in is refused: it was renamed', async () => {
    const folder = await tempFolder();
    await writeShard(folder);
    writeFileSync(shardPath(folder, 7), readFileSync(shardPath(folder, 42)));
    expect(() => findShard(folder, { ...IDENTITY, shard: 7 })).toThrow('expected shard 7, found shard 42');
  });
});

describe('writing a shard', () => {
  test('leaves no trace where it is discarded, and nothing under its name before the end', async () => {
    const folder = await tempFolder();
    const writer = new ShardWriter(folder, 42);
    await writer.addRows(ROWS[0]);
    await writer.addRejects(REJECTS);
    expect(existsSync(shardPath(folder, 42))).toBe(false);
    writer.discard();
    expect(readdirSync(folder)).toEqual([]);
  });

  test('twice at once is harmless: the first stands, and both are done', async () => {
    const folder = await tempFolder();
    const writers = [1, 2, 3].map(() => new ShardWriter(folder, 42));
    for (const writer of writers) for (const text of ROWS) await writer.addRows(text);
    await writers[1].finish({ ...RESULT, seconds: 1 });
    const first = readFileSync(shardPath(folder, 42));
    await writers[0].finish({ ...RESULT, seconds: 2 });
    await writers[2].addRejects(REJECTS);
    await writers[2].finish({ ...RESULT, seconds: 3 });
    expect(readFileSync(shardPath(folder, 42)).equals(first)).toBe(true);
    expect(readdirSync(folder)).toEqual(['00042.shard']);
  });

  test('replaces a broken one, and clears up after a process that was killed', async () => {
    const folder = await tempFolder({ '00042.shard': Buffer.from('half a sha') });
    mkdirSync(join(folder, '00042.part'));
    writeFileSync(join(folder, '00042.part', 'of-a-killed-one'), 'half');
    await writeShard(folder);
    expect(findShard(folder, IDENTITY)).toMatchObject(RESULT);
    expect(readdirSync(folder)).toEqual(['00042.shard']);
  });

  test('never replaces one of another plan that has appeared meanwhile', async () => {
    const folder = await tempFolder();
    const writer = new ShardWriter(folder, 42);
    await writeShard(folder);
    const other = { ...RESULT, plan: 'cd'.repeat(32) };
    await expect(writer.finish(other)).rejects.toMatchObject({ code: 'SHARD_MISMATCH' });
    expect(findShard(folder, IDENTITY)).toMatchObject(RESULT);
    expect(readdirSync(folder)).toEqual(['00042.shard']);
  });

  test('where it may not be written is OUTPUT_WRITE', async () => {
    const folder = await tempFolder({ file: Buffer.from('') });
    const refused = expect.objectContaining({ code: 'OUTPUT_WRITE', exitCode: 74 });
    expect(() => new ShardWriter(join(folder, 'file'), 0)).toThrow(refused);
  });
});
