import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { readShardHead, shardPath } from '../../src/sharding/shard-file.js';
import { runCli } from '../helpers/cli.js';
import { digitsCsv } from '../helpers/digits-csv.js';
import { runShared } from '../helpers/shared-cli.js';

const folder = mkdtempSync(join(tmpdir(), 'digitflow-'));
const at = (name: string) => join(folder, name);
const here = { cwd: folder };
afterAll(() => rmSync(folder, { recursive: true }));

/** No scheduler's number of this test's own process. */
const NO_TASK = {
  ...{ JOB_COMPLETION_INDEX: '', SLURM_ARRAY_TASK_ID: '', AWS_BATCH_JOB_ARRAY_INDEX: '', PARALLEL_SEQ: '' },
};

beforeAll(async () => {
  writeFileSync(at('a.csv'), `${digitsCsv({ count: 40 })}bad,1\n${digitsCsv({ count: 20 })}`);
  writeFileSync(at('good.csv'), digitsCsv({ count: 60 }));
  for (const [input, plan] of [
    ['a.csv', 'plan.json'],
    ['good.csv', 'good.json'],
  ]) {
    await runShared(['plan', input, '--shards', '4', '-o', plan, '--quiet'], here);
  }
});

describe('digitflow score --plan', () => {
  test('makes the shards of a range, and says when they are done', async () => {
    const args = ['score', '--plan', 'plan.json', '--out', 'range', '--on-error', 'reject'];
    const first = await runShared([...args, '--shard', '1-2'], here);
    expect(first).toMatchObject({ exitCode: 0, stdout: '' });
    expect(first.stderr).toMatch(
      /shard 1: 15 images, .*: range\/00001\.shard\n.*shard 2: \d+ images, 1 of them rejected/,
    );
    const { head } = readShardHead(shardPath(at('range'), 2));
    expect(head).toMatchObject({ rejected: 1, options: { 'on-error': 'reject', format: 'csv' } });
    const second = await runShared([...args, '--shard', '0-3'], here);
    expect(second.stderr).toContain('shard 1 is done: range/00001.shard\n');
    expect(readdirSync(at('range'))).toEqual([0, 1, 2, 3].map((shard) => `0000${shard}.shard`));
    const quiet = await runShared([...args, '--shard', '0-3', '--quiet'], here);
    expect(quiet).toMatchObject({ exitCode: 0, stdout: '', stderr: '' });
  });

  test('reads inputs below a root, and calls them as the plan does', async () => {
    const args = [
      'score',
      '--plan',
      at('good.json'),
      '--root',
      folder,
      '--out',
      at('rooted'),
      '--shard',
      '3',
    ];
    expect(await runShared(args, { cwd: '/' })).toMatchObject({ exitCode: 0 });
    expect(readFileSync(shardPath(at('rooted'), 3), 'utf8')).toMatch(/^47,good\.csv,/);
    const lost = await runShared(['score', '--plan', at('good.json'), '--out', 'x', '--shard', '3'], {
      cwd: '/',
    });
    expect(lost).toMatchObject({
      exitCode: 66,
      stderr: expect.stringMatching(/^digitflow: good\.csv: no such file/),
    });
  });

  test('ends with 65 at a bad row, as one machine does', async () => {
    const failed = await runShared(['score', '--plan', 'plan.json', '--shard', '2', '--out', 'bad'], here);
    expect(failed).toMatchObject({ exitCode: 65, stdout: '' });
    expect(failed.stderr).toMatch(
      /^digitflow: a\.csv: line 41: expected 785 columns, found 2; .*--on-error skip\n$/m,
    );
    expect(readdirSync(at('bad'))).toEqual([]);
  });

  test.each([
    ['JOB_COMPLETION_INDEX', '1', 1],
    ['SLURM_ARRAY_TASK_ID', '2', 2],
    ['AWS_BATCH_JOB_ARRAY_INDEX', '0', 0],
    ['PARALLEL_SEQ', '4', 3],
  ])('takes its number from %s=%s', async (name, value, shard) => {
    const out = at(`auto-${name}`);
    const args = ['score', '--plan', 'good.json', '--shard', 'auto', '--out', out];
    const { exitCode } = await runCli(args, { ...here, env: { ...NO_TASK, [name]: value } });
    expect(exitCode).toBe(0);
    expect(readdirSync(out)).toEqual([`0000${shard}.shard`]);
  });

  test.each<[string, Record<string, string>, string]>([
    [
      'two schedulers that disagree',
      { SLURM_ARRAY_TASK_ID: '1', PARALLEL_SEQ: '1' },
      'expected one scheduler, found SLURM_ARRAY_TASK_ID=1 (shard 1) and PARALLEL_SEQ=1 (shard 0)',
    ],
    ['no scheduler', {}, 'found none of them; give the number of the shard'],
    [
      'no number',
      { SLURM_ARRAY_TASK_ID: 'x' },
      'SLURM_ARRAY_TASK_ID to be a whole number, 0 or more, found "x"',
    ],
    [
      'a number below the first',
      { PARALLEL_SEQ: '0' },
      'PARALLEL_SEQ to be a whole number, 1 or more, found "0"',
    ],
    ['a number beyond the last', { JOB_COMPLETION_INDEX: '4' }, 'a shard from 0 to 3, found 4'],
  ])('is refused with %s', async (_, env, words) => {
    const args = ['score', '--plan', 'good.json', '--shard', 'auto', '--out', 'never'];
    const { exitCode, stderr } = await runCli(args, { ...here, env: { ...NO_TASK, ...env } });
    expect({ exitCode, stderr }).toEqual({ exitCode: 2, stderr: expect.stringContaining(words) });
    expect(stderr).toMatch(/^digitflow: --shard[^\n]+\n$/);
  });

  test('agrees with two schedulers that agree', async () => {
    const args = ['score', '--plan', 'good.json', '--shard', 'auto', '--out', 'agreed'];
    const env = { ...NO_TASK, JOB_COMPLETION_INDEX: '2', PARALLEL_SEQ: '3' };
    expect(await runCli(args, { ...here, env })).toMatchObject({ exitCode: 0 });
    expect(readdirSync(at('agreed'))).toEqual(['00002.shard']);
  });
});

