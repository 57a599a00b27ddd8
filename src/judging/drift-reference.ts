import type { ScoredRecords } from '../counting/scored-records.js';
import { DigitflowError } from '../errors.js';
import { type InkImage, inkBrightness } from './ink-measures.js';

/** What is compared: how bright images are, how near to the mean image of a class, and what the network makes of them. */
export const DRIFT_MEASURES = ['brightness', 'nearest mean', 'confidence', 'classes'] as const;
/** One thing by which images are compared. */
export type DriftMeasure = (typeof DRIFT_MEASURES)[number];

/** Scored images, and how to look at one of them. */
export interface DriftImages
  extends Pick<ScoredRecords, 'count' | 'predictions' | 'confidences' | 'outputsAreProbabilities'> {
  /** The image at a place from 0, upright, its ink bright; a view, to be read at once. */
  inkOf(place: number): InkImage;
}

/**
 * Images come in runs of one hand, and neighbours are alike: a run of them varies as so many times fewer that are picked at
 * random. By MNIST, where runs of 1,000 vary in brightness as 14 (training set) and 71 (test set) times fewer: with these
 * none of its runs is told.
 */
export const ALIKE: Readonly<Record<DriftMeasure, number>> = {
  ...{ brightness: 25, 'nearest mean': 10, confidence: 5, classes: 5 },
};

/** Fewer images of a reference tell nothing. */
const LEAST_IMAGES = 100;
/** So many images of the reference are kept, and no more bytes of them. */
const MOST_KEPT = 10_000;
const MOST_KEPT_BYTES = 2 ** 25;
const BINS = 10;
/** Numbers in bins, and their sum. */
export class DriftBins {
  /** `(edges + 1)`: how many values fell into each bin. */
  readonly counts: Float64Array;
  /** Of the values that are finite. */
  sum = 0;
  /** Of all values. */
  count = 0;
  readonly #edges: readonly number[];

  /** @param edges ascending: a value below the first falls into the first bin, of the last on into the last */
  constructor(edges: readonly number[]) {
    this.#edges = edges;
    this.counts = new Float64Array(edges.length + 1);
  }

  /** Counts a value; what is no number falls into the last bin. */
  add(value: number): void {
    let bin = 0;
    while (bin < this.#edges.length && value >= this.#edges[bin]) bin++;
    this.counts[bin]++;
    // What is no number is in the last bin, and in no mean.
    if (Number.isFinite(value)) this.sum += value;
    this.count++;
  }

  /** Adds all that another of the same edges has counted. */
  merge(other: DriftBins): void {
    for (const [bin, count] of other.counts.entries()) this.counts[bin] += count;
    this.sum += other.sum;
    this.count += other.count;
  }

  /** Null of no values. */
  get mean(): number | null {
    return this.count === 0 ? null : this.sum / this.count;
  }
}

/** What was counted, by measure. */
export type DriftCounts = Readonly<Record<DriftMeasure, DriftBins>>;

/** Tenths from 0 to 1: what confidences are put in. */
const TENTHS = Array.from({ length: BINS - 1 }, (_, i) => (i + 1) / BINS);

/** What images are compared with: those that a network was trained on. */
export interface DriftReference {
  /** What it is called in messages. */
  readonly name: string;
  /** How many images it was made of. */
  readonly images: number;
  /** What was counted of them. */
  readonly counts: DriftCounts;
  /** Whether the outputs of the network that it was made with lie in 0..1. */
  readonly outputsAreProbabilities: boolean;
  /** Counts in the reference's bins, of nothing as yet. */
  empty(): DriftCounts;
  /** One by how many independent images of it there are. */
  spreadOf(measure: DriftMeasure): number;
  /** How far an image is from the mean image of the nearest class: 1 less the cosine, 0..1, whatever its brightness. */
  distance(image: InkImage): number;
}

function binnedBy(edges: Readonly<Record<DriftMeasure, readonly number[]>>): DriftCounts {
  const of = (measure: DriftMeasure) => new DriftBins(edges[measure]);
  return {
    brightness: of('brightness'),
    'nearest mean': of('nearest mean'),
    confidence: of('confidence'),
    classes: of('classes'),
  };
}

/** The mean image of each class that there is. */
export class ClassMeans {
  /** Sums, which point the same way as means. */
  readonly #sums: Float64Array[] = [];
  readonly #squares: number[] = [];
  #lit = new Uint32Array(0);

  /** Adds an image to those of a class. */
  add(of: number, pixels: Uint8Array): void {
    this.#sums[of] ??= new Float64Array(pixels.length);
    const sums = this.#sums[of];
    for (let i = 0; i < pixels.length; i++) sums[i] += pixels[i];
  }

  /** To be called when all are added. */
  finish(): void {
    for (const [of, sums] of this.#sums.entries()) {
      if (sums !== undefined) this.#squares[of] = sums.reduce((sum, value) => sum + value * value, 0);
    }
  }

