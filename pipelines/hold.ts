import { lastValueFrom, map, takeWhile } from 'rxjs';
import { type PicturesSeen, PictureTally } from '../src/counting/pictures-seen.js';
import type { Batch } from '../src/engine/batch.js';
import { openReader, withScorer } from '../src/engine/open-scorer.js';
import type { InputDescription } from '../src/engine/records.js';
import { DigitflowError } from '../src/errors.js';
import type { ReadingFlags } from '../src/formats/reading.js';
import type { Input, InputFile } from '../src/inputs/input.js';
import type { InputsOptions } from '../src/inputs/inputs.js';
import { type ImagesSpec, openInputs } from '../src/inputs/open-inputs.js';
import type { ImageSize } from '../src/network/network.js';
import { type Normalization, UNIT_BRIGHTNESS } from '../src/network/normalization.js';
import { accept } from '../src/operators/accept.js';
import { batch } from '../src/operators/batch-records.js';
import { decode } from '../src/operators/decode.js';
import { forward } from '../src/operators/forward.js';
import { inOrder } from '../src/operators/in-order.js';
import { normalize, orientedAs } from '../src/operators/normalize.js';
import { notePictures } from '../src/operators/note-pictures.js';
import { takeRecords } from '../src/operators/take-records.js';
import { abortOr, unlessAborted, untilAborted } from '../src/operators/until-aborted.js';

/** How images are to be read, and who is told how they were. */
export interface ReadingOptions {
  /** How the data is to be read; the rest is guessed. */
  readonly reading?: ReadingFlags | undefined;
  /** Is told how an input was understood, once it is opened. */
  readonly onOpened?: ((input: InputDescription) => void) | undefined;
  /** Is told what was done to pictures, and what is doubtful about them, after the last one. */
  readonly onPictures?: ((seen: PicturesSeen) => void) | undefined;
}

/** What to hold. */
export interface HoldOptions extends Omit<InputsOptions, 'network'>, ReadingOptions {
  readonly network: InputsOptions['network'] & { readonly normalization?: Normalization | undefined };
  /** The first record that is wanted, from 0. Default 0. */
  readonly first?: number | undefined;
  /** How many at most. Default: all that follow. */
  readonly limit?: number | undefined;
  readonly signal?: AbortSignal | undefined;
}

/** Images held whole in memory, to go over them more than once. */
export interface HeldImages {
  /** What to call them. */
  readonly name: string;
  readonly image: ImageSize;
  readonly count: number;
  /** `(count, height * width)` u8, row-major: pixels as stored. */
  readonly pixels: Uint8Array;
  /** `(count)` u8 class indices, or null where the input has none. */
  readonly labels: Uint8Array | null;
  readonly normalization: Normalization;
  /** How many records the input has; where that is not known, how many were read. */
  readonly recordCount: number;
  readonly files: readonly InputFile[];
  /** How the input was understood. */
  readonly guesses: InputDescription['guesses'];
}

/**
 * Reads images of any format into memory, as `evaluate` reads them, no further than is wanted.
 *
 * @throws DigitflowError what opening and reading raise, CSV_ROW and LABEL_OUT_OF_RANGE for the first bad row
 *   before the end of what is wanted, MEMORY_LIMIT; and the signal's reason when it is aborted
 */
