/** One property of a CSV, and how it came to be known. */
export interface Guess {
  /** `header`, `delimiter`, `label`, `id`, `scale`, `transpose`, `labels-from`: the name of its flag. */
  readonly property: string;
  /** In words: `first column`, `0 to 255`. */
  readonly value: string;
  /** `given` by a flag, `seen` beyond doubt, or `guessed`: then another reading would fit too, and `flag` says how to get it. */
  readonly by: 'given' | 'seen' | 'guessed';
  readonly flag?: string | undefined;
}
