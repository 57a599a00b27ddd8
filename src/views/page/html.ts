/** Text that is HTML already and need not be escaped. */
export class Html {
  readonly text: string;

  constructor(text: string) {
    this.text = text;
  }
}

export type HtmlPiece = Html | string | number | readonly HtmlPiece[] | null;

/** HTML from a template; pieces are escaped, for elements and quoted attributes alike, unless they are `Html`. */
export function html(strings: TemplateStringsArray, ...pieces: readonly HtmlPiece[]): Html {
  return new Html(strings.reduce((text, string, i) => text + textOf(pieces[i - 1]) + string));
}

function textOf(piece: HtmlPiece): string {
  if (piece === null) return '';
  if (piece instanceof Html) return piece.text;
  if (typeof piece === 'object') return piece.map(textOf).join('');
  return String(piece).replace(/[&<>"']/g, (character) => `&#${character.charCodeAt(0)};`);
}

/** A section of the page under its heading. */
export function section(id: string, title: string, body: Html): Html {
  return html`<section aria-labelledby="${id}"><h2 id="${id}">${title}</h2>${body}</section>`;
}

/** What may be wider than the page: it scrolls by itself, and by keyboard. */
export function scrollable(label: string, body: Html): Html {
  return html`<div class="scroll" tabindex="0" role="group" aria-label="${label}">${body}</div>`;
}

/** A coordinate of an SVG: a tenth of a pixel is precise enough, and keeps the file small. */
export function rounded(value: number): number {
  return Number(value.toFixed(1));
}
