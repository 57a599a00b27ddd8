import { fileURLToPath } from 'node:url';
import { lastValueFrom, take, toArray } from 'rxjs';
import { afterEach, describe, expect, test } from 'vitest';
import type { SharedTraining } from '../../src/training/shared-training.js';
import { openTrainer, type Trainer } from '../../src/training/trainer.js';
import {
  type EpochReport,
  isBetter,
  type TrainingProgress,
  trainingEpochs,
} from '../../src/training/training-epochs.js';
import { smallTraining } from './small-training.js';

const open: Trainer[] = [];

afterEach(async () => {
  await Promise.all(open.splice(0).map((trainer) => trainer.close()));
});

function opened(shared: SharedTraining, workers: number, workerFile?: string): Trainer {
  const trainer = openTrainer(shared, { workers, ...(workerFile && { workerFile }) });
  open.push(trainer);
  return trainer;
}

/** Trains to the end. */
async function trainAll(shared: SharedTraining, workers = 0, workerFile?: string) {
  const progress: TrainingProgress = { best: undefined, reports: [] };
  const epochs = trainingEpochs(shared, opened(shared, workers, workerFile), progress);
  const reports = await lastValueFrom(epochs.pipe(toArray()));
  return { progress, reports, states: shared.layout.runs.map((_, run) => shared.keptState(run).slice()) };
}

/** A report without what the clock says, by run and epoch. */
function timeless(reports: readonly EpochReport[]) {
  return reports
    .map(({ seconds: _, imagesPerSecond: __, ...report }) => report)
    .toSorted((a, b) => a.run - b.run || a.epoch - b.epoch);
}

const options = {
  epochs: 5,
  restarts: 3,
  validation: 30,
  learningRate: 0.05,
  augment: 'light',
  hidden: [6],
} as const;
const given = { count: 150, height: 6, width: 6, options };

describe('training', () => {
  test('gives the same bytes, reports and best epoch without threads and with 1, 2 and 4 of them', async () => {
    const expected = await trainAll(smallTraining(given));
    expect(expected.reports).toHaveLength(15);
    for (const workers of [1, 2, 4]) {
      const found = await trainAll(smallTraining(given), workers);
      expect(found.states).toEqual(expected.states);
      expect(timeless(found.reports)).toEqual(timeless(expected.reports));
      expect(found.progress.best?.parameters).toEqual(expected.progress.best?.parameters);
      expect(found.progress.best?.report.epoch).toBe(expected.progress.best?.report.epoch);
    }
  });

  test('learns: the loss falls, and most held-out images are told apart', async () => {
    const { reports, progress } = await trainAll(
      smallTraining({ ...given, options: { ...options, epochs: 40, augment: 'none', restarts: 1 } }),
    );
    const [first, last] = [reports[0], reports[39]];
    expect(last.loss).toBeLessThan(first.loss / 2);
    expect(progress.best?.report.validationAccuracy).toBeGreaterThan(0.9);
  });

  test('another seed, and another restart, is another network', async () => {
    const { states } = await trainAll(smallTraining(given));
    const other = await trainAll(smallTraining({ ...given, options: { ...options, seed: 2 } }));
    const all = [...states, ...other.states].map((state) => state.join());
    expect(new Set(all).size).toBe(6);
  });

  test('held-out images are not learned from', async () => {
    const changed = smallTraining(given);
    new Uint8Array(changed.setup.memory.buffer, changed.layout.pixels + 120 * 36, 30 * 36).fill(7);
    const [plain, other] = [await trainAll(smallTraining(given)), await trainAll(changed)];
    expect(other.states).toEqual(plain.states);
    expect(timeless(other.reports)).not.toEqual(timeless(plain.reports));
  });

  test('keeps the best epoch of all runs, with the weights it was judged by', async () => {
    const shared = smallTraining(given);
    const { reports, progress } = await trainAll(shared);
    const best = reports.toSorted((a, b) => (isBetter(a, b) ? -1 : 1))[0];
    expect(progress.best?.report).toBe(best);
    expect(best.validationCorrect).toBe(Math.max(...reports.map((report) => report.validationCorrect)));
    expect(progress.best?.parameters).toHaveLength(shared.layout.shape.bytes / 4);
  });

  test('without held-out images the last epoch of the run with the smallest loss is the best', async () => {
    const { reports, progress } = await trainAll(
      smallTraining({ ...given, options: { ...options, validation: 0 } }),
    );
    const last = reports.filter((report) => report.epoch === 5);
    expect(progress.best?.report.epoch).toBe(5);
    expect(progress.best?.report.loss).toBe(Math.min(...last.map((report) => report.loss)));
  });

  test('can be left after some epochs and taken up again, to the same result', async () => {
    const expected = await trainAll(smallTraining({ ...given, options: { ...options, restarts: 1 } }));
    const shared = smallTraining({ ...given, options: { ...options, restarts: 1 } });
    const trainer = opened(shared, 0);
    const progress: TrainingProgress = { best: undefined, reports: [] };
    const first = await lastValueFrom(trainingEpochs(shared, trainer, progress).pipe(take(2), toArray()));
    const rest = await lastValueFrom(trainingEpochs(shared, trainer, progress).pipe(toArray()));
    expect(timeless([...first, ...rest])).toEqual(timeless(expected.reports));
    expect(shared.keptState(0)).toEqual(expected.states[0]);
  });
});

