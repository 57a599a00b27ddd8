import { digestWords } from '../../tally/wording.js';
import { type Html, html } from '../html.js';
import { grouped, type SectionContext } from './context.js';

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
