import { expect, test } from 'vitest';
import { Turns } from '../../src/engine/turns.js';
import { UNIT_BRIGHTNESS } from '../../src/network/normalization.js';

const upright = UNIT_BRIGHTNESS;
const turned = { ...UNIT_BRIGHTNESS, transposed: true };

/** Turns whose batches are answered by hand; `log` says what has begun. */
function manualTurns() {
  const turns = new Turns();
  const log: string[] = [];
  const answers = new Map<string, { resolve: () => void; reject: (error: Error) => void }>();
  const take = (name: string, normalization: typeof upright) =>
    turns.take(normalization, () => {
      log.push(name);
      return new Promise((resolve, reject) => answers.set(name, { resolve, reject }));
    });
  const settled = () => new Promise(setImmediate);
  const answer = async (name: string, error?: Error) => {
    if (error) answers.get(name)?.reject(error);
    else answers.get(name)?.resolve();
    await settled();
  };
  return { take, log, answer };
}

test('batches of one normalization begin at once, side by side', () => {
  const { take, log } = manualTurns();
  take('a', upright);
  take('b', { ...upright });
  expect(log).toEqual(['a', 'b']);
});

test('those of another wait for all before them, and nobody overtakes them', async () => {
  const { take, log, answer } = manualTurns();
  take('a', upright);
  take('b', upright);
  take('c', turned);
  take('d', turned);
  take('e', upright);
  await answer('b');
  expect(log).toEqual(['a', 'b']);
  await answer('a');
  expect(log).toEqual(['a', 'b', 'c', 'd']);
  await answer('d');
  expect(log).not.toContain('e');
  await answer('c');
  expect(log).toEqual(['a', 'b', 'c', 'd', 'e']);
});

test('one that fails is over, too', async () => {
  const { take, log, answer } = manualTurns();
  const failed = take('a', upright);
  const next = take('b', turned);
  await Promise.all([expect(failed).rejects.toThrow('broken'), answer('a', new Error('broken'))]);
  expect(log).toEqual(['a', 'b']);
  await answer('b');
  await next;
});
