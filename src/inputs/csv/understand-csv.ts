import { DigitflowError } from '../../errors.js';
import { type CsvDialect, mostRowBytesOf } from '../../formats/csv/dialect.js';
import { firstRows, hasRow } from '../../formats/csv/guess/first-table.js';
import { type GuessedDialect, guessDialect } from '../../formats/csv/guess/guess-dialect.js';
import { guessShape } from '../../formats/csv/guess/guess-shape.js';
import type { Guess, ReadingFlags } from '../../formats/reading.js';
import type { ImageSize } from '../../network/network.js';
import type { ByteSource } from '../bytes/byte-source.js';
import { LEAST_FILE_BYTES, startBytes } from '../bytes/first-lines.js';
import { isTelling, wordsOf } from '../candidate-readings.js';
import type { FirstBytes } from '../first-bytes.js';
import { type OpenOptions, USUAL_IMAGE } from '../input.js';
import { settleCsv } from './csv-candidates.js';
import { sampleRest } from './csv-samples.js';

/** How rows of text hold images, and what was read to find out. */
interface UnderstoodCsv {
  readonly image: ImageSize;
  readonly guessed: GuessedDialect;
  readonly first: FirstBytes;
  /** How many bytes of it, from its start on. */
  readonly seenBytes: number;
}

/** Guesses from the start of a text, whole or not, and from samples of the rest. */
type GuessFrom = (
  start: Uint8Array,
  isWhole: boolean,
  samples?: readonly Uint8Array[],
  more?: ReadingFlags,
) => GuessedDialect;

/**
 * Finds out how rows of text hold images. The same text means the same however it comes: of a stream as much is waited for
 * as is looked at of a file. Where labels do not count it may be live: then no more is waited for than its meaning needs.
 *
 * @throws DigitflowError what `guessDialect` throws; READING_UNCLEAR where several readings stay possible
 */
export async function understandCsv(first: FirstBytes, options: OpenOptions): Promise<UnderstoodCsv> {
  const { reading: flags, classes, labelled } = options;
  const image = options.image ?? USUAL_IMAGE;
  const pixelCount = image.height * image.width;
  const known = { pixelCount, classes, ignoresLabels: labelled === 'ignored', wanted: options.columns };
  const guess: GuessFrom = (start, isWhole, samples = [], more = {}) =>
    guessDialect(start, isWhole, known, { ...flags, ...more }, first.name, samples);
  const isLive = labelled === 'ignored' && first.readMore !== null;
  const understand = isLive ? understandLive : understandStart;
  const { seen, start, isWhole, samples, guessed } = await understand(
    first,
    guess,
    flags,
    mostRowBytesOf(pixelCount),
  );
  const { alternatives, dialect } = guessed;
  const isSaid = dialect.transposed !== null && flags.invert !== undefined;
  const isAsked = options.choose !== undefined && dialect.label !== null && !isSaid;
  if (alternatives.length > 0 || isAsked) {
    const others = alternatives.map((more) => ({
      flags: more,
      guessed: guess(start, isWhole, samples, more),
    }));
    const readings = others.length > 0 ? others : [{ flags: {}, guessed }];
    return { image, ...(await settleCsv(seen, readings, options)), seenBytes: start.length };
  }
  const isSure = !isLive || !guessed.isByValues || start.length >= LEAST_FILE_BYTES;
  return { image, guessed, first: isSure ? seen : watched(seen, guess, guessed), seenBytes: start.length };
}

/** What was looked at, and what it says. */
interface Look {
  readonly seen: FirstBytes;
  readonly start: Uint8Array;
  readonly isWhole: boolean;
  readonly samples: readonly Uint8Array[];
  readonly guessed: GuessedDialect;
}

/** Looks at the start of a text, and in more places where that does not tell: rows may be sorted. */
async function understandStart(
  first: FirstBytes,
  guess: GuessFrom,
  _flags: ReadingFlags,
  mostRowBytes: number,
): Promise<Look> {
  let seen = first;
  const wanted = () => startBytes(seen.bytes, mostRowBytes);
  while (seen.readMore !== null && seen.bytes.length < wanted()) seen = await seen.readMore(wanted());
  // Pieces are of any length: no more than that is looked at.
  const start = seen.bytes.subarray(0, wanted());
  const isWhole = seen.isWhole && start.length === seen.bytes.length;
  const guessed = guess(start, isWhole);
  if (isWhole || guessed.alternatives.length === 0) return { seen, start, isWhole, samples: [], guessed };
  const rest = await sampleRest(seen, start.length, 2 * mostRowBytes);
  return {
    seen: rest.seen,
    start,
    isWhole,
    samples: rest.samples,
    guessed: guess(start, isWhole, rest.samples),
  };
}

/** So many rows of a live stream tell what is wrong with it. */
const ENOUGH_ROWS = 4;
/** A live stream whose rows do not tell is looked at anew when it has grown by such a part: at first with each row. */
const GROWTH = 1 / 16;
/** It is not waited for longer. */
const MOST_LIVE_BYTES = 32 * 2 ** 20;

