import { DigitflowError } from '../errors.js';
import { type Guess, type ReadingFlags, readingFlagWords } from '../formats/reading.js';

/** One of several ways to read an input, and what its first records are then. */
export interface CandidateReading {
  /** What asks for it, beside what is given. */
  readonly flags: ReadingFlags;
  /** In words: `label column last`. */
  readonly words: string;
  readonly records: CandidateRecords;
}

/** The first records under one reading; the same ones under each. */
export interface CandidateRecords {
  readonly count: number;
  /** `(count, height * width)` u8, row-major: pixels as stored. */
  readonly pixels: Uint8Array;
  /** `(count)` i16 class indices, -1 where the reading makes nothing of a record; null where it has no labels. */
  readonly labels: Int16Array | null;
  /** Whether pixels are stored column by column; null where the reading does not say. */
  readonly transposed: boolean | null;
}

/** Which reading was taken, and why: `the network reads 97 % so, 9 % with --label first`. */
export interface ChosenReading {
  readonly candidate: CandidateReading;
  readonly because: string;
}

/** Takes one of several readings of the input with a name; rejects where none is plainly right (READING_UNCLEAR). */
export type ChooseReading = (name: string, candidates: readonly CandidateReading[]) => Promise<ChosenReading>;

/** One of several ways to read an input: what asks for it, beside what is given, and what is guessed then. */
interface PossibleReading {
  readonly flags: ReadingFlags;
  readonly guesses: readonly Guess[];
}

/**
 * Has one of several readings chosen; says which, and how the guesses that tell it apart came about.
 *
 * @param recordsOf the first records under each reading
 * @throws DigitflowError READING_UNCLEAR where nobody chooses, and what `choose` throws
 */
export async function settleReading(
  name: string,
  readings: readonly PossibleReading[],
  choose: ChooseReading | undefined,
  recordsOf: () => Promise<readonly CandidateRecords[]>,
): Promise<{ readonly at: number; readonly how: Pick<Guess, 'by' | 'flag' | 'because'> }> {
  const all = readings.map(({ guesses }) => guesses);
  const named = readings.map(({ flags, guesses }) => ({ flags, words: wordsOf(guesses, all) }));
  if (choose === undefined) throw unclearReading(name, named);
  const records = await recordsOf();
  const candidates = named.map((one, i): CandidateReading => ({ ...one, records: records[i] }));
  const { candidate, because } = await choose(name, candidates);
  const [flag] = candidates.filter((one) => one !== candidate).map(flagsOf);
  return { at: candidates.indexOf(candidate), how: { by: 'guessed', flag, because } };
}

/** `--label last`. */
export function flagsOf({ flags }: Pick<CandidateReading, 'flags'>): string {
  return readingFlagWords(flags).join(' ');
}

/** The error that names all readings; `why` says what was tried. */
export function unclearReading(
  name: string,
  candidates: readonly Pick<CandidateReading, 'flags' | 'words'>[],
  why = '',
): DigitflowError {
  const readings = candidates.map((one) => `${one.words} (${flagsOf(one)})`).join(' or ');
  const message = `${name}: expected one way to read it, found ${candidates.length}: ${readings}${why}; say which`;
  return new DigitflowError('READING_UNCLEAR', message);
}

/** What tells guesses apart from those of other readings: `label column last`. */
export function wordsOf(guesses: readonly Guess[], others: readonly (readonly Guess[])[]): string {
  return guesses
    .filter((guess) => isTelling(guess, others))
    .map(({ property, value }) => `${property} ${value}`)
    .join(', ');
}

/** Whether other readings have another value, or none, for a property. */
export function isTelling({ property, value }: Guess, others: readonly (readonly Guess[])[]): boolean {
  return others.some((guesses) => !guesses.some((one) => one.property === property && one.value === value));
}
