import { spawn } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { runToEnd } from './lib/children.js';
import { repeatedTrainingSet } from './lib/mnist.js';
import { showSpread } from './lib/report.js';
import { spread } from './lib/statistics.js';

const IMAGES = 2_400_000;
const WORKERS = 2;
const GOAL_MICROSECONDS = 0.15;
const CHILD = fileURLToPath(new URL('./feeder-child.js', import.meta.url));

/**
 * What a record costs the main thread: it feeds all workers, so this bounds how many cores one process can use.
 *
 * @param {{ rounds?: number, log: (line: string) => void }} options
 * @returns {Promise<import('./lib/report.js').Report>}
 */
export async function measureFeeder({ rounds = 9, log }) {
  log('feeder: writing the files');
  const plain = await repeatedTrainingSet(IMAGES);
  const packed = await repeatedTrainingSet(IMAGES, { gzip: true });
  const once = await repeatedTrainingSet(60_000);
  const options = { images: plain.images, labels: plain.labels, workers: WORKERS };
  const cases = [
    { name: 'file', options },
    { name: 'file, one worker', options: { ...options, workers: 1 } },
    { name: 'file, with a digest', options: { ...options, digest: 'always' } },
    { name: 'file, gzipped', options: { ...options, images: packed.images } },
    { name: 'stdin, a pipe', options: { ...options, images: '-' }, stdin: plain.images },
    { name: 'file of 60,000', options: { ...options, images: once.images, labels: once.labels } },
  ];
  /** @type {Map<string, { images: number, seconds: number, mainMs: number | null, allMs: number }[]>} */
  const samples = new Map(cases.map(({ name }) => [name, []]));
  for (let round = 0; round < rounds; round++) {
    log(`feeder: round ${round + 1} of ${rounds}`);
    for (const { name, options, stdin } of cases)
      samples.get(name).push(await evaluateInChild(options, stdin));
  }
  return describe(samples, rounds);
}

async function evaluateInChild(options, stdin) {
  const args = [CHILD, JSON.stringify(options)];
  if (stdin === undefined) return JSON.parse((await runToEnd(process.execPath, args)).stdout);
  // Not a stream of this process: that one would take turns with the measured one for its own work.
  const cat = spawn('cat', [stdin], { stdio: ['ignore', 'pipe', 'inherit'] });
  const ended = runToEnd(process.execPath, args, { stdio: [cat.stdout, 'pipe', 'pipe'] });
  // The child has it now; a second reader here would steal from it.
  cat.stdout.destroy();
  return JSON.parse((await ended).stdout);
}

function describe(samples, rounds) {
  const perRecord = (entries, of) => spread(entries.map((entry) => (of(entry) * 1000) / entry.images));
  const isMeasured = [...samples.values()].every((entries) => entries.every(({ mainMs }) => mainMs !== null));
  const rows = [...samples].map(([name, entries]) => [
    name,
    isMeasured
      ? showSpread(
          perRecord(entries, ({ mainMs }) => mainMs),
          3,
        )
      : 'unknown',
    showSpread(
      perRecord(entries, ({ allMs }) => allMs),
      3,
    ),
    showSpread(
      perRecord(entries, ({ seconds }) => seconds * 1000),
      3,
    ),
  ]);
  const median = isMeasured ? perRecord(samples.get('file'), ({ mainMs }) => mainMs).median : Number.NaN;
  return {
    title: 'feeder: what a record costs the main thread',
    tables: [
      {
        head: [
          '2.4 million images',
          'main thread, µs a record',
          'all threads, µs a record',
          'wall clock, µs a record',
        ],
        rows,
      },
    ],
    targets: [
      {
        what: 'main thread',
        goal: `at most ${GOAL_MICROSECONDS} µs a record`,
        measured: isMeasured ? `${median.toFixed(3)} µs` : 'unknown: this system does not tell',
        met: median <= GOAL_MICROSECONDS,
      },
    ],
    notes: [
      `${rounds} rounds, each in a new process; median (quartiles); CPU time but for the last column`,
      'whole calls of `evaluate`: the start of the threads and the closing are in it',
    ],
    bars: {
      unit: 'µs a record (less is better)',
      digits: 3,
      bars: [...samples].map(([name, entries]) => ({
        label: name,
        spread: isMeasured ? perRecord(entries, ({ mainMs }) => mainMs) : null,
        isOurs: true,
        without: 'unknown',
      })),
    },
    samples: Object.fromEntries(samples),
  };
}
