import type { Observable } from 'rxjs';
import type { Batch } from '../engine/batch.js';
import type { ScorerNeeds } from '../engine/open-scorer.js';
import type { InputDescription, Permits, Piece, RecordsPlace, RunPosition } from '../engine/records.js';
import { DigitflowError } from '../errors.js';
import { mostRowBytesOf } from '../formats/csv/dialect.js';
import { checkReadingValues, type ReadingFlags } from '../formats/reading.js';
import type { ImageSize, Network } from '../network/network.js';
import { discard } from './bytes/open-bytes.js';
import type { ChooseReading } from './candidate-readings.js';
import type { DigestMode } from './data-stream.js';
import type { Split } from './find-files.js';
import { type FirstBytes, isStream, plainFileSize, readFirstBytes } from './first-bytes.js';
import { FORMATS, firstOfSet, formatOf, mixed, openAs, titlesOf } from './formats.js';
import {
  checkOrientation,
  checkSize,
  type Format,
  type ImageFiles,
  type Input,
  type OpenOptions,
  withBeside,
} from './input.js';
import { LabelFiles } from './label-files.js';
import { InputReader, type ReadOptions } from './read-inputs.js';

/** What the images are for. */
export interface InputsOptions {
  /** What the network takes; null for the image where any size will do. */
  readonly network: {
    readonly image: ImageSize | null;
    readonly classes: Network['classes'];
    /** How the network sees a pixel; left out for brightness itself. */
    readonly normalization?: Network['normalization'] | undefined;
    /** Whether pixels stand column by column, and dark is bright, where the normalization was given to say it. */
    readonly saysTransposed?: boolean | undefined;
    readonly saysInverted?: boolean | undefined;
  };
  /** How the data is to be read; the rest is guessed. */
  readonly reading?: ReadingFlags | undefined;
  /** Asked where several readings stay possible. Default: such an input is refused (READING_UNCLEAR). */
  readonly choose?: ChooseReading | undefined;
  /** Whether labels must be there, may be, or are passed over. Default `required`. */
  readonly labelled?: OpenOptions['labelled'] | undefined;
  /** Whether to digest the raw content. Default `auto`: when it is not too long. */
  readonly digest?: DigestMode | undefined;
  /** Which half of a data set that holds both. Default `test`. */
  readonly split?: Split | undefined;
  /** Is told how an input was understood, once it is opened. */
  readonly onOpened?: ((input: InputDescription) => void) | undefined;
}

/** Where to look from: a place among the inputs. */
export type LookFrom = Pick<RunPosition, 'file' | 'bytes' | 'row'>;

/** Inputs of any format, one after the other: opened each when it is asked for, and read by permits. */
export class Inputs {
  readonly #files: readonly ImageFiles[];
  readonly #options: InputsOptions;
  readonly #opened: (Input | undefined)[] = [];
  /** An input that was not opened as yet. */
  #first: { readonly index: number; readonly bytes: Promise<FirstBytes> } | undefined;
  #isText: boolean | undefined;
  /** What images take in regular files from the first on; null where one of them is a stream, or packed. */
  #pixelBytes: number | null = 0;
  /** How many images there are from the first on; null where one of them is a stream. */
  #pixelRecords: number | null = 0;
  /** The inputs whose first bytes were asked for. */
  readonly #begun = new Set<number>();
  #reader: InputReader | undefined;
  #isClosed = false;
  readonly #labels: readonly LabelFiles[];

  constructor(files: readonly ImageFiles[], options: InputsOptions) {
    this.#files = files;
    const { network, reading = {}, labelled = 'required', digest = 'auto' } = options;
    checkReadingValues(reading);
    this.#labels = files.map((of) => new LabelFiles(of, { ...network, labelled, digest }));
    this.#options = options;
  }

  /** Those that were opened so far. */
  get opened(): readonly Input[] {
    return this.#opened.filter((input) => input !== undefined);
  }

  /** True when all was read to its end. */
  get isComplete(): boolean {
    return this.#reader?.isComplete ?? false;
  }

  /** Records that were accepted, scored or not, those of an earlier run among them, and how many of them were rejected. */
  get rows(): number {
    return this.#reader?.numbers.rows ?? 0;
  }

  get rejected(): number {
    return this.#reader?.numbers.rejected ?? 0;
  }

