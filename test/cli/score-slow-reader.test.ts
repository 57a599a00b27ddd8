import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { afterEach, expect, test } from 'vitest';
import { digitsCsv } from '../helpers/digits-csv.js';

const PROGRAM = fileURLToPath(new URL('../../dist/digitflow.cjs', import.meta.url));
const ROWS = 1000;
const block = Buffer.from(digitsCsv({ count: ROWS }));
/** What the pipes, the slots and the buffers before them may hold; the input offered is far more. */
const MOST_IN_FLIGHT = 96 * 2 ** 20;
const OFFERED = 400 * 2 ** 20;

let child: ChildProcess | undefined;
afterEach(() => child?.kill('SIGKILL'));

/** `digitflow score -` whose output is not read as yet, fed until it takes no more. */
async function stuck() {
  const scoring = spawn(process.execPath, [PROGRAM, 'score', '-', '--workers', '2'], { stdio: 'pipe' });
  child = scoring;
  scoring.stdin.on('error', () => undefined);
  let stderr = '';
  scoring.stderr.setEncoding('utf8').on('data', (text: string) => {
    stderr += text;
  });
  let taken = 0;
  let isFeeding = true;
  const feeding = (async () => {
    while (isFeeding && taken < OFFERED) {
      await new Promise<void>((resolve) => scoring.stdin.write(block, () => resolve()));
      taken += block.length;
    }
    scoring.stdin.end();
  })();
  for (let before = -1; before !== taken || taken === 0; ) {
    before = taken;
    await sleep(700);
  }
  return {
    scoring,
    feeding,
    taken: () => taken,
    stderr: () => stderr,
    stopFeeding: () => {
      isFeeding = false;
    },
  };
}

test('a reader that sleeps holds the input back, memory stays flat, and nothing is lost', async () => {
  const { scoring, feeding, taken, stopFeeding } = await stuck();
  expect(taken()).toBeGreaterThan(0);
  expect(taken()).toBeLessThan(MOST_IN_FLIGHT);
  const [, peakKilobytes] = /VmHWM:\s+(\d+)/.exec(readFileSync(`/proc/${scoring.pid}/status`, 'utf8')) ?? [];
  expect(Number(peakKilobytes) / 1024).toBeLessThan(200);
  stopFeeding();
  let lines = 0;
  scoring.stdout.on('data', (bytes: Buffer) => {
    for (const byte of bytes) if (byte === 0x0a) lines++;
  });
  const closed = once(scoring, 'close');
  await feeding;
  expect((await closed)[0]).toBe(0);
  expect(lines).toBe(1 + (taken() / block.length) * ROWS);
});

test('while a reader sleeps, the first Ctrl-C is heard, and the second leaves at once', async () => {
  const { scoring, stderr } = await stuck();
  scoring.kill('SIGINT');
  await expect.poll(stderr).toContain('again to leave at once');
  expect(scoring.exitCode).toBe(null);
  scoring.kill('SIGINT');
  // Not 'close': what it has written still lies in the pipe, unread.
  expect((await once(scoring, 'exit'))[0]).toBe(130);
});
