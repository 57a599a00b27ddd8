import { readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { describe, expect, test } from 'vitest';
import { readPlan } from '../../src/sharding/plan-file.js';
import { type CliResult, runCli } from '../helpers/cli.js';
import { testCsv } from '../helpers/csv.js';
import { digitPngs, treeOf } from '../helpers/png-files.js';
import { runShared } from '../helpers/shared-cli.js';
import { tempFolder } from '../inputs/temp-folder.js';

const csv = Buffer.from(testCsv(40));

/** Nothing on stdout, and one line on stderr. */
function expectFailure(result: CliResult, exitCode: number, message: string): void {
  expect(result).toMatchObject({ exitCode, stdout: '' });
  expect(result.stderr).toMatch(/^digitflow: [^\n]+\n$/);
  expect(result.stderr).toContain(message);
}

describe('plan', () => {
  test('writes plan.json, and says what it holds', async () => {
    const cwd = await tempFolder({ 'a.csv': csv, 'b.csv': csv });
    const { exitCode, stdout, stderr } = await runShared(
      ['plan', '*.csv', '--shards', '8', '--label', 'label'],
      { cwd },
    );
    expect({ exitCode, stdout }).toEqual({ exitCode: 0, stdout: '' });
    expect(stderr).toMatch(/^digitflow: a\.csv: header yes.*\ndigitflow: b\.csv: header yes/);
    expect(stderr).toMatch(/plan\.json: 8 shards of about [\d.]+ kB, 80 records in 2 inputs, \d+ ms\n$/);
    const { plan } = readPlan(join(cwd, 'plan.json'));
    expect(plan.shards.length).toBe(8);
    expect(plan.inputs.map(({ path }) => path)).toEqual(['a.csv', 'b.csv']);
    expect(plan.reading).toEqual({ label: 'label' });
  });

  test('prints it, quietly, and finds inputs in another root', async () => {
    const root = await tempFolder({ 'a.csv': csv, 'b.csv': csv });
    const flags = ['--root', root, '--shard-rows', '30', '--digest', '-o', '-', '-q'];
    const { exitCode, stdout, stderr } = await runShared(['plan', '*.csv', ...flags]);
    expect({ exitCode, stderr }).toEqual({ exitCode: 0, stderr: '' });
    const plan = JSON.parse(stdout);
    expect(plan.inputs.map(({ path }: { path: string }) => path)).toEqual(['a.csv', 'b.csv']);
    expect(plan.shards).toEqual([
      { file: 0, bytes: 0, line: 0, row: 0, sha256: expect.any(String) },
      { file: 0, bytes: expect.any(Number), line: 31, row: 30, sha256: expect.any(String) },
      { file: 1, bytes: expect.any(Number), line: 21, row: 20, sha256: expect.any(String) },
    ]);
  });

  test.each([
    [['--shard-bytes', '64KiB'], 2],
    [['--shard-bytes', '10 kB'], 8],
    [['--shard-bytes', '20000'], 4],
    [[], 1],
  ])('understands %j', async (flags, count) => {
    const cwd = await tempFolder({ 'a.csv': csv });
    const { exitCode } = await runShared(['plan', 'a.csv', ...flags], { cwd });
    expect(exitCode).toBe(0);
    const { plan } = readPlan(join(cwd, 'plan.json'));
    expect(plan.shards.length).toBe(count);
  });

  test('says what cannot be cut, and that there are fewer shards than were asked for', async () => {
    const cwd = await tempFolder({ 'a.csv.gz': gzipSync(csv) });
    const { stderr } = await runShared(['plan', 'a.csv.gz', '--shards', '3'], { cwd });
    expect(stderr).toContain('a.csv.gz: gzip cannot be cut: all of its ');
    expect(stderr).toContain('1 shard of ');
    expect(stderr).toContain('B, 1 input not counted, ');
    expect(stderr).toContain('3 shards were asked for: no more places to cut were found');
  });

  test('says how many records were counted, where others were not', async () => {
    const cwd = await tempFolder({ 'a.csv': csv, 'b.csv': csv, 'c.csv.gz': gzipSync(csv) });
    const { stderr } = await runShared(['plan', 'a.csv', 'b.csv', 'c.csv.gz'], { cwd });
    const rows = 2 * (`${csv}`.trimEnd().split('\n').length - 1);
    expect(stderr).toContain(`, ${rows} records in 2 inputs, 1 input not counted, `);
  });

  test.each([
    [['a.csv', '--shards', '0'], 2, 'Give a whole number, 1 or more'],
    [['a.csv', '--shard-bytes', '5 apples'], 2, 'such as 64MiB or 2GB'],
    [['a.csv', '--shards', '2', '--shard-rows', '3'], 2, 'found --shards and --shard-rows; say one'],
    [['a.csv', '-o', 'a.csv'], 2, 'expected another file than the input'],
    [['-'], 2, 'since each shard reads it again, found stdin'],
    [['none.csv'], 66, 'none.csv: no such file'],
    [['none*.csv'], 66, 'none*.csv: no such file'],
    [['a.csv', '--labels', 'a.csv', '-q'], 2, 'found CSV, whose rows have their labels in a column'],
    [['a.csv', '-o', 'no/plan.json'], 74, 'no/plan.json: cannot be written'],
    [['a.csv', '--model', 'x'], 66, 'x: no such network'],
  ])('refuses %j', async (args, exitCode, message) => {
    const cwd = await tempFolder({ 'a.csv': csv });
    expectFailure(await runShared(['plan', ...args], { cwd }), exitCode, message);
    expect(readFileSync(join(cwd, 'a.csv')).equals(csv)).toBe(true);
    expect(statSync(join(cwd, 'plan.json'), { throwIfNoEntry: false })).toBe(undefined);
  });

  test('refuses labels by themselves for pictures', async () => {
    const cwd = await treeOf({ ...digitPngs(3, (_, i) => `d/${i}.png`), 'l.csv': '0.png,7\n' });
    const result = await runShared(['plan', 'd', '--labels', 'l.csv', '-q'], { cwd });
    expectFailure(result, 2, 'found pictures (d); save the labels as labels.csv in their folder');
  });

  test('refuses a pipe, before it is opened', async () => {
    const result = await runCli(['plan', '/dev/stdin', '-o', '-'], { input: csv });
    expectFailure(result, 2, 'found a pipe or a device; save it as a file');
  });
});
