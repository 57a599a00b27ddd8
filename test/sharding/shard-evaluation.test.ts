import { expect, test } from 'vitest';
import { EvaluationCounts } from '../../src/counting/evaluation-counts.js';
import { readShardEvaluation, type ShardEvaluation } from '../../src/sharding/shard-evaluation.js';

const SHAPE = { classes: 2, recordBytes: 4 };
const WRITTEN: ShardEvaluation = {
  counts: new EvaluationCounts(SHAPE, { mistakes: 1, outputsAreProbabilities: true }),
  data: {
    ...{ name: 'a.csv', dataset: null, files: [{ path: 'a.csv', sha256: null }], height: 2, width: 2 },
    dialect: [{ property: 'label', value: 'column last', by: 'guessed', because: 'it fits' }],
  },
  normalization: { scale: 1 / 255, offset: -0.25, transposed: true },
  otherReading: { words: 'a', flags: '--label first', images: 9, accuracy: 1, accuracyAsRead: 0 },
};
const json = () => JSON.parse(JSON.stringify(WRITTEN));

test('what a shard says of its evaluation is read as it was written', () => {
  const { counts, ...said } = readShardEvaluation(json(), 'a.shard');
  expect({ ...said, counts: counts.value }).toEqual(json());
  expect(counts.name).toBe('a.shard.counts');
  const { dialect: _, ...data } = WRITTEN.data;
  expect(readShardEvaluation({ ...json(), data, otherReading: null }, 'a.shard')).toMatchObject({
    data,
    otherReading: null,
  });
});

test.each<[(own: ReturnType<typeof json>) => void, string]>([
  [(own) => delete own.data, 'a.shard.data: expected an object, found nothing'],
  [(own) => (own.data.height = 0), 'a.shard.data.height: expected a whole number, 1 or more, found 0'],
  [(own) => (own.data.files[0].sha256 = 7), 'a.shard.data.files[0].sha256: expected text, found 7'],
  [
    (own) => (own.data.dialect[0].by = 'me'),
    'a.shard.data.dialect[0].by: expected given, seen or guessed, found "me"',
  ],
  [(own) => (own.data.dialect[0].value = 1), 'a.shard.data.dialect[0].value: expected text, found 1'],
  [(own) => (own.normalization.scale = '1'), 'a.shard.normalization.scale: expected a number, found "1"'],
  [(own) => (own.otherReading.flags = {}), 'a.shard.otherReading.flags: expected text, found {}'],
])('what is wrong in it is told in one line: %#', (change, message) => {
  const own = json();
  change(own);
  expect(() => readShardEvaluation(own, 'a.shard')).toThrowError(
    expect.objectContaining({ code: 'SHARD_BROKEN', message }),
  );
});
