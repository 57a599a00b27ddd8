import { crc32, deflateSync } from 'node:zlib';
import { grouped } from '../../counting/wording.js';
import type { ImageSize } from '../../network/network.js';
import { largestOf, type Picture } from '../picture.js';
import { cellId, type Html, html, rounded, type SectionContext, scrollable, section } from './html.js';
import type { JourneyLayer, ReportData, ReportImage, ReportJourney } from './report-data.js';

/** A grey picture as a `data:` URL. */
export function greyPng({ width, height, pixels }: Picture): string {
  return dataUrl(width, height, pixels, GREY);
}

/** `(height, width)` signed values as a `data:` URL: positive green, negative blue, zero black, the largest brightest. */
function signedPng(values: Float64Array, { height, width }: ImageSize): string {
  const largest = largestOf(values);
  const data = Buffer.alloc(3 * values.length);
  values.forEach((value, i) => {
    const strength = largest === 0 ? 0 : Math.abs(value) / largest;
    const color = value > 0 ? POSITIVE : NEGATIVE;
    color.forEach((channel, c) => {
      data[3 * i + c] = Math.round(channel * strength);
    });
  });
  return dataUrl(width, height, data, RGB);
}

/** The green is the lighter colour, so that readers who see no hue tell the two apart. */
const POSITIVE = [110, 255, 120];
const NEGATIVE = [60, 110, 255];

/** PNG's numbers of the colour types. */
const [GREY, RGB] = [0, 2] as const;

function dataUrl(width: number, height: number, data: Uint8Array, colorType: 0 | 2): string {
  const header = Buffer.alloc(13);
  header.writeUInt32BE(width);
  header.writeUInt32BE(height, 4);
  header.set([8, colorType], 8);
  const rowBytes = data.length / height;
  // Each row begins with the number of its filter: 0 is none.
  const rows = Buffer.alloc(data.length + height);
  for (let y = 0; y < height; y++)
    rows.set(data.subarray(y * rowBytes, (y + 1) * rowBytes), y * (rowBytes + 1) + 1);
  const chunks = [
    chunk('IHDR', header),
    chunk('IDAT', deflateSync(rows, { level: 9 })),
    chunk('IEND', Buffer.alloc(0)),
  ];
  return `data:image/png;base64,${Buffer.concat([PNG_SIGNATURE, ...chunks]).toString('base64')}`;
}

const PNG_SIGNATURE = Buffer.from('\x89PNG\r\n\x1a\n', 'latin1');

/** One of a PNG's chunks: its length, its name, what it holds, and a checksum of both. */
function chunk(name: string, data: Buffer): Buffer {
  const whole = Buffer.alloc(data.length + 12);
  whole.writeUInt32BE(data.length);
  whole.write(name, 4, 'latin1');
  data.copy(whole, 8);
  whole.writeUInt32BE(crc32(whole.subarray(4, -4)), data.length + 8);
  return whole;
}

/** The most confident mistakes, and the images whose label may be wrong. */
export function mistakesSections(context: SectionContext, { mistakes, suspects }: ReportData): Html {
  const { words } = context;
  const note = mistakes.length === 0 ? words.noMistakes : words.mistakesNote;
  const doubt = suspects.length === 0 ? words.noSuspects : words.suspectsNote;
  return html`${section(words, 'mistakes', html`\n<p>${note}</p>${gallery(context, mistakes)}`)}
${section(words, 'suspects', html`\n<p>${doubt}</p>${gallery(context, suspects)}`)}`;
}

/** The images of each cell of the matrix; the matrix links to them. */
export function cellsSection(context: SectionContext, { cells }: ReportData): Html | null {
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
  return section(words, 'cells', html`<p>${words.cellsNote}</p>\n${shown}`);
}

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

/** Images side by side, each with what was said of it. */
export function gallery(
  { words, name, share }: Pick<SectionContext, 'words' | 'name' | 'share'>,
  images: readonly ReportImage[],
  size: '' | ' small' = '',
): Html | null {
  if (images.length === 0) return null;
  const figures = images.map((image) => {
    const { truth, prediction, confidence, picture } = image;
    const alt = words.alt(image.name ?? grouped(image.index), name(truth), name(prediction));
    const called = image.name ?? `#${grouped(image.index)}`;
    const caption =
      size === ''
        ? html`${words.caption(name(truth), name(prediction), share(confidence))}<br><span class="soft">${called}</span>`
        : html`<span class="soft">${called} ${share(confidence, 0)}</span>`;
    return figure(greyPng(picture), picture, alt, caption);
  });
  return html`<ul class="gallery${size}">${figures}</ul>`;
}

function figure(url: string, { height, width }: ImageSize, alt: string, caption: Html): Html {
  return html`<li><figure><img src="${url}" width="${width}" height="${height}" alt="${alt}">
<figcaption>${caption}</figcaption></figure></li>`;
}

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
