import { createRandom } from '../network/random.js';
import type { TrainingImages, TrainingOptions } from './training-options.js';

/** With fewer of a class chance alone may put all of them on one side. */
const LEAST_EXPECTED = 5;

/**
 * The images in random order where they come sorted by class, so that all classes are learned and all are held out: the seed
 * decides it. Others stay as they are.
 */
export function mixedImages(
  images: TrainingImages,
  { validation, seed }: Pick<TrainingOptions, 'validation' | 'seed'>,
): TrainingImages {
  const { pixels, labels, classes } = images;
  const count = labels.length;
  if (!isSorted(labels, classes.length, validation)) return images;
  const order = Uint32Array.from({ length: count }, (_, index) => index);
  const random = createRandom(seed);
  for (let last = count - 1; last > 0; last--) {
    const other = Math.floor(random.uniform() * (last + 1));
    [order[last], order[other]] = [order[other], order[last]];
  }
  const bytes = pixels.length / count;
  const mixed = new Uint8Array(pixels.length);
  order.forEach((from, to) => {
    mixed.set(pixels.subarray(from * bytes, (from + 1) * bytes), to * bytes);
  });
  return { ...images, pixels: mixed, labels: Uint8Array.from(order, (from) => labels[from]) };
}

/** Whether a class is only among those held out, or only among the others, and not by chance. */
function isSorted(labels: Uint8Array, classCount: number, validation: number): boolean {
  const count = labels.length;
  const first = count - validation;
  const [kept, held] = [new Uint32Array(classCount), new Uint32Array(classCount)];
  labels.forEach((label, index) => {
    (index < first ? kept : held)[label]++;
  });
  const isMissing = (of: Uint32Array, size: number) =>
    of.some((found, label) => found === 0 && ((kept[label] + held[label]) * size) / count >= LEAST_EXPECTED);
  return validation > 0 && first > 0 && (isMissing(kept, first) || isMissing(held, validation));
}