/** Looks at a live stream, row by row, until its rows tell what they mean. */
async function understandLive(
  first: FirstBytes,
  guess: GuessFrom,
  { delimiter }: ReadingFlags,
  mostRowBytes: number,
): Promise<Look> {
  for (let seen = first; ; ) {
    const { bytes: start, isWhole, readMore } = seen;
    const shape = guessShape(start, isWhole, delimiter);
    // Quotes that were opened may span lines; those that are never closed are waited for no longer than any row.
    const isWaited = readMore !== null && start.length < mostRowBytes && !hasRow(start, shape);
    const samples = start.length > LEAST_FILE_BYTES ? [start.subarray(-LEAST_FILE_BYTES)] : [];
    try {
      const guessed = isWaited ? null : guess(start, isWhole, samples);
      const isOver = readMore === null || start.length >= MOST_LIVE_BYTES;
      if (guessed !== null && (isOver || !guessed.needsMore))
        return { seen, start, isWhole, samples, guessed };
    } catch (error) {
      const isTooLong = error instanceof DigitflowError && error.code === 'CSV_ROW_TOO_LONG';
      const hasFew = firstRows(start, shape, { isWhole, mostRows: ENOUGH_ROWS }).rows.length < ENOUGH_ROWS;
      if (readMore === null || isTooLong || !hasFew) throw error;
    }
    if (readMore !== null) seen = await readMore(start.length * (1 + GROWTH));
  }
}

/** What was guessed is checked again when there is so many times as much. */
const CHECKED_AGAIN = 4;

/** The same input: its content is looked at again when there is more of it, and contradicts what was guessed from few rows. */
function watched(first: FirstBytes, guess: GuessFrom, guessed: GuessedDialect): FirstBytes {
  return {
    ...first,
    content: async () => new GuessCheck(await first.content(), guess, guessed, first.bytes.length),
  };
}

/** Whether rows that follow speak for other columns than the first ones, in a source that is pulled. */
class GuessCheck implements ByteSource {
  readonly name: string;
  readonly sizeBytes = null;
  readonly file = null;
  readonly #source: ByteSource;
  readonly #guess: GuessFrom;
  readonly #guessed: GuessedDialect;
  #seen: Uint8Array[] | null = [];
  #seenBytes = 0;
  #checkedBytes: number;

  constructor(source: ByteSource, guess: GuessFrom, guessed: GuessedDialect, checkedBytes: number) {
    this.name = source.name;
    this.#source = source;
    this.#guess = guess;
    this.#guessed = guessed;
    this.#checkedBytes = checkedBytes;
  }

  async pull(into?: Uint8Array): Promise<Uint8Array | null> {
    const piece = await this.#source.pull(into);
    if (this.#seen === null) return piece;
    if (piece !== null) this.#seen.push(Uint8Array.from(piece));
    this.#seenBytes += piece?.length ?? 0;
    const isEnough = piece === null || this.#seenBytes >= LEAST_FILE_BYTES;
    if (
      this.#seenBytes > this.#checkedBytes &&
      (isEnough || this.#seenBytes >= CHECKED_AGAIN * this.#checkedBytes)
    ) {
      this.#check(piece === null);
    }
    if (isEnough) this.#seen = null;
    return piece;
  }

  close(): Promise<void> {
    return this.#source.close();
  }

  #check(isWhole: boolean): void {
    this.#checkedBytes = this.#seenBytes;
    const guessed = this.#guessAgain(isWhole);
    if (guessed === null || isSameReading(guessed.dialect, this.#guessed.dialect)) return;
    const all = [this.#guessed.guesses, guessed.guesses];
    const [before, after] = all.map((guesses) => wordsOf(guesses, all));
    const message = `${this.name}: expected ${before}, by the first rows, found rows that speak for ${after}`;
    throw new DigitflowError(
      'READING_UNCLEAR',
      `${message}; say which it is${flagsAdvice(guessed.guesses, all)}`,
    );
  }

  /** Null where the rows do not tell. */
  #guessAgain(isWhole: boolean): GuessedDialect | null {
    try {
      const guessed = this.#guess(Buffer.concat(this.#seen ?? []), isWhole);
      return guessed.alternatives.length > 0 ? null : guessed;
    } catch {
      return null;
    }
  }
}

function isSameReading(one: CsvDialect, other: CsvDialect): boolean {
  const places = ({ firstPixel, columnCount, idColumn }: CsvDialect) =>
    `${firstPixel} ${columnCount} ${idColumn}`;
  return places(one) === places(other);
}

function flagsAdvice(guesses: readonly Guess[], all: readonly (readonly Guess[])[]): string {
  const flags = guesses.filter((guess) => isTelling(guess, all)).map(({ property }) => `--${property}`);
  return flags.length > 0 ? ` by ${flags.join(' and ')}` : '';
}
