import type { Evaluation } from '../../tally/evaluation.js';
import { grouped, percent } from '../../tally/wording.js';
import type { Words } from '../words/index.js';

/** What every section needs: the words, and the classes by name. */
export interface SectionContext {
  readonly words: Words;
  readonly evaluation: Evaluation;
  /** The name of a class. */
  name(index: number): string;
  /** `98.2 %` of a share 0..1, or the word for what is not defined. */
  share(value: number | null, digits?: number): string;
}

export function sectionContext(evaluation: Evaluation, words: Words): SectionContext {
  return {
    words,
    evaluation,
    name: (index) => evaluation.classes[index].name,
    share: (value, digits = 1) => percent(value, digits, words.absent),
  };
}

/** Where a cell's images are in the page. */
export function cellId(truth: number, prediction: number): string {
  return `cell-${truth}-${prediction}`;
}

/** A key for the cells that have images to go to. */
export type CellKeys = ReadonlySet<string>;

export { grouped };
