import { grouped } from '../../counting/wording.js';
import { type Html, html, rounded, type SectionContext, section } from './html.js';
import type { ReportData } from './report-data.js';

/** The reliability diagram: accuracy in each bin of confidence, and the calibration error. */
export function reliabilitySection({ words, evaluation, share }: SectionContext): Html {
  const { calibration } = evaluation;
  if (calibration === null) {
    return section(words, 'reliability', html`<p>${words.noCalibration}</p>`);
  }
  const bins = calibration.bins.filter(({ count }) => count > 0);
  const range = (low: number, high: number) => `${Math.round(low * 100)} – ${Math.round(high * 100)} %`;
  const diagram = chart({ title: words.reliability, x: words.confidence, y: words.right }, ({ x, y }) => {
    const bars = bins.map(({ low, high, count, correct }) => {
      const part = correct / count;
      const place = html`x="${x(low) + 1}" y="${y(part)}" width="${rounded(x(high) - x(low) - 2)}" height="${rounded(y(0) - y(part))}"`;
      return html`<rect class="bar" ${place}><title>${range(low, high)}: ${share(part)} (${grouped(count)})</title></rect>`;
    });
    return html`${bars}<line class="ideal" x1="${x(0)}" y1="${y(0)}" x2="${x(1)}" y2="${y(1)}"/>`;
  });
  const rows = bins.map(
    ({ low, high, count, correct, confidence }) =>
      html`<tr><th scope="row">${range(low, high)}</th><td>${grouped(count)}</td><td>${share(confidence)}</td><td>${share(correct / count)}</td></tr>`,
  );
  const body = html`
<p>${words.reliabilityNote(share(calibration.expectedCalibrationError, 2))}</p>${diagram}
<details><summary>${words.numbers}</summary><table><thead><tr><th scope="col">${words.confidence}</th><th scope="col">${words.count}</th>
<th scope="col">${words.mean}</th><th scope="col">${words.right}</th></tr></thead><tbody>${rows}</tbody></table></details>`;
  return section(words, 'reliability', body);
}

/** The thresholds in the table; each shows the nearest of the curve's points. */
const NAMED = [0, 0.5, 0.75, 0.9, 0.95, 0.99];

/** Accuracy against the share that is answered as the threshold rises. */
export function thresholdsSection({ words, share }: SectionContext, data: ReportData): Html {
  const points = data.thresholds;
  const drawn = points.filter((point) => point.share !== null && point.accuracy !== null);
  const lowest = Math.min(1, ...drawn.map(({ accuracy }) => accuracy ?? 1));
  // A round tenth below the lowest point; a perfect curve still has room.
  const low = Math.min(0.9, Math.floor(lowest * 10) / 10);
  const curve = chart({ title: words.thresholds, x: words.answered, y: words.accuracy, low }, ({ x, y }) => {
    const places = drawn.map((point) => `${x(point.share ?? 0)},${y(point.accuracy ?? 0)}`);
    return html`<polyline class="curve" points="${[...new Set(places)].join(' ')}"/>`;
  });
  const rows = NAMED.map((threshold) => points[Math.round(threshold * (points.length - 1))]).map(
    (point) =>
      html`<tr><th scope="row">${share(point.threshold)}</th><td>${share(point.share)}</td><td>${share(point.accuracy, 2)}</td></tr>`,
  );
  const body = html`<p>${words.thresholdsNote}</p>
${curve}<table><thead><tr><th scope="col">${words.threshold}</th><th scope="col">${words.answered}</th>
<th scope="col">${words.accuracy}</th></tr></thead><tbody>${rows}</tbody></table>`;
  return section(words, 'thresholds', body);
}

/** The names of a chart of shares and its axes: x from 0 to `right`, y from `low` to 1. */
interface ChartOptions extends Record<'title' | 'x' | 'y', string> {
  readonly low?: number;
  readonly right?: number;
}

const SIZE = { width: 420, height: 320, left: 52, right: 14, top: 30, bottom: 46 };
const TICKS = 5;

type ChartScale = Record<'x' | 'y', (value: number) => number>;

/** A frame with axes around what `draw` makes; what is beyond them is cut off. */
export function chart(
  { title, x, y, low = 0, right: end = 1 }: ChartOptions,
  draw: (scale: ChartScale) => Html | readonly Html[],
): Html {
  const { width, height, left, right, top, bottom } = SIZE;
  const scale: ChartScale = {
    x: (value) => rounded(left + (value / end) * (width - left - right)),
    y: (value) => rounded(height - bottom - ((value - low) / (1 - low)) * (height - top - bottom)),
  };
  const ticks = Array.from({ length: TICKS + 1 }, (_, tick) => tick / TICKS);
  const heights = ticks.map((tick) => low + tick * (1 - low));
  const [from, to] = [scale.x(0), scale.x(end)];
  // A line's half width is left around it.
  const frame = [left - 3, top - 3, width - left - right + 6, height - top - bottom + 6];
  return html`<svg viewBox="0 0 ${width} ${height}" width="${width}" height="${height}" role="img" aria-label="${title}">
${heights.map(
  (value) => html`<line class="grid" x1="${from}" x2="${to}" y1="${scale.y(value)}" y2="${scale.y(value)}"/>
<text class="soft" x="${from - 6}" y="${scale.y(value) + 4}" text-anchor="end">${tickWords(value)}</text>`,
)}
${ticks.map((tick) => tick * end).map((value) => html`<text class="soft" x="${scale.x(value)}" y="${height - bottom + 17}" text-anchor="middle">${tickWords(value)}</text>`)}
<svg x="${frame[0]}" y="${frame[1]}" width="${frame[2]}" height="${frame[3]}" viewBox="${frame.join(' ')}">${draw(scale)}</svg>
<line class="axis" x1="${from}" x2="${to}" y1="${scale.y(low)}" y2="${scale.y(low)}"/>
<text x="${from - 36}" y="16">${y} %</text>
<text x="${to}" y="${height - 8}" text-anchor="end">${x} %</text>
</svg>`;
}

function tickWords(share: number): string {
  return String(Number((share * 100).toFixed(2)));
}
