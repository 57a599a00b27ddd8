import { grouped } from '../../../counting/wording.js';
import type { ImageSize } from '../../../network/network.js';
import { LOWERS, RAISES, scaleOf } from '../../picture.js';
import { type Html, html, type SectionContext, section } from '../html.js';
import { figure } from '../image-sections.js';
import type { ReportData } from '../report-data.js';
import { colourPng } from './page-picture.js';

/** The eye tells weak ones apart where strengths are raised to this power. */
const BEND = 0.7;

export const NEURONS_STYLE = `
.ramp { display: flex; flex-wrap: wrap; align-items: center; gap: .3rem .75rem; color: var(--soft); font-size: .9rem; }
.ramp img { width: 12rem; height: 1rem; border-radius: 4px; }
`;

/** What each neuron looks for, of the outputs too, and how to read the colours. */
export function neuronsSection(context: SectionContext, { layers }: ReportData): Html | null {
  if (layers.length === 0) return null;
  const { words, evaluation, name } = context;
  const size = evaluation.data;
  const shown = layers.map(({ layer, kind, outputs, meanOver, neurons }, at) => {
    const count = grouped(outputs);
    const heading =
      kind === 'weights'
        ? words.layerWeights(layer, count)
        : words.layerGradient(layer, count, grouped(meanOver));
    const figures = neurons.map(({ values, bias }, neuron) => {
      const scale = scaleOf(values);
      const alt = words.neuronAlt(layer, neuron, bias.toFixed(2));
      const called = at === layers.length - 1 ? words.outputOf(name(neuron)) : `${layer}:${neuron}`;
      const caption = html`${called} <span class="soft">${'±'}${scaleWords(scale)}<br>${words.bias(bias.toFixed(2))}</span>`;
      return figure(signedPng(values, scale, size), size, alt, caption);
    });
    const more = neurons.length < outputs ? html`<p>${words.onlyFirst(grouped(neurons.length))}</p>` : null;
    return html`<h3>${heading}</h3>${more}<ul class="gallery">${figures}</ul>`;
  });
  return section(words, 'neurons', html`<p>${words.neuronsNote}</p>\n${rampOf(context)}${shown}`);
}

/** All the colours, from -1 to 1 of a scale. */
function rampOf({ words }: SectionContext): Html {
  const size = { height: 1, width: 121 };
  const values = Float64Array.from({ length: size.width }, (_, i) => (2 * i) / (size.width - 1) - 1);
  const url = signedPng(values, 1, size);
  return html`<p class="ramp">${words.rampLow} <img src="${url}" width="${size.width}" height="${size.height}" alt=""> ${words.rampHigh}</p>`;
}

function scaleWords(scale: number): string {
  return scale >= 0.01 || scale === 0 ? scale.toFixed(2) : scale.toExponential(1);
}

/** `(height, width)` signed values as a `data:` URL: positive green, negative blue, zero black, brightest from `scale` on. */
function signedPng(values: Float64Array, scale: number, size: ImageSize): string {
  const data = Buffer.alloc(3 * values.length);
  values.forEach((value, i) => {
    const strength = scale === 0 ? 0 : Math.min(1, Math.abs(value) / scale) ** BEND;
    const colour = value > 0 ? RAISES : LOWERS;
    for (const [c, channel] of colour.entries()) data[3 * i + c] = Math.round(channel * strength);
  });
  return colourPng(data, size);
}
