import { fileURLToPath } from 'node:url';
import fc from 'fast-check';
import { lastValueFrom, toArray } from 'rxjs';
import { describe, expect, test } from 'vitest';
import { TRAIN_WORKER_FILE } from '../../src/assets.js';
import { STOP_FLAG } from '../../src/engine/messages.js';
import { Threads } from '../../src/engine/threads.js';
import { chooseThreads, openTrainer, trainerThreads } from '../../src/training/trainer.js';
import { type TrainingProgress, trainingEpochs } from '../../src/training/training-epochs.js';
import { expectCanariesAlive, plantCanaries } from '../helpers/canaries.js';
import { type SmallTrainingOptions, smallTraining } from './small-training.js';

interface Threading {
  /** Writes what a fixture reads. */
  readonly prepare?: (control: Int32Array) => void;
  readonly workerFile?: string;
  readonly startTimeoutMs?: number;
}

function fixture(name: string): string {
  return fileURLToPath(new URL(`./fixtures/${name}.js`, import.meta.url));
}

/** What a training comes to, but for the time it took. */
async function resultOf(given: SmallTrainingOptions, { prepare, ...threads }: Threading = {}) {
  const shared = smallTraining(given);
  const { buffer } = shared.setup.memory;
  const { layout } = shared;
  prepare?.(new Int32Array(buffer, layout.control, 16));
  plantCanaries(buffer, layout);
  const workers = layout.threads > 1 ? layout.threads * layout.runs.length : 0;
  const trainer = openTrainer(shared, { workers, ...threads });
  const progress: TrainingProgress = { best: undefined, reports: [] };
  try {
    const reports = await lastValueFrom(trainingEpochs(shared, trainer, progress).pipe(toArray()));
    expectCanariesAlive(buffer, layout);
    return {
      states: layout.runs.map((_, run) => shared.keptState(run).slice()),
      best: progress.best?.parameters,
      reports: reports
        .map(({ seconds: _, imagesPerSecond: __, ...report }) => report)
        .toSorted((a, b) => a.run - b.run || a.epoch - b.epoch),
    };
  } finally {
    await trainer.close();
  }
}

const options = { epochs: 2, batchSize: 100, validation: 60, hidden: [6], learningRate: 0.05 } as const;
const given = { count: 330, height: 6, width: 6, options };

