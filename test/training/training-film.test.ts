import { lastValueFrom, tap } from 'rxjs';
import { describe, expect, test } from 'vitest';
import { type TrainOptions, train } from '../../pipelines/train.js';
import { feedForward, predictedClass } from '../../src/network/feed-forward.js';
import { loss } from '../../src/network/network.js';
import { restoreTraining, saveTraining } from '../../src/training/checkpoint.js';
import { beginFilm, filmedEpochs } from '../../src/training/filmed-weights.js';
import { trainedNetwork } from '../../src/training/network-parameters.js';
import { SharedTraining } from '../../src/training/shared-training.js';
import { openTrainer } from '../../src/training/trainer.js';
import { type TrainingProgress, trainingEpochs } from '../../src/training/training-epochs.js';
import { completeTrainingOptions } from '../../src/training/training-options.js';
import { testLabels, testPixels } from '../helpers/mnist.js';
import { idxBytes } from '../inputs/idx-bytes.js';
import { smallTraining } from './small-training.js';

const options = { epochs: 9, restarts: 3, validation: 30, learningRate: 0.05, hidden: [6] } as const;
const given = { count: 150, height: 6, width: 6, options };

/** Trains `shared` with a film, to the end or to the first `epochs`; tells of each epoch's weights. */
async function filmed(shared: SharedTraining, progress: TrainingProgress, epochs = Number.POSITIVE_INFINITY) {
  const weights = new Map<string, Float32Array>();
  const trainer = openTrainer(shared, { workers: 0 });
  const all = trainingEpochs(shared, trainer, progress).pipe(
    tap(({ run, epoch }) => {
      weights.set(`${run} ${epoch}`, shared.result(run));
      if (weights.size >= epochs) shared.stop();
    }),
  );
  await lastValueFrom(all, { defaultValue: undefined });
  return weights;
}

function begun(shared: SharedTraining): TrainingProgress {
  return { best: undefined, reports: [], film: beginFilm(shared) };
}

/** 300 real digits, learned so that the first epochs are the same however many follow. */
function learned(): TrainOptions {
  return {
    images: idxBytes(0x08, [300, 28, 28], testPixels().subarray(0, 300 * 784)),
    labels: idxBytes(0x08, [300], testLabels().subarray(0, 300)),
    ...{ hidden: [8], batchSize: 16, schedule: 'constant', augment: 'light', augmentEnd: 1, workers: 0 },
  };
}

describe('the epochs of a film', () => {
  test('are the start and some 20 more, each some 30 % later', () => {
    expect(filmedEpochs(0)).toEqual([0]);
    expect(filmedEpochs(16)).toEqual([0, 1, 2, 3, 4, 6, 8, 11, 15]);
    expect(filmedEpochs(250)).toHaveLength(19);
    expect(filmedEpochs(100_000).length).toBeLessThan(45);
  });
});

