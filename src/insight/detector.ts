import { DigitflowError } from '../errors.js';
import { activate } from '../network/activations.js';
import type { ImageSize } from '../network/network.js';
import type { NeuronImage } from './neuron-report.js';
import { brightSums, type ImageSet, meanByClass, rankImages, type Spread, spreadOf } from './run-images.js';

/** A rectangle of pixels: its upper left corner, counted from 0, and its size. */
export interface Rectangle {
  /** Its left column, from 0. */
  readonly x: number;
  /** Its top row, from 0. */
  readonly y: number;
  /** In pixels. */
  readonly width: number;
  /** In pixels. */
  readonly height: number;
}

/** The weights in a region (default 1) and around it (-1). */
export interface RegionWeights {
  /** Of the pixels of the region. Default 1. */
  readonly positive?: number | undefined;
  /** Of those around it. Default -1. */
  readonly negative?: number | undefined;
  /** How many pixels wide the surroundings are, in all eight directions. Default 2. */
  readonly margin?: number | undefined;
}

/**
 * A rectangle as a region: `(height * width)` float64, 1 in it and 0 elsewhere.
 *
 * @throws DigitflowError USAGE for one that is empty or does not lie in the image.
 */
export function rectangleRegion({ x, y, width, height }: Rectangle, image: ImageSize): Float64Array {
  const isWhole = [x, y, width, height].every(Number.isSafeInteger) && width > 0 && height > 0;
  const isWithin = x >= 0 && y >= 0 && x + width <= image.width && y + height <= image.height;
  if (!isWhole || !isWithin) {
    const expected = `x,y,width,height within ${image.width} x ${image.height} pixels`;
    const message = `rectangle ${x},${y},${width},${height}: expected ${expected}; x and y count from 0`;
    throw new DigitflowError('USAGE', message);
  }
  return Float64Array.from({ length: image.width * image.height }, (_, i) => {
    const [row, column] = [Math.floor(i / image.width), i % image.width];
    return column >= x && column < x + width && row >= y && row < y + height ? 1 : 0;
  });
}

/**
 * The weights of a `region` `(height * width)`: positive in it, negative around it, 0 elsewhere. Its pixels above 0 belong
 * to it by so much, those below 0 are its surroundings; a region that has surroundings gets no others.
 */
export function regionWeights(
  region: Float64Array,
  { height, width }: ImageSize,
  { positive = 1, negative = -1, margin = 2 }: RegionWeights = {},
): Float64Array {
  const hasSurroundings = region.some((value) => value < 0);
  return region.map((value, i) => {
    if (value > 0) return value * positive;
    if (hasSurroundings) return value < 0 ? -value * negative : 0;
    const [row, column] = [Math.floor(i / width), i % width];
    for (let y = Math.max(0, row - margin); y <= Math.min(height - 1, row + margin); y++) {
      for (let x = Math.max(0, column - margin); x <= Math.min(width - 1, column + margin); x++) {
        if (region[y * width + x] > 0) return negative;
      }
    }
    return 0;
  });
}

/** A handmade neuron: one weight for each pixel, and a bias. */
export interface Detector extends ImageSize {
  /** `(height * width)` float64, row by row. */
  readonly weights: Float64Array;
  /** Minus the threshold. */
  readonly bias: number;
}

/** What a detector makes of one image. */
export interface DetectorImage extends Pick<NeuronImage, 'index' | 'truth' | 'sum'> {
  /** Σ wᵢaᵢ, for brightness 0..1. */
  readonly weightedSum: number;
  /** σ(z). */
  readonly sigmoid: number;
  /** max(0, z). */
  readonly relu: number;
}

/** What a detector finds in many images, and the spread of its weighted sums. */
export interface DetectorReport extends Detector, Spread {
  /** -b: it fires where the weighted sum is above it. */
  readonly threshold: number;
  /** How many it was laid over. */
  readonly images: number;
  /** On how many images the weighted sum is above the threshold. */
  readonly fires: number;
  /** The images with the largest weighted sums, the largest first. */
  readonly brightest: readonly DetectorImage[];
  /** The images with the smallest weighted sums, the smallest first. */
  readonly darkest: readonly DetectorImage[];
  /** On what share of the images of each class it fires, 0..1; null without images of the class, or without labels. */
  readonly firesByClass: readonly (number | null)[];
}

/**
 * Lays a detector over images, trusted to have its size and brightness 0..1. All labels are below `classCount`. The report
 * has the `wanted` images with the largest weighted sums, and as many with the smallest.
 */
export function detect(detector: Detector, images: ImageSet, classCount: number, wanted = 5): DetectorReport {
  const { weights, bias } = detector;
  const { count, labels } = images;
  const neuron = { weights, biases: Float64Array.of(0), inputs: weights.length, outputs: 1 };
  const { scale, offset, transposed } = images.normalization;
  // In steps of 1/255, which are whole numbers: then whole weights give exact sums, and a sum of 10 is not above 10.
  const steps = { scale: 255 * scale, offset: 255 * offset, transposed };
  const weightedSums = brightSums(neuron, { ...images, normalization: steps }, detector).map(
    (sum) => sum / 255,
  );
  const threshold = 0 - bias;
  const ranked = rankImages(weightedSums, wanted);
  const shown = (index: number): DetectorImage => {
    const weightedSum = weightedSums[index];
    const sum = weightedSum + bias;
    const [sigmoid] = activate('sigmoid', Float64Array.of(sum));
    return { index, truth: labels?.[index] ?? null, weightedSum, sum, sigmoid, relu: Math.max(0, sum) };
  };
  const fired = weightedSums.map((sum) => (sum > threshold ? 1 : 0));
  const { least, mean, most } = spreadOf(weightedSums);
  return {
    ...detector,
    threshold,
    images: count,
    fires: fired.reduce((sum, fires) => sum + fires, 0),
    ...{ least, mean, most },
    brightest: ranked.most.map(shown),
    darkest: ranked.least.map(shown),
    firesByClass: meanByClass(fired, labels, classCount),
  };
}
