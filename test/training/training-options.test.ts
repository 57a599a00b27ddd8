import { expect, test } from 'vitest';
import {
  completeTrainingOptions,
  DEFAULT_TRAINING,
  type TrainingOptions,
} from '../../src/training/training-options.js';

test('no options at all train the network of the video', () => {
  expect(completeTrainingOptions({})).toEqual(DEFAULT_TRAINING);
  expect(DEFAULT_TRAINING).toMatchObject({ hidden: [16, 16], activation: 'sigmoid', output: 'sigmoid' });
});

test('softmax outputs bring cross-entropy with them, and others the squared error', () => {
  expect(completeTrainingOptions({ output: 'softmax' }).loss).toBe('cross-entropy');
  expect(completeTrainingOptions({ output: 'identity' }).loss).toBe('squared error');
});

test.each<[Partial<TrainingOptions>, string]>([
  [{ hidden: [16, 0] }, 'hidden: expected a whole number from 1 to 4096, found 0'],
  [{ hidden: Array.from({ length: 17 }, () => 1) }, 'hidden: expected at most 16 layers, found 17'],
  [{ epochs: 0.5 }, 'epochs: expected a whole number from 1 to 100000, found 0.5'],
  [{ batchSize: 0 }, 'batchSize: expected a whole number from 1 to 1048576, found 0'],
  [{ learningRate: 0 }, 'learningRate: expected a number above 0, at most 1000, found 0'],
  [{ learningRate: Number.NaN }, 'learningRate: expected a number above 0, at most 1000, found NaN'],
  [{ warmUpEpochs: 61 }, 'warmUpEpochs: expected a number from 0 to 60, found 61'],
  [{ weightDecay: -1 }, 'weightDecay: expected a number from 0 to 1000, found -1'],
  [{ labelSmoothing: 2 }, 'labelSmoothing: expected a number from 0 to 1, found 2'],
  [{ averaging: 1 }, 'averaging: expected a number below 1, found 1'],
  [{ augmentEnd: -0.1 }, 'augmentEnd: expected a number from 0 to 1, found -0.1'],
  [{ restarts: 0 }, 'restarts: expected a whole number from 1 to 1000, found 0'],
  [{ validation: -1 }, 'validation: expected a whole number from 0 to 2147483647, found -1'],
  [{ seed: 2 ** 53 }, 'seed: expected a whole number from 0 to 9007199254740991, found 9007199254740992'],
  [{ loss: 'cross-entropy' }, 'loss: expected squared error or binary cross-entropy, found cross-entropy'],
  [
    { output: 'softmax', loss: 'binary cross-entropy' },
    'loss: expected cross-entropy or squared error, found binary cross-entropy',
  ],
])('%o is refused by name', (given, message) => {
  expect(() => completeTrainingOptions(given)).toThrowError(
    expect.objectContaining({ code: 'USAGE', message }),
  );
});