export async function hold(spec: ImagesSpec, options: HoldOptions): Promise<HeldImages> {
  const { network, first = 0, limit = Number.POSITIVE_INFINITY, signal } = options;
  const inputs = await openInputs(spec, options);
  const pictures = new PictureTally();
  try {
    const needs = await unlessAborted(inputs.look(), signal);
    const input = await unlessAborted(inputs.open(), signal);
    if (input === null) throw new TypeError('expected an input');
    const held = new Held(input, first, limit);
    const wanted = network.normalization ?? UNIT_BRIGHTNESS;
    const reader = await openReader(input.image, network.classes.length, needs, (pixels, count) =>
      held.addPixels(pixels, count),
    );
    const rowCount = await withScorer(reader, ({ slots }) => {
      const end = first + limit;
      const read = inputs
        .pieces(slots, { isCutHere: true })
        .pipe(
          untilAborted(signal),
          decode(),
          takeRecords(end < (input.records ?? Number.POSITIVE_INFINITY) ? end : Number.POSITIVE_INFINITY),
          normalize(wanted),
          batch(slots),
          forward(reader),
          inOrder(),
          accept(inputs),
          notePictures(pictures),
        );
      const counted = read.pipe(
        map((rows) => held.addLabels(rows)),
        takeWhile((count) => count < end, true),
      );
      return lastValueFrom(counted, { defaultValue: 0 });
    });
    if (signal?.aborted) throw signal.reason;
    options.onPictures?.(pictures);
    return {
      ...{ name: input.name, image: input.image, guesses: input.guesses },
      normalization: orientedAs(input, wanted),
      ...held.images,
      recordCount: input.records ?? rowCount,
      files: await input.files(inputs.isComplete),
    };
  } catch (error) {
    throw await abortOr(error, signal);
  } finally {
    await inputs.close();
  }
}

/** What was read of records `first` to `first + limit - 1`: in one piece where their number is known. */
class Held {
  readonly #input: Input;
  readonly #first: number;
  readonly #limit: number;
  readonly #size: number;
  readonly #whole: Uint8Array | null;
  readonly #pixels: Uint8Array[] = [];
  readonly #labels: Uint8Array[] = [];
  #read = 0;

  constructor(input: Input, first: number, limit: number) {
    this.#input = input;
    this.#first = first;
    this.#limit = limit;
    this.#size = input.image.height * input.image.width;
    const count = input.records && Math.max(0, Math.min(limit, input.records - first));
    this.#whole = count === null ? null : this.#room(count * this.#size);
  }

  addPixels(pixels: Uint8Array, count: number): void {
    const wanted = this.#wanted(pixels, this.#read, this.#size);
    if (this.#whole === null) this.#pixels.push(wanted.slice());
    else this.#whole.set(wanted, Math.max(0, this.#read - this.#first) * this.#size);
    this.#read += count;
  }

  /** Returns how many records were read. */
  addLabels(read: Batch): number {
    read.check(this.#first + this.#limit - read.first);
    if (read.labels !== null) this.#labels.push(this.#wanted(read.labels, read.first, 1).slice());
    return read.first + read.count;
  }

  get images(): Pick<HeldImages, 'count' | 'pixels' | 'labels'> {
    const pixels = this.#whole ?? this.#joined();
    const count = Math.min(this.#limit, pixels.length / this.#size);
    const labels = this.#input.hasLabels
      ? new Uint8Array(Buffer.concat(this.#labels).subarray(0, count))
      : null;
    return { count, pixels: pixels.subarray(0, count * this.#size), labels };
  }

  /** What of records that begin at `at` is wanted. */
  #wanted(rows: Uint8Array, at: number, rowBytes: number): Uint8Array {
    const [first, end] = [this.#first - at, this.#first + this.#limit - at];
    return rows.subarray(Math.max(0, first) * rowBytes, Math.max(0, end) * rowBytes);
  }

  #joined(): Uint8Array {
    const bytes = this.#pixels.reduce((sum, piece) => sum + piece.length, 0);
    const joined = this.#room(bytes);
    let at = 0;
    for (const piece of this.#pixels) {
      joined.set(piece, at);
      at += piece.length;
    }
    return joined;
  }

  #room(bytes: number): Uint8Array {
    try {
      return new Uint8Array(bytes);
    } catch (cause) {
      const message = `${this.#input.name}: expected images that fit into memory, found ${bytes} bytes; take a part of them`;
      throw new DigitflowError('MEMORY_LIMIT', message, { cause });
    }
  }
}
