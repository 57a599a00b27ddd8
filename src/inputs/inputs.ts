import type { Observable } from 'rxjs';
import type { Batch } from '../engine/batch.js';
import type { ScorerNeeds } from '../engine/open-scorer.js';
import type { Permits, Piece, RecordsPlace, RunEnd, RunPosition } from '../engine/records.js';
import { DigitflowError } from '../errors.js';
import { mostRowBytesOf } from '../formats/csv/dialect.js';
import { checkReadingValues } from '../formats/reading.js';
import { discard } from './bytes/open-bytes.js';
import { type FirstBytes, isStream, plainFileSize, readFirstBytes } from './first-bytes.js';
import { FORMATS, firstOfSet, formatOf, mixed, openAs, titlesOf } from './formats.js';
import {
  checkOrientation,
  checkSize,
  type Format,
  type ImageFiles,
  type Input,
  type InputsOptions,
  withBeside,
} from './input.js';
import { LabelFiles } from './label-files.js';
import { InputReader, type ReadOptions } from './read-inputs.js';

export type { InputsOptions } from './input.js';

/** Where to look from: a place among the inputs. */
export type LookFrom = Pick<RunPosition, 'file' | 'bytes' | 'row'>;

const START: LookFrom = { file: 0, bytes: 0, row: 0 };

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
  /** How many images there are from the first on, and in the last file; null where one of them is a stream. */
  #pixelRecords: number | null = 0;
  #lastRecords: number | null = 0;
  /** The inputs whose first bytes were asked for. */
  readonly #begun = new Set<number>();
  #reader: InputReader | undefined;
  readonly #closing = new AbortController();
  readonly #labels: readonly LabelFiles[];

  constructor(files: readonly ImageFiles[], options: InputsOptions) {
    this.#files = files;
    const { network, reading = {}, labelled = 'required', digest = 'auto' } = options;
    checkReadingValues(reading);
    this.#labels = files.map(
      (of) => new LabelFiles(of, { ...network, labelled, digest, signal: this.#closing.signal }),
    );
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

  /** How many of `rows` were rejected. */
  get rejected(): number {
    return this.#reader?.numbers.rejected ?? 0;
  }

  /**
   * Looks at the inputs from a place on, to their end or to `until`, to find out what a scorer for them is made for. Binary
   * formats are checked on the way: what is wrong with one of the files is known before anything is scored.
   *
   * @throws DigitflowError INPUT_MISSING, INPUT_READ, GZIP_BROKEN, CSV_BINARY, and what opening a binary format raises
   */
  async look({ file, bytes, row }: LookFrom = START, until?: RunEnd): Promise<ScorerNeeds> {
    const first = await this.#firstOf(file);
    const { isText } = this.#formatOf(first, file);
    this.#isText = isText;
    if (isText) {
      const left = plus(await this.#textBytes(file, until), -bytes);
      // What became shorter is told where it is read.
      return { isText, bytes: left && Math.max(0, left) };
    }
    const { canBeReadByWorkers, withOutputs } = await this.openAhead(file, until?.file);
    const after = until === undefined || until.row === null ? 0 : (this.#lastRecords ?? 0) - until.row;
    const records = plus(this.#pixelRecords, -row - after);
    const share = (records ?? 0) / Math.max(1, this.#pixelRecords ?? 1);
    const pixelBytes = this.#pixelBytes === null ? null : Math.round(this.#pixelBytes * share);
    return { isText, canBeReadByWorkers, withOutputs, records, bytes: pixelBytes };
  }

  /** Opens the first input, and checks all other files up to `last`; other streams are opened when their turn comes. */
  async openAhead(first = 0, last = this.#files.length - 1): Promise<Input> {
    const known = this.#opened[first];
    if (known !== undefined) return known;
    const input = await this.#openAt(first, true);
    this.#count(input);
    for (let index = first + 1; index <= last; index++) {
      if (isStream(this.#files[index].images)) {
        this.#count({ bytes: null, records: null });
        continue;
      }
      const later = await this.#openAt(index, false);
      this.#count(later);
      // Of thousands of files none stays open. A stream of labels cannot be read again.
      if (later.isText || this.#labels[index].areStreamed) continue;
      await later.close();
      this.#opened[index] = undefined;
      this.#labels[index].forget();
    }
    return input;
  }

  #count({ bytes, records }: Pick<Input, 'bytes' | 'records'>): void {
    this.#pixelBytes = plus(this.#pixelBytes, bytes);
    this.#pixelRecords = plus(this.#pixelRecords, records);
    this.#lastRecords = records;
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
    this.#closing.abort();
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
        : readFirstBytes(images, name, mostRowBytesOf(height * width), this.#closing.signal);
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
        columns: this.#options.columns,
        isInverted: (network.normalization?.scale ?? 1) < 0,
        areLabelsGiven: labels.areGiven,
        findLabels: (imagesPath) => labels.find(imagesPath),
      });
      this.#first = undefined;
      this.#isText = format.isText;
      if (this.#closing.signal.aborted)
        throw new DigitflowError('USAGE', `${input.name}: closed while it was opened`);
      checkSize(input, network.image);
      checkOrientation(input, network);
      this.#options.onInput?.(input);
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
  async #textBytes(first: number, until?: RunEnd): Promise<number | null> {
    let { sizeBytes: size } = await this.#readFirst(first);
    let sum = size;
    for (const { images } of this.#files.slice(first + 1, until && until.file + 1)) {
      if (sum === null) return null;
      size = await plainFileSize(images);
      sum = plus(sum, size);
    }
    return until === undefined || until.bytes === null || size === null ? sum : plus(sum, until.bytes - size);
  }
}

function plus(bytes: number | null, more: number | null): number | null {
  return bytes === null || more === null ? null : bytes + more;
}
