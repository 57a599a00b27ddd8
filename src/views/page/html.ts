/** Text that is HTML already: everything else that goes into `html` is escaped. */
export class Html {
  readonly text: string;

  constructor(text: string) {
    this.text = text;
  }
}

export type HtmlPiece = Html | string | number | readonly HtmlPiece[] | null;

/** HTML from a template; what is put in is text, for elements and quoted attributes alike, unless it is `Html` itself. */
export function html(strings: TemplateStringsArray, ...pieces: readonly HtmlPiece[]): Html {
  return new Html(strings.reduce((text, string, i) => text + textOf(pieces[i - 1]) + string));
}

function textOf(piece: HtmlPiece): string {
  if (piece === null) return '';
  if (piece instanceof Html) return piece.text;
  if (typeof piece === 'object') return piece.map(textOf).join('');
  return String(piece).replace(/[&<>"']/g, (character) => `&#${character.charCodeAt(0)};`);
}

/** A chart over the unit square, or a strip of it: x from 0 to 1, y from `low` to 1. */
export interface ChartOptions {
  readonly title: string;
  readonly x: string;
  readonly y: string;
  /** Where the y axis begins, 0 to 1. */
  readonly low?: number;
}

const SIZE = { width: 420, height: 320, left: 52, right: 14, top: 30, bottom: 46 };
const TICKS = 5;

/** Places of a chart's values, in its own pixels. */
export interface ChartScale {
  x(value: number): number;
  y(value: number): number;
}

/** A frame with its axes, drawn around what `draw` makes. */
export function chart({ title, x, y, low = 0 }: ChartOptions, draw: (scale: ChartScale) => Html): Html {
  const { width, height, left, right, top, bottom } = SIZE;
  const scale: ChartScale = {
    x: (value) => rounded(left + value * (width - left - right)),
    y: (value) => rounded(height - bottom - ((value - low) / (1 - low)) * (height - top - bottom)),
  };
  const ticks = Array.from({ length: TICKS + 1 }, (_, tick) => tick / TICKS);
  const heights = ticks.map((tick) => low + tick * (1 - low));
  const [from, to] = [scale.x(0), scale.x(1)];
  return html`<svg viewBox="0 0 ${width} ${height}" width="${width}" height="${height}" role="img" aria-label="${title}">
${heights.map(
  (value) => html`<line class="grid" x1="${from}" x2="${to}" y1="${scale.y(value)}" y2="${scale.y(value)}"/>
<text class="soft" x="${from - 6}" y="${scale.y(value) + 4}" text-anchor="end">${tickWords(value)}</text>`,
)}
${ticks.map((value) => html`<text class="soft" x="${scale.x(value)}" y="${height - bottom + 17}" text-anchor="middle">${tickWords(value)}</text>`)}
${draw(scale)}
<line class="axis" x1="${from}" x2="${to}" y1="${scale.y(low)}" y2="${scale.y(low)}"/>
<text x="${from - 36}" y="16">${y} %</text>
<text x="${to}" y="${height - 8}" text-anchor="end">${x} %</text>
</svg>`;
}

/** A tenth of a pixel is enough for any eye, and keeps the file small. */
export function rounded(value: number): number {
  return Number(value.toFixed(1));
}

function tickWords(share: number): string {
  return String(Number((share * 100).toFixed(2)));
}
