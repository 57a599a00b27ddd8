import { STEP_BYTES } from '../../workers/kernel/common/offsets.js';
import * as RUN from '../../workers/kernel/common/run-offsets.js';
import { AUGMENTATIONS } from './augmentation.js';
import { augmentationKeys, orderSeed, writeSteps } from './epoch-tables.js';
import type { TrainingKernel } from './kernel.js';
import type { TrainingLayout } from './layout.js';
import type { EpochTask } from './messages.js';
import type { TrainingOptions } from './options.js';
import { trainingCount } from './place-run.js';
import { STATE_ARRAYS } from './run-layout.js';
import { augmentationAt } from './schedule.js';

/**
 * Writes what an epoch begins with, each thread of the run's team its part of it: in its own head how the images are varied;
 * for all, the first thread the kept state as live one and the step table, the last one the order of the images. The team
 * meets before any of it is read.
 *
 * @returns the learning rate of the last step; 0 from all threads but the first
 */
export function placeEpoch(
  kernel: TrainingKernel,
  buffer: SharedArrayBuffer,
  layout: TrainingLayout,
  options: TrainingOptions,
  { run: index, epoch, rank }: EpochTask,
): number {
  const run = layout.runs[index];
  const { head } = run.ranks[rank];
  const view = new DataView(buffer, head, RUN.bytes);
  const setFloat = (field: number, value: number) => view.setFloat32(field, value, true);
  const [key0, key1] = augmentationKeys(options.seed, index, epoch);
  view.setUint32(RUN.key0, key0, true);
  view.setUint32(RUN.key1, key1, true);
  const { rotation, scale, shear, shift, bend } = AUGMENTATIONS[options.augment];
  const factor = augmentationAt(epoch, options);
  setFloat(RUN.rotation, rotation * factor);
  setFloat(RUN.scale, scale * factor);
  setFloat(RUN.shear, shear * factor);
  setFloat(RUN.shift, shift * factor);
  setFloat(RUN.bend, bend * factor);

  const count = trainingCount(layout.imageCount, options);
  if (rank === layout.teamSize - 1) {
    const seed = orderSeed(options.seed, index, epoch);
    kernel.writeOrder(head, count, seed >>> 0, Math.floor(seed / 2 ** 32));
  }
  if (rank > 0) return 0;
  const bytes = new Uint8Array(buffer);
  bytes.copyWithin(run.live, run.kept, run.kept + layout.shape.bytes * STATE_ARRAYS.length);
  // A worker that died may have left half a batch's gradients.
  bytes.fill(0, run.gradients, run.gradients + layout.shape.bytes);
  const stepCount = Math.ceil(count / options.batchSize);
  return writeSteps(new Float32Array(buffer, run.steps, (stepCount * STEP_BYTES) / 4), epoch, options);
}
