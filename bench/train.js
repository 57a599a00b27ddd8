import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { availableParallelism, tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { runToEnd } from './lib/children.js';
import { mnistFiles } from './lib/mnist.js';
import { EXECUTABLE } from './lib/product.js';
import { showSpread } from './lib/report.js';
import { spread } from './lib/statistics.js';
import { pythonWith } from './peers/python.js';

const EPOCHS = 6;
const BATCHES = [64, 128, 256, 1000];
const GOAL = 8;
const CORES = availableParallelism();
/** Threads that sleep while they wait: two that do not are three times as slow as one. */
const PASSIVE = { OMP_WAIT_POLICY: 'passive' };
const TORCH = fileURLToPath(new URL('./peers/torch_training.py', import.meta.url));

/**
 * An epoch over the 60,000 training images on one core and on all of them, beside PyTorch with the same network, cost and
 * optimizer. The first epoch of each run warms up and is not counted.
 *
 * @param {{ rounds?: number, log: (line: string) => void }} options
 * @returns {Promise<import('./lib/report.js').Report>}
 */
export async function measureTrain({ rounds = 3, log }) {
  const contenders = [...new Set([1, CORES])].flatMap((cores) =>
    BATCHES.flatMap((batch) => [
      { ...named('digitflow', batch, cores), isOurs: true, run: () => ourEpochs(batch, cores) },
      { ...named('PyTorch', batch, cores), isOurs: false, run: () => torchEpochs(batch, cores) },
    ]),
  );
  const samples = new Map(contenders.map(({ name }) => [name, []]));
  for (let round = 0; round < rounds; round++) {
    log(`train: round ${round + 1} of ${rounds}`);
    for (const { name, run } of contenders) {
      const seconds = await run();
      if (seconds === null) samples.set(name, null);
      else samples.get(name)?.push(...seconds);
    }
  }
  return describe(contenders, samples, rounds);
}

function named(who, batch, cores) {
  return { who, batch, cores, name: `${who}, ${batch} images a step, ${coreWords(cores)}` };
}

function coreWords(cores) {
  return cores === 1 ? 'one core' : `${cores} cores`;
}

async function ourEpochs(batch, cores) {
  const folder = mkdtempSync(join(tmpdir(), 'digitflow-bench-train-'));
  const [out, log] = [join(folder, 'network.safetensors'), join(folder, 'log.ndjson')];
  const workers = ['--workers', cores === 1 ? '0' : `${cores}`];
  const settings = [...workers, '--augment', 'none', '--validation', '0', '--batch-size', `${batch}`];
  const args = ['train', '--epochs', `${EPOCHS}`, ...settings, '--out', out, '--log', log, '--quiet'];
  await runToEnd('taskset', ['-c', cpusOf(cores), process.execPath, EXECUTABLE, ...args]);
  const lines = readFileSync(log, 'utf8').trim().split('\n').map(JSON.parse);
  rmSync(folder, { recursive: true });
  return lines.slice(1).map(({ seconds }) => seconds);
}

/** As `taskset -c` takes them. */
function cpusOf(cores) {
  return cores === 1 ? '0' : `0-${cores - 1}`;
}

/** Null where PyTorch is not installed. */
async function torchEpochs(batch, cores) {
  const python = pythonWith('torch');
  if (python === null) return null;
  const { images, labels } = mnistFiles('train');
  const args = ['-c', cpusOf(cores), python, TORCH, images, labels, `${batch}`, '4', `${cores}`];
  return JSON.parse((await runToEnd('taskset', args, { env: { ...process.env, ...PASSIVE } })).stdout).slice(
    1,
  );
}

function describe(contenders, samples, rounds) {
  const spreadOf = (name) => (samples.get(name) === null ? null : spread(samples.get(name)));
  const best = (who, cores) => {
    const rivals = contenders.filter((c) => c.who === who && c.cores === cores);
    const medians = rivals.map(({ name }) => spreadOf(name)?.median);
    return medians.includes(undefined) ? Number.NaN : Math.min(...medians);
  };
  /** How many times as fast ours is on so many cores as theirs on so many; NaN where theirs is absent. */
  const times = (ours, theirs) => best('PyTorch', theirs) / best('digitflow', ours);
  const alone = times(1, 1);
  const together = [
    `${coreWords(CORES)}: ${times(CORES, CORES).toFixed(1)} times PyTorch on as many, each at its best`,
    `${times(CORES, 1).toFixed(1)} times PyTorch at its best on one`,
  ].join(', ');
  return {
    title: 'train: an epoch of 60,000 images',
    tables: [
      {
        head: ['contender', 's an epoch'],
        rows: contenders.map(({ name }) => {
          const found = spreadOf(name);
          return [name, found === null ? 'absent' : showSpread(found, 3)];
        }),
      },
    ],
    targets: [
      {
        what: 'beside PyTorch on one core, each at its best of these',
        goal: `at least ${GOAL} times`,
        measured: Number.isNaN(alone) ? 'absent' : alone.toFixed(1),
        met: alone >= GOAL,
      },
    ],
    notes: [
      `${rounds} runs of ${EPOCHS} epochs (PyTorch 4) each, taking turns; no augmentation; the first epoch is left out`,
      ...(CORES === 1 || Number.isNaN(alone) ? [] : [together]),
    ],
    bars: {
      unit: 'seconds (less is better)',
      digits: 3,
      bars: contenders.map(({ name, isOurs }) => ({ label: name, spread: spreadOf(name), isOurs })),
    },
    samples: Object.fromEntries(samples),
  };
}
