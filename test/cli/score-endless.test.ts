import { existsSync, readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { Cli } from '../helpers/cli.js';
import { digitsCsv } from '../helpers/digits-csv.js';

const MB = 2 ** 20;

/** The most memory that a process ever had, as Linux knows it. */
function peakBytes(pid: number): number {
  const [, kilobytes] = /VmHWM:\s+(\d+) kB/.exec(readFileSync(`/proc/${pid}/status`, 'utf8')) ?? [];
  return Number(kilobytes) * 1024;
}

test.skipIf(!existsSync('/proc/self/status'))(
  'gigabytes of rows made on the fly are scored in the memory that megabytes take',
  async () => {
    const piece = Buffer.from(digitsCsv({ count: 2000 }));
    const cli = new Cli(['score', '-', '--quiet', '--workers', '2', '--out', '/dev/null'], { stdin: 'pipe' });
    let sent = 0;
    const sendUntil = async (bytes: number) => {
      for (; sent < bytes; sent += piece.length) await cli.send(piece);
    };
    await sendUntil(200 * MB);
    const early = peakBytes(cli.pid);
    await sendUntil(2000 * MB);
    const late = peakBytes(cli.pid);
    cli.stdin.end();
    expect((await cli.ended).exitCode).toBe(0);
    expect(early).toBeGreaterThan(40 * MB);
    expect(late).toBeLessThan(200 * MB);
    expect(late - early).toBeLessThan(60 * MB);
  },
  120_000,
);
