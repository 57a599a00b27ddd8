import type { CalibrationBin } from '../../counting/calibration.js';
import type { ThresholdPoint } from '../../counting/report-collector.js';
import { grouped } from '../../counting/wording.js';
import { wilsonInterval } from '../../statistics/intervals.js';
import { chart, fittingRange } from './axes.js';
import { type Html, html, rounded, type SectionContext, section } from './html.js';
import type { ReportData } from './report-data.js';

export const RELIABILITY_STYLE = `
.chart { width: 100%; max-width: 29rem; display: block; } .bar.few { opacity: .4; } .whisker { stroke: var(--ink); stroke-width: 1.3; } .few + .whisker { opacity: .45; }
.chart .number { font-size: 10.5px; } .marked { fill: var(--paper); stroke: var(--right); stroke-width: 2; }
`;

/** Of fewer images a bar says little. */
const FEW_IMAGES = 30;

/** The reliability diagram: accuracy in each bin of confidence with its interval and count, and the calibration error. */
export function reliabilitySection({ words, evaluation, share }: SectionContext): Html {
  const { calibration } = evaluation;
  if (calibration === null) {
    return section(words, 'reliability', html`<p>${words.noCalibration}</p>`);
  }
  const bins = calibration.bins.filter(({ count }) => count > 0);
  const range = ({ low, high }: CalibrationBin) =>
    words.range(`${Math.round(low * 100)}`, `${Math.round(high * 100)} %`);
  const axes = { title: words.reliability, x: words.axis(words.confidence), y: words.axis(words.right) };
  const diagram = chart(axes, ({ x, y }) => {
    const bars = bins.map((bin) => {
      const { low, high, count, correct } = bin;
      const part = correct / count;
      const [left, middle] = [x(low) + 1, rounded((x(low) + x(high)) / 2)];
      const place = html`x="${left}" y="${y(part)}" width="${rounded(x(high) - left - 1)}" height="${rounded(y(0) - y(part))}"`;
      const { low: from, high: to } = wilsonInterval(correct, count) ?? { low: 0, high: 1 };
      const [upper, lower] = [y(to), y(from)];
      return html`<g><title>${words.titled(range(bin), `${share(part)}${words.bracketed(grouped(count))}`)}</title>
<rect class="bar${count < FEW_IMAGES ? ' few' : ''}" ${place}/><path class="whisker" d="M${middle - 3} ${upper}h6M${middle} ${upper}V${lower}M${middle - 3} ${lower}h6"/>
<text class="number" transform="translate(${rounded(middle + 4)} ${y(0) - 4}) rotate(-90)">${grouped(count)}</text></g>`;
    });
    return html`${bars}<line class="ideal" x1="${x(0)}" y1="${y(0)}" x2="${x(1)}" y2="${y(1)}"/>`;
  });
  const rows = bins.map((bin) => {
    const { count, correct, confidence } = bin;
    return html`<tr><th scope="row">${range(bin)}</th><td>${grouped(count)}</td><td>${share(confidence)}</td><td>${share(correct / count)}</td></tr>`;
  });
  const body = html`
<p>${words.reliabilityNote(share(calibration.expectedCalibrationError, 2), FEW_IMAGES)}</p>${diagram}
<details><summary>${words.numbers}</summary><table><thead><tr><th scope="col">${words.confidence}</th><th scope="col">${words.count}</th>
<th scope="col">${words.mean}</th><th scope="col">${words.right}</th></tr></thead><tbody>${rows}</tbody></table></details>`;
  return section(words, 'reliability', body);
}

/** The thresholds in the table and, but for the first, on the curve: at the nearest of its points. */
const NAMED = [0, 0.5, 0.75, 0.9, 0.95, 0.99];
/** An axis shows at least a hundredth. */
const LEAST_SPAN = 0.01;
/** About what a mark's number takes, in pixels of the chart. */
const MARK = { width: 16, height: 11 };

/** Accuracy against the share that is answered as the threshold rises. */
export function thresholdsSection(context: SectionContext, { thresholds }: ReportData): Html | null {
  const { words, share, evaluation } = context;
  // Outputs that are no shares have no such thresholds: the section before says why.
  if (evaluation.calibration === null) return null;
  const at = (threshold: number) => Math.round(threshold * (thresholds.length - 1));
  const named = NAMED.map((threshold) => ({ ...thresholds[at(threshold)], threshold }));
  const rows = named.map(
    ({ threshold, ...point }) =>
      html`<tr><th scope="row">${share(threshold, 0)}</th><td>${share(point.share)}</td><td>${share(point.accuracy, 2)}</td></tr>`,
  );
  // From the last of these on few images are left, and the curve tells little.
  const curve = thresholdCurve(context, thresholds.slice(0, at(NAMED[NAMED.length - 1]) + 1), named.slice(1));
  const body = html`<p>${words.thresholdsNote}</p>
${curve}<table><thead><tr><th scope="col">${words.threshold}</th><th scope="col">${words.answered}</th>
<th scope="col">${words.accuracy}</th></tr></thead><tbody>${rows}</tbody></table>`;
  return section(words, 'thresholds', body);
}

/** Its axes fit the curve; `named` points have a mark, with a number where there is room for it. */
function thresholdCurve(
  { words }: SectionContext,
  points: readonly ThresholdPoint[],
  named: readonly ThresholdPoint[],
): Html {
  const drawn = points.flatMap(placed);
  const across = fittingRange(
    drawn.map(({ share }) => share),
    LEAST_SPAN,
  );
  const up = fittingRange(
    drawn.map(({ accuracy }) => accuracy),
    LEAST_SPAN,
  );
  const axes = { title: words.thresholds, x: words.axis(words.answered), y: words.axis(words.accuracy) };
  return chart({ ...axes, across, up }, ({ x, y }) => {
    const places = drawn.map(({ share, accuracy }) => `${x(share)},${y(accuracy)}`);
    const taken: { left: number; top: number }[] = [];
    const marks = named.flatMap(placed).map(({ threshold, share, accuracy }) => {
      const [left, top] = [x(share), y(accuracy)];
      const isFree = taken.every(
        (other) => Math.abs(other.left - left) > MARK.width || Math.abs(other.top - top) > MARK.height,
      );
      if (isFree) taken.push({ left, top });
      const number =
        isFree &&
        html`<text class="number" x="${left - 6}" y="${rounded(top + 14)}" text-anchor="end">${Math.round(threshold * 100)}</text>`;
      return html`<circle class="marked" cx="${left}" cy="${top}" r="3.5"/>${number || null}`;
    });
    return html`<polyline class="curve" points="${[...new Set(places)].join(' ')}"/>${marks}`;
  });
}

/** A point that has a place on the curve. */
function placed({ threshold, share, accuracy }: ThresholdPoint) {
  return share === null || accuracy === null ? [] : [{ threshold, share, accuracy }];
}
