import { compileKernel, KERNEL_FILE } from '../../assets.js';
import { DigitflowError } from '../../errors.js';
import { areProbabilities } from '../../network/activations.js';
import { predictedClass } from '../../network/feed-forward.js';
import { loss, lossOf, type Network } from '../../network/network.js';
import type { Normalization } from '../../network/normalization.js';
import type { Batch } from '../batch.js';
import { createWorker } from '../create-worker.js';
import type { Kernel } from '../kernel.js';
import { layoutMemory, type SlotLayout } from '../layout.js';
import type { Scorer, ScorerOptions } from '../open-scorer.js';
import { allocateMemory } from '../shared-network.js';
import { chooseBatchSize, chooseTextSize, slotCountFor, usableCores } from '../sizes.js';
import { Slots } from '../slots.js';

/** A network that is not computed by us. */
export interface ImageSession {
  /** How many threads it takes from now on. */
  useThreads(count: number): void;
  /**
   * Its outputs, `(count, classes)` float32, for images `(count, height * width)` u8 as stored.
   *
   * @throws DigitflowError NETWORK_FILE, WORKER_FAILED
   */
  run(pixels: Uint8Array, count: number, normalization: Normalization): Promise<Float32Array>;
  /** Frees its thread; it may be used again. */
  close(): Promise<void>;
}

/** Images of a batch that are to be scored: a copy, since a slot's pixels are written again. */
interface Piece {
  readonly slot: SlotLayout;
  readonly first: number;
  readonly count: number;
  readonly pixels: Uint8Array;
  readonly hasLabels: boolean;
}

/**
 * A scorer whose verdicts come from a session. The calling thread makes images of records, and verdicts of outputs, and
 * leaves them where the kernel would: nothing after it knows the difference.
 *
 * @param network its image, classes, and the activation of its outputs; of its layers no more
 * @throws DigitflowError MEMORY_LIMIT, BUILD_INCOMPLETE
 */
export async function openSessionScorer(
  network: Network,
  session: ImageSession,
  options: ScorerOptions = {},
): Promise<Scorer> {
  const { isText = false, bytes, records, withOutputs = false, withIds = false, batchSize } = options;
  const workers = options.workers ?? usableCores();
  session.useThreads(Math.max(1, workers));
  const recordBytes = network.image.height * network.image.width;
  const classCount = network.classes.length;
  const outputCount = withOutputs ? classCount : 0;
  const sizes = { recordBytes, workers: 0, batchSize, records, bytes, outputCount };
  const text = isText ? chooseTextSize(sizes) : null;
  const layout = layoutMemory(
    { layers: [{ inputs: recordBytes, outputs: classCount }] },
    {
      slotCount: slotCountFor(0),
      recordsPerSlot: chooseBatchSize(sizes),
      text: text ? { ...text, withIds } : undefined,
      withOutputs,
    },
  );
  const memory = allocateMemory(layout);
  const { buffer } = memory;
  let pieces: Piece[] = [];
  let countVerdicts: Kernel['count'] = () => {};
  const read = createWorker({ module: compileKernel(KERNEL_FILE), memory, layout }, undefined, (kernel) => {
    countVerdicts = kernel.count;
    return (slot, first, count, at, hasLabels) => {
      const pixels = new Uint8Array(buffer, at, count * recordBytes).slice();
      pieces.push({ slot, first, count, pixels, hasLabels });
    };
  });
  const activation = network.layers[network.layers.length - 1].activation;
  const lossName = lossOf(network);

  const judge = ({ slot, first, count, hasLabels }: Piece, outputs: Float32Array): void => {
    const [labels, predictions] = [slot.labels, slot.predictions].map(
      (offset) => new Uint8Array(buffer, offset + first, count),
    );
    const [confidences, losses] = [slot.confidences, slot.losses].map(
      (offset) => new Float32Array(buffer, offset + first * 4, count),
    );
    for (let i = 0; i < count; i++) {
      const own = Float64Array.from(outputs.subarray(i * classCount, (i + 1) * classCount));
      predictions[i] = predictedClass(own);
      confidences[i] = own[predictions[i]];
      if (hasLabels) losses[i] = loss(own, labels[i], lossName);
    }
    if (withOutputs)
      new Float32Array(buffer, slot.outputs + first * classCount * 4, outputs.length).set(outputs);
    if (!hasLabels) return;
    const verdicts = [predictions, confidences, losses].map(({ byteOffset }) => byteOffset);
    const [predicted, confident, lost] = verdicts;
    countVerdicts(slot.counts, classCount, count, labels.byteOffset, predicted, confident, lost);
  };

  let isStopped = false;
  let last: Promise<unknown> = Promise.resolve();
  const score = async (batch: Batch): Promise<void> => {
    pieces = [];
    const answer = read(batch.task);
    for (const piece of pieces.splice(0)) {
      if (isStopped) throw new DigitflowError('POOL_STOPPED', 'scoring was stopped');
      judge(piece, await session.run(piece.pixels, piece.count, batch.normalization));
    }
    batch.take(answer);
  };
  return {
    slots: new Slots(buffer, layout, { text, outputsAreProbabilities: areProbabilities(activation) }),
    workers,
    stop: () => {
      isStopped = true;
    },
    close: async () => {
      isStopped = true;
      await last;
      await session.close();
    },
    score: async (batch) => {
      if (isStopped) throw new DigitflowError('POOL_CLOSED', 'the pool is closed');
      const scoring = score(batch);
      last = Promise.allSettled([last, scoring]);
      await scoring;
    },
  };
}
