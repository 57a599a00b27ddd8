import type { ScoredRecords } from './scored-records.js';

/** So many images of a batch are looked at, and no more batches than hold as many as are enough. */
const MOST_IMAGES = 1000;
const ENOUGH_IMAGES = 100;
/** And so many bytes of them are kept. */
const MOST_BYTES = 16 * 2 ** 20;
/** The background shows on as many: rows of text are parsed once more for it, by code that is still cold. */
const MOST_BACKGROUNDS = 4;
/** Networks are surer than this of what they know, also of images of one class alone. */
const SURE = 0.9;

/** Images, as a network sees them. */
export interface OddImages {
  readonly count: number;
  /** `(count, recordBytes)` u8 as stored. */
  readonly pixels: Uint8Array;
}

/**
 * Looks at the first images of a run, and keeps copies of them where they do not look like what the network knows: it is not
 * sure of them, or they are bright. Of all others it looks at the pixels of a few.
 */
export class FirstImages {
  readonly #isInverted: boolean;
  readonly #kept: Uint8Array[] = [];
  #seen = 0;
  /** The sum of the confidences of those that were seen. */
  #sure = 0;
  /** How bright the first of them are, one each: 0..1. */
  readonly #brightness: number[] = [];
  #isDone = false;

  /** `isInverted`: whether bright pixels are dark to the network. */
  constructor(isInverted: boolean) {
    this.#isInverted = isInverted;
  }

  /** Returns those that were kept, once, when enough were seen; else null. */
  add(
    images: Pick<ScoredRecords, 'count' | 'confidences' | 'outputsAreProbabilities' | 'pixelsOf'>,
  ): OddImages | null {
    // What else than probabilities says how sure a network is?
    if (this.#isDone || !images.outputsAreProbabilities) return null;
    const count = Math.min(images.count, MOST_IMAGES);
    for (let place = 0; place < count; place++) this.#sure += images.confidences[place];
    for (let place = 0; place < count && this.#brightness.length < MOST_BACKGROUNDS; place++)
      this.#brightness.push(meanOf(images.pixelsOf(place)) / 255);
    this.#seen += count;
    if (this.#seen < ENOUGH_IMAGES || this.#areOdd) {
      for (let place = 0; place < count; place++) this.#keep(images.pixelsOf(place));
    }
    return this.#seen < ENOUGH_IMAGES ? null : this.end();
  }

  /** Returns those that were kept where a run ends early. */
  end(): OddImages | null {
    if (this.#isDone) return null;
    this.#isDone = true;
    if (this.#kept.length === 0 || !this.#areOdd) return null;
    const pixels = new Uint8Array(this.#kept.length * this.#kept[0].length);
    for (const [at, own] of this.#kept.entries()) pixels.set(own, at * own.length);
    return { count: this.#kept.length, pixels };
  }

  #keep(pixels: Uint8Array): void {
    if (this.#kept.length * pixels.length < MOST_BYTES) this.#kept.push(Uint8Array.from(pixels));
  }

  get #areOdd(): boolean {
    const isBright = meanOf(this.#brightness) > 0.5;
    return !(this.#sure / this.#seen >= SURE) || isBright !== this.#isInverted;
  }
}

function meanOf(values: Iterable<number> & { readonly length: number }): number {
  let sum = 0;
  for (const value of values) sum += value;
  return sum / values.length;
}
