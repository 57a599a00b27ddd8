import { existsSync, rmSync, statSync } from 'node:fs';
import { setTimeout as sleep } from 'node:timers/promises';
import { expect } from 'vitest';
import { Cli } from '../helpers/cli.js';

/**
 * Runs a command line and kills it when its output has so many bytes, or some milliseconds later. On a busy machine a run may
 * be quicker than its killer: then it starts over, and the killer comes sooner.
 */
export async function killAt(bytes: number, out: string, args: readonly string[], waitMs = 0): Promise<void> {
  for (;;) {
    const cli = new Cli(args);
    let isOver = false;
    const ended = cli.ended.finally(() => {
      isOver = true;
    });
    const size = () => statSync(out, { throwIfNoEntry: false })?.size ?? 0;
    await expect.poll(() => isOver || size() >= bytes, { interval: 1 }).toBe(true);
    await sleep(waitMs);
    cli.signal('SIGKILL');
    await ended;
    // It goes when all is written.
    if (existsSync(`${out}.progress`)) return;
    rmSync(out);
    bytes /= 2;
    waitMs = 0;
  }
}
