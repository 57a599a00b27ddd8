import { chart, rounded } from '../chart.js';
import { type Html, html } from '../html.js';
import { grouped, type SectionContext } from './context.js';

/** The reliability diagram: accuracy in each bin of confidence, and the calibration error. */
export function reliabilitySection({ words, evaluation, share }: SectionContext): Html {
  const heading = html`<h2 id="reliability">${words.reliability}</h2>`;
  const { calibration } = evaluation;
  if (calibration === null) {
    return html`<section aria-labelledby="reliability">${heading}<p>${words.noCalibration}</p></section>`;
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
  return html`<section aria-labelledby="reliability">${heading}
<p>${words.reliabilityNote(share(calibration.expectedCalibrationError, 2))}</p>${diagram}
<details><summary>${words.numbers}</summary><table><thead><tr><th scope="col">${words.confidence}</th><th scope="col">${words.count}</th>
<th scope="col">${words.mean}</th><th scope="col">${words.right}</th></tr></thead><tbody>${rows}</tbody></table></details></section>`;
}
