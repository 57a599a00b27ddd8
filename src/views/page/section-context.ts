import type { Evaluation } from '../../counting/evaluation.js';
import { percent } from '../../counting/wording.js';
import type { Words } from '../words/words.js';

/** What every section needs. */
export interface SectionContext {
  readonly words: Words;
  readonly evaluation: Evaluation;
  /** Cells of the matrix that have images in the page, by their `cellId`. */
  readonly cells: ReadonlySet<string>;
  /** The name of a class. */
  name(index: number): string;
  /** `98.2 %` of a share 0..1, or the word for an undefined value. */
  share(value: number | null, digits?: number): string;
}

export function sectionContext(
  evaluation: Evaluation,
  words: Words,
  cells: ReadonlySet<string>,
): SectionContext {
  return {
    ...{ words, evaluation, cells },
    name: (index) => evaluation.classes[index].name,
    share: (value, digits = 1) => percent(value, digits, words.absent),
  };
}

/** The id of the part of the page that shows a cell's images. */
export function cellId(truth: number, prediction: number): string {
  return `cell-${truth}-${prediction}`;
}
