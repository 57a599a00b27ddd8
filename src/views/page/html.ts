import type { Evaluation } from '../../counting/evaluation.js';
import { percent } from '../../counting/wording.js';
import { safeText } from '../../errors.js';
import type { Words } from '../words/words.js';

/** Text that is HTML already and need not be escaped. */
export class Html {
  readonly text: string;

  constructor(text: string) {
    this.text = text;
  }
}

type HtmlPiece = Html | string | number | readonly HtmlPiece[] | null;

/** HTML from a template; pieces are escaped, for elements and quoted attributes alike, unless they are `Html`. */
export function html(strings: TemplateStringsArray, ...pieces: readonly HtmlPiece[]): Html {
  return new Html(strings.reduce((text, string, i) => text + textOf(pieces[i - 1]) + string));
}

function textOf(piece: HtmlPiece): string {
  if (piece === null) return '';
  if (piece instanceof Html) return piece.text;
  if (typeof piece === 'object') return piece.map(textOf).join('');
  return safeText(String(piece)).replace(/[&<>"']/g, (character) => `&#${character.charCodeAt(0)};`);
}

/** The sections of the page, by their ids and the names of their titles. */
export const SECTIONS = [
  ...(['evaluated', 'matrix', 'classes', 'confusions', 'slices', 'mistakes'] as const),
  ...(['reliability', 'thresholds', 'ranking', 'journey', 'neurons', 'cells', 'provenance'] as const),
];

export type SectionId = (typeof SECTIONS)[number];

export function section(words: Words, id: SectionId, body: Html): Html {
  return titled([id, words[id], body]);
}

/** A section that has its title from elsewhere. */
export type TitledSection = readonly [id: string, title: string, body: Html];

export function titled([id, title, body]: TitledSection): Html {
  return html`<section aria-labelledby="${id}"><h2 id="${id}">${title}</h2>${body}</section>`;
}

/** Writes a share 0..1 as `98.2 %`, or the word for a value that is not defined. */
export function shareIn(words: Words): (value: number | null, digits?: number) => string {
  return (value, digits = 1) => percent(value, digits, words.absent);
}

/** What may be wider than the page: it scrolls by itself, and by keyboard. */
export function scrollable(label: string, body: Html): Html {
  return html`<div class="scroll" tabindex="0" role="group" aria-label="${label}">${body}</div>`;
}

/** A coordinate of an SVG: a tenth of a pixel is precise enough, and keeps the file small. */
export function rounded(value: number): number {
  return Number(value.toFixed(1));
}

/** What every section needs; `cells` are those of the matrix that have images in the page, by their `cellId`. */
export function sectionContext(evaluation: Evaluation, words: Words, cells: ReadonlySet<string>) {
  return {
    ...{ words, evaluation, cells },
    name: (index: number) => evaluation.classes[index].name,
    share: shareIn(words),
    /** An output: a share where that is what it is. */
    output: (value: number, digits = 1) =>
      evaluation.calibration === null ? value.toFixed(2) : shareIn(words)(value, digits),
  };
}

export type SectionContext = Readonly<ReturnType<typeof sectionContext>>;

/** The id of the part of the page that shows a cell's images. */
export function cellId(truth: number, prediction: number): string {
  return `cell-${truth}-${prediction}`;
}
