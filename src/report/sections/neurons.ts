import { type Html, html } from '../html.js';
import { signedPng } from '../png.js';
import type { ReportLayer } from '../report-data.js';
import { grouped, type SectionContext } from './context.js';

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
