import { DigitflowError } from '../../errors.js';

/** The words that name images, each with what their labels are called then. */
const IMAGE_WORDS: Readonly<Record<string, readonly string[]>> = {
  x: ['y'],
  X: ['y', 'Y'],
  images: ['labels', 'label'],
  image: ['label', 'labels'],
};

/** Not within another word: the x of `x_test` and `testX`, not that of `max` or `idx3`. */
const IMAGE_WORD = /(?<![a-zA-Z])(?:x|X|images?)(?![a-zA-Z])|(?<=[a-z])X(?![a-zA-Z])/;

/** What the labels of images may be called, likeliest first: `y_test` for `x_test`; none where the name does not tell. */
export function labelNames(imagesName: string): string[] {
  const word = IMAGE_WORD.exec(imagesName)?.[0];
  if (word === undefined) return [];
  return IMAGE_WORDS[word].map((label) => imagesName.replace(IMAGE_WORD, label));
}

/**
 * Finds the images in an archive by the names of its arrays, and their labels where it has some.
 *
 * Of several pairs it takes that of the split: `x_test` and `y_test` of Keras' `mnist.npz`. A pair that is alone is
 * taken whatever it is called after, and so is an array that is alone.
 *
 * @param names The arrays, without `.npy`.
 * @throws DigitflowError `NPZ_ARRAYS` where the names do not tell
 */
export function chooseArrays(
  names: readonly string[],
  split: 'train' | 'test',
  archive: string,
): { readonly images: string; readonly labels: string | null } {
  const pairs = names
    .filter((images) => names.length === 1 || IMAGE_WORD.test(images))
    .map((images) => ({ images, labels: labelNames(images).find((name) => names.includes(name)) ?? null }));
  const ofSplit = pairs.filter(({ images }) => images.toLowerCase().includes(split));
  for (const found of [ofSplit, pairs]) if (found.length === 1) return found[0];
  throw new DigitflowError(
    'NPZ_ARRAYS',
    `${archive}: expected arrays named x_${split} and y_${split}, found ${names.join(', ') || 'none'}; ` +
      `save them with numpy.savez(path, x_${split}=images, y_${split}=labels)`,
  );
}
