import { DigitflowError } from '../errors.js';
import { type Guess, guessesOf, type ReadingFlags, readingFlagWords } from '../formats/reading.js';

/** One of the ways to read an input. */
export interface CandidateReading {
  /** What asks for it, beside what is given. */
  readonly flags: ReadingFlags;
  /** In words: `label column last`. */
  readonly words: string;
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
  /** Whether dark is bright; undefined where the reading does not say. */
  readonly inverted: boolean | undefined;
}

/** The first records of an input under each of its readings, at most so many. */
export type FirstRecords = (most: number) => Promise<readonly CandidateRecords[]>;

/** Which reading was taken. */
export interface ChosenReading {
  /** Which candidate. */
  readonly at: number;
  /** What was found beside: that pixels are turned, or inverted. What asks for it, and what for the contrary. */
  readonly turn: ReadingFlags;
  readonly unturned: ReadingFlags;
  /** Why: `the network reads 97 % so, 9 % with --label first`. */
  readonly because: string;
}

/** Takes one of the readings of the input with a name; rejects where none of several is plainly right (READING_UNCLEAR). */
export type ChooseReading = (
  name: string,
  candidates: readonly CandidateReading[],
  recordsOf: FirstRecords,
) => Promise<ChosenReading>;

/** One of the ways to read an input: what asks for it, beside what is given, and what is guessed then. */
interface PossibleReading {
  readonly flags: ReadingFlags;
  readonly guesses: readonly Guess[];
}

/** How an input is to be read. */
interface SettledReading {
  /** Which of the readings was taken, and how its pixels are turned beside. */
  readonly at: number;
  readonly turn: ReadingFlags;
  /** Its guesses, with how those came about that tell it apart. */
  readonly guesses: readonly Guess[];
}

/**
 * Has one of the readings chosen, and its pixels turned where they are; says how the guesses that tell it apart came about.
 *
 * @throws DigitflowError READING_UNCLEAR where nobody chooses among several, and what `choose` throws
 */
export async function settleReading(
  name: string,
  readings: readonly PossibleReading[],
  choose: ChooseReading | undefined,
  recordsOf: FirstRecords,
): Promise<SettledReading> {
  const all = readings.map(({ guesses }) => guesses);
  const candidates = readings.map(({ flags, guesses }) => ({ flags, words: wordsOf(guesses, all) }));
  if (choose === undefined) {
    if (readings.length > 1) throw unclearReading(name, candidates);
    return { at: 0, turn: {}, guesses: readings[0].guesses };
  }
  const { at, turn, unturned, because } = await choose(name, candidates, recordsOf);
  const [flag] = candidates.filter((_, other) => other !== at).map(flagsOf);
  const told = readings[at].guesses.map(
    (guess): Guess => (isTelling(guess, all) ? { ...guess, by: 'guessed', flag, because } : guess),
  );
  const turned = guessesOf(turn, 'guessed').map((guess) => ({
    ...guess,
    flag: flagsOf({ flags: unturned }),
    because,
  }));
  return { at, turn, guesses: [...told, ...turned] };
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
