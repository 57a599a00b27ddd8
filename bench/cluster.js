import { mkdirSync, readFileSync, rmSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { runToEnd } from './lib/children.js';
import { temporaryFolder } from './lib/mnist.js';
import { trainingCsv } from './lib/mnist-csv.js';
import { EXECUTABLE } from './lib/product.js';
import { simulateCluster } from './lib/simulate-cluster.js';
import { spread } from './lib/statistics.js';

const IMAGES = 1e12;
const WORKERS = [10, 100, 1000, 10_000];
const IMAGES_A_SHARD = [1e6, 3e6, 1e7, 3e7, 1e8, 3e8, 1e9];
/** What is not measured here, but assumed, and said so in the table. */
const ASSUMED = {
  spread: 0.1,
  slowShare: 0.02,
  slowFactor: 3,
  secondsToNotice: 30,
  secondsToReplace: 120,
  shardsASecond: 1000,
};
/** Machines that fail once a month, and such as a provider takes away once a day. */
const HOURS_TO_FAILURE = { 'once a month': 720, 'once a day': 24 };
/** Shards whose time is measured, in rows; a straight line through them gives all others. */
const MEASURED_ROWS = [20_000, 60_000, 180_000, 540_000];
const REPEATS = 9;

/**
 * How long a cluster takes, by the size of its shards: times of shards are measured here, the cluster is simulated.
 *
 * @param {{ rounds?: number, log: (line: string) => void }} options
 * @returns {Promise<import('./lib/report.js').Report>}
 */
export async function measureCluster({ rounds = 3, log }) {
  log('cluster: writing the file');
  const { path, rows, bytes } = await trainingCsv({ rows: 60_000, repeats: REPEATS });
  const times = await measureShards(path, rounds, log);
  const line = straightLine(times.map(({ rows, seconds }) => [rows, seconds.median]));
  const merged = await measureMerge(path, rounds, log);
  const outBytes = merged.bytes / rows;
  const results = Object.entries(HOURS_TO_FAILURE).map(([how, hoursToFailure]) => ({
    how,
    rows: WORKERS.map((workers) => ({
      workers,
      runs: IMAGES_A_SHARD.map((images) => ({
        images,
        ...simulateCluster({
          ...ASSUMED,
          ...{ workers, hoursToFailure, shards: IMAGES / images },
          secondsAShard: line.atZero + line.slope * images,
        }),
      })),
    })),
  }));
  return describe({ times, line, merged, outBytes, rowBytes: bytes / rows, results, rounds });
}

/** Whole processes: start, reading the plan, opening, scoring, writing. */
async function measureShards(csv, rounds, log) {
  const times = [];
  for (const rows of MEASURED_ROWS) {
    const folder = freshFolder();
    const plan = join(folder, 'plan.json');
    await digitflow('plan', csv, '--shard-rows', `${rows}`, '-o', plan);
    const seconds = [];
    for (let round = 0; round < rounds; round++) {
      log(`cluster: shards of ${rows} rows, round ${round + 1} of ${rounds}`);
      const out = join(folder, `out-${round}`);
      const start = performance.now();
      await digitflow('score', '--plan', plan, '--shard', '0', '--out', out, '--workers', '2');
      seconds.push((performance.now() - start) / 1000);
    }
    times.push({ rows, seconds: spread(seconds) });
    rmSync(folder, { recursive: true });
  }
  return times;
}

async function measureMerge(csv, rounds, log) {
  const folder = freshFolder();
  const plan = join(folder, 'plan.json');
  const [shards, out] = [join(folder, 'shards'), join(folder, 'predictions.csv')];
  await digitflow('plan', csv, '--shards', '20', '-o', plan);
  const { shards: planned } = JSON.parse(readFileSync(plan, 'utf8'));
  for (let shard = 0; shard < planned.length; shard++)
    await digitflow('score', '--plan', plan, '--shard', `${shard}`, '--out', shards);
  const seconds = [];
  for (let round = 0; round < rounds; round++) {
    log(`cluster: merge, round ${round + 1} of ${rounds}`);
    const start = performance.now();
    await digitflow('merge', plan, shards, '-o', out);
    seconds.push((performance.now() - start) / 1000);
  }
  const { size: bytes } = statSync(out);
  const planBytes = statSync(plan).size / planned.length;
  rmSync(folder, { recursive: true });
  return { bytes, planBytes, seconds: spread(seconds) };
}

let folders = 0;

function freshFolder() {
  const folder = join(temporaryFolder(), `cluster-${folders++}`);
  mkdirSync(folder);
  return folder;
}

function digitflow(...args) {
  return runToEnd(process.execPath, [EXECUTABLE, ...args, '--quiet']);
}

/** By least squares of relative errors: a short shard counts as much as a long one. */
function straightLine(points) {
  let [s, sx, sy, sxx, sxy] = [0, 0, 0, 0, 0];
  for (const [x, y] of points) {
    const w = 1 / (y * y);
    s += w;
    sx += w * x;
    sy += w * y;
    sxx += w * x * x;
    sxy += w * x * y;
  }
  const slope = (s * sxy - sx * sy) / (s * sxx - sx * sx);
  return { slope, atZero: (sy - slope * sx) / s };
}

function describe({ times, line, merged, outBytes, rowBytes, results, rounds }) {
  const tables = [
    {
      head: ['rows of a shard', 'seconds, whole process, 2 workers'],
      rows: times.map(({ rows, seconds }) => [rows.toLocaleString('en'), seconds.median.toFixed(3)]),
    },
    ...results.map(({ how, rows }) => ({
      head: [
        `10^12 images; a machine fails ${how}`,
        ...IMAGES_A_SHARD.map((images) => `${images / 1e6} M a shard`),
      ],
      rows: rows.map(({ workers, runs }) => [
        `${workers.toLocaleString('en')} machines`,
        ...runs.map(({ seconds }) => durationWords(seconds)),
      ]),
    })),
    {
      head: [
        'the best size',
        'images a shard',
        'time',
        'beside no loss at all',
        'machine hours',
        'tries lost',
      ],
      rows: results.flatMap(({ how, rows }) =>
        rows.map(({ workers, runs }) => {
          const best = runs.reduce((a, b) => (b.seconds < a.seconds ? b : a));
          const least = (IMAGES * line.slope) / workers;
          return [
            `${workers.toLocaleString('en')} machines, fail ${how}`,
            `${best.images / 1e6} M`,
            durationWords(best.seconds),
            (best.seconds / least).toFixed(2),
            ((best.seconds * workers) / 3600).toFixed(0),
            `${best.failures}`,
          ];
        }),
      ),
    },
  ];
  const rate = merged.bytes / merged.seconds.median / 1e6;
  return {
    title: 'cluster: how long many machines take, by the size of a shard',
    tables,
    targets: [],
    notes: [
      `measured here, ${rounds} rounds, medians: a shard takes ${line.atZero.toFixed(2)} s and ${(line.slope * 1e6).toFixed(3)} s a million rows; merge ${rate.toFixed(0)} MB/s; a row has ${rowBytes.toFixed(0)} bytes as CSV and ${outBytes.toFixed(1)} in the output; a shard ${merged.planBytes.toFixed(0)} bytes in the plan`,
      `assumed: times of shards differ by ${100 * ASSUMED.spread} %, ${100 * ASSUMED.slowShare} % of the machines take ${ASSUMED.slowFactor} times as long, a loss is noticed after ${ASSUMED.secondsToNotice} s, a machine comes back after ${ASSUMED.secondsToReplace} s, the queue gives out ${ASSUMED.shardsASecond} shards a second, and storage and network keep up`,
      'simulated event by event, always with the same random numbers; no shard is begun a second time while it runs',
    ],
    samples: { times, line, merged, results },
  };
}

function durationWords(seconds) {
  if (seconds < 120) return `${seconds.toFixed(0)} s`;
  return seconds < 7200 ? `${(seconds / 60).toFixed(1)} min` : `${(seconds / 3600).toFixed(1)} h`;
}
