import { grouped } from '../../../counting/wording.js';
import { type Html, html, rounded, type SectionContext } from '../html.js';
import type { JourneyLayer, ReportJourney } from '../report-data.js';
import { greyPng } from './page-picture.js';

/** Of a wider layer those neurons are drawn that move the next one most; of more outputs the largest. */
const MOST_NEURONS = 32;
const MOST_OUTPUTS = 16;
/** A line has one of so many strengths; where it would have none, it is left out. */
const SHADES = 16;
/** So many of a layer's lines are weaker than those of full strength: a single strong one would let all others look faint. */
const FULL = 0.98;

/** In the units of the drawing, which is made for half a page, and for a phone. */
const PICTURE = 104;
const TOP = 56;
const ROW = 32;
const WIDEST_ROW = 40;
const ROWS = { least: 6, most: 16 };
const RADIUS = 10;
/** Where the first and the last layer are, as long as there are few. */
const [FIRST, LAST] = [200, 424];
const NARROWEST_STEP = 84;
const LABELS = { least: 113, gap: 20, character: 10, most: 14 };
/** A fan leaves the image on this part of the height of what it leads to. */
const FAN = 0.1;

/** Whether a network has more layers than a phone can show at once. */
export function isDeep({ layers }: ReportJourney): boolean {
  return layers.length > 4;
}

interface Point {
  readonly x: number;
  readonly y: number;
}

interface Spot extends Point {
  readonly neuron: number;
  readonly radius: number;
}

/** What reaches a neuron: above 0 it raises its sum. */
interface Edge {
  readonly from: Point;
  readonly to: Spot;
  readonly push: number;
}

/** An image, the lit neurons of all layers, and lines from each to those that it moves, green or blue, of strength |w·a|. */
export function journeyDrawing(context: SectionContext, journey: ReportJourney): Html {
  const { image, layers } = journey;
  const shown = layers.map((_, l) => shownNeurons(journey, l));
  const most = Math.max(...shown.map(({ length }) => length));
  const tall = Math.max(ROWS.least, Math.min(ROWS.most, most)) * ROW;
  const columns = shown.map((neurons, l) => columnOf(neurons, columnX(l, layers.length), tall));
  const labels = outputLabels(context, journey, columns[columns.length - 1]);

  const { picture } = image;
  const shrink = PICTURE / Math.max(picture.width, picture.height);
  const [wide, high] = [rounded(picture.width * shrink), rounded(picture.height * shrink)];
  const [left, top] = [rounded((PICTURE - wide) / 2), rounded(TOP + (tall - high) / 2)];
  const place = html`x="${left}" y="${top}" width="${wide}" height="${high}"`;
  const lines = columns.map((column, l) =>
    strokes(
      l === 0
        ? fanTo(layers[0], column, { x: left + wide, y: TOP + tall / 2 })
        : edgesTo(layers[l], layers[l - 1], column, columns[l - 1]),
    ),
  );
  const heads = columns.map((column, l) => headOf(context, journey, column, l));
  const neurons = columns.map((column, l) => circlesOf(journey, column, l));
  const size = [columnX(layers.length - 1, layers.length) + labels.width, TOP + tall];
  const alt = context.words.journeyAlt;
  return html`<svg viewBox="0 0 ${size[0]} ${size[1]}" width="${size[0]}" height="${size[1]}" role="img" aria-label="${alt}">
${lines}<image href="${greyPng(picture)}" ${place} image-rendering="pixelated"/><rect class="frame" ${place}/>
<text x="${left}" y="${rounded(top + high + 22)}">${context.words.pixels(picture.height, picture.width)}</text>
${heads}${neurons}${labels.text}</svg>`;
}

/** Which neurons of a layer are drawn, in their order. */
function shownNeurons({ layers, image }: ReportJourney, l: number): number[] {
  const { values, outputs } = layers[l];
  const next = layers[l + 1];
  const all = Array.from(values.keys());
  const isAnswer = (k: number) => k === image.truth || k === image.prediction;
  const importance = (n: number) => {
    if (next === undefined) return isAnswer(n) ? Number.POSITIVE_INFINITY : values[n];
    let sum = 0;
    for (let k = 0; k < next.outputs; k++) sum += Math.abs(next.weights[k * outputs + n] * values[n]);
    return sum;
  };
  const most = next === undefined ? MOST_OUTPUTS : MOST_NEURONS;
  if (outputs <= most) return all;
  const of = all.map(importance);
  const chosen = all.sort((a, b) => of[b] - of[a] || a - b).slice(0, most);
  return chosen.sort((a, b) => a - b);
}

function columnX(l: number, count: number): number {
  if (count === 1) return LAST;
  return Math.round(FIRST + l * Math.max(NARROWEST_STEP, (LAST - FIRST) / (count - 1)));
}

