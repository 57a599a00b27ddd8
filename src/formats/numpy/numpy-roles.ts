import { DigitflowError } from '../../errors.js';
import { type LabelLayout, labelFormat } from '../labels.js';
import { describeArray, type ImageLayout, isFloat, notLabels, swapped } from '../stored-arrays.js';
import type { NpyHeader } from './npy-header.js';

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

/** What the arrays are called that hold images and their labels; null where there are none. */
export interface ChosenArrays {
  readonly images: string;
  readonly labels: string | null;
}

/**
 * Finds the images in an archive by the names of its arrays (without `.npy`), and their labels where it has some: of several
 * pairs that of the split, `x_test` and `y_test` of Keras' `mnist.npz`; a pair or an array that is alone in any case.
 *
 * @throws DigitflowError `NPZ_ARRAYS` where the names do not tell
 */
export function chooseArrays(
  names: readonly string[],
  split: 'train' | 'test',
  archive: string,
): ChosenArrays {
  const pairs = names
    .filter((images) => names.length === 1 || IMAGE_WORD.test(images))
    .map((images) => ({ images, labels: labelNames(images).find((name) => names.includes(name)) ?? null }));
  const ofSplit = pairs.filter(({ images }) => images.toLowerCase().includes(split));
  for (const found of [ofSplit, pairs]) if (found.length === 1) return found[0];
  const message = `${archive}: expected arrays named x_${split} and y_${split}, found ${names.join(', ') || 'none'}`;
  const advice = `save them with numpy.savez(path, x_${split}=images, y_${split}=labels)`;
  throw new DigitflowError('NPZ_ARRAYS', `${message}; ${advice}`);
}

type ImageSize = Pick<ImageLayout, 'height' | 'width'>;

/**
 * Reads a header as that of images: `(n, height, width)`, with an axis of one channel after or before the two, or
 * `(n, height * width)` of the size that the network takes.
 *
 * @throws DigitflowError `NPY_SWAPPED` when these are labels, `NPY_SHAPE` for any other shape.
 */
export function npyImageLayout(header: NpyHeader, size: ImageSize, name: string): ImageLayout {
  const { element, shape } = header;
  if (shape.length === 1 && !isFloat(element.type)) throw swapped('NPY_SWAPPED', 'images', header, name);
  const [count, ...axes] = shape;
  const [height, width] = axes.length === 1 ? unflatten(axes[0], size) : withoutChannel(axes);
  if (height === undefined || width === undefined || height * width === 0) {
    const flat = `count x ${size.height * size.width} (${size.height} x ${size.width}, what the network takes)`;
    const found = `found ${describeArray(header)}; reshape the array`;
    const message = `${name}: expected images as count x height x width, or ${flat}, ${found}`;
    throw new DigitflowError('NPY_SHAPE', message);
  }
  return { count, height, width };
}

function unflatten(pixels: number, { height, width }: ImageSize): readonly number[] {
  return pixels === height * width ? [height, width] : [];
}

/** Of three axes one must be that of a single channel: the last as Keras has it, or the first as PyTorch has it. */
function withoutChannel(axes: readonly number[]): readonly number[] {
  if (axes.length === 2) return axes;
  if (axes.length !== 3) return [];
  if (axes[2] === 1) return axes.slice(0, 2);
  return axes[0] === 1 ? axes.slice(1) : [];
}

/**
 * Reads a header as that of labels: `(n)` or `(n, 1)` of class indices, which are numbers of any type, or of texts; or
 * `(n, classCount)` of one-hot rows.
 *
 * @throws DigitflowError `NPY_SWAPPED` when these are images, `NPY_SHAPE` for any other shape.
 */
export function npyLabelLayout(header: NpyHeader, classCount: number, name: string): LabelLayout {
  const { element, shape, characters } = header;
  if (shape.length >= 3) throw swapped('NPY_SWAPPED', 'labels', header, name);
  const [count, columns = 1] = shape;
  if (shape.length === 0 || (columns !== 1 && (columns !== classCount || characters !== undefined))) {
    throw notLabels('NPY_SHAPE', classCount, header, name);
  }
  if (characters !== undefined) return { count, format: labelFormat(element, characters, 'text') };
  return { count, format: labelFormat(element, columns, columns === 1 ? 'index' : 'one-hot') };
}
