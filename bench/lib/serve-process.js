import { fork } from 'node:child_process';
import { once } from 'node:events';
import { cpus } from 'node:os';
import { fileURLToPath } from 'node:url';
import { pacedLoad } from './paced-load.js';
import { ROOT } from './product.js';

const CHILD = fileURLToPath(new URL('../peers/serve-child.js', import.meta.url));
/** What a server spends before it counts: until V8 has compiled all of it, it is something else that is measured. */
const WARM_UP_CPU_MS = 1000;

/**
 * @typedef {object} ServerProcess
 * @property {string} url
 * @property {() => Promise<number>} cpuMs what it has spent on the cores so far, all its threads together
 */

/** What all servers that have ended have spent on the cores, in milliseconds. */
let spentMs = 0;

/**
 * Starts a server for one measurement: one process differs from the next of the same build by more than builds do.
 *
 * @template T
 * @param {'digitflow' | 'empty' | 'onnx'} kind
 * @param {(server: ServerProcess) => Promise<T>} use
 * @param {string} [root] the folder of the build
 * @returns {Promise<T>}
 */
export async function withServer(kind, use, root = ROOT) {
  const child = fork(CHILD, [kind, root]);
  const [{ url }] = await once(child, 'message');
  const cpuMs = async () => {
    child.send('cost');
    const [cost] = await once(child, 'message');
    return cost.cpuMs;
  };
  try {
    return await use({ url, cpuMs });
  } finally {
    spentMs += await cpuMs();
    child.disconnect();
    await once(child, 'exit');
  }
}

/**
 * What a request takes of a new server that has been asked the same before: of the clock, and of the server's CPU time.
 *
 * @param {ServerProcess} server
 * @param {{ path: string, request: import('./infer-requests.js').PostRequest, connections: number, seconds: number }} asked
 * @returns {Promise<{ wallMs: number, cpuMs: number }>}
 */
export async function costOf(server, { path, ...asked }) {
  const load = { url: `${server.url}${path}`, ...asked };
  await warmUp(server, load);
  const { latencies, errors, seconds, cpuMs } = await pacedLoad({ ...load, cpuMs: server.cpuMs });
  const { length } = latencies.get(200) ?? [];
  if (errors > 0 || latencies.size !== 1 || !(length > 0))
    throw new Error(`${path}: ${errors} errors, replies of status ${[...latencies.keys()]}`);
  return { wallMs: (seconds * 1000) / length, cpuMs: cpuMs / length };
}

/**
 * Asks a new server until it has worked for a second. By the clock it may have had no core.
 *
 * @param {ServerProcess} server
 * @param {import('./paced-load.js').PacedLoad} load
 */
export async function warmUp({ cpuMs }, load) {
  const startMs = await cpuMs();
  while ((await cpuMs()) - startMs < WARM_UP_CPU_MS) await pacedLoad({ ...load, seconds: 0.5 });
}

/** Tells, when it is called, how many cores others than this process and its servers have kept busy since. */
export function watchOthers() {
  const before = { startMs: performance.now(), others: othersMs() };
  return () => (othersMs() - before.others) / (performance.now() - before.startMs);
}

function othersMs() {
  const busy = cpus().reduce((sum, { times: { user, nice, sys, irq } }) => sum + user + nice + sys + irq, 0);
  const { user, system } = process.cpuUsage();
  return busy - (user + system) / 1000 - spentMs;
}
