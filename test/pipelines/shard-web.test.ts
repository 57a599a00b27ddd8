import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { type PlanOptions, plan } from '../../pipelines/sharding/plan-shards.js';
import { evaluateShard, type ScoreShardOptions, scoreShard } from '../../pipelines/sharding/shard.js';
import { planText, type ReadPlan, readPlan } from '../../src/sharding/plan-file.js';
import { readShardHead } from '../../src/sharding/shard-file.js';
import { testCsv } from '../helpers/csv.js';
import { type ServedFile, serveFiles } from '../helpers/file-server.js';
import { digits, imagesIdx, labelsIdx } from '../inputs/idx-bytes.js';
import { tempFolder } from '../inputs/temp-folder.js';

async function planned(folder: string, options: PlanOptions): Promise<ReadPlan> {
  const path = join(folder, 'plan.json');
  writeFileSync(path, planText(await plan(options)));
  return readPlan(path);
}

/** The rows of a shard. */
async function rowsOf(options: ScoreShardOptions): Promise<string> {
  const { path } = await scoreShard(options);
  return readFileSync(path).subarray(0, readShardHead(path).rejectsAt).toString();
}

test('shards of what a server has are those of the same files, whose connections may break', async () => {
  const files = { 'a.csv': Buffer.from(testCsv(300)), 'x-images': imagesIdx(50, 28, 28) };
  const server = await serveFiles(files, { cutAfter: (count) => (count % 5 === 1 ? 300_000 : 1e9) });
  const root = await tempFolder(files);
  for (const name of ['a.csv', 'x-images'] as const) {
    const inputs = [`${server.url(name)}?sign=secret`];
    const there = await planned(root, { inputs, shards: 4, digest: true });
    const here = await planned(root, { inputs: [name], root, shards: 4 });
    for (const shard of there.plan.shards.keys()) {
      const of = { shard, workers: 0, root };
      const options = { ...of, plan: there.plan, planSha256: there.sha256, out: join(root, `there-${name}`) };
      const rows = await rowsOf({ ...options, onNote: expect.fail });
      const local = { ...of, plan: here.plan, planSha256: here.sha256, out: join(root, `here-${name}`) };
      expect(rows.replaceAll(server.url(name), name)).toBe(await rowsOf(local));
      expect(rows).not.toContain('secret');
    }
  }
});

test('labels that a server has are found by the plan', async () => {
  const files = {
    'x-images-idx3-ubyte': imagesIdx(50, 28, 28),
    'x-labels-idx1-ubyte': labelsIdx(digits(50)),
  };
  const server = await serveFiles(files);
  const out = await tempFolder();
  const made = await planned(out, { inputs: [server.url('x-images-idx3-ubyte')], shards: 2 });
  const options = { plan: made.plan, planSha256: made.sha256, shard: 1, out, workers: 0 };
  expect(await evaluateShard(options)).toMatchObject({ head: { records: 25 } });
});

test('what a server has in another version is refused, but for the very bytes that were planned', async () => {
  const bytes = Buffer.from(testCsv(30));
  const files: Record<string, ServedFile> = { 'a.csv': { bytes } };
  const server = await serveFiles(files);
  const out = await tempFolder();
  const inputs = [server.url('a.csv')];
  for (const digest of [false, true]) {
    files['a.csv'] = { bytes };
    const made = await planned(out, { inputs, shards: 2, digest });
    const options = { plan: made.plan, planSha256: made.sha256, shard: 1, out, workers: 0 };
    files['a.csv'] = { bytes, etag: '"two"' };
    const scored = scoreShard(options);
    if (digest) expect(await scored).toMatchObject({ isNew: true });
    else {
      const message = expect.stringMatching(/a\.csv: expected ETag "one", as it was planned, found /);
      await expect(scored).rejects.toMatchObject({ code: 'INPUT_CHANGED', message });
    }
  }
});
