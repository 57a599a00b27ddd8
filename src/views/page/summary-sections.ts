import { digestWords, grouped } from '../../counting/wording.js';
import { type Html, html, scrollable, section } from './html.js';
import type { SectionContext } from './section-context.js';

/** What was evaluated, and how well it did. */
export function summarySection({ words, evaluation, share }: SectionContext): Html {
  const { data, model, interval, images, correct, accuracy, loss, partial } = evaluation;
  const digest = (sha256: string | null) =>
    sha256 === null ? html`${words.noDigest}` : html`<code title="${sha256}">${digestWords(sha256)}</code>`;
  const range = interval && words.interval((interval.low * 100).toFixed(2), (interval.high * 100).toFixed(2));
  const mean = loss.mean === null ? words.absent : String(Number(loss.mean.toPrecision(4)));
  const count = grouped(images);
  return section(
    'evaluated',
    words.evaluated,
    html`
<p class="figure">${share(accuracy, 2)}</p>
<p>${words.accuracy}${range === null ? '' : html`, ${range}`}; ${words.wrong(grouped(images - correct), count)}</p>
<dl><dt>${words.data}</dt><dd>${data.dataset ?? data.name}, ${partial ? words.partialImages(count) : words.images(count)}
${data.files.map((file) => html`<br>${file.path}: ${digest(file.sha256)}`)}</dd>
<dt>${words.input}</dt><dd>${words.pixels(data.height, data.width)}, ${evaluation.normalization}</dd>
<dt>${words.network}</dt><dd>${model.name}, ${model.layers.join('-')}, ${model.activations.join('-')}, ${words.parameters(grouped(model.parameters))}<br>${digest(model.sha256)}</dd>
<dt>${words.loss}</dt><dd>${mean} (${words.lossNames(loss.name)}, ${words.perImage})</dd></dl>`,
  );
}

/** Precision, recall and F1 of each class. */
export function classesSection({ words, evaluation, share }: SectionContext): Html {
  const { classes, macro, images } = evaluation;
  const scores = (of: typeof macro) =>
    html`<td>${share(of.precision)}</td><td>${share(of.recall)}</td><td>${share(of.f1)}</td>`;
  const rows = classes.map((one) => {
    const { name, support } = one;
    return html`<tr><th scope="row" class="name">${name}</th>${scores(one)}<td>${grouped(support)}</td></tr>\n`;
  });
  const table = html`<table>
<thead><tr><th scope="col" class="name">${words.className}</th><th scope="col">${words.precision}</th>
<th scope="col">${words.recall}</th><th scope="col">${words.f1}</th><th scope="col">${words.support}</th></tr></thead>
<tbody>${rows}</tbody>
<tfoot><tr><th scope="row" class="name">${words.mean}</th>${scores(macro)}<td>${grouped(images)}</td></tr></tfoot></table>`;
  return section('classes', words.classes, html`\n${scrollable(words.classes, table)}`);
}
