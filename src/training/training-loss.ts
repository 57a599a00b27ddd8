import type { TrainingLoss } from './options.js';

/**
 * What training makes small, for one image, in float64 and in plain sight: the kernel's oracle. Without smoothing the
 * first two are those of src/network/cost.ts.
 *
 * @param outputs `(classes)` activations of the last layer
 * @param smoothing how much of the desired outputs is spread over all classes, 0..1
 */
export function trainingLoss(
  outputs: Float64Array,
  label: number,
  loss: TrainingLoss,
  smoothing: number,
): number {
  const others = smoothing / outputs.length;
  let sum = 0;
  for (const [k, a] of outputs.entries()) {
    const y = k === label ? 1 - smoothing + others : others;
    if (loss === 'squared error') sum += (a - y) ** 2;
    else if (loss === 'cross-entropy') sum -= y * Math.log(a);
    else sum -= y * Math.log(a) + (1 - y) * Math.log(1 - a);
  }
  return sum;
}
