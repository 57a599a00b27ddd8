import type { Piece, PixelRecords, Reading } from '../engine/records.js';
import { DigitflowError } from '../errors.js';
import type { LabelReader } from '../formats/labels.js';

/** How images are stored. */
export interface StoredImages {
  /** Bytes of one image. */
  readonly storedBytes: number;
  /**
   * Makes u8 pixels of whole images, the first of which has the index `first`: a view that holds until the next call. Left
   * out where they are stored so.
   */
  readonly toPixels?: ((stored: Uint8Array, first: number) => Uint8Array) | undefined;
}

/** Cuts pieces, which may end anywhere, into records: the state of one pass over an input. */
export class RecordCutter {
  readonly #images: StoredImages;
  readonly #labels: LabelReader | null;
  /** The beginning of a record that straddles pieces; `(storedBytes)` once there was one. */
  #carry = new Uint8Array(0);
  #carriedBytes = 0;
  /** How many records ended so far. */
  #count: number;
  #hasFailed = false;

  /** @param first the index of the first record */
  constructor(images: StoredImages, labels: LabelReader | null, first = 0) {
    this.#images = images;
    this.#labels = labels;
    this.#count = first;
  }

  /**
   * The records that end in a piece: the one that began before it, if any, then all others together. To be taken in before
   * the next piece.
   *
   * A bad label, or a number that is no brightness, fails the piece before any of its records is given: then the last that
   * comes is a fault.
   */
  *cut(piece: Piece): Generator<PixelRecords, void> {
    const { reading, fault } = piece;
    if (this.#hasFailed) return;
    try {
      if (fault === undefined) yield* this.#recordsOf(piece);
      else yield this.#fault(reading, fault);
    } catch (error) {
      if (!(error instanceof DigitflowError)) throw error;
      yield this.#fault(reading, error);
    }
  }

  *#recordsOf({ reading, bytes, labels: stored, extent }: Piece): Generator<PixelRecords, void> {
    const { storedBytes, toPixels = (images: Uint8Array) => images } = this.#images;
    const count = Math.floor((this.#carriedBytes + bytes.length) / storedBytes);
    const first = this.#count;
    const labels = this.#labels?.read(stored, first, count) ?? null;
    const begin = this.#carriedBytes > 0 ? Math.min(bytes.length, storedBytes - this.#carriedBytes) : 0;
    const given = begin > 0 && count > 0 ? 1 : 0;
    const end = begin + (count - given) * storedBytes;
    if (begin > 0) this.#keep(bytes.subarray(0, begin));
    if (given > 0) {
      const pixels = toPixels(this.#carry, first);
      this.#carriedBytes = 0;
      this.#count++;
      yield { reading, first, count: 1, pixels, labels: labels?.subarray(0, 1) ?? null };
    }
    if (count > given) {
      const pixels = toPixels(bytes.subarray(begin, end), first + given);
      this.#count = first + count;
      yield {
        ...{ reading, first: first + given, count: count - given, pixels, extent },
        labels: labels?.subarray(given) ?? null,
      };
    }
    // Only now: the record that was carried here is read from the same buffer until its `next` has returned.
    if (begin === 0 || given > 0) this.#keep(bytes.subarray(end));
  }

  #fault(reading: Reading, fault: DigitflowError): PixelRecords {
    this.#hasFailed = true;
    return { reading, first: this.#count, count: 0, pixels: new Uint8Array(0), labels: null, fault };
  }

  #keep(bytes: Uint8Array): void {
    if (bytes.length === 0) return;
    if (this.#carry.length === 0) this.#carry = new Uint8Array(this.#images.storedBytes);
    this.#carry.set(bytes, this.#carriedBytes);
    this.#carriedBytes += bytes.length;
  }
}
