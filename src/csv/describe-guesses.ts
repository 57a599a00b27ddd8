import type { Guess } from './guess.js';

/** What was found out of a CSV, in one line: `train.csv: header yes, delimiter comma, scale 0 to 255, label column first`. */
export function describeGuesses(name: string, guesses: readonly Guess[]): string {
  const parts = guesses.map(({ property, value, by, flag }) => {
    const hint = by === 'guessed' ? ` (guessed${flag ? `; else ${flag}` : ''})` : '';
    return `${property} ${value}${hint}`;
  });
  return `${name}: ${parts.join(', ')}`;
}
