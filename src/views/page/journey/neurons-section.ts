import { grouped } from '../../../counting/wording.js';
import type { ImageSize } from '../../../network/network.js';
import { largestOf } from '../../picture.js';
import { type Html, html, type SectionContext, section } from '../html.js';
import { figure } from '../image-sections.js';
import type { ReportData } from '../report-data.js';
import { colourPng } from './page-picture.js';

export function neuronsSection({ words, evaluation }: SectionContext, { layers }: ReportData): Html | null {
  if (layers.length === 0) return null;
  const size = evaluation.data;
  const shown = layers.map(({ layer, kind, outputs, meanOver, neurons }) => {
    const count = grouped(outputs);
    const heading =
      kind === 'weights'
        ? words.layerWeights(layer, count)
        : words.layerGradient(layer, count, grouped(meanOver));
    const figures = neurons.map(({ values, bias }, neuron) => {
      const alt = words.neuronAlt(layer, neuron, bias.toFixed(2));
      const caption = html`${layer}:${neuron} <span class="soft">(${bias.toFixed(2)})</span>`;
      return figure(signedPng(values, size), size, alt, caption);
    });
    const more = neurons.length < outputs ? html`<p>${words.onlyFirst(grouped(neurons.length))}</p>` : null;
    return html`<h3>${heading}</h3>${more}<ul class="gallery">${figures}</ul>`;
  });
  return section(words, 'neurons', html`<p>${words.neuronsNote}</p>${shown}`);
}

/** `(height, width)` signed values as a `data:` URL: positive green, negative blue, zero black, the largest brightest. */
function signedPng(values: Float64Array, size: ImageSize): string {
  const largest = largestOf(values);
  const data = Buffer.alloc(3 * values.length);
  values.forEach((value, i) => {
    const strength = largest === 0 ? 0 : Math.abs(value) / largest;
    const color = value > 0 ? POSITIVE : NEGATIVE;
    color.forEach((channel, c) => {
      data[3 * i + c] = Math.round(channel * strength);
    });
  });
  return colourPng(data, size);
}

/** The green is the lighter colour, so that readers who see no hue tell the two apart. */
const POSITIVE = [110, 255, 120];
const NEGATIVE = [60, 110, 255];