describe('is refused, in one line:', () => {
  const made = ['--plan', 'good.json', '--shard', '0', '--out', 'refused'];

  test.each<[string, readonly string[], string]>([
    [
      'a plan without a shard',
      ['score', '--plan', 'good.json', '--out', 'refused'],
      '--plan: expected --shard as well',
    ],
    [
      'a plan without a folder',
      ['score', '--plan', 'good.json', '--shard', '0'],
      '--plan: expected --out as well',
    ],
    [
      'an empty folder',
      ['score', '--plan', 'good.json', '--shard', '0', '--out', ''],
      '--out: expected a path',
    ],
    [
      'inputs beside a plan',
      ['score', ...made, 'a.csv'],
      'expected no inputs with --plan, which has them, found "a.csv"',
    ],
    ['a shard without a plan', ['score', 'a.csv', '--shard', '0'], '--shard: only with --plan'],
    ['a root without a plan', ['score', 'a.csv', '--root', '.'], '--root: only with --plan'],
    [
      'a flag of reading',
      ['score', ...made, '--no-invert'],
      '--no-invert: not with --plan: the plan says it',
    ],
    [
      'a normalization',
      ['score', ...made, '--normalize', 'inverted'],
      '--normalize: not with --plan: the plan says it',
    ],
    [
      'rejects',
      ['score', ...made, '--rejects', 'bad.csv'],
      '--rejects: not with --plan: --on-error reject keeps',
    ],
    [
      'a summary',
      ['score', ...made, '--summary', 's.json'],
      '--summary: not with --plan: digitflow merge writes it',
    ],
    [
      'going on',
      ['score', ...made, '--resume'],
      '--resume: not with --plan: a shard is made whole or not at all',
    ],
    [
      'a time to wait',
      ['score', ...made, '--max-wait', '3'],
      '--max-wait: not with --plan: all that a shard',
    ],
    ['a limit of errors', ['score', ...made, '--max-errors', '3'], '--max-errors: not with --plan'],
    ['a time to wait', ['score', ...made, '--max-wait', '3'], '--max-wait: not with --plan'],
    ['outputs that Kaggle does not take', ['score', ...made, '--kaggle', '--top', '2'], '--kaggle: not with'],
    [
      'what is no number',
      ['score', '--plan', 'good.json', '--shard', 'x', '--out', 'o'],
      '--shard: expected a number from 0',
    ],
    [
      'a range that goes back',
      ['score', '--plan', 'good.json', '--shard', '3-1', '--out', 'o'],
      'a range such as 3-7',
    ],
    [
      'a number beyond the last',
      ['score', '--plan', 'good.json', '--shard', '2-9', '--out', 'o'],
      'from 0 to 3, found 9',
    ],
    [
      'evaluation: labels beside a plan',
      ['evaluate', ...made, 'images', 'labels'],
      'expected no inputs with --plan',
    ],
    ['evaluation: a folder without a plan', ['evaluate', '--out', 'o'], '--out: only with --plan'],
    ['evaluation: a report without a plan', ['evaluate', '--with-report'], '--with-report: only with --plan'],
    [
      'evaluation: a least accuracy',
      ['evaluate', ...made, '--min-accuracy', '0.9'],
      '--min-accuracy: not with --plan',
    ],
    [
      'evaluation: a format',
      ['evaluate', ...made, '--format', 'csv'],
      '--format: not with --plan: digitflow merge has it',
    ],
    ['evaluation: the first images', ['evaluate', ...made, '--limit', '3'], '--limit: not with --plan'],
  ])('%s', async (_, args, words) => {
    const { exitCode, stdout, stderr } = await runShared(args, here);
    expect({ exitCode, stdout, stderr }).toEqual({
      exitCode: 2,
      stdout: '',
      stderr: expect.stringContaining(words),
    });
    expect(stderr).toMatch(/^digitflow: [^\n]+\n$/);
    for (const name of ['refused', 'o']) expect(existsSync(at(name))).toBe(false);
  });

  test.each<[string, string, number, string]>([
    ['a plan that is not there', 'missing.json', 66, 'missing.json: no such file'],
    ['what is no plan', 'good.csv', 65, 'good.csv: expected a plan'],
  ])('%s', async (_, plan, exitCode, words) => {
    const args = ['score', '--plan', plan, '--shard', '0', '--out', 'refused'];
    expect(await runShared(args, here)).toMatchObject({ exitCode, stderr: expect.stringContaining(words) });
  });
});

test('digitflow evaluate --plan makes shards, which merge to what one machine says', async () => {
  const flags = ['--mistakes', '3', '--metrics', '--quiet'];
  const args = ['evaluate', '--plan', 'good.json', '--out', 'evaluated', '--with-report', ...flags];
  expect(await runShared([...args, '--shard', '0-3'], here)).toMatchObject({
    exitCode: 0,
    stderr: '',
  });
  const merged = await runShared(['merge', 'good.json', 'evaluated', '--format', 'json', '--quiet'], here);
  const whole = await runShared(['evaluate', 'good.csv', '--format', 'json', ...flags], here);
  const lasting = (text: string) => {
    return { ...JSON.parse(text), workers: 0, seconds: 0, imagesPerSecond: 0 };
  };
  expect(lasting(merged.stdout)).toEqual(lasting(whole.stdout));
  expect(lasting(merged.stdout).outputs.classes).toHaveLength(10);
});
