import { grouped } from '../../../counting/wording.js';
import { type Html, html, rounded, type SectionContext, scrollable, section } from '../html.js';
import type { JourneyLayer, ReportData, ReportJourney } from '../report-data.js';
import { greyPng } from './page-picture.js';

/** Of wider layers the first neurons are drawn. */
const MOST_NEURONS = 32;
/** How many inputs of each neuron are drawn: those that moved it most. */
const STRONGEST = 3;
const WIDTH = 760;
const ROW = 24;
const PICTURE = 168;
const RADIUS = 8;
const NAMES = 90;

/** One image on its way through the network, its neurons lit. */
export function journeySection(context: SectionContext, { journey }: ReportData): Html | null {
  if (journey === null) return null;
  const { words, name, share } = context;
  const { index, name: path, truth, prediction, confidence } = journey.image;
  const note = words.journeyNote(path ?? grouped(index), name(truth), name(prediction), share(confidence));
  const body = html`<p>${note}</p>
${scrollable(words.journey, drawing(context, journey))}
${outputTable(context, journey)}`;
  return section(words, 'journey', body);
}

function drawing({ words, name, share }: SectionContext, { image, layers }: ReportJourney): Html {
  const rows = Math.max(...layers.map(({ values }) => Math.min(values.length, MOST_NEURONS)));
  const height = Math.max(rows * ROW, PICTURE) + 20;
  const { picture, prediction } = image;
  const shrink = PICTURE / Math.max(picture.width, picture.height);
  const [wide, high] = [rounded(picture.width * shrink), rounded(picture.height * shrink)];
  const step = (WIDTH - PICTURE - NAMES - 2 * RADIUS) / layers.length;
  const place = (layer: number, neuron: number) => {
    const count = Math.min(layers[layer].values.length, MOST_NEURONS);
    return {
      x: rounded(PICTURE + step * (layer + 1)),
      y: rounded(height / 2 + (neuron - (count - 1) / 2) * ROW),
    };
  };
  const edges = layers.flatMap((layer, at) => edgesOf(layer, at, layers, place));
  const circles = layers.flatMap(({ values }, at) => {
    const most = values.reduce((largest, value) => Math.max(largest, value), 1);
    const isLast = at === layers.length - 1;
    return Array.from(values.subarray(0, MOST_NEURONS), (value, neuron) => {
      const { x, y } = place(at, neuron);
      const lit = Math.max(0, Math.min(1, value / most)).toFixed(2);
      const won = isLast && neuron === prediction;
      const label = isLast
        ? html`<text class="${won ? 'best' : 'soft'}" x="${x + 16}" y="${y + 4}">${`${name(neuron)} · ${share(value)}`}</text>`
        : null;
      return html`<circle class="neuron${won ? ' won' : ''}" cx="${x}" cy="${y}" r="${RADIUS}" fill-opacity="${lit}"><title>${at + 1}:${neuron} ${value.toFixed(3)}</title></circle>${label}`;
    });
  });
  return html`<svg viewBox="0 0 ${WIDTH} ${height}" width="${WIDTH}" height="${height}" role="img" aria-label="${words.journeyAlt}">
<image href="${greyPng(picture)}" x="0" y="${rounded((height - high) / 2)}" width="${wide}" height="${high}" image-rendering="pixelated"/>
${edges}${circles}</svg>`;
}

/** Lines from the inputs that moved each neuron most, up or down: those with the largest w·a. */
function edgesOf(
  { values, weights }: JourneyLayer,
  at: number,
  layers: readonly JourneyLayer[],
  place: (layer: number, neuron: number) => { x: number; y: number },
): Html[] {
  if (weights === null) return [];
  const inputs = layers[at - 1].values;
  return Array.from(values.subarray(0, MOST_NEURONS), (_, neuron) => {
    const pushes = Array.from(inputs.subarray(0, MOST_NEURONS), (a, i) => ({
      i,
      push: a * weights[neuron * inputs.length + i],
    }));
    pushes.sort((a, b) => Math.abs(b.push) - Math.abs(a.push) || a.i - b.i);
    return pushes.slice(0, STRONGEST).map(({ i, push }) => {
      const [from, to] = [place(at - 1, i), place(at, neuron)];
      return html`<line class="${push < 0 ? 'hold' : 'push'}" x1="${from.x + RADIUS}" y1="${from.y}" x2="${to.x - RADIUS}" y2="${to.y}"/>`;
    });
  }).flat();
}

function outputTable({ words, name, share }: SectionContext, { layers }: ReportJourney): Html {
  const rows = Array.from(
    layers[layers.length - 1].values,
    (value, k) => html`<tr><th scope="row" class="name">${name(k)}</th><td>${share(value)}</td></tr>`,
  );
  return html`<details><summary>${words.numbers}</summary><table><thead><tr><th scope="col" class="name">${words.output}</th>
<th scope="col">${words.activation}</th></tr></thead><tbody>${rows}</tbody></table></details>`;
}
