import { bytesText, type State } from '../state.js';

/** The first images of the input are compared with, so many at most; what is kept of them takes 2 MB. */
const MOST_IMAGES = 10_000;
/** How many of them have a vote. */
const VOTES = 10;
/** Images are made smaller, to at most so many pixels a side. */
const SIDE = 14;
/** A distance is given up once it is too large, which is looked at after so many pixels. */
const STRETCH = 14;
/** Images have little at their top: the look at two of them begins after this share of them. */
const BEGIN = 0.3;

/**
 * Which labels the images have that look most like one: the nearest of the first images of the input, by the squared differences
 * of their pixels. They are kept small: square images as means of blocks of pixels, others as means of runs.
 */
export class NearestImages {
  readonly #pixels: Uint8Array;
  readonly #labels: Uint8Array;
  /** 1 for each image that was seen. */
  readonly #isSeen: Uint8Array;
  /** `(recordBytes)`: which pixel of the small image each pixel goes to, and how many go to each. */
  readonly #blocks: Uint32Array;
  readonly #counts: Uint32Array;
  readonly #size: number;

  constructor(recordBytes: number) {
    const side = Math.sqrt(recordBytes);
    const isSquare = Number.isInteger(side);
    const factor = Math.ceil(isSquare ? side / SIDE : recordBytes / SIDE ** 2);
    const columns = Math.ceil((isSquare ? side : recordBytes) / factor);
    this.#blocks = Uint32Array.from({ length: recordBytes }, (_, i) =>
      isSquare
        ? Math.floor(i / side / factor) * columns + Math.floor((i % side) / factor)
        : Math.floor(i / factor),
    );
    this.#size = this.#blocks[recordBytes - 1] + 1;
    this.#counts = new Uint32Array(this.#size);
    for (const block of this.#blocks) this.#counts[block]++;
    this.#pixels = new Uint8Array(MOST_IMAGES * this.#size);
    this.#labels = new Uint8Array(MOST_IMAGES);
    this.#isSeen = new Uint8Array(MOST_IMAGES);
  }

  /** Whether the image of this index is one of those to be compared with. */
  wants(index: number): boolean {
    return index < MOST_IMAGES;
  }

  /** `pixels`: `(recordBytes)` u8. */
  add(index: number, label: number, pixels: Uint8Array): void {
    this.#pixels.set(this.#made(pixels), index * this.#size);
    this.#labels[index] = label;
    this.#isSeen[index] = 1;
  }

  /**
   * The share of each class among the labels of the ten images that are most like one, or of all where there are fewer. `(classes)`
   * float64; zeros where there is no other image.
   *
   * @param index its own, which has no vote
   */
  votes(index: number, pixels: Uint8Array, classes: number): Float64Array {
    const own = this.#made(pixels);
    const nearest: { distance: number; label: number }[] = [];
    let worst = Number.POSITIVE_INFINITY;
    for (let other = 0; other < MOST_IMAGES; other++) {
      if (this.#isSeen[other] === 0 || other === index) continue;
      const distance = this.#distance(own, other, worst);
      if (distance >= worst) continue;
      if (nearest.length === VOTES) nearest.pop();
      let place = nearest.length;
      while (place > 0 && nearest[place - 1].distance > distance) place--;
      nearest.splice(place, 0, { distance, label: this.#labels[other] });
      if (nearest.length === VOTES) worst = nearest[VOTES - 1].distance;
    }
    const votes = new Float64Array(classes);
    for (const { label } of nearest) votes[label] += 1 / nearest.length;
    return votes;
  }

  /** The sum of squared differences; where it is at least `most`, something that is at least that. */
  #distance(own: Uint8Array, other: number, most: number): number {
    const pixels = this.#pixels;
    const size = this.#size;
    const start = other * size;
    let sum = 0;
    let i = Math.floor(size * BEGIN);
    for (let left = size; left > 0 && sum < most; left -= STRETCH) {
      for (let n = Math.min(left, STRETCH); n > 0; n--) {
        const difference = own[i] - pixels[start + i];
        sum += difference * difference;
        if (++i === size) i = 0;
      }
    }
    return sum;
  }

  /** The small image. */
  #made(pixels: Uint8Array): Uint8Array {
    const blocks = this.#blocks;
    const sums = new Uint32Array(this.#size);
    for (let i = 0; i < blocks.length; i++) sums[blocks[i]] += pixels[i];
    const made = new Uint8Array(this.#size);
    for (let block = 0; block < made.length; block++) made[block] = sums[block] / this.#counts[block];
    return made;
  }

  /**
   * Adds the images that another one, of images of the same size, has seen: what its `toJSON` gave, parsed.
   *
   * @throws DigitflowError SHARD_BROKEN
   */
  addState(state: State, classes: number): void {
    for (const run of state.list()) {
      const first = run.get('first').whole(0, MOST_IMAGES - 1);
      const labels = run.get('labels').bytes();
      if (first + labels.length > MOST_IMAGES || labels.some((label) => label >= classes))
        throw run.get('labels').wrong(`labels below ${classes}, of the first ${MOST_IMAGES} images`);
      this.#pixels.set(run.get('pixels').bytes(labels.length * this.#size), first * this.#size);
      this.#labels.set(labels, first);
      this.#isSeen.fill(1, first, first + labels.length);
    }
  }

  /** The exact state: runs of images that follow each other. */
  toJSON(): object[] {
    const runs: object[] = [];
    for (let first = this.#isSeen.indexOf(1); first !== -1; ) {
      const next = this.#isSeen.indexOf(0, first);
      const end = next === -1 ? MOST_IMAGES : next;
      runs.push({
        first,
        labels: bytesText(this.#labels.subarray(first, end)),
        pixels: bytesText(this.#pixels.subarray(first * this.#size, end * this.#size)),
      });
      first = this.#isSeen.indexOf(1, end);
    }
    return runs;
  }
}