function columnOf(neurons: readonly number[], x: number, tall: number): Spot[] {
  const row = Math.min(WIDEST_ROW, tall / neurons.length);
  const radius = rounded(Math.min(RADIUS, row / 3));
  return neurons.map((neuron, at) => {
    const y = rounded(TOP + tall / 2 + (at - (neurons.length - 1) / 2) * row);
    return { neuron, x, y, radius };
  });
}

/** From the image to each neuron: the sum of all pixels, each times its weight. */
function fanTo({ sums, biases }: JourneyLayer, column: readonly Spot[], from: Point): Edge[] {
  return column.map((to) => ({
    from: { x: from.x, y: rounded(from.y + (to.y - from.y) * FAN) },
    to,
    push: sums[to.neuron] - biases[to.neuron],
  }));
}

function edgesTo(
  { weights, inputs }: JourneyLayer,
  { values }: JourneyLayer,
  column: readonly Spot[],
  before: readonly Spot[],
): Edge[] {
  return column.flatMap((to) =>
    before.map(({ x, y, radius, neuron }) => ({
      from: { x: rounded(x + radius), y },
      to,
      push: weights[to.neuron * inputs + neuron] * values[neuron],
    })),
  );
}

/** The lines of a layer, the strongest last: those of one strength and one sign are one path. */
function strokes(edges: readonly Edge[]): Html[] {
  const sorted = Float64Array.from(edges, ({ push }) => Math.abs(push)).sort();
  const last = sorted.length - 1;
  const full = sorted[Math.ceil(FULL * last)] || sorted[last];
  const paths = new Map<number, string>();
  for (const { from, to, push } of edges) {
    const shade = Math.sign(push) * Math.round(SHADES * Math.min(1, Math.abs(push) / full));
    const line = `M${from.x} ${from.y}L${rounded(to.x - to.radius)} ${to.y}`;
    paths.set(shade, (paths.get(shade) ?? '') + line);
  }
  const shades = [...paths.keys()].filter((shade) => shade !== 0 && !Number.isNaN(shade));
  shades.sort((a, b) => Math.abs(a) - Math.abs(b) || a - b);
  return shades.map((shade) => {
    const strength = Math.abs(shade) / SHADES;
    const look = html`stroke-width="${rounded(3.2 * strength)}" stroke-opacity="${Number((0.2 + 0.8 * strength).toFixed(2))}"`;
    return html`<path class="${shade > 0 ? 'push' : 'hold'}" ${look} d="${paths.get(shade) ?? ''}"/>\n`;
  });
}

/** What a column is, and how many neurons it has. */
function headOf({ words }: SectionContext, { layers }: ReportJourney, column: readonly Spot[], l: number) {
  const { x } = column[0];
  const { outputs } = layers[l];
  const name = l === layers.length - 1 ? words.output : words.layerName(l + 1);
  const count =
    column.length === outputs ? grouped(outputs) : words.partOf(grouped(column.length), grouped(outputs));
  return html`<text x="${x}" y="17" text-anchor="middle">${name}</text>
<text x="${x}" y="37" text-anchor="middle">${count}</text>
`;
}

function circlesOf({ image, layers }: ReportJourney, column: readonly Spot[], l: number): Html[] {
  const { values } = layers[l];
  const isLast = l === layers.length - 1;
  const most = values.reduce((largest, value) => Math.max(largest, value), 1);
  return column.map(({ neuron, x, y, radius }) => {
    const lit = Number(Math.max(0, values[neuron] / most).toFixed(2));
    const isWon = isLast && neuron === image.prediction;
    const title = html`<title>${l + 1}:${neuron} ${values[neuron].toFixed(3)}</title>`;
    const ring =
      isLast && neuron === image.truth && !isWon
        ? html`<circle class="truth" cx="${x}" cy="${y}" r="${rounded(radius + 3.5)}"/>`
        : null;
    return html`<circle class="neuron${isWon ? ' won' : ''}" cx="${x}" cy="${y}" r="${radius}" fill-opacity="${lit}">${title}</circle>${ring}
`;
  });
}

/** The names of the outputs, and what each says. */
function outputLabels(context: SectionContext, { image, layers }: ReportJourney, column: readonly Spot[]) {
  const { values } = layers[layers.length - 1];
  const labels = column.map(({ neuron }) => {
    const all = context.name(neuron);
    const short = all.length > LABELS.most ? `${all.slice(0, LABELS.most - 1)}…` : all;
    return [short, context.output(values[neuron])];
  });
  const text = column.map(({ neuron, x, y }, at) => {
    const [called, value] = labels[at];
    return html`<text class="${neuron === image.prediction ? 'best' : 'out'}" x="${x + LABELS.gap}" y="${rounded(y + 5)}">${called} <tspan dx="4">${value}</tspan></text>\n`;
  });
  // Characters that are not of the Latin script are about twice as wide.
  const lengths = labels.map(
    ([called, value]) => called.length + called.replace(/[ -\u024f\u2026]/g, '').length + value.length,
  );
  return { text, width: Math.max(LABELS.least, LABELS.gap + LABELS.character * (1 + Math.max(...lengths))) };
}