describe('threads that list ahead', () => {
  test('come to the same bytes and reports as one thread, for any sizes, images, batches and number of threads', async () => {
    const shapes = {
      seed: fc.nat(1e6),
      height: fc.integer({ min: 1, max: 13 }),
      width: fc.integer({ min: 1, max: 21 }),
      classCount: fc.integer({ min: 1, max: 21 }),
      count: fc.integer({ min: 41, max: 700 }),
      lit: fc.constantFrom(0, 0.05, 0.3, 1),
    };
    const settings = {
      hidden: fc.array(fc.integer({ min: 1, max: 37 }), { maxLength: 3 }),
      // Also such that a batch is longer than the ring of tiles, and such that the ring goes over many batches.
      batchSize: fc.oneof(fc.integer({ min: 1, max: 100 }), fc.integer({ min: 101, max: 700 })),
      activation: fc.constantFrom('sigmoid' as const, 'relu' as const, 'tanh' as const),
      output: fc.constantFrom('sigmoid' as const, 'softmax' as const, 'identity' as const),
      augment: fc.constantFrom('none' as const, 'light' as const),
      optimizer: fc.constantFrom('adam' as const, 'sgd' as const),
      averaging: fc.constantFrom(0, 0.9),
      validation: fc.integer({ min: 0, max: 40 }),
      restarts: fc.integer({ min: 1, max: 2 }),
    };
    await fc.assert(
      fc.asyncProperty(
        fc.record(shapes),
        fc.record(settings),
        fc.integer({ min: 2, max: 4 }),
        async (shape, settings, threads) => {
          const given = { ...shape, options: { epochs: 2, ...settings } };
          expect(await resultOf({ ...given, threads })).toEqual(await resultOf(given));
        },
      ),
      { numRuns: 25 },
    );
  });

  test('never list over a tile that is still to be learnt from, however many race for a place', async () => {
    const settings = { epochs: 12, batchSize: 64, validation: 0, hidden: [2], augment: 'light' } as const;
    const given = { count: 6000, height: 3, width: 3, options: settings };
    expect(await resultOf({ ...given, threads: 4 })).toEqual(await resultOf(given));
  });

  // So many steps that the kernel is called several times an epoch.
  const manySteps = { ...given, options: { ...options, batchSize: 2 } };

  const augmented = { ...manySteps, options: { ...manySteps.options, augment: 'light' as const } };

  test.each([
    ['the first, before it begins', 0, 0],
    ['the second, before it begins', 1, 0],
    ['the first, amid the epoch', 0, 1],
    ['the last, with a tile that it has claimed', 2, 1],
    ['the first, before it answers', 0, 2],
    ['the last, before it answers', 2, 2],
  ])('of which one dies run the epoch again, to the same result: %s', async (_, rank, moment) => {
    const found = await resultOf(
      { ...augmented, threads: 3 },
      {
        prepare: (control) => control.set([0, 2, rank, moment], 8),
        workerFile: fixture('dies-beside-others'),
      },
    );
    expect(found).toEqual(await resultOf(augmented));
  });

  test('of which one dies every time end the training, and none is left waiting', async () => {
    const training = resultOf(
      { ...given, threads: 2 },
      {
        prepare: (control) => control.set([0, 1000, 1, 0], 8),
        workerFile: fixture('dies-beside-others'),
      },
    );
    await expect(training).rejects.toMatchObject({
      code: 'WORKER_FAILED',
      message: expect.stringMatching(/epoch 1 of run 1: .*3 times.*exited with code: 3/),
    });
  });

  // Which thread is asked first whether it is well is Piscina's choice, and the one that learns may be done before: so it may be
  // found out as the threads start, or in the epoch.
  const late = '(fewer than 2 worker threads started within|no worker thread was ready)';
  const never = (why: string) =>
    `(the worker threads do not start|epoch 1 of run 1: a worker failed 3 times).*${why}`;

  test.each([
    ['fails to load', 1, 0, 0, never('no room for a thread')],
    ['ends as it loads', 1, 1, 0, never('(before it is ready|exited with code: 4)')],
    ['never has loaded', 1, 2, 0, late],
    ['has died, and the next ones fail to load', 2, 0, 1, never('no room for a thread')],
    [
      'has died, and the next ones end as they load',
      2,
      1,
      1,
      never('(before it is ready|exited with code: 4)'),
    ],
  ])('of which one %s say so, and do not wait for it for ever', async (_, loads, how, deaths, words) => {
    const training = resultOf(
      { ...given, threads: 2 },
      {
        prepare: (control) => control.set([0, loads, how, deaths], 8),
        workerFile: fixture('does-not-load'),
        // Where threads end, they tell: the clock is for one that does not.
        startTimeoutMs: how === 2 ? 1500 : 50_000,
      },
    );
    await expect(training).rejects.toMatchObject({
      code: expect.stringMatching(/^(POOL_START|WORKER_FAILED)$/),
      message: expect.stringMatching(new RegExp(`^${words}`)),
    });
  });

  test('that are stopped at any moment leave, and the state is that before the epoch', async () => {
    const shared = smallTraining({
      ...given,
      count: 3000,
      threads: 3,
      options: { ...options, batchSize: 16 },
    });
    const control = new Int32Array(shared.setup.memory.buffer, shared.layout.control, 16);
    const before = shared.keptState(0).slice();
    const trainer = openTrainer(shared, { workers: 3 });
    try {
      await trainer.runEpoch(0, 0);
      for (let i = 0; i < 40; i++) {
        Atomics.store(control, STOP_FLAG, 0);
        const answer = trainer.runEpoch(0, 0);
        await new Promise((resolve) => setTimeout(resolve, i % 8));
        shared.stop();
        // Where one stayed, this would never come.
        await answer;
      }
      expect(await trainer.runEpoch(0, 0)).toMatchObject({ isStopped: true });
      expect(shared.keptState(0)).toEqual(before);
    } finally {
      await trainer.close();
    }
  });

  test('need as many threads as there are tasks', async () => {
    const shared = smallTraining({ ...given, threads: 2 });
    const tasks = [0, 1].map((rank) => ({ run: 0, epoch: 0, rank }));
    const [probe] = tasks.map((task) => ({ ...task, epoch: -1 }));
    const setup = { workerFile: TRAIN_WORKER_FILE, workerData: shared.setup, workers: 1, probe };
    const threads = new Threads(setup);
    await expect(threads.runTogether(tasks, 'an epoch')).rejects.toThrowError(RangeError);
    await threads.close();
  });

  // Here weights of no pixel would tell: an infinite delta by the 0 that fills a list up is no number.
  test('whose training diverges say the same of it as one', async () => {
    const wild = {
      optimizer: 'sgd',
      output: 'identity',
      hidden: [],
      learningRate: 30,
      averaging: 0,
    } as const;
    const settings = { ...wild, epochs: 2, batchSize: 4, validation: 30, largestFirstWeight: 1e30 };
    const given = { seed: 87, count: 120, height: 5, width: 5, lit: 0.3, options: settings };
    const expected = await resultOf(given);
    expect(expected.reports).toEqual([
      expect.objectContaining({ isDiverged: true, validationLoss: Number.NaN }),
    ]);
    for (const threads of [2, 3]) expect(await resultOf({ ...given, threads })).toEqual(expected);
  });
});

describe('the threads of a run', () => {
  test.each([
    // workers, restarts, augmentation, threads a run
    [0, 1, 'light', 1],
    [1, 1, 'light', 1],
    [2, 1, 'light', 2],
    [2, 1, 'none', 1],
    [2, 2, 'light', 1],
    [2, 3, 'light', 2],
    [4, 1, 'light', 4],
    [4, 2, 'light', 2],
    [4, 4, 'light', 1],
    [4, 5, 'light', 2],
    [4, 5, 'none', 1],
    [64, 1, 'light', 4],
  ] as const)('of %i workers, %i restarts, augmentation %s: %i', (workers, restarts, augment, expected) => {
    expect(chooseThreads(workers, { restarts, augment })).toBe(expected);
  });

  test('and the restarts say how many threads are started: never more than may be', () => {
    for (const [workers, restarts, started] of [
      [0, 3, 0],
      [1, 3, 1],
      [2, 3, 2],
      [5, 3, 4],
      [6, 3, 6],
    ]) {
      const threads = chooseThreads(workers, { restarts, augment: 'light' });
      const { layout } = smallTraining({ threads, options: { restarts } });
      expect(trainerThreads(layout, workers)).toBe(started);
    }
  });
});
