import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { readdirSync, readFileSync, rmSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import { fileURLToPath } from 'node:url';
import { alternate } from './lib/alternate.js';
import { runToEnd } from './lib/children.js';
import { repeatedTrainingSet, temporaryFolder } from './lib/mnist.js';
import { trainingCsv } from './lib/mnist-csv.js';
import { EXECUTABLE } from './lib/product.js';
import { showSpread } from './lib/report.js';
import { ratio, spread } from './lib/statistics.js';

/** 1.6 GB of text. */
const CSV = { rows: 60_000, repeats: 15 };
/** 7.9 GB of pixels, and 1.3 GB of rows with all outputs. */
const IMAGES = 10_020_000;
const SHARDS = 64;
/** 4.9 GB of text. */
const LONG_CSV = { rows: 60_000, repeats: 45 };
const FEW_IMAGES = 600_000;
const MANY_SHARDS = [10, 10_000];
const LEAST_RATE = 0.8;
const MOST_TIME = 1.15;
const PRELOADED = fileURLToPath(new URL('./lib/peak-memory.cjs', import.meta.url));

/**
 * A plan beside `wc -l`, a merge beside `cat`, two processes of one worker beside one of two, and what a merge takes of memory.
 *
 * @param {{ rounds?: number, log: (line: string) => void }} options
 * @returns {Promise<import('./lib/report.js').Report>}
 */
export async function measureShards({ rounds = 5, log }) {
  const parts = [
    await beside({ rounds, log, name: 'plan', pair: await planAndCount(log) }),
    await beside({ rounds, log, name: 'merge', pair: await mergeAndCat(log) }),
    await beside({ rounds, log, name: 'two processes, IDX', pair: await twoAndOne('IDX', longImages) }),
    await beside({ rounds, log, name: 'two processes, CSV', pair: await twoAndOne('CSV', longCsv) }),
  ];
  const memory = await memoryOfMerge(log);
  const [plan, merge, ...twos] = parts;
  const goal = `at least ${LEAST_RATE}`;
  return {
    title: 'shards: one run, divided and put together',
    tables: [
      {
        head: ['what', 'seconds', 'beside it', 'seconds', 'its share of the rate'],
        rows: parts.map(({ row }) => row),
      },
      {
        head: ['merge of', 'peak, MB'],
        rows: memory.map(({ shards, peakMB }) => [
          `${shards.toLocaleString('en')} shards`,
          peakMB.toFixed(0),
        ]),
      },
    ],
    targets: [
      { what: 'plan, beside wc -l', goal, measured: plan.share.toFixed(2), met: plan.share >= LEAST_RATE },
      { what: 'merge, beside cat', goal, measured: merge.share.toFixed(2), met: merge.share >= LEAST_RATE },
      ...twos.map(({ name, share }) => ({
        what: `plan, ${name} of 1 worker, merge: the time of one process of 2`,
        goal: `at most ${MOST_TIME} times`,
        measured: (1 / share).toFixed(2),
        met: 1 / share <= MOST_TIME,
      })),
    ],
    notes: [
      `${rounds} rounds in turns; median (quartiles); whole processes, all in the page cache`,
      `plan: ${(CSV.rows * CSV.repeats).toLocaleString('en')} rows of CSV into ${SHARDS} shards`,
      `merge: ${SHARDS} shards of ${IMAGES.toLocaleString('en')} rows with all outputs; cat copies the same files, and then sync puts them on the disk, as merge does`,
      `two processes: a shard each, of ${IMAGES.toLocaleString('en')} images as IDX and of ${(LONG_CSV.rows * LONG_CSV.repeats).toLocaleString('en')} rows of CSV, of which a plan is a pass over all, on one core`,
    ],
    samples: { ...Object.fromEntries(parts.map(({ name, samples }) => [name, samples])), memory },
  };
}

/** Measures two contenders, of which the second is what the first is held against. */
async function beside({ rounds, log, name, pair }) {
  const samples = await alternate(pair, {
    rounds,
    onRound: (round) => log(`shards: ${name}, round ${round + 1} of ${rounds}`),
  });
  const [own, other] = pair.map((contender) => samples.get(contender.name).wallMs);
  const seconds = (wallMs) => showSpread(spread(wallMs.map((ms) => ms / 1000)), 2);
  const share = ratio(other, own);
  const row = [pair[0].name, seconds(own), pair[1].name, seconds(other), showSpread(share, 2)];
  return { name, row, share: share.median, samples: Object.fromEntries(samples) };
}

async function planAndCount(log) {
  log('shards: writing the CSV');
  const { path } = await trainingCsv(CSV);
  const plan = () => digitflow('plan', path, '--shards', `${SHARDS}`, '--out', at('csv-plan.json'));
  return [
    { name: 'plan', run: plan },
    { name: 'wc -l', run: () => runToEnd('wc', ['-l', path]) },
  ];
}

async function mergeAndCat(log) {
  log('shards: writing the images, and scoring them once with all outputs');
  const { images } = await repeatedTrainingSet(IMAGES);
  await digitflow('plan', images, '--shards', `${SHARDS}`, '--out', at('plan.json'));
  await score('rows', `0-${SHARDS - 1}`, '--workers', '2', '--probabilities');
  const shards = readdirSync(at('rows'))
    .sort()
    .map((name) => join(at('rows'), name));
  const out = at('merged');
  const anew = (run) => async () => {
    // To empty an old file takes time that is none of ours.
    rmSync(out, { force: true });
    const startMs = performance.now();
    await run();
    return { wallMs: performance.now() - startMs };
  };
  return [
    { name: 'merge', run: anew(() => digitflow('merge', at('plan.json'), at('rows'), '--out', out)) },
    {
      name: 'cat, and sync',
      run: anew(() =>
        runToEnd('sh', ['-c', 'out=$1; shift; cat "$@" > "$out"; sync "$out"', 'sh', out, ...shards]),
      ),
    },
  ];
}

const longImages = async () => (await repeatedTrainingSet(IMAGES)).images;
const longCsv = async () => (await trainingCsv(LONG_CSV)).path;

async function twoAndOne(format, write) {
  const input = await write();
  const clear = () => {
    for (const name of ['rows', 'two', 'two.csv', 'one.csv'])
      rmSync(at(name), { recursive: true, force: true });
  };
  const two = async () => {
    clear();
    const startMs = performance.now();
    await digitflow('plan', input, '--shards', '2', '--out', at('plan.json'));
    await Promise.all(['0', '1'].map((shard) => score('two', shard, '--workers', '1')));
    await digitflow('merge', at('plan.json'), at('two'), '--out', at('two.csv'));
    return { wallMs: performance.now() - startMs };
  };
  const one = async () => {
    clear();
    const startMs = performance.now();
    await digitflow('score', input, '--workers', '2', '--out', at('one.csv'));
    return { wallMs: performance.now() - startMs };
  };
  await checkSame(two, one);
  return [
    { name: `${format}: plan, two processes of 1 worker, merge`, run: two },
    { name: `${format}: one process of 2 workers`, run: one },
  ];
}

/** No figure counts where the bytes are others. */
async function checkSame(two, one) {
  await two();
  const merged = readFileSync(at('two.csv'));
  await one();
  if (!merged.equals(readFileSync(at('one.csv')))) throw new Error('expected the same rows of both');
}

async function memoryOfMerge(log) {
  const { images } = await repeatedTrainingSet(FEW_IMAGES);
  const found = [];
  for (const shards of MANY_SHARDS) {
    log(`shards: the memory of a merge of ${shards}`);
    await digitflow('plan', images, '--shards', `${shards}`, '--out', at('plan.json'));
    await score('many', `0-${shards - 1}`, '--workers', '0');
    const args = ['merge', at('plan.json'), at('many'), '--quiet', '--out', at('many.csv')];
    const child = spawn(process.execPath, ['--require', PRELOADED, EXECUTABLE, ...args], {
      stdio: ['ignore', 'inherit', 'inherit', 'pipe'],
    });
    const [peak, [code]] = await Promise.all([text(child.stdio[3]), once(child, 'close')]);
    if (code !== 0) throw new Error(`digitflow merge: ended with ${code}`);
    found.push({ shards, peakMB: (Number(peak) * 1024) / 1e6, bytes: statSync(at('many.csv')).size });
    rmSync(at('many'), { recursive: true });
  }
  return found;
}

function score(out, shards, ...flags) {
  return digitflow('score', '--plan', at('plan.json'), '--shard', shards, ...flags, '--out', at(out));
}

function digitflow(...args) {
  return runToEnd(process.execPath, [EXECUTABLE, ...args, '--quiet']);
}

function at(name) {
  return join(temporaryFolder(), name);
}
