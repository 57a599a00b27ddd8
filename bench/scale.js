import { fileURLToPath } from 'node:url';
import { runToEnd } from './lib/children.js';
import { repeatedTrainingSet } from './lib/mnist.js';
import { loadDigitflow } from './lib/product.js';
import { showSpread } from './lib/report.js';
import { spread } from './lib/statistics.js';

const COUNTS = [10_000, 60_000, 600_000, 2_400_000, 9_600_000];
const MANY = 2_400_000;
const WORKERS = [0, 1, 2, 3, 4];
const BATCHES = [250, 1000, 4000, 16_000, 64_000];
const CHILD = fileURLToPath(new URL('./feeder-child.js', import.meta.url));

/**
 * How time and memory grow with records, workers and the size of a batch (slots are two a worker and one more); what a record
 * costs the main thread, and from it how many cores one feeder can keep busy.
 *
 * @param {{ rounds?: number, log: (line: string) => void }} options
 * @returns {Promise<import('./lib/report.js').Report>}
 */
export async function measureScale({ rounds = 3, log }) {
  await loadDigitflow();
  log('scale: writing the files, 12 GB');
  const files = new Map();
  for (const count of COUNTS) files.set(count, await repeatedTrainingSet(count));
  const cases = [
    ...COUNTS.map((count) => ({ group: 'records', name: records(count), count, options: {} })),
    ...WORKERS.map((workers) => ({
      group: 'workers',
      name: `${workers}`,
      count: MANY,
      options: { workers },
    })),
    ...BATCHES.map((batchSize) => ({
      group: 'batch',
      name: records(batchSize),
      count: MANY,
      options: { workers: 2, batchSize },
    })),
  ];
  const samples = new Map(cases.map((entry) => [entry, []]));
  for (let round = 0; round < rounds; round++) {
    log(`scale: round ${round + 1} of ${rounds}`);
    for (const entry of cases)
      samples.get(entry).push(await evaluateInChild(files.get(entry.count), entry.options));
  }
  return describe(samples, rounds);
}

async function evaluateInChild({ images, labels }, options) {
  const { stdout } = await runToEnd(process.execPath, [
    CHILD,
    JSON.stringify({ images, labels, ...options }),
  ]);
  return JSON.parse(stdout);
}

function describe(samples, rounds) {
  const of = (entry, value) => spread(samples.get(entry).map(value));
  const rate = ({ images, callMs }) => images / callMs / 1000;
  const rows = [...samples.keys()].map((entry) => [
    `${entry.group}: ${entry.name}`,
    `${samples.get(entry)[0].workers}`,
    showSpread(of(entry, rate), 2),
    of(entry, ({ callMs }) => callMs).median.toFixed(0),
    of(entry, ({ images, mainMs }) => (mainMs * 1000) / images).median.toFixed(3),
    of(entry, ({ images, allMs }) => (allMs * 1000) / images).median.toFixed(3),
    of(entry, ({ peakMB }) => peakMB).median.toFixed(0),
  ]);
  const feeder = marginalCosts(samples);
  return {
    title: 'scale: records, workers, batches',
    tables: [
      {
        head: [
          '',
          'workers',
          'M images/s',
          'ms',
          'main thread, µs a record',
          'all threads, µs a record',
          'peak MB',
        ],
        rows,
      },
      {
        head: ['one feeder', 'µs a record'],
        rows: [
          ['main thread, from 600,000 to 9,600,000 records', feeder.main.toFixed(4)],
          ['workers, the same', feeder.workers.toFixed(4)],
          ['cores that one feeder keeps busy: their quotient', (feeder.workers / feeder.main).toFixed(0)],
        ],
      },
    ],
    targets: [
      {
        what: 'main thread',
        goal: 'at most 0.15 µs a record',
        measured: `${feeder.main.toFixed(4)} µs`,
        met: feeder.main <= 0.15,
      },
    ],
    notes: [
      `${rounds} rounds, each in a new process; whole calls of \`evaluate\`; median (quartiles), peaks of the whole process`,
      `records: workers and batches as digitflow chooses them; workers and batch: ${records(MANY)} records, batch with 2 workers`,
      'what a record costs once all has started is the slope between two lengths: the start cancels out',
    ],
    bars: {
      unit: 'million images/s',
      digits: 2,
      bars: [...samples.keys()].map((entry) => ({
        label: `${entry.group}: ${entry.name}`,
        spread: of(entry, rate),
        isOurs: true,
      })),
    },
    samples: Object.fromEntries([...samples].map(([{ group, name }, all]) => [`${group} ${name}`, all])),
  };
}

/** What one more record costs, in microseconds, when the start is paid. */
function marginalCosts(samples) {
  const medianOf = (count, value) => {
    const entry = [...samples.keys()].find((found) => found.group === 'records' && found.count === count);
    return spread(samples.get(entry).map(value)).median;
  };
  const slope = (value) => ((medianOf(9_600_000, value) - medianOf(600_000, value)) * 1000) / 9_000_000;
  const main = slope(({ mainMs }) => mainMs);
  return { main, workers: slope(({ allMs }) => allMs) - main };
}

function records(count) {
  return count.toLocaleString('en');
}
