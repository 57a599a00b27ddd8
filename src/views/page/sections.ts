import type { Evaluation } from '../../counting/evaluation.js';
import type { ThresholdPoint } from '../../counting/threshold-curve.js';
import { digestWords, grouped, percent } from '../../counting/wording.js';
import type { Words } from '../words/words.js';
import { signedPng } from './encode-png.js';
import { chart, type Html, html, rounded } from './html.js';
import type { ReportLayer } from './report-data.js';

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

/** What was evaluated, and how well it did. */
export function summarySection({ words, evaluation, share }: SectionContext): Html {
  const { data, model, interval, images, correct, accuracy, loss, partial } = evaluation;
  const digest = (sha256: string | null) =>
    sha256 === null ? html`${words.noDigest}` : html`<code title="${sha256}">${digestWords(sha256)}</code>`;
  const range = interval && words.interval((interval.low * 100).toFixed(2), (interval.high * 100).toFixed(2));
  const mean = loss.mean === null ? words.absent : String(Number(loss.mean.toPrecision(4)));
  const count = grouped(images);
  return html`<section aria-labelledby="evaluated"><h2 id="evaluated">${words.evaluated}</h2>
<p class="figure">${share(accuracy, 2)}</p>
<p>${words.accuracy}${range === null ? '' : html`, ${range}`}; ${words.wrong(grouped(images - correct), count)}</p>
<dl><dt>${words.data}</dt><dd>${data.dataset ?? data.name}, ${partial ? words.partialImages(count) : words.images(count)}
${data.files.map((file) => html`<br>${file.path}: ${digest(file.sha256)}`)}</dd>
<dt>${words.input}</dt><dd>${words.pixels(data.height, data.width)}, ${evaluation.normalization}</dd>
<dt>${words.network}</dt><dd>${model.name}, ${model.layers.join('-')}, ${model.activations.join('-')}, ${words.parameters(grouped(model.parameters))}<br>${digest(model.sha256)}</dd>
<dt>${words.loss}</dt><dd>${mean} (${words.lossNames(loss.name)}, ${words.perImage})</dd></dl></section>`;
}

/** Precision, recall and F1 of each class. */
export function classesSection({ words, evaluation, share }: SectionContext): Html {
  const { classes, macro, images } = evaluation;
  const scores = (of: typeof macro) =>
    html`<td>${share(of.precision)}</td><td>${share(of.recall)}</td><td>${share(of.f1)}</td>`;
  const rows = classes.map(
    (
      one,
    ) => html`<tr><th scope="row" class="name">${one.name}</th>${scores(one)}<td>${grouped(one.support)}</td></tr>
`,
  );
  return html`<section aria-labelledby="classes"><h2 id="classes">${words.classes}</h2>
<div class="scroll" tabindex="0" role="group" aria-label="${words.classes}"><table>
<thead><tr><th scope="col" class="name">${words.className}</th><th scope="col">${words.precision}</th>
<th scope="col">${words.recall}</th><th scope="col">${words.f1}</th><th scope="col">${words.support}</th></tr></thead>
<tbody>${rows}</tbody>
<tfoot><tr><th scope="row" class="name">${words.mean}</th>${scores(macro)}<td>${grouped(images)}</td></tr></tfoot></table></div></section>`;
}

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

/** What the neurons of the hidden layers look for, as pictures. */
export function neuronsSection(
  { words, evaluation }: SectionContext,
  layers: readonly ReportLayer[],
): Html | null {
  if (layers.length === 0) return null;
  const { height, width } = evaluation.data;
  const shown = layers.map(({ layer, kind, outputs, meanOver, neurons }) => {
    const count = grouped(outputs);
    const heading =
      kind === 'weights'
        ? words.layerWeights(layer, count)
        : words.layerGradient(layer, count, grouped(meanOver));
    const figures = neurons.map(({ values, bias }, neuron) => {
      const alt = words.neuronAlt(layer, neuron, bias.toFixed(2));
      return html`<li><figure><img src="${signedPng(values, height, width)}" width="${width}" height="${height}" alt="${alt}">
<figcaption>${words.neuron(layer, neuron)} <span class="soft">(${bias.toFixed(2)})</span></figcaption></figure></li>`;
    });
    const more = neurons.length < outputs ? html`<p>${words.onlyFirst(grouped(neurons.length))}</p>` : null;
    return html`<h3>${heading}</h3>${more}<ul class="gallery">${figures}</ul>`;
  });
  return html`<section aria-labelledby="neurons"><h2 id="neurons">${words.neurons}</h2><p>${words.neuronsNote}</p>${shown}</section>`;
}
