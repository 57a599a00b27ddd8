import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { expect, test } from 'vitest';
import { Cli } from '../helpers/cli.js';
import { digitsCsv } from '../helpers/digits-csv.js';
import { tempFolder } from '../inputs/temp-folder.js';

/** Whole lines so far. An output comes and goes once while it is tried whether it can be written. */
const linesOf = (path: string) => {
  try {
    return readFileSync(path, 'utf8').split('\n').slice(0, -1);
  } catch {
    return [];
  }
};

test.each([
  ['with a header', { header: true }],
  ['without one', {}],
  ['without labels', { labelled: false }],
  ['with CR LF', { header: true, lineEnd: '\r\n' }],
  ['with CR', { header: true, lineEnd: '\r' }],
])('three rows %s are answered while their producer keeps silent, and three more', async (name, style) => {
  const folder = await tempFolder({});
  for (const workers of ['0', '2']) {
    const out = join(folder, `${name}-${workers}.csv`);
    const args = ['score', '-', '--quiet', '--workers', workers, '--max-wait', '10', '--out', out];
    const cli = new Cli(args, { stdin: 'pipe' });
    await cli.send(Buffer.from(digitsCsv({ count: 3, ...style })));
    await expect.poll(() => linesOf(out).length).toBe(4);
    // With only the first piece of a row that follows nothing more can be said.
    await cli.send(Buffer.from(digitsCsv({ count: 4, first: 3, ...style, header: false }).slice(0, -20)));
    await expect.poll(() => linesOf(out).length).toBe(7);
    cli.signal('SIGKILL');
    await cli.ended;
  }
});

test('a header alone, and then a row in pieces, is waited for', async () => {
  const out = join(await tempFolder({}), 'pieces.csv');
  const cli = new Cli(['score', '-', '--max-wait', '10', '--out', out], { stdin: 'pipe' });
  const text = digitsCsv({ count: 2, header: true });
  const row = text.indexOf('\n') + 1;
  for (const [from, to] of [
    [0, 100],
    [100, row],
    [row, row + 50],
    [row + 50, undefined],
  ] as const) {
    await cli.send(Buffer.from(text.slice(from, to)));
    await sleep(30);
  }
  await expect.poll(() => linesOf(out).length).toBe(3);
  cli.stdin.end();
  const { exitCode, stderr } = await cli.ended;
  expect(exitCode).toBe(0);
  expect(stderr).toContain('column first "label"');
});
