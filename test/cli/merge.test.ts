import { readdirSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { beforeEach, describe, expect, test } from 'vitest';
import { shardPath } from '../../src/sharding/shard-file.js';
import { Cli, runCli } from '../helpers/cli.js';
import { runShared } from '../helpers/shared-cli.js';
import { tempFolder } from '../inputs/temp-folder.js';
import { writePlan, writeShard } from '../sharding/written-shards.js';

let folder: string;
let plan: string;
const at = (name: string) => join(folder, name);

beforeEach(async () => {
  folder = await tempFolder();
  plan = writePlan(folder, [2, 1]);
  await writeShard(plan, at('d'), 0, { rows: '1,3\n2,3\n' });
  await writeShard(plan, at('d'), 1, { rows: '3,3\n' });
});

describe('digitflow merge', () => {
  test('writes to stdout, or to a file, and says how much it was', async () => {
    const rows = 'record,prediction\n1,3\n2,3\n3,3\n';
    const said = 'digitflow: 2 shards, 3 rows\n';
    const bare = { exitCode: 0, stderr: said };
    expect(await runShared(['merge', plan, at('d')])).toEqual({ ...bare, stdout: rows, signal: null });
    expect(await runShared(['merge', plan, at('d'), '-o', '-', '--quiet'])).toMatchObject({
      stdout: rows,
      stderr: '',
    });
    expect(await runShared(['merge', plan, at('d'), '-o', at('out')])).toMatchObject({ ...bare, stdout: '' });
    expect(readFileSync(at('out'), 'utf8')).toBe(rows);
  });

  test('says in one line what is missing, and leaves what was there', async () => {
    writeFileSync(at('out'), 'old');
    rmSync(shardPath(at('d'), 1));
    expect(await runShared(['merge', 'plan.json', 'd', '-o', 'out'], { cwd: folder })).toMatchObject({
      ...{ exitCode: 66, stdout: '' },
      stderr: 'digitflow: d: shard 1 of 2 is missing; score these, and merge again\n',
    });
    expect(readFileSync(at('out'), 'utf8')).toBe('old');
    expect(readdirSync(folder).sort()).toEqual(['d', 'out', 'plan.json']);
  });

  test('ends with 65 where rows were bad, as score does, and has them where it is told to', async () => {
    const options = { options: { format: 'csv', 'on-error': 'reject' } };
    await writeShard(plan, at('e'), 0, { rows: '1,3\n', rejects: 'in.csv,2,bad,x\n' }, options);
    await writeShard(plan, at('e'), 1, { rows: '3,3\n' }, options);
    const merged = await runShared(['merge', plan, at('e'), '--rejects', at('bad.csv')]);
    expect(merged).toMatchObject({
      exitCode: 65,
      stderr: 'digitflow: 2 shards, 3 rows, 1 of them rejected\n',
    });
    expect(readFileSync(at('bad.csv'), 'utf8')).toBe('file,line,reason,row\nin.csv,2,bad,x\n');
    const without = await runShared(['merge', plan, at('e')]);
    expect(without.stderr).toContain('1 bad row was set aside in the shards; --rejects has it');
  });

  test('says which shards another version has made', async () => {
    await writeShard(plan, at('e'), 0, { rows: '1,3\n2,3\n' }, { version: '1.0.1' });
    const merge = ['merge', 'plan.json', 'e', 'd', '-o', 'out'];
    rmSync(shardPath(at('d'), 0));
    expect(await runShared(merge, { cwd: folder })).toMatchObject({
      exitCode: 0,
      stderr: expect.stringContaining('shard 1 of 2 is made by digitflow 1.0.0, shard 0 by 1.0.1\n'),
    });
  });

  test('never writes over an input of the plan', async () => {
    writeFileSync(at('in.csv'), 'rows');
    symlinkSync('in.csv', at('link'));
    for (const name of ['in.csv', 'link']) {
      expect(await runShared(['merge', 'plan.json', 'd', '-o', name], { cwd: folder })).toMatchObject({
        exitCode: 2,
        stderr:
          'digitflow: --out: expected another file than the input in.csv, found the same; give another path\n',
      });
    }
    expect(readFileSync(at('in.csv'), 'utf8')).toBe('rows');
  });

  test.each([
    [['merge', 'plan.json', 'plan.json'], /^digitflow: plan.json: expected a folder of shards, found a file/],
    [['merge', 'plan.json'], /missing required argument 'folders'; see digitflow merge --help/],
    [['merge', 'plan.json', 'd', '--format', 'xml'], /Allowed choices are table, json, markdown, csv/],
    [
      ['merge', 'plan.json', 'd', '--mistakes', '3'],
      /^digitflow: --mistakes: expected shards of evaluate, found those of score/,
    ],
    [['merge', 'plan.json', 'd', '--min-accuracy', '3'], /Give a share from 0 to 1/],
    [
      ['merge', 'plan.json', 'd', '--min-accuracy', '0.3'],
      /^digitflow: d\/00000.shard: expected a shard of evaluate, found one of score/,
    ],
  ])('refuses %j', async (args, words) => {
    const result = await runShared(args, { cwd: folder });
    expect(result).toMatchObject({ exitCode: 2, stdout: '', stderr: expect.stringMatching(words) });
    expect(result.stderr).toMatch(/^[^\n]+\n$/);
  });

  test('is over when the reader has seen enough, and fails where nothing can be written', async () => {
    rmSync(at('d'), { recursive: true });
    const long = writePlan(folder, [500_000, 1]);
    await writeShard(long, at('d'), 0, { rows: `${'x'.repeat(19)}\n`.repeat(500_000) });
    await writeShard(long, at('d'), 1, { rows: '3,3\n' });
    const cli = new Cli(['merge', long, at('d')]);
    await cli.stopReading('stdout');
    expect(await cli.ended).toMatchObject({ exitCode: 0, stderr: '' });
    expect(await runCli(['merge', long, at('d'), '-o', '/dev/full'])).toMatchObject({
      ...{
        exitCode: 74,
        stderr: expect.stringMatching(/^digitflow: \/dev\/full: cannot be written: ENOSPC; make room/),
      },
    });
  });
});
