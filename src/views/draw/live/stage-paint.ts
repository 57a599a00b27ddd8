import type { NeuronPlace } from '../../../insight/explain.js';
import type { App } from './app.js';
import { css, greyPicture, LIT, LOWERS, RAISES } from './colours.js';
import type { NeuronSpot, StageLayout } from './stage-layout.js';

/** An edge is drawn in one of so many strengths: each is one path. */
const SHADES = 12;
/** Weaker ones than this share of the strongest are hidden. */
const FAINT = 0.14;
/** So many of a layer's edges are weaker than those that are drawn in full. */
const STRONG = 0.98;

/** What is shown just now. */
export interface StageMoment {
  /** How many layers the activations have reached; all but while they travel. */
  readonly reached: number;
  /** How far the image is unrolled: 0 to 1. */
  readonly unrolled: number;
  /** The neuron that is asked about. */
  readonly asked: NeuronPlace | null;
}

/** Paints edges, image and neurons. */
export function paintStage(
  context: CanvasRenderingContext2D,
  app: App,
  layout: StageLayout,
  moment: StageMoment,
): void {
  for (const l of layout.layers.keys()) {
    paintEdges(context, edgesTo(app, layout, l, moment), Math.max(0, Math.min(1, moment.reached - l)));
  }
  paintImage(context, app, layout, moment.unrolled);
  for (const [l, spots] of layout.layers.entries()) paintNeurons(context, app, spots, l, moment);
}

interface Edge {
  readonly from: { readonly x: number; readonly y: number };
  readonly to: { readonly x: number; readonly y: number };
  /** Weight times activation, -1 to 1: above 0 it raises. */
  readonly strength: number;
}

/** What reaches a layer, from the image as a bundle: the sum of all it adds. */
function edgesTo(app: App, { layers, image, column }: StageLayout, l: number, moment: StageMoment): Edge[] {
  const { weights, inputs } = app.network.layers[l];
  const values = app.activations[l];
  const { asked } = moment;
  const isAsked = ({ layer, neuron }: NeuronPlace) => asked?.layer === layer && asked.neuron === neuron;
  const edges = layers[l].flatMap((to) => {
    const row = to.neuron * inputs;
    if (l > 0) {
      return layers[l - 1].map((from) => {
        const dim = asked === null || isAsked(to) || isAsked(from) ? 1 : 0.6;
        return { from, to, dim, strength: weights[row + from.neuron] * values[from.neuron] };
      });
    }
    let sum = 0;
    for (let i = 0; i < inputs; i++) sum += weights[row + i] * values[i];
    const x = image.x + image.width + (column.x + column.width - image.x - image.width) * moment.unrolled;
    const y = image.y + image.height / 2 + (to.y - image.y - image.height / 2) * 0.08;
    const isOther = asked !== null && asked.layer === 1 && !isAsked(to);
    return [{ from: { x, y }, to, dim: isOther ? 0.6 : 1, strength: sum }];
  });
  const strengths = Float64Array.from(edges, ({ strength }) => Math.abs(strength)).sort();
  // A single strong one would let all others look faint.
  const strong = strengths[Math.floor(STRONG * (strengths.length - 1))];
  if (strong === 0) return [];
  const share = (strength: number) => Math.max(-1, Math.min(1, strength / strong));
  return edges.map(({ from, to, strength, dim }) => ({ from, to, strength: share(strength) * dim }));
}

/** The strongest last; `share` of each, from its start. */
function paintEdges(context: CanvasRenderingContext2D, edges: readonly Edge[], share: number): void {
  if (share === 0) return;
  for (let shade = 1; shade <= SHADES; shade++) {
    for (const colour of [LOWERS, RAISES]) {
      const strength = shade / SHADES;
      const sign = colour === RAISES ? 1 : -1;
      context.beginPath();
      for (const edge of edges) {
        const own = edge.strength * sign;
        if (own < FAINT || Math.ceil(own * SHADES) !== shade) continue;
        const { from, to } = edge;
        context.moveTo(from.x, from.y);
        context.lineTo(from.x + (to.x - from.x) * share, from.y + (to.y - from.y) * share);
      }
      context.setLineDash(colour === LOWERS ? [8, 6] : []);
      context.lineWidth = 0.6 + 2.6 * strength;
      context.strokeStyle = css(colour, 0.08 + 0.92 * strength ** 1.5);
      context.stroke();
    }
  }
  context.setLineDash([]);
}

