import { DigitflowError } from '../errors.js';
import { populationStability, stabilityBound } from '../statistics/stability.js';
import {
  ALIKE,
  chanceOf,
  DRIFT_MEASURES,
  type DriftBins,
  type DriftCounts,
  type DriftImages,
  type DriftMeasure,
  type DriftReference,
} from './drift-reference.js';
import { type InkImage, inkBrightness } from './ink-measures.js';

/** How one measure of some images is compared with the reference. */
export interface DriftFigure {
  /** What is compared. */
  readonly measure: DriftMeasure;
  /** The population stability index, from 0 up: by convention 0.1 is little, 0.25 is much. Null where too few images tell. */
  readonly psi: number | null;
  /** Whether it is above the bound, and above what chance explains. */
  readonly drifts: boolean;
  /** The mean here and in the reference; of classes the share of the one whose share is changed most. Null without images. */
  readonly value: number | null;
  readonly reference: number;
  /** Of classes which one that is. */
  readonly of?: number;
}

/** Images side by side, and how they compare. */
export interface DriftWindow {
  /** Which scored images, from 0. */
  readonly first: number;
  /** How many there are. */
  readonly count: number;
  /** One a measure. */
  readonly figures: readonly DriftFigure[];
  /** Whether one of the figures does. */
  readonly drifts: boolean;
}

/** What became of a run. */
export interface DriftSummary {
  /** What the images were compared with: what it is called, and how many images it was made of. */
  readonly reference: { readonly name: string; readonly images: number };
  /** How many images a window has. */
  readonly window: number;
  /** What is much: of the population stability index. */
  readonly bound: number;
  /** How many windows there were. */
  readonly windows: number;
  /** How many of them drifted. */
  readonly drifted: number;
  /** The one that drifted most; null where none did. */
  readonly worst: DriftWindow | null;
  /** All images of the run together. */
  readonly all: DriftWindow;
}

/** How to watch. */
export interface DriftBounds {
  /** Images in a window, at least 100. Default 1,000. */
  readonly window?: number | undefined;
  /** A PSI above this drifts. Default 0.25. */
  readonly bound?: number | undefined;
}

const USUAL_WINDOW = 1000;
const LEAST_WINDOW = 100;
const USUAL_BOUND = 0.25;
/** Fewer images tell nothing. */
const LEAST_IMAGES = 30;
/** The pixels of so many first images are looked at, and of a fifth of the later ones: to read them again takes time. */
const ALL_LOOKED_AT = 1000;
const LATER_LOOKED_AT = 0.2;

/** Watches images that stream through, window by window, in memory that does not grow. */
export class DriftWatch {
  readonly #reference: DriftReference;
  readonly #size: number;
  readonly #bound: number;
  readonly #all: DriftCounts;
  #window: DriftCounts;
  #seen = 0;
  #first = 0;
  #windows = 0;
  #drifted = 0;
  #worst: DriftWindow | null = null;

  /** @throws DigitflowError USAGE for a window or a bound that makes no sense */
  constructor(reference: DriftReference, bounds: DriftBounds = {}) {
    const { window: size = USUAL_WINDOW, bound = USUAL_BOUND } = bounds;
    if (!Number.isSafeInteger(size) || size < LEAST_WINDOW) {
      throw new DigitflowError(
        'USAGE',
        `drift: expected a window of ${LEAST_WINDOW} images or more, found ${size}`,
      );
    }
    if (!(bound > 0)) throw new DigitflowError('USAGE', `drift: expected a bound above 0, found ${bound}`);
    this.#reference = reference;
    this.#size = size;
    this.#bound = bound;
    this.#all = reference.empty();
    this.#window = reference.empty();
  }

  /** Looks at scored images, in order; returns the windows that ended with them. */
  add(images: DriftImages): DriftWindow[] {
    const ended: DriftWindow[] = [];
    const { predictions, confidences } = images;
    for (let i = 0; i < images.count; i++) {
      this.#window.classes.add(predictions[i]);
      if (images.outputsAreProbabilities) this.#window.confidence.add(confidences[i]);
      if (this.#seen < ALL_LOOKED_AT || chanceOf(this.#seen) < LATER_LOOKED_AT) this.#look(images.inkOf(i));
      if (++this.#seen - this.#first === this.#size) ended.push(this.#endWindow());
    }
    return ended;
  }

  #look(image: InkImage): void {
    this.#window.brightness.add(inkBrightness(image.pixels));
    this.#window['nearest mean'].add(this.#reference.distance(image));
  }

  /** The last window, which may be shorter; null where it has too few images to tell, or there is none. */
  end(): DriftWindow | null {
    const count = this.#seen - this.#first;
    if (count >= LEAST_IMAGES) return this.#endWindow();
    for (const measure of DRIFT_MEASURES) this.#all[measure].merge(this.#window[measure]);
    this.#window = this.#reference.empty();
    return null;
  }

  #endWindow(): DriftWindow {
    const window = this.#windowOf(this.#window, this.#first, this.#seen - this.#first);
    for (const measure of DRIFT_MEASURES) this.#all[measure].merge(this.#window[measure]);
    this.#window = this.#reference.empty();
    this.#first = this.#seen;
    this.#windows++;
    if (window.drifts) {
      this.#drifted++;
      if (this.#worst === null || mostOf(window) > mostOf(this.#worst)) this.#worst = window;
    }
    return window;
  }

  /** To be asked for after `end`. */
  get summary(): DriftSummary {
    const { name, images } = this.#reference;
    return {
      ...{ reference: { name, images }, window: this.#size, bound: this.#bound },
      ...{ windows: this.#windows, drifted: this.#drifted, worst: this.#worst },
      all: this.#windowOf(this.#all, 0, this.#seen),
    };
  }

  #windowOf(counts: DriftCounts, first: number, count: number): DriftWindow {
    const measures = DRIFT_MEASURES.filter(
      (measure) => measure !== 'confidence' || this.#reference.outputsAreProbabilities,
    );
    const figures = measures.map((measure) => this.#figure(measure, counts[measure], count));
    return { first, count, figures, drifts: figures.some(({ drifts }) => drifts) };
  }

  #figure(measure: DriftMeasure, found: DriftBins, count: number): DriftFigure {
    const known = this.#reference.counts[measure];
    const psi = found.count < LEAST_IMAGES ? null : populationStability(found.counts, known.counts);
    const spread = 1 / found.count + (ALIKE[measure] - 1) / count + this.#reference.spreadOf(measure);
    const least = Math.max(this.#bound, stabilityBound(found.counts.length, spread));
    const drifts = psi !== null && psi > least;
    if (measure !== 'classes') return { measure, psi, drifts, value: found.mean, reference: known.mean ?? 0 };
    const shares = Array.from(known.counts, (count, of) => {
      return { of, value: found.counts[of] / Math.max(1, found.count), reference: count / known.count };
    });
    const most = shares.reduce((best, one) => (changeOf(one) > changeOf(best) ? one : best));
    return { measure, psi, drifts, ...most, value: found.count === 0 ? null : most.value };
  }
}

function changeOf({ value, reference }: { readonly value: number; readonly reference: number }): number {
  return Math.abs(value - reference);
}

function mostOf({ figures }: DriftWindow): number {
  return Math.max(...figures.map(({ psi }) => psi ?? 0));
}
