import { chmod, readdir, readFile, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { beforeAll, describe, expect, test } from 'vitest';
import { type CliOptions, runCli } from '../helpers/cli.js';
import { copyOfProgram } from '../helpers/copy-of-program.js';

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

  test('without kept code: another version of Node, or one that was never built for', async () => {
    expect(await evaluated({ program: await copyOfProgram('code-cache') })).toEqual(usual);
  });

  test('with kept code that is damaged, and leaves it alone', async () => {
    const program = await copyOfProgram();
    const folder = join(dirname(program), 'code-cache');
    const files = (await readdir(folder)).map((name) => join(folder, name));
    for (const file of files) {
      const bytes = await readFile(file);
      bytes.fill(0xff, bytes.length >> 1, (bytes.length >> 1) + 1000);
      await writeFile(file, bytes);
    }
    expect(await evaluated({ program })).toEqual(usual);
    expect((await readFile(files[0])).includes(Buffer.alloc(1000, 0xff))).toBe(true);
  });

  test('with flags of V8 that the kept code was not made for', async () => {
    expect(await evaluated({ env: { NODE_OPTIONS: '--interpreted-frames-native-stack' } })).toEqual(usual);
  });

  test('where nothing can be written beside it', async () => {
    const program = await copyOfProgram();
    const folders = [dirname(program), join(dirname(program), 'code-cache')];
    for (const folder of folders) await chmod(folder, 0o555);
    expect(await evaluated({ program })).toEqual(usual);
    for (const folder of folders) await chmod(folder, 0o755);
  });
});

describe('a stack', () => {
  const args = ['evaluate', 'nowhere', '--debug'];

  test('names functions, and lines of what was built', async () => {
    const { stderr } = await runCli(args);
    expect(stderr).toMatch(/\n +at inputError \(.*digitflow-evaluate\.cjs:\d+:\d+\)\n/);
  });

  test('names lines of the sources where Node is asked to map them', async () => {
    const { stderr } = await runCli(args, { env: { NODE_OPTIONS: '--enable-source-maps' } });
    expect(stderr).toMatch(/\n +at .*src\/sources\/input-error\.ts:\d+:\d+\)?\n/);
  });
});
