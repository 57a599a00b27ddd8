import type { Interval } from '../../statistics/intervals.js';
import { roundTicks } from '../ticks.js';
import type { Words } from '../words/words.js';
import { type Html, html, rounded } from './html.js';

/** What a chart of intervals needs beside the style of all pages. */
export const CHART_STYLE = `
.range { stroke: var(--right); stroke-width: 2.5; } .dot { fill: var(--right); } .zero { stroke: var(--soft); stroke-dasharray: 4 4; }
.unsure .range { stroke: var(--soft); } .unsure .dot { fill: var(--soft); }
`;

/** A value with its interval, in a row of its own. */
export interface Mark {
  readonly label: string;
  readonly value: number;
  readonly interval: Interval | null;
  /** Whether it is drawn as plain, or as what may be chance. */
  readonly isPlain: boolean;
}

const CHART = { width: 640, left: 170, right: 24, row: 34, top: 10, bottom: 30 };
const MOST_LABEL = 22;

/** A row for each mark: a dot, and a line for its interval; `from` is a value that must be seen, with a line of its own. */
export function intervalChart(
  title: string,
  marks: readonly Mark[],
  { titled, wordsOf }: Pick<Words, 'titled'> & { readonly wordsOf: (value: number) => string },
  from?: number,
): Html {
  const { width, left, right, row, top, bottom } = CHART;
  const ends = marks.flatMap(({ value, interval }) => [interval?.low ?? value, interval?.high ?? value]);
  const seen = from === undefined ? ends : [...ends, from];
  const [low, high] = [Math.min(...seen), Math.max(...seen)];
  const span = high > low ? high - low : 0.01;
  const x = (value: number) => rounded(left + ((value - low) / span) * (width - left - right));
  const height = top + row * marks.length + bottom;
  const floor = height - bottom;
  const ticks = roundTicks(low, low + span);
  const rows = marks.map(({ label, value, interval, isPlain }, index) => {
    const y = top + row * (index + 0.5);
    const short = label.length > MOST_LABEL ? `${label.slice(0, MOST_LABEL - 1)}…` : label;
    const range =
      interval &&
      html`<line class="range" x1="${x(interval.low)}" x2="${x(interval.high)}" y1="${y}" y2="${y}"/>`;
    return html`<g class="${isPlain ? 'plain' : 'unsure'}"><title>${titled(label, wordsOf(value))}</title>
<text x="${left - 12}" y="${y + 4}" text-anchor="end">${short}</text>${range}<circle class="dot" cx="${x(value)}" cy="${y}" r="5"/></g>\n`;
  });
  const zero =
    from === undefined
      ? null
      : html`<line class="zero" x1="${x(from)}" x2="${x(from)}" y1="${top}" y2="${floor}"/>`;
  return html`<svg viewBox="0 0 ${width} ${height}" width="${width}" height="${height}" role="img" aria-label="${title}">
${ticks.map(
  (value) => html`<line class="grid" x1="${x(value)}" x2="${x(value)}" y1="${top}" y2="${floor}"/>
<text class="soft" x="${x(value)}" y="${floor + 18}" text-anchor="middle">${wordsOf(value)}</text>`,
)}
${zero}${rows}</svg>`;
}