describe('an epoch that goes wrong', () => {
  const workerFile = fileURLToPath(new URL('./fixtures/dies-mid-epoch.js', import.meta.url));
  const failAttempts = (shared: SharedTraining, attempts: number) =>
    Atomics.store(new Int32Array(shared.setup.memory.buffer, shared.layout.control, 16), 9, attempts);

  test('because its worker died is run again from where it began, to the same result', async () => {
    const expected = await trainAll(smallTraining(given));
    const shared = smallTraining(given);
    failAttempts(shared, 2);
    const found = await trainAll(shared, 1, workerFile);
    expect(found.states).toEqual(expected.states);
    expect(timeless(found.reports)).toEqual(timeless(expected.reports));
  });

  test('three times over ends the training with its name', async () => {
    const shared = smallTraining({ ...given, options: { ...options, restarts: 1 } });
    failAttempts(shared, 3);
    await expect(trainAll(shared, 1, workerFile)).rejects.toMatchObject({
      code: 'WORKER_FAILED',
      message: expect.stringMatching(/epoch 1 of run 1: .*3 times.*exited with code: 3/),
    });
  });

  test('because it diverged ends its run, is never the best, and leaves the state before it', async () => {
    const wild = {
      ...options,
      restarts: 1,
      optimizer: 'sgd',
      output: 'identity',
      learningRate: 1000,
    } as const;
    const shared = smallTraining({ ...given, options: { ...wild, activation: 'relu', warmUpEpochs: 0 } });
    const { reports, states, progress } = await trainAll(shared);
    expect(reports.at(-1)).toMatchObject({ isDiverged: true });
    expect(reports.filter((report) => report.isDiverged)).toHaveLength(1);
    expect(reports.length).toBeLessThan(options.epochs);
    expect(states[0].every(Number.isFinite)).toBe(true);
    expect(progress.best?.report.isDiverged ?? false).toBe(false);
    expect((await trainAll(shared)).reports).toEqual([]);
  });

  test('because it was stopped is not reported, and leaves the state before it', async () => {
    const shared = smallTraining(given);
    const before = shared.keptState(0).slice();
    shared.stop();
    const { reports } = await trainAll(shared, 1);
    expect(reports).toEqual([]);
    expect(shared.keptState(0)).toEqual(before);
  });

  test('because the trainer is closed says so', async () => {
    for (const workers of [0, 1]) {
      const shared = smallTraining(given);
      const trainer = opened(shared, workers);
      await trainer.close();
      await expect(trainer.runEpoch(0, 0)).rejects.toMatchObject({ code: 'POOL_CLOSED' });
    }
  });
});
