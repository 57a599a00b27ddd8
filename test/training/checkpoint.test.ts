import { lastValueFrom, take, toArray } from 'rxjs';
import { describe, expect, test } from 'vitest';
import { writeSafetensors } from '../../src/network/formats/safetensors/safetensors.js';
import { restoreTraining, saveTraining } from '../../src/training/checkpoint.js';
import type { SharedTraining } from '../../src/training/shared-training.js';
import { openTrainer } from '../../src/training/trainer.js';
import { type TrainingProgress, trainingEpochs } from '../../src/training/training-epochs.js';
import { smallTraining } from './small-training.js';

const options = { epochs: 4, restarts: 2, validation: 30, learningRate: 0.05, augment: 'strong' } as const;
const given = { count: 120, options };
const DIGEST = 'sha256 of the images';

async function run(shared: SharedTraining, progress: TrainingProgress, epochs = Number.POSITIVE_INFINITY) {
  const trainer = openTrainer(shared, { workers: 0 });
  await lastValueFrom(trainingEpochs(shared, trainer, progress).pipe(take(epochs), toArray()));
  return progress;
}

describe('a checkpoint', () => {
  test.each([0, 1, 3, 4, 5, 8])(
    'after %i epochs resumes to the same state and the same best network',
    async (epochs) => {
      const straight = smallTraining(given);
      const expected = await run(straight, { best: undefined, reports: [] });
      const first = smallTraining(given);
      const bytes = saveTraining(
        first,
        await run(first, { best: undefined, reports: [] }, epochs).catch(() => ({
          best: undefined,
          reports: [],
        })),
        DIGEST,
      );
      const second = smallTraining(given);
      const found = await run(second, restoreTraining(second, bytes, DIGEST, 'a.checkpoint')).catch(
        () => undefined,
      );
      for (const index of [0, 1]) expect(second.keptState(index)).toEqual(straight.keptState(index));
      expect(second.epochsDone).toEqual([4, 4]);
      if (found) expect(found.best?.parameters).toEqual(expected.best?.parameters);
    },
  );

  test('is the same bytes for the same training', async () => {
    const save = async () => {
      const shared = smallTraining(given);
      const progress = await run(shared, { best: undefined, reports: [] }, 3);
      const best = progress.best && {
        ...progress.best,
        report: { ...progress.best.report, seconds: 1, imagesPerSecond: 1 },
      };
      return saveTraining(shared, { best, reports: [] }, DIGEST);
    };
    expect(Buffer.compare(await save(), await save())).toBe(0);
  });

  test('of no held-out images keeps its reports', async () => {
    const without = { ...given, options: { ...options, validation: 0 } };
    const shared = smallTraining(without);
    const progress = await run(shared, { best: undefined, reports: [] }, 2);
    const bytes = saveTraining(shared, progress, DIGEST);
    expect(restoreTraining(smallTraining(without), bytes, DIGEST, 'a')).toEqual(progress);
  });

  test('of other options or other images is refused, and changes nothing', async () => {
    const shared = smallTraining(given);
    const bytes = saveTraining(shared, await run(shared, { best: undefined, reports: [] }, 1), DIGEST);
    const other = smallTraining({ ...given, options: { ...options, seed: 2 } });
    const before = other.keptState(0).slice();
    const expected = expect.objectContaining({
      code: 'CHECKPOINT_MISMATCH',
      message: expect.stringContaining('made with --seed 1, to be resumed with --seed 2'),
    });
    expect(() => restoreTraining(other, bytes, DIGEST, 'a.checkpoint')).toThrowError(expected);
    expect(other.keptState(0)).toEqual(before);
    expect(() => restoreTraining(smallTraining(given), bytes, 'another digest', 'a.checkpoint')).toThrowError(
      expect.objectContaining({
        code: 'CHECKPOINT_MISMATCH',
        message: expect.stringContaining('other images or labels'),
      }),
    );
  });

  test('whose JSON has a million levels is refused', () => {
    const shared = smallTraining(given);
    for (const deep of [
      '['.repeat(1_000_000),
      `{"schema":${'['.repeat(1_000_000)}${']'.repeat(1_000_000)}}`,
    ]) {
      const bytes = writeSafetensors({ tensors: new Map(), metadata: new Map([['checkpoint', deep]]) });
      expect(() => restoreTraining(shared, bytes, DIGEST, 'a.checkpoint')).toThrowError(
        expect.objectContaining({
          message: expect.stringContaining('expected digitflow.checkpoint/1, found'),
        }),
      );
    }
  });

  test('that is cut off, or is none, is refused with its name', async () => {
    const shared = smallTraining(given);
    const bytes = saveTraining(shared, { best: undefined, reports: [] }, DIGEST);
    for (const broken of [bytes.subarray(0, 5), bytes.subarray(0, bytes.length - 4), new Uint8Array(100)]) {
      expect(() => restoreTraining(shared, broken, DIGEST, 'a.checkpoint')).toThrowError(
        expect.objectContaining({ code: 'NETWORK_FILE', message: expect.stringContaining('a.checkpoint') }),
      );
    }
  });
});
