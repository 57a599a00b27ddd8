import { fileURLToPath } from 'node:url';
import fc from 'fast-check';
import { lastValueFrom, toArray } from 'rxjs';
import { describe, expect, test } from 'vitest';
import { TRAIN_WORKER_FILE } from '../../src/assets.js';
import { STOP_FLAG } from '../../src/engine/messages.js';
import { Threads } from '../../src/engine/threads.js';
import { divideByLit, divideEvenly } from '../../src/training/run-head.js';
import { chooseTeamSize, openTrainer, trainerThreads } from '../../src/training/trainer.js';
import { type TrainingProgress, trainingEpochs } from '../../src/training/training-epochs.js';
import { expectCanariesAlive, plantCanaries } from '../helpers/canaries.js';
import { type SmallTrainingOptions, smallImages, smallTraining } from './small-training.js';

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
  const workers = layout.teamSize > 1 ? layout.teamSize * layout.runs.length : 0;
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

describe('a team', () => {
  test('comes to the same bytes and reports as one thread, for any sizes, images, batches and number of threads', async () => {
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
      // Also such that the tiles in hand are used again within a batch.
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
        async (shape, settings, teamSize) => {
          const given = { ...shape, options: { epochs: 2, ...settings } };
          expect(await resultOf({ ...given, teamSize })).toEqual(await resultOf(given));
        },
      ),
      { numRuns: 25 },
    );
  });

  // So many steps that the kernel is called several times an epoch.
  const manySteps = { ...given, options: { ...options, batchSize: 2 } };

  test.each([
    ['the first, before it begins', 0, 0],
    ['the second, before it begins', 1, 0],
    ['the first, amid the epoch', 0, 1],
    ['the last, amid the epoch', 2, 1],
    ['the first, before it answers', 0, 2],
    ['the last, before it answers', 2, 2],
  ])('of which a thread dies runs its epoch again, to the same result: %s', async (_, rank, moment) => {
    const found = await resultOf(
      { ...manySteps, teamSize: 3 },
      {
        prepare: (control) => control.set([0, 2, rank, moment], 8),
        workerFile: fixture('dies-in-a-team'),
      },
    );
    expect(found).toEqual(await resultOf(manySteps));
  });

  test('of which a thread dies every time ends the training, and leaves no thread waiting', async () => {
    const training = resultOf(
      { ...given, teamSize: 2 },
      {
        prepare: (control) => control.set([0, 1000, 1, 0], 8),
        workerFile: fixture('dies-in-a-team'),
      },
    );
    await expect(training).rejects.toMatchObject({
      code: 'WORKER_FAILED',
      message: expect.stringMatching(/epoch 1 of run 1: .*3 times.*exited with code: 3/),
    });
  });

  // Which thread is asked first whether it is well is Piscina's choice: so it may be found out by that, too.
  const start =
    '(fewer than 2 worker threads started within|no worker thread was ready|the worker threads do not start)';
  const never = 'the worker threads do not start: ';

  test.each([
    ['fails to load', 1, 0, 0, start],
    ['ends as it loads', 1, 1, 0, start],
    ['never has loaded', 1, 2, 0, start],
    ['has died, and the next ones fail to load', 2, 0, 1, `${never}no room for a thread`],
    ['has died, and the next ones end as they load', 2, 1, 1, `${never}each one ends before it is ready`],
  ])(
    'of which a thread %s says so, and does not wait for it for ever',
    async (_, loads, how, deaths, words) => {
      const training = resultOf(
        { ...given, teamSize: 2 },
        {
          prepare: (control) => control.set([0, loads, how, deaths], 8),
          workerFile: fixture('does-not-load'),
          // Where threads end, they tell: the clock is for one that does not.
          startTimeoutMs: how === 2 ? 1500 : 50_000,
        },
      );
      const message = expect.stringMatching(new RegExp(`^${words}`));
      await expect(training).rejects.toMatchObject({ code: 'POOL_START', message });
    },
  );

  test('that is stopped at any moment leaves together, and the state before the epoch', async () => {
    const shared = smallTraining({
      ...given,
      count: 3000,
      teamSize: 3,
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
        // Where one left and another did not, this would never come.
        await answer;
      }
      expect(await trainer.runEpoch(0, 0)).toMatchObject({ isStopped: true });
      expect(shared.keptState(0)).toEqual(before);
    } finally {
      await trainer.close();
    }
  });

  test('needs as many threads as it has members', async () => {
    const shared = smallTraining({ ...given, teamSize: 2 });
    expect(() => openTrainer(shared, { workers: 0 })).toThrowError(
      'expected workers for a team of 2, found none',
    );
    const tasks = [0, 1].map((rank) => ({ run: 0, epoch: 0, rank }));
    const [probe] = tasks.map((task) => ({ ...task, epoch: -1 }));
    const setup = { workerFile: TRAIN_WORKER_FILE, workerData: shared.setup, workers: 1, probe };
    const threads = new Threads(setup);
    await expect(threads.runTogether(tasks, 'an epoch')).rejects.toThrowError(RangeError);
    await threads.close();
  });

  // Here weights of no pixel would tell: an infinite delta by the 0 that fills a list up is no number.
  test('whose training diverges says the same of it as one thread', async () => {
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
    for (const teamSize of [2, 3]) expect(await resultOf({ ...given, teamSize })).toEqual(expected);
  });
});

