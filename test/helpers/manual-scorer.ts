import type { Scorer } from '../../src/engine/open-scorer.js';
import { tinySlots } from './records.js';

/** A scorer whose batches are answered by hand, in any order. */
export function manualScorer(slotCount: number, recordsPerSlot = 1) {
  const slots = tinySlots(slotCount, recordsPerSlot);
  const answers = new Map<number, { resolve: () => void; reject: (error: Error) => void }>();
  const scorer: Scorer = {
    slots,
    workers: 1,
    score: (scored) =>
      new Promise((resolve, reject) => answers.set(scored.first, { resolve: () => resolve(), reject })),
    stop: () => {},
    close: async () => {},
  };
  const settled = () => new Promise(setImmediate);
  return {
    scorer,
    slots,
    answer: async (first: number) => {
      answers.get(first)?.resolve();
      await settled();
    },
    fail: async (first: number) => {
      answers.get(first)?.reject(new Error(`batch ${first} failed`));
      await settled();
    },
  };
}
