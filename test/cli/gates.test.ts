import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { beforeAll, describe, expect, test } from 'vitest';
import { runShared } from '../helpers/shared-cli.js';
import { tempFolder } from '../inputs/temp-folder.js';

const JSON_FORMAT = ['--format', 'json'];
let files: Record<string, Buffer>;

beforeAll(async () => {
  const cwd = await tempFolder();
  const { stdout } = await runShared(['evaluate', '--verdicts', 'base.npy', ...JSON_FORMAT], { cwd });
  const verdicts = readFileSync(join(cwd, 'base.npy'));
  files = { 'base.json': Buffer.from(stdout), 'base.npy': verdicts };
});

async function run(...args: string[]) {
  return runShared(['evaluate', ...args], { cwd: await tempFolder(files) });
}

describe('a baseline', () => {
  test('is passed by the same network, and by a better one', async () => {
    for (const model of ['sigmoid', 'relu']) {
      const result = await run('--baseline', 'base.json', '--model', model, ...JSON_FORMAT);
      expect(result).toMatchObject({ exitCode: 0, stderr: '' });
      expect(JSON.parse(result.stdout).gates).toMatchObject([{ gate: 'baseline', passed: true }]);
    }
  });

  test('is failed by a worse one, with 1, and the report all the same', async () => {
    const cwd = await tempFolder();
    const { stdout } = await runShared(['evaluate', '-m', 'relu', '--verdicts', 'v.npy', ...JSON_FORMAT], {
      cwd,
    });
    writeFileSync(join(cwd, 'relu.json'), stdout);
    const result = await runShared(['evaluate', '--baseline', 'relu.json', ...JSON_FORMAT], { cwd });
    expect(result).toMatchObject({
      exitCode: 1,
      stderr: expect.stringMatching(
        /^digitflow: accuracy against relu\.json: expected no significant drop from 0\.9754, found 0\.9641, 113 images fewer \(\d+ lost, \d+ won; p = [\d.e-]+\)\n$/,
      ),
    });
    expect(JSON.parse(result.stdout).images).toBe(10_000);
    const within = ['--baseline', 'relu.json', '--margin', '2%', '--quiet'];
    expect(await runShared(['evaluate', ...within], { cwd })).toMatchObject({ exitCode: 0, stderr: '' });
  });

  test('without verdicts is said to be one', async () => {
    const cwd = await tempFolder(files);
    const { verdicts: _, ...plain } = JSON.parse(String(files['base.json']));
    writeFileSync(join(cwd, 'base.json'), JSON.stringify(plain));
    const args = ['evaluate', '--baseline', 'base.json', ...JSON_FORMAT];
    expect(await runShared(args, { cwd })).toMatchObject({
      exitCode: 0,
      stderr:
        'digitflow: base.json: not compared image by image, so that only a large drop is found; a smaller one is found where ' +
        'the baseline is made with --verdicts\n',
    });
    expect(await runShared([...args, '--margin', '0'], { cwd })).toMatchObject({ exitCode: 0, stderr: '' });
  });
});

test('all gates that fail are said, one a line', async () => {
  const args = ['--min-accuracy', '95%', '--min-recall', '0.9', '--min-recall', '8=0.999'];
  const result = await run(
    ...args,
    '--min-recall',
    '9=0.998',
    '--max-calibration-error',
    '0.0001',
    ...JSON_FORMAT,
  );
  const said = (name: string, bound: string) => `digitflow: ${name}: expected ${bound}, found 0\\.\\d+\\n`;
  expect(result.exitCode).toBe(1);
  expect(result.stderr).toMatch(
    new RegExp(
      `^${said('recall of 8', 'at least 0.999')}${said('recall of 9', 'at least 0.998')}${said('calibration error', 'at most 0.0001')}$`,
    ),
  );
  const { gates } = JSON.parse(result.stdout);
  expect(gates.map(({ passed }: { passed: boolean }) => passed)).toEqual([true, true, false, false, false]);
});

test.each<[exitCode: number, message: string | RegExp, ...args: string[]]>([
  [2, /--min-recall.*found "x"; give one of them\n$/, '--min-recall', 'x=0.5'],
  [2, /'--min-recall.* argument '8=2' is invalid\. Give a share from 0 to 1/, '--min-recall', '8=2'],
  [2, /This class is given twice; see/, '--min-recall', '8=0.5', '--min-recall', '8=0.5'],
  [2, /It is given twice; see/, '--min-recall', '0.5', '--min-recall', '1'],
  [2, /^digitflow: margin: expected a baseline that it is a margin of, found none;/, '--margin', '1%'],
  [2, /^digitflow: --limit: expected all images/, '--limit', '5', '--baseline', 'base.json'],
  [2, /^digitflow: --verdicts: not with --plan: a shard keeps counts/, '--plan', 'p', '--verdicts', 'v'],
  [2, /^digitflow: --baseline: not with --plan: only all shards/, '--plan', 'p', '--baseline', 'v'],
  [65, /^digitflow: base\.npy: expected the JSON of an evaluation, found no JSON/, '--baseline', 'base.npy'],
  [66, /^digitflow: none\.json: no such file; give the path of the JSON/, '--baseline', 'none.json'],
  [74, /^digitflow: none\/v\.npy: cannot be written: there is no such folder/, '--verdicts', 'none/v.npy'],
])('exit code %i, and %s', async (exitCode, message, ...args) => {
  const result = await run(...args);
  expect(result).toMatchObject({ exitCode, stdout: '', stderr: expect.stringMatching(message) });
  expect(result.stderr).toMatch(/^[^\n]+\n$/);
});