  /**
   * How far an image is from the nearest mean: 1 less the cosine, 0..1; `finish` comes first.
   *
   * @param own the class of whose mean the image is a part: it is taken out of it
   */
  nearest(pixels: Uint8Array, own?: number): number {
    if (this.#lit.length < pixels.length) this.#lit = new Uint32Array(pixels.length);
    const lit = this.#lit;
    let square = 0;
    let litCount = 0;
    // Most pixels are black.
    for (let i = 0; i < pixels.length; i++) {
      if (pixels[i] === 0) continue;
      lit[litCount++] = i;
      square += pixels[i] * pixels[i];
    }
    let most = 0;
    for (let of = 0; of < this.#sums.length; of++) {
      const sums = this.#sums[of];
      if (sums === undefined) continue;
      let product = 0;
      for (let i = 0; i < litCount; i++) product += pixels[lit[i]] * sums[lit[i]];
      const isOwn = of === own;
      const length = isOwn ? this.#squares[of] - 2 * product + square : this.#squares[of];
      if (isOwn) product -= square;
      if (square * length > 0) most = Math.max(most, product / Math.sqrt(square * length));
    }
    return 1 - most;
  }
}

/** Gathers a reference, in memory that does not grow: of many images an even choice is kept. */
export class DriftReferenceBuilder {
  readonly #classes: number;
  readonly #confidences = new DriftBins(TENTHS);
  readonly #predictions: DriftBins;
  readonly #kept: { readonly of: number; readonly pixels: Uint8Array }[] = [];
  #outputsAreProbabilities = true;
  #seen = 0;

  constructor(classes: number) {
    this.#classes = classes;
    this.#predictions = new DriftBins(classEdges(classes));
  }

  /** Counts scored images, and keeps some of them. */
  add(images: DriftImages): void {
    this.#outputsAreProbabilities = images.outputsAreProbabilities;
    for (let i = 0; i < images.count; i++, this.#seen++) {
      this.#confidences.add(images.confidences[i]);
      this.#predictions.add(images.predictions[i]);
      const most =
        this.#kept.length === 0 ? 1 : Math.min(MOST_KEPT, MOST_KEPT_BYTES / this.#kept[0].pixels.length);
      // Each image has the same chance (Vitter's algorithm R), and the same images give the same choice.
      const place = this.#seen < most ? this.#seen : Math.floor(chanceOf(this.#seen) * (this.#seen + 1));
      if (place >= most) continue;
      this.#kept[place] = { of: images.predictions[i], pixels: Uint8Array.from(images.inkOf(i).pixels) };
    }
  }

  /**
   * @param isPicked whether its images were picked from all over a larger set, so that neighbours are no more alike than others
   * @throws DigitflowError DRIFT_REFERENCE where there are too few images to compare with
   */
  finish(name: string, isPicked = false): DriftReference {
    if (this.#seen < LEAST_IMAGES) {
      const found = `found ${this.#seen}; give more of what the network was trained on`;
      const message = `${name}: expected at least ${LEAST_IMAGES} images to compare with, ${found}`;
      throw new DigitflowError('DRIFT_REFERENCE', message);
    }
    const means = new ClassMeans();
    for (const { of, pixels } of this.#kept) means.add(of, pixels);
    means.finish();
    const brightness = this.#kept.map(({ pixels }) => inkBrightness(pixels));
    const distances = this.#kept.map(({ of, pixels }) => means.nearest(pixels, of));
    const edges = {
      brightness: evenEdges(brightness),
      'nearest mean': evenEdges(distances),
      confidence: TENTHS,
      classes: classEdges(this.#classes),
    };
    const counts = binnedBy(edges);
    for (const value of brightness) counts.brightness.add(value);
    for (const value of distances) counts['nearest mean'].add(value);
    counts.confidence.merge(this.#confidences);
    counts.classes.merge(this.#predictions);
    const images = this.#seen;
    return {
      ...{ name, images, counts, outputsAreProbabilities: this.#outputsAreProbabilities },
      empty: () => binnedBy(edges),
      spreadOf: (measure) => 1 / counts[measure].count + (isPicked ? 0 : (ALIKE[measure] - 1) / images),
      distance: ({ pixels }) => means.nearest(pixels),
    };
  }
}

/** One bin a class. */
function classEdges(classes: number): number[] {
  return Array.from({ length: classes - 1 }, (_, i) => i + 1);
}

/** Edges between which the same number of values lie, fewer where many are equal. */
function evenEdges(values: readonly number[]): number[] {
  const sorted = Float64Array.from(values).sort();
  const edges = TENTHS.map((tenth) => sorted[Math.floor(tenth * sorted.length)]);
  return edges.filter((edge, at) => edge !== edges[at - 1]);
}

/** A number of 0..1 for each image, which neither chance nor any order of the input decides (MurmurHash3's finalizer). */
export function chanceOf(index: number): number {
  let bits = Math.imul(index ^ (index >>> 16) ^ 0x9e3779b9, 0x85ebca6b);
  bits = Math.imul(bits ^ (bits >>> 13), 0xc2b2ae35);
  return ((bits ^ (bits >>> 16)) >>> 0) / 2 ** 32;
}
