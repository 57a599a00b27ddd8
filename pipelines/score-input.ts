import { DigitflowError } from '../src/errors.js';
import { type CsvFlags, mostRowBytesOf } from '../src/formats/csv/dialect.js';
import { hasRow } from '../src/formats/csv/guess/first-table.js';
import { guessDialect } from '../src/formats/csv/guess/guess-dialect.js';
import { guessShape } from '../src/formats/csv/guess/guess-shape.js';
import { sniffFormat } from '../src/formats/recognize.js';
import type { ByteInput } from '../src/inputs/bytes/open-bytes.js';
import type { CsvInput } from '../src/inputs/csv-cursor.js';
import { type FirstBytes, isStream, plainFileSize, readFirstBytes } from '../src/inputs/first-bytes.js';
import type { Network } from '../src/network/network.js';
import type { OpenedInput } from '../src/outputs/score-options.js';

/** An input that was opened and understood. */
export interface UnderstoodInput extends OpenedInput {
  readonly csv: CsvInput;
  /** Its size, where that says how much is to be read; null for streams and gzip. */
  readonly sizeBytes: number | null;
  close(): Promise<void>;
}

/** Opens inputs, each when it is asked for, and keeps what was understood of it. */
export class ScoreInputs {
  readonly #inputs: readonly ByteInput[];
  readonly #network: Pick<Network, 'image' | 'classes'>;
  readonly #flags: CsvFlags;
  readonly #onOpened: (input: OpenedInput) => void;
  readonly #opened: UnderstoodInput[] = [];
  /** An input that was looked at, and not opened as yet. */
  #looked: { readonly index: number; readonly looked: FirstBytes } | undefined;

  constructor(
    inputs: readonly ByteInput[],
    network: Pick<Network, 'image' | 'classes'>,
    flags: CsvFlags,
    onOpened: (input: OpenedInput) => void,
  ) {
    this.#inputs = inputs;
    this.#network = network;
    this.#flags = flags;
    this.#onOpened = onOpened;
  }

  /** Those that were opened so far. */
  get opened(): readonly UnderstoodInput[] {
    return this.#opened.filter((input) => input !== undefined);
  }

  /**
   * Looks at an input: what was seen of it, where it is IDX; null for CSV.
   *
   * @throws DigitflowError INPUT_MISSING, INPUT_READ, GZIP_BROKEN, CSV_BINARY
   */
  async lookForIdx(index: number): Promise<FirstBytes | null> {
    const looked = await this.#lookAt(index);
    this.#looked = { index, looked };
    return sniffFormat(looked.bytes, looked.name) === 'idx' ? looked : null;
  }

  /**
   * How many bytes all inputs from `first` on have; null where that is not known, for streams and gzip. What is wrong with
   * one of them is told when it is opened.
   */
  async sizeAhead(first: number): Promise<number | null> {
    let sum = 0;
    for (let index = first; index < this.#inputs.length; index++) {
      const looked = this.#looked?.index === index ? this.#looked.looked : undefined;
      const size = looked ? looked.sizeBytes : await plainFileSize(this.#inputs[index]);
      if (size === null) return null;
      sum += size;
    }
    return sum;
  }

  /**
   * Looks at the first input, whatever it is, and at all files: what is wrong with one of them is known before anything is
   * scored. Other streams are opened when their turn comes.
   */
  async openAhead(first: number): Promise<void> {
    for (let index = first; index < this.#inputs.length; index++) {
      if (index === first || !(await isStream(this.#inputs[index]))) await this.open(index);
    }
  }

  /** The input with a number from 0; null behind the last. */
  async open(index: number): Promise<UnderstoodInput | null> {
    if (index >= this.#inputs.length) return null;
    const known = this.#opened[index];
    if (known !== undefined) return known;
    const looked = this.#looked?.index === index ? this.#looked.looked : await this.#lookAt(index);
    try {
      const understood = await understandCsv(looked, index, this.#network, this.#flags);
      this.#opened[index] = understood;
      this.#looked = undefined;
      this.#onOpened(understood);
      return understood;
    } catch (error) {
      await looked.close();
      throw error;
    }
  }

  #lookAt(index: number): Promise<FirstBytes> {
    const { height, width } = this.#network.image;
    return readFirstBytes(this.#inputs[index], mostRowBytesOf(height * width));
  }

  async close(): Promise<void> {
    await Promise.all([this.#looked?.looked.close(), ...this.opened.map((input) => input.close())]);
  }
}

/**
 * Finds out how rows of text hold images; waits for more of a stream where its beginning does not tell.
 *
 * @param file which input it is, from 0.
 * @throws DigitflowError USAGE for IDX, and what `guessDialect` throws
 */
export async function understandCsv(
  looked: FirstBytes,
  file: number,
  network: Pick<Network, 'image' | 'classes'>,
  flags: CsvFlags,
): Promise<UnderstoodInput> {
  const { name, bytes: start, isWhole } = looked;
  if (sniffFormat(start, name) === 'idx') {
    throw new DigitflowError(
      'USAGE',
      `${name}: expected CSV, as the inputs before it, found IDX; give it to a run of its own`,
    );
  }
  const { image, classes } = network;
  const known = { pixelCount: image.height * image.width, classes };
  // Quotes that were opened may span lines; those that are never closed are waited for no longer than any row.
  const mayEnd = start.length < mostRowBytesOf(known.pixelCount);
  if (looked.readMore !== null && mayEnd && !hasRow(start, guessShape(start, isWhole, flags.delimiter)))
    return understandCsv(await looked.readMore(), file, network, flags);
  const guessed = guessDialect(start, isWhole, known, flags, name);
  if (guessed.needsMore && looked.readMore !== null) {
    return understandCsv(await looked.readMore(), file, network, flags);
  }
  const { dialect, guesses, dataStart, linesBefore } = guessed;
  const { path, sizeBytes, content, close } = looked;
  const isPlain = path !== null && sizeBytes !== null;
  const csv = { input: file, name, dialect, dataStart, linesBefore, path: isPlain ? path : null, content };
  return { file, name, format: 'csv', guesses, csv, sizeBytes: isPlain ? sizeBytes : null, close };
}

/** How a file is called that would be CSV if it could be read. */
const CSV_NAME = /\.[ct]sv(\.gz)?$/i;

/**
 * Whether a regular file holds text, or is called so and holds nothing of use: then whoever reads CSV says what is wrong with
 * it; and whoever reads IDX, of any other file.
 */
export async function looksLikeCsv(path: string): Promise<boolean> {
  const isCalledSo = CSV_NAME.test(path);
  const looked = await readFirstBytes(path).catch(() => null);
  if (looked === null || looked.bytes.length === 0) return isCalledSo;
  try {
    return sniffFormat(looked.bytes, path) === 'csv';
  } catch {
    return isCalledSo;
  }
}