describe('the size of a team', () => {
  test.each([
    // workers, restarts, images a step, threads a run
    [0, 1, 64, 1],
    [1, 1, 64, 1],
    [2, 1, 64, 2],
    [2, 2, 64, 1],
    [2, 3, 64, 2],
    [4, 1, 64, 2],
    [4, 1, 1000, 4],
    [4, 2, 1000, 2],
    [4, 4, 1000, 1],
    [4, 5, 1000, 4],
    [64, 1, 32, 1],
    [64, 1, 1000, 32],
  ])('of %i workers, %i restarts and %i images a step: %i', (workers, restarts, batchSize, expected) => {
    expect(chooseTeamSize(workers, { restarts, batchSize })).toBe(expected);
  });

  test('and the restarts say how many threads are started: never more than may be', () => {
    for (const [workers, restarts, threads] of [
      [0, 3, 0],
      [1, 3, 1],
      [2, 3, 2],
      [5, 3, 3],
      [6, 3, 6],
    ]) {
      const teamSize = chooseTeamSize(workers, { restarts, batchSize: 64 });
      const { layout } = smallTraining({ teamSize, options: { restarts } });
      expect(trainerThreads(layout, workers)).toBe(threads);
    }
  });
});

describe('the shares of a team', () => {
  test('are whole, in order and none without a pixel, wherever the lit ones are', () => {
    const shape = fc.record({
      height: fc.integer({ min: 1, max: 9 }),
      width: fc.integer({ min: 8, max: 12 }),
      lit: fc.constantFrom(0, 0.02, 0.5, 1),
      seed: fc.nat(1000),
    });
    fc.assert(
      fc.property(shape, fc.integer({ min: 1, max: 8 }), (shape, teamSize) => {
        const begins = divideByLit(smallImages({ ...shape, count: 20, classCount: 200 }), teamSize);
        expect(begins).toHaveLength(teamSize + 1);
        expect([begins[0], begins[teamSize]]).toEqual([0, shape.height * shape.width]);
        expect(begins.every((begin, r) => r === 0 || begin > begins[r - 1])).toBe(true);
      }),
    );
  });

  test('have about as many lit pixels each', () => {
    const images = smallImages({ height: 10, width: 10, count: 50 });
    // The upper half is black.
    images.pixels.forEach((_, i) => {
      if (i % 100 < 50) images.pixels[i] = 0;
    });
    const [, middle] = divideByLit(images, 2);
    expect(middle).toBeGreaterThan(70);
    expect(middle).toBeLessThan(80);
  });

  test('of inputs that cost the same are even, or none where there are too few', () => {
    expect(divideEvenly(16, 2)).toEqual([0, 8, 16]);
    expect(divideEvenly(2, 4)).toEqual([0, 1, 1, 2, 2]);
  });
});
