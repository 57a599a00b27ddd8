import { grouped } from '../../counting/wording.js';
import { greyPng, signedPng } from './encode-png.js';
import { type Html, html, section } from './html.js';
import type { ReportCell, ReportImage, ReportLayer } from './report-data.js';
import { cellId, type SectionContext } from './section-context.js';

/** The most confident mistakes. */
export function mistakesSection(context: SectionContext, images: readonly ReportImage[]): Html {
  const { words } = context;
  const note = images.length === 0 ? words.noMistakes : words.mistakesNote;
  return section('mistakes', words.mistakes, html`\n<p>${note}</p>${gallery(context, images)}`);
}

/** The images whose label may be wrong. */
export function suspectsSection(context: SectionContext, images: readonly ReportImage[]): Html {
  const { words } = context;
  const note = images.length === 0 ? words.noSuspects : words.suspectsNote;
  return section('suspects', words.suspects, html`\n<p>${note}</p>${gallery(context, images)}`);
}

/** The images of each cell of the matrix; the matrix links to them. */
export function cellsSection(context: SectionContext, cells: readonly ReportCell[]): Html | null {
  if (cells.length === 0) return null;
  const { words, evaluation, name } = context;
  const shown = cells.map(({ truth, prediction, images }) => {
    const count = words.shownOf(grouped(images.length), grouped(evaluation.confusion[truth][prediction]));
    const pair = `${name(truth)} → ${name(prediction)}`;
    return html`<h3 id="${cellId(truth, prediction)}" tabindex="-1">${pair} <span class="soft">${count}</span>
<a class="back" href="#matrix" aria-label="${pair}: ${words.back}">${'↑'}</a></h3>
${gallery(context, images, ' small')}
`;
  });
  return section('cells', words.cells, html`<p>${words.cellsNote}</p>\n${shown}`);
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
      const caption = html`${words.neuron(layer, neuron)} <span class="soft">(${bias.toFixed(2)})</span>`;
      return figure(signedPng(values, height, width), { height, width }, alt, caption);
    });
    const more = neurons.length < outputs ? html`<p>${words.onlyFirst(grouped(neurons.length))}</p>` : null;
    return html`<h3>${heading}</h3>${more}<ul class="gallery">${figures}</ul>`;
  });
  return section('neurons', words.neurons, html`<p>${words.neuronsNote}</p>${shown}`);
}

function gallery(
  { words, name, share }: SectionContext,
  images: readonly ReportImage[],
  size: '' | ' small' = '',
): Html | null {
  if (images.length === 0) return null;
  const figures = images.map(({ index, truth, prediction, confidence, picture }) => {
    const alt = words.alt(grouped(index), name(truth), name(prediction));
    const caption =
      size === ''
        ? html`${words.caption(name(truth), name(prediction), share(confidence))}<br><span class="soft">#${grouped(index)}</span>`
        : html`<span class="soft">#${grouped(index)} ${share(confidence, 0)}</span>`;
    return figure(greyPng(picture), picture, alt, caption);
  });
  return html`<ul class="gallery${size}">${figures}</ul>`;
}

/** An image with its caption, as an item of a gallery. */
function figure(
  url: string,
  { height, width }: { readonly height: number; readonly width: number },
  alt: string,
  caption: Html,
): Html {
  return html`<li><figure><img src="${url}" width="${width}" height="${height}" alt="${alt}">
<figcaption>${caption}</figcaption></figure></li>`;
}
