import { createWorker } from '../engine/create-worker.js';
import { SharedNetwork } from '../engine/shared-network.js';
import { Slots } from '../engine/slots.js';
import type { Network } from '../network/network.js';
import type { Normalization } from '../network/normalization.js';
import { createCanvas } from './canvas.js';
import { CORRUPTIONS, type CorruptionName, corrupt } from './corruptions.js';
import { type Flip, nearestFlip } from './nearest-flip.js';

/** What a thread is given when it starts. */
export interface StressSetup {
  readonly network: Network;
  /** Of all images, with how they are stored. */
  readonly normalization: Normalization;
  readonly corruptions: readonly CorruptionName[];
  readonly seed: number;
}

/** Images to be made worse in every way. */
export interface StressTask {
  /** Of the first of them, in its input, from 0. */
  readonly first: number;
  /** `(count, inputs)` u8, as stored, and `(count)` u8. */
  readonly pixels: Uint8Array;
  readonly labels: Uint8Array;
  /** Of how many of them, the first ones, the nearest flip is looked for. */
  readonly flips: number;
}

/** What came of them. */
export interface StressAnswer {
  /** How many were right: as they are, then for each corruption at each of its strengths. */
  readonly corrects: readonly number[];
  readonly flips: readonly Flip[];
}

/** What puts images under stress: threads, or the calling thread itself. */
export interface Stressor {
  readonly workers: number;
  /** @throws DigitflowError POOL_START, WORKER_FAILED */
  run(task: StressTask): Promise<StressAnswer>;
  close(): Promise<void>;
}

/** Makes what a thread runs: a function that scores images as they are, and corrupted. */
export function createStressRunner(setup: StressSetup): (task: StressTask) => StressAnswer {
  const { network, normalization, seed } = setup;
  const corruptions = CORRUPTIONS.filter(({ name }) => setup.corruptions.includes(name));
  const stored = { transposed: normalization.transposed, inverted: normalization.scale < 0 };
  const canvas = createCanvas(network.image);
  const size = network.layers[0].inputs;
  let scorer: ReturnType<typeof scorerFor> | undefined;

  return ({ first, pixels, labels, flips }) => {
    const count = labels.length;
    if (scorer === undefined || scorer.capacity < count) scorer = scorerFor(network, normalization, count);
    const { slot, run } = scorer;
    const rightOf = () => {
      run({ slot: 0, count, hasLabels: false });
      let right = 0;
      for (let i = 0; i < count; i++) if (slot.predictions[i] === labels[i]) right++;
      return right;
    };
    slot.pixels.set(pixels);
    const corrects = [rightOf()];
    for (const corruption of corruptions) {
      for (let level = 0; level < corruption.strengths.length; level++) {
        for (let i = 0; i < count; i++) {
          const [from, to] = [i * size, (i + 1) * size];
          const [image, target] = [pixels.subarray(from, to), slot.pixels.subarray(from, to)];
          corrupt(image, target, canvas, stored, { corruption, level, seed, index: first + i });
        }
        corrects.push(rightOf());
      }
    }
    const images = Array.from({ length: Math.min(flips, count) }, (_, i) => i);
    return {
      corrects,
      flips: images.map((i) => {
        const image = pixels.subarray(i * size, (i + 1) * size);
        return nearestFlip(network, normalization, image, labels[i]);
      }),
    };
  };
}

function scorerFor(network: Network, normalization: Normalization, capacity: number) {
  const shared = new SharedNetwork(network, {
    slotCount: 1,
    recordsPerSlot: capacity,
    text: undefined,
    withOutputs: false,
  });
  shared.placeFor(normalization);
  const slot = new Slots(shared.memory.buffer, shared.layout).take();
  return { capacity, slot, run: createWorker(shared) };
}
