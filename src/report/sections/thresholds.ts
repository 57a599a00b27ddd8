import type { ThresholdPoint } from '../../tally/threshold-curve.js';
import { chart } from '../chart.js';
import { type Html, html } from '../html.js';
import type { SectionContext } from './context.js';

/** The thresholds that the table names: those of the 1,024 steps that are nearest. */
const NAMED = [0, 0.5, 0.75, 0.9, 0.95, 0.99];

/** Accuracy against the share that is answered, as the threshold rises. */
export function thresholdsSection({ words, share }: SectionContext, points: readonly ThresholdPoint[]): Html {
  const drawn = points.filter((point) => point.share !== null && point.accuracy !== null);
  const lowest = Math.min(1, ...drawn.map(({ accuracy }) => accuracy ?? 1));
  // Down to a round tenth below the lowest point; a curve that is perfect still has room.
  const low = Math.min(0.9, Math.floor(lowest * 10) / 10);
  const curve = chart({ title: words.thresholds, x: words.answered, y: words.accuracy, low }, ({ x, y }) => {
    const places = drawn.map((point) => `${x(point.share ?? 0)},${y(point.accuracy ?? 0)}`);
    return html`<polyline class="curve" points="${[...new Set(places)].join(' ')}"/>`;
  });
  const rows = NAMED.map((threshold) => points[Math.round(threshold * (points.length - 1))]).map(
    (point) =>
      html`<tr><th scope="row">${share(point.threshold)}</th><td>${share(point.share)}</td><td>${share(point.accuracy, 2)}</td></tr>`,
  );
  return html`<section aria-labelledby="thresholds"><h2 id="thresholds">${words.thresholds}</h2><p>${words.thresholdsNote}</p>
${curve}<table><thead><tr><th scope="col">${words.threshold}</th><th scope="col">${words.answered}</th>
<th scope="col">${words.accuracy}</th></tr></thead><tbody>${rows}</tbody></table></section>`;
}
