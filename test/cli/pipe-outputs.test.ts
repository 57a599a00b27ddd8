import { execFileSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { Cli, runCli } from '../helpers/cli.js';
import { digitsCsv } from '../helpers/digits-csv.js';

const folder = mkdtempSync(join(tmpdir(), 'digitflow-'));
const at = (name: string) => join(folder, name);
afterAll(() => rmSync(folder, { recursive: true }));
beforeAll(() => {
  writeFileSync(at('a.csv'), digitsCsv({ count: 60 }));
  execFileSync('mkfifo', [at('pipe')]);
});

const train = ['train', '--images', 'a.csv', '--epochs', '3', '--hidden', '4', '--workers', '0'];

describe('a named pipe as an output', () => {
  const runs: [name: string, args: string[]][] = [
    ['score --summary', ['score', 'a.csv', '--out', 'rows', '--summary', 'pipe']],
    ['report --out', ['report', 'a.csv', '--out', 'pipe']],
    ['train --out', [...train, '--out', 'pipe']],
    ['train --curve', [...train, '--out', 'network', '--curve', 'pipe']],
    ['train --log', [...train, '--out', 'network', '--log', 'pipe']],
  ];

  test.each(runs)('that nobody reads keeps no process from its end: %s', async (_, args) => {
    const cli = new Cli(args, { cwd: folder });
    await cli.said('header');
    cli.signal('SIGINT');
    await cli.said('again to leave at once');
    cli.signal('SIGINT');
    const { exitCode, signal } = await cli.ended;
    // The second one may find a process that is leaving.
    expect(exitCode ?? signal).toBe(signal ?? 130);
  });

  test.each(runs)('gets all of it, though its reader comes late: %s', async (name, args) => {
    await runCli(
      args.map((arg) => (arg === 'pipe' ? 'file' : arg)),
      { cwd: folder },
    );
    const cli = new Cli(args, { cwd: folder });
    await cli.said('header');
    const read = execFileSync('cat', [at('pipe')], { encoding: 'utf8' });
    expect((await cli.ended).exitCode).toBe(0);
    const written = readFileSync(at('file'), 'utf8');
    // What took time differs.
    const lasting = (text: string) =>
      text.replace(/"(seconds|rowsPerSecond|imagesPerSecond)":\s?[\d.e-]+/g, '');
    expect(read.length).toBeGreaterThan(0);
    if (name === 'train --out') expect(read.length).toBe(written.length);
    else expect(lasting(read)).toBe(lasting(written));
  });

  test('is refused as a checkpoint, which each next one replaces', async () => {
    const { stderr, exitCode } = await runCli([...train, '--out', 'network', '--checkpoint', 'pipe'], {
      cwd: folder,
    });
    expect(stderr).toMatch(
      /digitflow: pipe: expected a file, .* found a pipe; give --checkpoint another path\n$/,
    );
    expect(exitCode).toBe(2);
  });
});
