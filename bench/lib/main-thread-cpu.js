import { readFileSync } from 'node:fs';
import { setTimeout as sleep } from 'node:timers/promises';

/** The first number: nanoseconds on a core. On Linux the main thread's id is the process's. */
const SCHEDSTAT = `/proc/self/task/${process.pid}/schedstat`;

/**
 * What the main thread alone has spent on a core so far, in milliseconds: neither the workers, nor V8's helpers, nor
 * the threads that read files. Null where the system does not say (before Node 23.9 only Linux does).
 *
 * @returns {Promise<number | null>}
 */
export async function mainThreadCpuMs() {
  if (typeof process.threadCpuUsage === 'function') {
    const { user, system } = process.threadCpuUsage();
    return (user + system) / 1000;
  }
  // The count is brought up to date when the thread leaves its core.
  await sleep(5);
  try {
    return Number(readFileSync(SCHEDSTAT, 'utf8').split(' ')[0]) / 1e6;
  } catch {
    return null;
  }
}