/** As a square, as a column of its pixels, or on the way from one to the other. */
function paintImage(
  context: CanvasRenderingContext2D,
  app: App,
  layout: StageLayout,
  unrolled: number,
): void {
  const { image, column } = layout;
  const { height, width } = app.network.image;
  const { pixels } = app.placed;
  context.imageSmoothingEnabled = false;
  if (unrolled === 0) {
    const small = new OffscreenCanvas(width, height);
    small.getContext('2d')?.putImageData(greyPicture({ height, width }, pixels), 0, 0);
    context.fillStyle = '#000';
    context.fillRect(image.x, image.y, image.width, image.height);
    context.drawImage(small, image.x, image.y, image.width, image.height);
    frame(context, image);
    return;
  }
  const between = (from: number, to: number) => from + (to - from) * unrolled;
  const [tall, wide] = [
    between(image.height / height, column.height / pixels.length),
    between(image.width / width, column.width),
  ];
  context.fillStyle = '#000';
  if (unrolled === 1) context.fillRect(column.x, column.y, column.width, column.height);
  for (const [i, pixel] of pixels.entries()) {
    if (pixel === 0) continue;
    const [row, place] = [Math.floor(i / width), i % width];
    const x = between(image.x + (place * image.width) / width, column.x);
    const y = between(
      image.y + (row * image.height) / height,
      column.y + (i * column.height) / pixels.length,
    );
    context.fillStyle = `rgb(${pixel} ${pixel} ${pixel})`;
    context.fillRect(x, y, wide, tall + 0.3);
  }
  if (unrolled === 1) frame(context, column);
}

function frame(context: CanvasRenderingContext2D, box: StageLayout['image']): void {
  context.lineWidth = 1;
  context.strokeStyle = css([110, 116, 128]);
  context.strokeRect(box.x - 0.5, box.y - 0.5, box.width + 1, box.height + 1);
}

function paintNeurons(
  context: CanvasRenderingContext2D,
  app: App,
  spots: readonly NeuronSpot[],
  l: number,
  { reached, asked }: StageMoment,
): void {
  const values = app.activations[l + 1];
  const largest = values.reduce((most, value) => Math.max(most, Math.abs(value)), 1);
  const isLast = l === app.network.layers.length - 1;
  const winner = isLast && reached > l + 1 ? app.verdict?.winner : undefined;
  for (const { x, y, radius, neuron, layer } of spots) {
    // Edges have to arrive before it lights up.
    const arrived = Math.max(0, Math.min(1, 3 * (reached - l) - 2));
    const lit = arrived * Math.max(0, Math.min(1, values[neuron] / largest));
    const isSilenced = app.silenced.some((place) => place.layer === layer && place.neuron === neuron);
    context.beginPath();
    context.arc(x, y, radius, 0, 2 * Math.PI);
    context.fillStyle = '#0b0c0f';
    context.fill();
    context.fillStyle = css(LIT, lit);
    context.fill();
    const isAsked = asked?.layer === layer && asked.neuron === neuron;
    context.lineWidth = isAsked || winner === neuron ? 2.5 : 1.2;
    context.strokeStyle = isAsked ? '#fff' : winner === neuron ? css(LIT) : css([138, 144, 156]);
    context.stroke();
    if (!isSilenced) continue;
    context.beginPath();
    context.moveTo(x - radius, y - radius);
    context.lineTo(x + radius, y + radius);
    context.strokeStyle = '#ff8a7a';
    context.stroke();
  }
}
