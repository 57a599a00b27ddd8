import type { TextEncoding } from './csv/text-encoding.js';

/**
 * What the user says of how data is to be read; the rest is guessed. Each is the flag of its name on the command line.
 *
 * | for text only | for all formats |
 * |---|---|
 * | header, delimiter, label, id, encoding | scale, transpose, labelsFrom; preprocess for pictures |
 */
export interface ReadingFlags {
  /** Whether the first row names the columns. */
  readonly header?: boolean | undefined;
  /** One character. */
  readonly delimiter?: string | undefined;
  /** `none`, `first`, `last`, `one-hot`, a column's name, or its number from 1. */
  readonly label?: string | undefined;
  /** `none`, a column's name, or its number from 1. */
  readonly id?: string | undefined;
  /** How its letters are stored. Default: UTF-8, and ids and bad rows are any bytes. */
  readonly encoding?: TextEncoding | undefined;
  /** The value that is white, such as 255 or 1. */
  readonly scale?: number | undefined;
  /** Whether pixels stand column by column. */
  readonly transpose?: boolean | undefined;
  /** The number of the first class. Default 0. */
  readonly labelsFrom?: number | undefined;
  /** What becomes of pictures: `auto` makes what is not like MNIST so, `none` takes the pixels as they are. Default `auto`. */
  readonly preprocess?: 'auto' | 'none' | undefined;
}

/** Flags as words of a command line: `--label first`. */
export function readingFlagWords(flags: ReadingFlags): string[] {
  return Object.entries(flags).flatMap(([name, value]) => {
    if (value === undefined) return [];
    const word = typeof value === 'boolean' ? (value ? 'yes' : 'no') : `${value}`;
    return [`--${name.replace(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`)}`, word];
  });
}

/** One property of an input, and how it came to be known. */
export interface Guess {
  /** `header`, `delimiter`, `label`, `id`, `scale`, `transpose`, `labels-from`: the name of its flag. */
  readonly property: string;
  /** In words: `first column`, `0 to 255`. */
  readonly value: string;
  /** `given` by a flag, `seen` beyond doubt, or `guessed`: another reading would fit too, and `flag` is how to get it. */
  readonly by: 'given' | 'seen' | 'guessed';
  readonly flag?: string | undefined;
  /** Why this reading was taken and no other: `the network reads 97 % so, 9 % with --label first`. */
  readonly because?: string | undefined;
}

/** The guesses in one line: `train.csv: header yes, delimiter comma, scale 0 to 255, label column first`. */
export function describeGuesses(name: string, guesses: readonly Guess[]): string {
  const parts = guesses.map(({ property, value, by, flag, because }) => {
    const why = because ?? `guessed${flag ? `; else ${flag}` : ''}`;
    const hint = by === 'guessed' ? ` (${why})` : '';
    return `${property} ${value}${hint}`;
  });
  return `${name}: ${parts.join(', ')}`;
}