describe('a film', () => {
  test('shows the weights that a training of so many epochs ends with', async () => {
    const { film, network } = await train({ ...learned(), validation: 0, epochs: 7, film: true });
    expect(film?.frames.map(({ epoch }) => epoch)).toEqual([0, 1, 2, 3, 4, 6, 7]);
    for (const { epoch, weights, loss } of film?.frames.slice(1) ?? []) {
      const shorter = await train({ ...learned(), validation: 0, epochs: epoch });
      expect(Float64Array.from(weights)).toEqual(shorter.network.layers[0].weights);
      expect(loss).toBe(shorter.training.chosen.loss);
    }
    expect(film).toMatchObject({ layers: [784, 8, 10], activations: ['sigmoid', 'sigmoid'] });
    const last = film?.frames.at(-1);
    expect(last).toMatchObject({ epoch: 7, validationLoss: null, accuracy: null });
    expect(Float64Array.from(last?.weights ?? [])).toEqual(network.layers[0].weights);
  });

  test('ends with the epoch that was chosen, and has the figures that were reported', async () => {
    const result = await train({ ...learned(), validation: 100, epochs: 12, restarts: 2, film: true });
    const { run, epoch } = result.training.chosen;
    const frames = result.film?.frames ?? [];
    expect(frames.at(-1)?.epoch).toBe(epoch);
    for (const frame of frames.slice(1)) {
      const report = result.reports.find((of) => of.run === run - 1 && of.epoch === frame.epoch);
      const { loss, validationLoss, validationAccuracy: accuracy } = report ?? {};
      expect(frame).toMatchObject({ loss, validationLoss, accuracy });
    }
    expect(result.film?.provenance).toEqual({
      ...result.network.provenance,
      command: `${result.network.provenance.command} --film FILM`,
    });
    expect(result.film?.network).toBe(result.training.out.sha256);
  });

  test.each(['squared error', 'binary cross-entropy'] as const)(
    'begins with the random weights, and with their %s and accuracy as float64 has them',
    async (cost) => {
      const settings = { ...learned(), validation: 100, epochs: 2, loss: cost } as const;
      const { film } = await train({ ...settings, film: true });
      const start = film?.frames[0];
      // All weights of the start: the film has those of the first layer alone.
      const { shared, pixels, labels } = digitsTraining(cost);
      const { options: all, images, layout } = shared;
      const network = trainedNetwork(shared.result(0), layout.shape, all, images, {});
      expect(Float64Array.from(start?.weights ?? [])).toEqual(network.layers[0].weights);
      const judged = Array.from(labels, (label, i) => {
        const outputs = feedForward(
          network,
          Float64Array.from(pixels.subarray(i * 784, (i + 1) * 784), (p) => p / 255),
        );
        const last = outputs[outputs.length - 1];
        const bits = last.reduce((sum, a, k) => sum - Math.log(k === label ? a : 1 - a), 0);
        const cost = all.loss === 'squared error' ? loss(last, label, 'squared error') : bits;
        return { cost, isRight: predictedClass(last) === label };
      });
      const mean = (of: typeof judged) => of.reduce((sum, { cost }) => sum + cost, 0) / of.length;
      expect(start?.loss).toBeCloseTo(mean(judged.slice(0, 200)), 4);
      expect(start?.validationLoss).toBeCloseTo(mean(judged.slice(200)), 4);
      expect(start?.accuracy).toBe(judged.slice(200).filter(({ isRight }) => isRight).length / 100);
    },
  );

  test('is recorded of those runs alone that may still be chosen', async () => {
    const shared = smallTraining(given);
    const progress = begun(shared);
    expect(progress.film?.runs.size).toBe(3);
    const weights = await filmed(shared, progress);
    const best = progress.best?.report.run ?? -1;
    expect(Array.from(progress.film?.runs.keys() ?? [])).toEqual([best]);
    const own = progress.film?.runs.get(best) ?? new Map();
    expect(Array.from(own.keys())).toEqual([0, 1, 2, 3, 4, 6, 8]);
    for (const epoch of [1, 2, 3, 4, 6, 8]) expect(own.get(epoch)).toEqual(weights.get(`${best} ${epoch}`));
  });

  test('of a network with too many weights is refused', () => {
    const wide = smallTraining({ ...given, options: { ...options, hidden: [2048, 256] } });
    expect(() => beginFilm(wide)).toThrowError(
      expect.objectContaining({
        code: 'USAGE',
        message: expect.stringMatching(/^film: expected a network of at most 524288 weights.*found \d+; /),
      }),
    );
  });
});

function digitsTraining(cost: 'squared error' | 'binary cross-entropy') {
  const pixels = testPixels().subarray(0, 300 * 784);
  const labels = testLabels().subarray(0, 300);
  const images = { pixels, labels, image: { height: 28, width: 28 }, classes: Array.from('0123456789') };
  const settings = completeTrainingOptions({
    ...{ hidden: [8], batchSize: 16, validation: 100, loss: cost },
  });
  return { shared: new SharedTraining(images, settings), pixels, labels };
}

describe('a checkpoint of a training with a film', () => {
  test.each([1, 9, 10, 20, 27])('after %i epochs has what the film needs', async (epochs) => {
    const straight = smallTraining(given);
    const expected = begun(straight);
    await filmed(straight, expected);
    const first = smallTraining(given);
    const progress = begun(first);
    await filmed(first, progress, epochs);
    const bytes = saveTraining(first, progress, 'digest');
    const second = smallTraining(given);
    const resumed = restoreTraining(second, bytes, 'digest', 'a');
    expect(resumed.film?.runs).toEqual(progress.film?.runs);
    await filmed(second, resumed);
    expect(resumed.film?.runs).toEqual(expected.film?.runs);
  });

  test('that lacks an epoch is refused, and one of a training without a film has none', async () => {
    const shared = smallTraining(given);
    const progress = begun(shared);
    await filmed(shared, progress, 3);
    progress.film?.runs.get(0)?.delete(2);
    const bytes = saveTraining(shared, progress, 'digest');
    expect(() => restoreTraining(smallTraining(given), bytes, 'digest', 'a')).toThrowError(
      'a: tensor film.0.2: expected',
    );
    const without = saveTraining(shared, { ...progress, film: undefined }, 'digest');
    expect(restoreTraining(smallTraining(given), without, 'digest', 'a').film).toBeUndefined();
    expect(() => beginFilm(shared, 'a')).toThrowError(
      expect.objectContaining({ code: 'CHECKPOINT_MISMATCH', exitCode: 65 }),
    );
  });
});
