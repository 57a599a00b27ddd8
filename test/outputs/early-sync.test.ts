import { expect, test } from 'vitest';
import { EarlySync } from '../../src/outputs/early-sync.js';

const MIB = 2 ** 20;

/** Syncs that end when they are told to. */
function heldSyncs() {
  const ends: { readonly resolve: () => void; readonly reject: (error: Error) => void }[] = [];
  const early = new EarlySync(() => new Promise((resolve, reject) => ends.push({ resolve, reject })));
  return { early, ends };
}

test('syncs begin while more is written, one at a time', async () => {
  const { early, ends } = heldSyncs();
  for (let written = 0; written < 63; written++) early.wrote(MIB);
  expect(ends.length).toBe(0);
  for (let written = 0; written < 200; written++) early.wrote(MIB);
  expect(ends.length).toBe(1);
  const ended = early.end();
  expect(ends.length).toBe(1);
  ends[0].resolve();
  while (ends.length < 2) await new Promise(setImmediate);
  ends[1].resolve();
  await ended;
});

test('what a sync said that failed is told at the end, though later ones go well', async () => {
  const { early, ends } = heldSyncs();
  early.wrote(64 * MIB);
  ends[0].reject(new Error('EIO'));
  await new Promise(setImmediate);
  early.wrote(64 * MIB);
  ends[1].resolve();
  await expect(early.end()).rejects.toThrow('EIO');
});

test('a file stays open as long as a sync of it is under way', async () => {
  const { early, ends } = heldSyncs();
  let closed = 0;
  const close = () => {
    closed++;
  };
  early.thenClose(close);
  expect(closed).toBe(1);
  early.wrote(64 * MIB);
  early.thenClose(close);
  expect(closed).toBe(1);
  ends[0].resolve();
  while (closed < 2) await new Promise(setImmediate);
});
