import type { Guess } from './guess.js';

/** What a network says of the images it takes. */
export interface KnownImages {
  /** Pixels of an image: `height * width`. */
  readonly pixelCount: number;
  /** The names of the classes, in order. */
  readonly classes: readonly string[];
}

/** What columns are guessed from. */
export interface ColumnEvidence {
  readonly name: string;
  /** The header's names, or null. */
  readonly names: readonly string[] | null;
  /** The fields of the first rows, all of the width `columnCount`. */
  readonly rows: readonly (readonly string[])[];
  readonly columnCount: number;
}

/** A column, or a run of them, that is not pixels; and how that is known. */
export interface Claim {
  readonly first: number;
  readonly count: number;
  readonly by: Guess['by'];
  readonly flag?: string;
}

export function isWithin(column: number, claim: Claim | null): boolean {
  return claim !== null && column >= claim.first && column < claim.first + claim.count;
}
