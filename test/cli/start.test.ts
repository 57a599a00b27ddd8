import { chmod, readdir, readFile } from 'node:fs/promises';
import module from 'node:module';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { beforeAll, describe, expect, test } from 'vitest';
import { type CliOptions, type CliResult, runCli } from '../helpers/cli.js';
import { copyOfProgram } from '../helpers/copy-of-program.js';
import { digitsCsv } from '../helpers/digits-csv.js';
import { runShared } from '../helpers/shared-cli.js';
import { tempFolder } from '../inputs/temp-folder.js';

const DIST = fileURLToPath(new URL('../../dist', import.meta.url));

/** What an evaluation says, less how long it took. */
async function evaluated(options: CliOptions = {}): Promise<unknown> {
  const { stdout, stderr, exitCode } = await runCli(['evaluate', '--format', 'json'], options);
  expect({ stderr, exitCode }).toEqual({ stderr: '', exitCode: 0 });
  const { seconds, imagesPerSecond, ...said } = JSON.parse(stdout);
  return said;
}

describe('the program says the same', () => {
  let usual: unknown;
  beforeAll(async () => {
    usual = await evaluated();
  });

  test('the first time and the second, where Node keeps its code', async () => {
    const env = { NODE_COMPILE_CACHE: await tempFolder() };
    expect(await evaluated({ env })).toEqual(usual);
    expect(await evaluated({ env })).toEqual(usual);
  });

  test.skipIf(!('enableCompileCache' in module))('and asks Node to keep its code', async () => {
    const folder = await tempFolder();
    expect(await evaluated({ env: { TMPDIR: folder } })).toEqual(usual);
    expect(await readdir(join(folder, 'node-compile-cache'), { recursive: true })).not.toEqual([]);
  });

  test('where its code cannot be kept: a file is in the way', async () => {
    const folder = await tempFolder({ 'node-compile-cache': Buffer.from('no folder') });
    expect(await evaluated({ env: { TMPDIR: folder } })).toEqual(usual);
  });

  test('where its code is not to be kept', async () => {
    expect(await evaluated({ env: { NODE_DISABLE_COMPILE_CACHE: '1' } })).toEqual(usual);
  });

  test('where nothing can be written beside it', async () => {
    const program = await copyOfProgram();
    await chmod(dirname(program), 0o555);
    expect(await evaluated({ program })).toEqual(usual);
    await chmod(dirname(program), 0o755);
  });
});

describe('a process of its own ends, and says what the process says that tests share:', () => {
  const SPEED = /^(seconds|images_per_second),.*$/gm;
  const said = ['--quiet', '--format', 'json'];
  test.each<[exitCode: number, ...args: string[]]>([
    [0, 'look', 'digit', '0', ...said],
    [1, 'evaluate', '--min-accuracy', '1', '--format', 'csv'],
    [2, '--nonsense', ...said],
    [65, 'evaluate', 'bad.csv', ...said],
    [65, 'score', 'bad.csv', '--workers', '2'],
    [66, 'evaluate', 'nowhere'],
    [74, 'score', 'good.csv', '--out', 'nowhere/out.csv'],
  ])('exit code %i', async (exitCode, ...args) => {
    const rows = digitsCsv({ count: 3 });
    const cwd = await tempFolder({
      'good.csv': Buffer.from(rows),
      'bad.csv': Buffer.from(rows.replace(/\d+$/m, '999')),
    });
    const [own, shared] = [await runCli(args, { cwd }), await runShared(args, { cwd })];
    const lasting = (result: CliResult) => ({ ...result, stdout: result.stdout.replace(SPEED, '') });
    expect(lasting(own)).toEqual(lasting(shared));
    expect(own).toMatchObject({ exitCode, signal: null });
  });
});

describe('help and version', () => {
  test.each([['--help'], ['--version'], ['help', 'score']])(
    '%s load no command but the one they are about',
    async (...args) => {
      const others = (await readdir(DIST)).filter((name) => /^cli-\w+-command-.*\.cjs$/.test(name));
      // What evaluate loads is in a file that others share.
      expect(others).toHaveLength(12);
      const missing = others.filter((name) => !name.startsWith(`cli-${args[1]}-`));
      const program = await copyOfProgram(...missing, 'kernel.wasm', 'score-worker.cjs', 'safetensors');
      expect(await runCli(args, { program })).toMatchObject({ stderr: '', exitCode: 0 });
    },
  );
});

describe('a stack', () => {
  const args = ['evaluate', 'nowhere', '--debug'];

  test('names functions, and lines of what was built', async () => {
    const { stderr } = await runCli(args);
    expect(stderr).toMatch(/\n +at inputError \(.*cli[\w-]*\.cjs:\d+:\d+\)\n/);
  });

  test('names lines of the sources where Node is asked to map them', async () => {
    const { stderr } = await runCli(args, { env: { NODE_OPTIONS: '--enable-source-maps' } });
    expect(stderr).toMatch(/\n +at .*src\/errors\.ts:\d+:\d+\)?\n/);
  });
});

test('the program is ASCII, which is quicker to load', async () => {
  const files = (await readdir(DIST)).filter((name) => name.endsWith('.cjs'));
  for (const file of files) expect(await readFile(join(DIST, file), 'utf8')).toMatch(/^[\0-\x7f]*$/);
  expect(files).toContain('cli.cjs');
});
