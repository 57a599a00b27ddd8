import { existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { runToEnd } from './lib/children.js';
import { mnistFiles } from './lib/mnist.js';
import { EXECUTABLE, ROOT } from './lib/product.js';
import { showSpread } from './lib/report.js';
import { spread } from './lib/statistics.js';
import { pythonWith } from './peers/python.js';

const EPOCHS = 6;
const BATCHES = [64, 128, 256, 1000];
const GOAL = 8;
const TORCH = fileURLToPath(new URL('./peers/torch_training.py', import.meta.url));

/**
 * An epoch over the 60,000 training images on one core, beside PyTorch with the same network, cost and optimizer. The first
 * epoch of each run warms up and is not counted.
 *
 * @param {{ rounds?: number, log: (line: string) => void }} options
 * @returns {Promise<import('./lib/report.js').Report>}
 */
export async function measureTrain({ rounds = 3, log }) {
  if (!existsSync(join(ROOT, 'src/commands/train.ts'))) return absent();
  const contenders = BATCHES.flatMap((batch) => [
    { name: `digitflow, ${batch} images a step`, isOurs: true, run: () => ourEpochs(batch) },
    { name: `PyTorch, ${batch} images a step`, isOurs: false, run: () => torchEpochs(batch) },
  ]);
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

async function ourEpochs(batch) {
  const folder = mkdtempSync(join(tmpdir(), 'digitflow-bench-train-'));
  const [out, log] = [join(folder, 'network.safetensors'), join(folder, 'log.ndjson')];
  const settings = ['--workers', '0', '--augment', 'none', '--validation', '0', '--batch-size', `${batch}`];
  const args = ['train', '--epochs', `${EPOCHS}`, ...settings, '--out', out, '--log', log, '--quiet'];
  await runToEnd('taskset', ['-c', '0', process.execPath, EXECUTABLE, ...args]);
  const lines = readFileSync(log, 'utf8').trim().split('\n').map(JSON.parse);
  rmSync(folder, { recursive: true });
  return lines.slice(1).map(({ seconds }) => seconds);
}

/** Null where PyTorch is not installed. */
async function torchEpochs(batch) {
  const python = pythonWith('torch');
  if (python === null) return null;
  const { images, labels } = mnistFiles('train');
  const args = ['-c', '0', python, TORCH, images, labels, `${batch}`, '4'];
  return JSON.parse((await runToEnd('taskset', args)).stdout).slice(1);
}

function absent() {
  return {
    title: 'train: an epoch on one core',
    tables: [{ head: ['contender', 's an epoch'], rows: [['digitflow train', 'absent']] }],
    targets: [],
    notes: ['there is no src/commands/train.ts'],
    samples: {},
  };
}

function describe(contenders, samples, rounds) {
  const spreadOf = (name) => (samples.get(name) === null ? null : spread(samples.get(name)));
  const best = (isOurs) => {
    const medians = contenders.filter((c) => c.isOurs === isOurs).map(({ name }) => spreadOf(name)?.median);
    return medians.includes(undefined) ? null : Math.min(...medians);
  };
  const [ours, theirs] = [best(true), best(false)];
  return {
    title: 'train: an epoch of 60,000 images on one core',
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
        what: 'beside PyTorch, each at its best of these',
        goal: `at least ${GOAL} times`,
        measured: theirs === null ? 'absent' : (theirs / ours).toFixed(1),
        met: theirs !== null && theirs / ours >= GOAL,
      },
    ],
    notes: [
      `${rounds} runs of ${EPOCHS} epochs (PyTorch 4) each, taking turns; no augmentation; the first epoch is left out`,
    ],
    bars: {
      unit: 'seconds (less is better)',
      digits: 3,
      bars: contenders.map(({ name, isOurs }) => ({ label: name, spread: spreadOf(name), isOurs })),
    },
    samples: Object.fromEntries(samples),
  };
}
