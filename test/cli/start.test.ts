import { chmod, readdir, readFile } from 'node:fs/promises';
import module from 'node:module';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { beforeAll, describe, expect, test } from 'vitest';
import { type CliOptions, runCli } from '../helpers/cli.js';
import { copyOfProgram } from '../helpers/copy-of-program.js';
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

describe('help and version', () => {
  test.each([['--help'], ['--version'], ['help', 'score']])(
    '%s load no command but the one they are about',
    async (...args) => {
      const others = (await readdir(DIST)).filter((name) => /^cli-\w+-command-.*\.cjs$/.test(name));
      // What evaluate loads is in a file that others share.
      expect(others).toHaveLength(4);
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
