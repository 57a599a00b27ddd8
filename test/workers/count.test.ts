import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { instantiateWasm } from '../../src/assets.js';
import { EvaluationTally } from '../../src/counting/evaluation-tally.js';
import { createForward, type Kernel } from '../../src/engine/kernel.js';
import { SharedNetwork } from '../../src/engine/shared-network.js';
import { Slots } from '../../src/engine/slots.js';
import { expectCanariesAlive, plantCanaries } from '../helpers/canaries.js';
import { randomNetwork, randomPixels } from '../helpers/random-network.js';

const CLASSES = 7;
const MOST = 50;

const shared = new SharedNetwork(
  randomNetwork({ seed: 1, height: 2, width: 2, outputs: [CLASSES], hidden: 'sigmoid', last: 'sigmoid' }),
  { slotCount: 1, recordsPerSlot: MOST },
);
const kernel = instantiateWasm<Kernel>(shared.module, shared.memory);
const [place] = shared.layout.slots;
const slot = new Slots(shared.memory.buffer, shared.layout).take();

const anyFloat = fc.oneof(
  fc.constantFrom(0, -0, 1, 0.5, 1 / 15, 255.99998, 256, 1e30, Number.NaN, Infinity, -Infinity, 1e-40, -3),
  fc.float({ min: 0, max: 1, noNaN: true }),
  fc.float({ min: 0, max: 300, noNaN: true }),
  fc.float(),
);
const record = fc.record({
  truth: fc.nat(CLASSES - 1),
  prediction: fc.nat(CLASSES - 1),
  confidence: anyFloat,
  loss: anyFloat,
});

/** A tally of the slot's records, from the kernel's counts or from the records themselves. */
function tallyOf(count: number, isCounted: boolean): string {
  const tally = new EvaluationTally({ classes: CLASSES, mistakes: 3, outputsAreProbabilities: true });
  const { labels, predictions, confidences, losses, counts } = slot;
  const network = { classCount: CLASSES, outputsAreProbabilities: true };
  const scored = { first: 0, count, labels, predictions, confidences, losses, ...network };
  const pixelsOf = () => new Uint8Array(4);
  tally.add({ ...scored, pixelsOf, counts: isCounted ? counts : undefined });
  return JSON.stringify(tally);
}

describe('what the kernel counts', () => {
  test('is what the tally counts of the same records, whatever their numbers are, in any pieces', () => {
    fc.assert(
      fc.property(fc.array(record, { maxLength: MOST }), fc.nat(MOST), (records, cut) => {
        records.forEach(({ truth, prediction, confidence, loss }, i) => {
          slot.labels[i] = truth;
          slot.predictions[i] = prediction;
          slot.confidences[i] = confidence;
          slot.losses[i] = loss;
        });
        plantCanaries(shared.memory.buffer, shared.layout);
        slot.counts.clear();
        const count = records.length;
        for (const [from, to] of [
          [0, Math.min(cut, count)],
          [Math.min(cut, count), count],
        ]) {
          kernel.count(
            place.counts,
            CLASSES,
            to - from,
            place.labels + from,
            place.predictions + from,
            place.confidences + from * 4,
            place.losses + from * 4,
          );
        }
        expectCanariesAlive(shared.memory.buffer, shared.layout);
        expect(tallyOf(count, true)).toBe(tallyOf(count, false));
      }),
      { numRuns: 500 },
    );
  });

  test('is counted with the scoring where there are labels, and left alone where there are none', () => {
    shared.placeFor({ scale: 1 / 255, offset: 0, transposed: false });
    const forward = createForward(kernel, shared.layout);
    slot.pixels.set(randomPixels(3, MOST * 4, 0.5));
    slot.labels.forEach((_, i) => {
      slot.labels[i] = i % CLASSES;
    });
    slot.counts.clear();
    const untouched = [...slot.counts.confusion];
    forward(place, 0, MOST, place.pixels, false);
    expect([...slot.counts.confusion]).toEqual(untouched);
    forward(place, 0, MOST, place.pixels, true);
    expect(tallyOf(MOST, true)).toBe(tallyOf(MOST, false));
    expect(slot.counts.confusion.reduce((sum, n) => sum + n)).toBe(MOST);
  });
});
