import { spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { runCli } from '../helpers/cli.js';
import { digitsCsv } from '../helpers/digits-csv.js';

const FIXTURE = fileURLToPath(new URL('./fixtures/end-threads.cjs', import.meta.url));
const LIBRARY = new URL('../../dist/index.js', import.meta.url).href;

function env(plan: string) {
  return { END_THREADS: plan, NODE_OPTIONS: `--require ${JSON.stringify(FIXTURE)}` };
}

describe('threads that end without a word', () => {
  const folder = mkdtempSync(join(tmpdir(), 'digitflow-'));
  const args = ['score', join(folder, 'a.csv'), '--batch-size', '20', '--workers', '1', '--quiet'];
  let whole: string;
  afterAll(() => rmSync(folder, { recursive: true }));
  beforeAll(async () => {
    writeFileSync(join(folder, 'a.csv'), digitsCsv({ count: 300 }));
    whole = (await runCli([...args, '--workers', '0'])).stdout;
  });

  test.each([
    ['as the first one starts', 'starting never'],
    ['once it is ready, and then as others start', 'ready starting starting never'],
  ])('are replaced: %s', async (_, plan) => {
    const out = join(folder, 'out');
    const { exitCode, stderr } = await runCli([...args, '--out', out], { env: env(plan) });
    expect({ exitCode, stderr }).toEqual({ exitCode: 0, stderr: '' });
    expect(readFileSync(out, 'utf8')).toBe(whole);
  });

  test.each(['starting', 'ready starting'])('every time end the run, which says so: %s', async (plan) => {
    const { exitCode, stderr } = await runCli(args, { env: env(plan) });
    expect(stderr).toMatch(/^digitflow: the worker threads do not start: .*\n$/);
    expect(exitCode).toBe(70);
  });

  test.each(['starting', 'ready starting'])('every time end what the library was asked for: %s', (plan) => {
    const script = `
      import { evaluate } from ${JSON.stringify(LIBRARY)};
      await evaluate({ workers: 1 }).then(() => console.log('done'), (error) => console.log(error.code));`;
    const { stdout, status } = spawnSync(process.execPath, ['--input-type=module', '-e', script], {
      env: { ...process.env, ...env(plan) },
      encoding: 'utf8',
    });
    expect({ stdout, status }).toEqual({ stdout: 'POOL_START\n', status: 0 });
  });

  test('are replaced where they learn, too', async () => {
    const paths = ['a', 'b'].map((name) => join(folder, name));
    const images = ['--images', join(folder, 'a.csv'), '--validation', '50', '--epochs', '2', '--quiet'];
    const [, { exitCode, stderr }] = await Promise.all([
      runCli(['train', ...images, '--workers', '0', '--out', paths[0]]),
      runCli(['train', ...images, '--workers', '2', '--out', paths[1]], {
        env: env('ready starting starting never'),
      }),
    ]);
    expect({ exitCode, stderr }).toEqual({ exitCode: 0, stderr: '' });
    expect(readFileSync(paths[1]).equals(readFileSync(paths[0]))).toBe(true);
  });
});
