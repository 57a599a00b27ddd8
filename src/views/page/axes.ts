import { type Range, roundStep, roundTicks } from '../ticks.js';
import { type Html, html, rounded } from './html.js';

/** The range of shares that just holds all of `values`, at least `least` wide, and ends at two of its round ticks. */
export function fittingRange(values: readonly number[], least: number): Range {
  const [lowest, highest] = [Math.min(1, ...values), Math.max(0, ...values)];
  let low = Math.max(0, Math.min(lowest, highest - least));
  let high = Math.min(1, Math.max(highest, low + least));
  for (;;) {
    const step = roundStep(high - low);
    low = Math.max(0, Math.floor(low / step + 1e-9) * step);
    high = Math.min(1, Math.ceil(high / step - 1e-9) * step);
    // What is wider now may have wider ticks.
    if (roundStep(high - low) < step * 1.5) return { low, high };
  }
}

/** The names of a chart of shares and its axes, and what they show: all of 0..1 where nothing is said. */
interface ChartOptions extends Record<'title' | 'x' | 'y', string> {
  readonly across?: Range;
  readonly up?: Range;
}

/** As wide as on a phone, so that what is written is as large there as the rest. */
const SIZE = { width: 380, height: 290, left: 38, right: 12, top: 30, bottom: 44 };
const ALL: Range = { low: 0, high: 1 };

type ChartScale = Record<'x' | 'y', (value: number) => number>;

/** A frame with axes around what `draw` makes; what is beyond them is cut off. */
export function chart(
  { title, x, y, across = ALL, up = ALL }: ChartOptions,
  draw: (scale: ChartScale) => Html | readonly Html[],
): Html {
  const { width, height, left, right, top, bottom } = SIZE;
  const part = (value: number, { low, high }: Range) => (value - low) / (high - low);
  const scale: ChartScale = {
    x: (value) => rounded(left + part(value, across) * (width - left - right)),
    y: (value) => rounded(height - bottom - part(value, up) * (height - top - bottom)),
  };
  const [from, to, floor] = [left, width - right, height - bottom];
  // A line's half width is left around it.
  const frame = [left - 3, top - 3, width - left - right + 6, height - top - bottom + 6];
  return html`<svg class="chart" viewBox="0 0 ${width} ${height}" width="${width}" height="${height}" role="img" aria-label="${title}">
${roundTicks(up.low, up.high).map(
  (value) => html`<line class="grid" x1="${from}" x2="${to}" y1="${scale.y(value)}" y2="${scale.y(value)}"/>
<text class="soft" x="${from - 5}" y="${scale.y(value) + 4}" text-anchor="end">${tickWords(value)}</text>`,
)}
${roundTicks(across.low, across.high).map((value) => html`<text class="soft" x="${scale.x(value)}" y="${floor + 16}" text-anchor="middle">${tickWords(value)}</text>`)}
<svg x="${frame[0]}" y="${frame[1]}" width="${frame[2]}" height="${frame[3]}" viewBox="${frame.join(' ')}">${draw(scale)}</svg>
<line class="axis" x1="${from}" x2="${to}" y1="${floor}" y2="${floor}"/>
<text x="2" y="14">${y}</text>
<text x="${to}" y="${height - 8}" text-anchor="end">${x}</text>
</svg>`;
}

function tickWords(share: number): string {
  return String(Number((share * 100).toFixed(3)));
}