  /**
   * Looks at the inputs from a place on, to find out what a scorer for them is made for. Binary formats are checked on the
   * way: what is wrong with one of the files is known before anything is scored.
   *
   * @throws DigitflowError INPUT_MISSING, INPUT_READ, GZIP_BROKEN, CSV_BINARY, and what opening a binary format raises
   */
  async look({ file, bytes, row }: LookFrom = { file: 0, bytes: 0, row: 0 }): Promise<ScorerNeeds> {
    const first = await this.#firstOf(file);
    const { isText } = this.#formatOf(first, file);
    this.#isText = isText;
    if (isText) return { isText, bytes: plus(await this.#textBytes(file), -bytes) };
    const { bytes: pixelBytes, records: count, canBeReadByWorkers, withOutputs } = await this.openAhead(file);
    const rowBytes = (pixelBytes ?? 0) / Math.max(1, count ?? 1);
    const records = this.#pixelRecords;
    return {
      isText,
      canBeReadByWorkers,
      withOutputs,
      records,
      bytes: plus(this.#pixelBytes, -row * rowBytes),
    };
  }

  /** Opens the first input, and checks all other files; other streams are opened when their turn comes. */
  async openAhead(first = 0): Promise<Input> {
    const known = this.#opened[first];
    if (known !== undefined) return known;
    const input = await this.#openAt(first, true);
    this.#countPixels(input);
    for (let index = first + 1; index < this.#files.length; index++) {
      if (isStream(this.#files[index].images)) {
        this.#countPixels({ bytes: null, records: null });
        continue;
      }
      const later = await this.#openAt(index, false);
      this.#countPixels(later);
      // Of thousands of files none stays open. A stream of labels cannot be read again.
      if (later.isText || this.#labels[index].areStreamed) continue;
      await later.close();
      this.#opened[index] = undefined;
      this.#labels[index].forget();
    }
    return input;
  }

  #countPixels({ bytes, records }: Pick<Input, 'bytes' | 'records'>): void {
    this.#pixelBytes = plus(this.#pixelBytes, bytes);
    this.#pixelRecords = plus(this.#pixelRecords, records);
  }

  /** The input with a number from 0; null after the last. */
  async open(index = 0): Promise<Input | null> {
    if (index >= this.#files.length) return null;
    return this.#opened[index] ?? this.#openAt(index, true);
  }

  /** All pieces of all inputs, once. */
  pieces(permits: Permits, options?: ReadOptions): Observable<Piece> {
    this.#reader = new InputReader((index) => this.open(index), options);
    return this.#reader.pieces(permits);
  }

  /** Looks at what became of a batch, in order: where its records lie; null where it does not count, and is read again. */
  accept(batch: Batch): RecordsPlace | null {
    return this.#reader?.accept(batch) ?? null;
  }

  /** At once and at any time: what is being opened meanwhile is closed as soon as it is open. */
  async close(): Promise<void> {
    this.#isClosed = true;
    // Not awaited: a stream may take for ever to give its first line.
    this.#first?.bytes.then((first) => first.close()).catch(() => undefined);
    for (const labels of this.#labels) labels.close();
    for (const [index, { images }] of this.#files.entries()) if (!this.#begun.has(index)) discard(images);
    await Promise.all(this.opened.map((input) => input.close()));
  }

  /** @throws DigitflowError USAGE for rows of text with a file of labels: each row has its own */
  #formatOf(first: FirstBytes, index: number): Format {
    const format = formatOf(first, this.#options.labelled);
    if (!format.isText || !this.#labels[index].areGiven || first.bytes.length === 0) return format;
    const expected = `images as ${titlesOf(FORMATS.filter(({ isText }) => !isText))} beside a file of labels`;
    const found = `found ${titlesOf([format])}, whose rows have their labels in a column`;
    throw new DigitflowError('USAGE', `${first.name}: expected ${expected}, ${found}; give no other labels`);
  }

  /** Once for an input until it is opened: a stream gives its first bytes but once. */
  #readFirst(index: number): Promise<FirstBytes> {
    if (this.#first?.index !== index) {
      const { images, imagesName: name, pictures } = this.#files[index];
      const { height = 0, width = 0 } = this.#options.network.image ?? {};
      this.#begun.add(index);
      const bytes = pictures
        ? Promise.resolve(firstOfSet(pictures))
        : readFirstBytes(images, name, mostRowBytesOf(height * width));
      this.#first = { index, bytes };
    }
    return this.#first.bytes;
  }

  #firstOf(index: number): Promise<FirstBytes> {
    const first = this.#readFirst(index);
    return isStream(this.#files[index].images) ? this.#labels[index].before(first) : first;
  }

  async #openAt(index: number, isTold: boolean): Promise<Input> {
    const first = await this.#firstOf(index);
    let input: Input | undefined;
    try {
      const format = this.#formatOf(first, index);
      if (this.#isText !== undefined && this.#isText !== format.isText) throw mixed(first.name, format);
      const labels = this.#labels[index];
      const { network, reading = {}, labelled = 'required', digest = 'auto', split = 'test' } = this.#options;
      input = await openAs(format, first, {
        ...{ file: index, image: network.image, classes: network.classes, reading, labelled, digest, split },
        choose: this.#options.choose,
        isInverted: (network.normalization?.scale ?? 1) < 0,
        areLabelsGiven: labels.areGiven,
        findLabels: (imagesPath) => labels.find(imagesPath),
      });
      this.#first = undefined;
      this.#isText = format.isText;
      if (this.#isClosed) throw new DigitflowError('USAGE', `${input.name}: closed while it was opened`);
      checkSize(input, network.image);
      checkOrientation(input, network);
      this.#opened[index] = input;
      if (isTold || input.isText) this.#options.onOpened?.(withBeside(input, this.#files[index]));
      return input;
    } catch (error) {
      this.#opened[index] = undefined;
      await input?.close();
      await first.close();
      throw error;
    }
  }

  /** How many bytes of text all inputs from `first` on have; null where one of them is a stream, or packed. */
  async #textBytes(first: number): Promise<number | null> {
    let { sizeBytes: sum } = await this.#readFirst(first);
    for (const { images } of this.#files.slice(first + 1)) {
      if (sum === null) return null;
      sum = plus(sum, await plainFileSize(images));
    }
    return sum;
  }
}

function plus(bytes: number | null, more: number | null): number | null {
  return bytes === null || more === null ? null : bytes + more;
}
