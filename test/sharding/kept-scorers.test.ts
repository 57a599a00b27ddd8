import { afterEach, expect, test } from 'vitest';
import { openModel } from '../../src/inputs/models/open-model.js';
import { KeptScorers } from '../../src/sharding/kept-scorers.js';

const model = openModel('sigmoid');
const NEEDS = { isText: false, records: 1000, workers: 1 };
let scorers = new KeptScorers();
afterEach(async () => {
  await scorers.close();
  scorers = new KeptScorers();
});

test('a scorer that was given back is lent again, with its threads, and none to two at a time', async () => {
  const first = await scorers.open(model, NEEDS);
  const second = await scorers.open(model, NEEDS);
  expect(second.slots).not.toBe(first.slots);
  await first.close();
  await first.close();
  const again = await scorers.open(model, { ...NEEDS, records: 700 });
  expect(again.slots).toBe(first.slots);
  const third = await scorers.open(model, NEEDS);
  expect(third.slots).not.toBe(first.slots);
  await Promise.all([second.close(), again.close(), third.close()]);
});

test.each<[string, object, string]>([
  ['text', { isText: true }, 'sigmoid'],
  ['other threads', { workers: 0 }, 'sigmoid'],
  ['all outputs', { withOutputs: true }, 'sigmoid'],
  ['another size of batches', { batchSize: 7 }, 'sigmoid'],
  ['many more records', { records: 100_000 }, 'sigmoid'],
  ['far fewer records', { records: 10 }, 'sigmoid'],
  ['an unknown number of records', { records: null }, 'sigmoid'],
  ['another network', {}, 'relu'],
])('one is not lent for %s: it is closed then', async (_, change, name) => {
  const first = await scorers.open(model, NEEDS);
  await first.close();
  const other = await scorers.open(openModel(name), { ...NEEDS, ...change });
  expect(other.slots).not.toBe(first.slots);
  await other.close();
  // It is closed for good, and not only given back.
  await expect(first.score({} as never)).rejects.toMatchObject({ code: 'POOL_CLOSED' });
});

test('one that was stopped, that failed or whose slots are not back is not lent again', async () => {
  const faults = [
    (one: Awaited<ReturnType<KeptScorers['open']>>) => one.stop(),
    (one: Awaited<ReturnType<KeptScorers['open']>>) =>
      // A thread is given a batch that is none.
      expect(one.score({ normalization: model.network.normalization } as never)).rejects.toThrow(),
    (one: Awaited<ReturnType<KeptScorers['open']>>) => one.slots.take(),
  ];
  for (const fault of faults) {
    const first = await scorers.open(model, NEEDS);
    await fault(first);
    await first.close();
    const other = await scorers.open(model, NEEDS);
    expect(other.slots).not.toBe(first.slots);
    await other.close();
  }
});

test('what is given back after the end is closed', async () => {
  const late = await scorers.open(model, NEEDS);
  await scorers.close();
  await late.close();
  await expect(late.score({} as never)).rejects.toMatchObject({ code: 'POOL_CLOSED' });
});
