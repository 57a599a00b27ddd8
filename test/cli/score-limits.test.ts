import { execFile } from 'node:child_process';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { expect, test } from 'vitest';
import { runCli } from '../helpers/cli.js';
import { digitsCsv } from '../helpers/digits-csv.js';
import { tempFolder } from '../inputs/temp-folder.js';

const run = promisify(execFile);
/** V8 reserves 10 GiB of addresses for each shared memory: enough for one, in KiB. */
const ADDRESSES_KIB = 14 * 2 ** 20;

test.runIf(process.platform === 'linux')(
  'where there are addresses for one shared memory only, rows are written all the same',
  async () => {
    const folder = await tempFolder({ 'in.csv': Buffer.from(digitsCsv({ count: 5 })) });
    const args = ['score', join(folder, 'in.csv'), '--quiet', '--workers', '0'];
    const unlimited = await runCli(args);
    const limited = await run('sh', [
      '-c',
      `ulimit -v ${ADDRESSES_KIB} && exec "$@"`,
      'sh',
      ...[process.execPath, join(import.meta.dirname, '../../dist/digitflow.cjs'), ...args],
    ]);
    expect(limited).toEqual({ stdout: unlimited.stdout, stderr: '' });
  },
);

test('many threads are as quiet as one', async () => {
  const folder = await tempFolder({ 'in.csv': Buffer.from(digitsCsv({ count: 5 })) });
  const result = await runCli(['score', join(folder, 'in.csv'), '--quiet', '--workers', '12']);
  expect(result).toMatchObject({ stderr: '', exitCode: 0 });
});

test('batches of thousands of rows fit for 64 threads, too', async () => {
  const folder = await tempFolder({ 'in.csv': Buffer.from(digitsCsv({ count: 5 })) });
  const args = ['score', join(folder, 'in.csv'), '--quiet', '--workers', '64', '--batch-size', '10000'];
  expect(await runCli(args)).toMatchObject({ stderr: '', exitCode: 0 });
});
