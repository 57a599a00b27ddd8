import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { beforeAll, describe, expect, test } from 'vitest';
import { runCli } from '../helpers/cli.js';
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

test('the table ends its heading with them, and so does Markdown', async () => {
  const args = ['--min-accuracy', '0.9', '--min-recall', '8=0.999', '--quiet'];
  const table = await run(...args);
  expect(table.stdout).toMatch(/no threads\n\n2 gates: 1 passed, 1 failed: recall of 8\n\nConfusion matrix/);
  const { stdout } = await run(...args, '--format', 'markdown');
  expect(stdout).toMatch(
    /^# Evaluation on MNIST test set\n\n\*\*2 gates: 1 passed, 1 failed: recall of 8\*\*\n\n\| gate \| {2}\| expected \| found \|\n/,
  );
  expect(stdout).toMatch(
    /\n\| accuracy \| passed \| at least 0\.9 \| 0\.9641 \|\n\| recall of 8 \| \*\*failed\*\* \| at least 0\.999 \|/,
  );
  expect((await run('--min-accuracy', '0.9')).stdout).toContain('\n\n1 gate: 1 passed\n\n');
});

describe('on a runner of GitHub', () => {
  const args = ['evaluate', '--min-accuracy', '99%', '--min-recall', '0.5', ...JSON_FORMAT];

  test('what failed is an annotation, the report the summary of the job, and stdout is JSON as ever', async () => {
    const cwd = await tempFolder({ 'summary.md': Buffer.from('before\n') });
    const env = { GITHUB_ACTIONS: 'true', GITHUB_STEP_SUMMARY: 'summary.md' };
    for (const quiet of [[], ['--quiet']]) {
      const { stdout, stderr, exitCode } = await runCli([...args, ...quiet], { cwd, env });
      expect(exitCode).toBe(1);
      expect(stderr).toBe('::error title=accuracy::accuracy: expected at least 0.99, found 0.9641\n');
      expect(JSON.parse(stdout).gates).toHaveLength(2);
    }
    const summary = readFileSync(join(cwd, 'summary.md'), 'utf8');
    expect(summary).toMatch(
      /^before\n# Evaluation on MNIST test set\n\n\*\*2 gates: 1 passed, 1 failed: accuracy\*\*\n/,
    );
    expect(summary.match(/^# Evaluation/gm)).toHaveLength(2);
  });

  test('a summary that cannot be written is noted, and changes nothing', async () => {
    const env = { GITHUB_ACTIONS: 'true', GITHUB_STEP_SUMMARY: '/nowhere/summary.md' };
    const result = await runCli(['evaluate', '--min-accuracy', '0.5', ...JSON_FORMAT], { env });
    expect(result).toMatchObject({
      exitCode: 0,
      stderr: expect.stringMatching(
        /^digitflow: \/nowhere\/summary\.md: the job summary could not be written: ENOENT[^\n]*\n$/,
      ),
    });
  });
});

test('a report has them too: on its page in either language, in the exit code, and as JUnit has it', async () => {
  const cwd = await tempFolder(files);
  const args = ['report', '--baseline', 'base.json', '--min-recall', '8=0.999', '--junit', 'gates.xml'];
  const english = await runShared([...args, '-o', 'r.html'], { cwd });
  expect(english).toMatchObject({
    exitCode: 1,
    stderr: expect.stringMatching(/^digitflow: r\.html: .*\ndigitflow: recall of 8: .*\n$/),
  });
  const page = readFileSync(join(cwd, 'r.html'), 'utf8');
  expect(page).toContain('<p class="verdict failed">Not good enough: it failed 1 of 2 gates</p>');
  expect(page).toContain('<b>✗ failed</b> recall of 8: expected at least 0.999, found 0.');
  expect(page).toContain(
    '<b>✓ passed</b> accuracy against base.json: expected no significant drop from 0.9641, found',
  );
  expect(readFileSync(join(cwd, 'gates.xml'), 'utf8')).toContain(' tests="2" failures="1" ');
  expect(await runShared([...args, '--lang', 'ja', '-o', 'ja.html', '--quiet'], { cwd })).toMatchObject({
    exitCode: 1,
    stderr: '',
  });
  const japanese = readFileSync(join(cwd, 'ja.html'), 'utf8');
  expect(japanese).toContain('<p class="verdict failed">不合格：2 件の基準のうち 1 件を満たしていません</p>');
  expect(japanese).toContain('<b>✗ 不合格</b> 8 の再現率：0.999 以上であること、結果は 0.');
  expect(japanese).toContain(
    '<b>✓ 合格</b> base.json に対する正解率の低下：有意な低下がないこと、結果は 0（p = 1）</li>',
  );
  const good = await runShared(['report', '--min-accuracy', '0.5', '-o', '-', '--quiet'], { cwd });
  expect(good.exitCode).toBe(0);
  expect(good.stdout).toContain('<p class="verdict passed">Good enough: it passed the gate</p>');
});

test.each<[exitCode: number, message: string | RegExp, ...args: string[]]>([
  [2, /--min-recall.*found "x"; give one of them\n$/, '--min-recall', 'x=0.5'],
  [2, /'--min-recall.* argument '8=2' is invalid\. Give a share from 0 to 1/, '--min-recall', '8=2'],
  [2, /This class is given twice; see/, '--min-recall', '8=0.5', '--min-recall', '8=0.5'],
  [2, /It is given twice; see/, '--min-recall', '0.5', '--min-recall', '1'],
  [2, /^digitflow: margin: expected a baseline that it is a margin of, found none;/, '--margin', '1%'],
  [2, /^digitflow: --limit: expected all images/, '--limit', '5', '--baseline', 'base.json'],
  [2, /^digitflow: --verdicts: not with --plan: a shard keeps counts/, '--plan', 'p', '--verdicts', 'v'],
  [2, /^digitflow: --junit: not with --plan: digitflow merge has it;/, '--plan', 'p', '--junit', 'f'],
  [2, /^digitflow: --baseline: not with --plan: only all shards/, '--plan', 'p', '--baseline', 'v'],
  [
    2,
    /^digitflow: --junit: expected a gate to tell of, such as --min-accuracy, found none;/,
    '--junit',
    'f.xml',
  ],
  [
    2,
    /^digitflow: --junit: expected another file than the input base\.json/,
    '--baseline',
    'base.json',
    '--junit',
    'base.json',
  ],
  [
    2,
    /^digitflow: --junit: expected another file than that of --verdicts/,
    '--verdicts',
    'v',
    '--junit',
    'v',
    '--margin',
    '0',
  ],
  [74, /^digitflow: none\/f\.xml: cannot be written/, '--min-accuracy', '0', '--junit', 'none/f.xml'],
  [65, /^digitflow: base\.npy: expected the JSON of an evaluation, found no JSON/, '--baseline', 'base.npy'],
  [66, /^digitflow: none\.json: no such file; give the path of the JSON/, '--baseline', 'none.json'],
  [74, /^digitflow: none\/v\.npy: cannot be written: there is no such folder/, '--verdicts', 'none/v.npy'],
])('exit code %i, and %s', async (exitCode, message, ...args) => {
  const result = await run(...args);
  expect(result).toMatchObject({ exitCode, stdout: '', stderr: expect.stringMatching(message) });
  expect(result.stderr).toMatch(/^[^\n]+\n$/);
});

test('nothing is written over what a baseline, a slice or a network is read from', async () => {
  const values = Buffer.from('a\nb\n'.repeat(5000));
  const cwd = await tempFolder({ ...files, 'values.txt': values });
  await runShared(['convert', 'relu', 'net.npz'], { cwd });
  const network = readFileSync(join(cwd, 'net.npz'));
  for (const [flag, over, ...args] of [
    ['--junit', 'base.npy', 'evaluate', '--baseline', 'base.json'],
    ['--junit', 'values.txt', 'evaluate', '--slice', 'values.txt', '--min-accuracy', '0.9'],
    ['--verdicts', 'values.txt', 'evaluate', '--slice', 'values.txt'],
    ['--out', 'values.txt', 'report', '--slice', 'values.txt'],
    ['--out', 'net.npz', 'report', '--model', 'net.npz'],
    ['--out', 'net.npz', 'stress', '--model', 'net.npz', '--limit', '1'],
    ['--out', 'net.npz', 'score', 'values.txt', '--model', 'net.npz'],
    ['--summary', 'values.txt', 'score', 'base.npy', '--drift', 'values.txt'],
  ]) {
    const message = `${flag}: expected another file than the input ${over}, found the same; give another path`;
    const { stderr, exitCode } = await runShared([...args, flag, over], { cwd });
    expect({ stderr, exitCode }).toEqual({ stderr: `digitflow: ${message}\n`, exitCode: 2 });
  }
  expect(readFileSync(join(cwd, 'values.txt'))).toEqual(values);
  expect(readFileSync(join(cwd, 'net.npz'))).toEqual(network);
  expect(readFileSync(join(cwd, 'base.npy'))).toEqual(files['base.npy']);
});
