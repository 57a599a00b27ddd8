import type { Explanation, NeuronPlace } from '../../../insight/explain.js';
import type { ImageSize } from '../../../network/network.js';
import { lamp, shortValue } from '../draw-neurons.js';
import type { Style } from '../terminal.js';
import { beside, blockWidth, padLeft } from '../text-layout.js';
import { drawOutputs, NARROWEST_OUTPUTS, type OutputsShown } from './draw-outputs.js';

/** Narrower terminals have the layers below each other. */
const LEAST_WIDTH = 100;
/** A layer of more neurons has several columns of them. */
const MOST_ROWS = 16;
const GAP = 2;

/** A column of the picture: two lines of title, and what is below them in the middle. */
type Column = readonly [title: string, size: string, lines: readonly string[]];

/**
 * A digit on its way from left to right: its picture, a column of lamps for each hidden layer, the outputs; null where these do
 * not fit beside each other.
 *
 * @param lit a neuron that is shown bold
 */
export function digitColumns(
  picture: readonly string[],
  { height, width }: ImageSize,
  { layers }: Pick<Explanation, 'layers'>,
  outputs: OutputsShown,
  lit: NeuronPlace | null,
  style: Style,
): string[] | null {
  const { glyphs, say } = style;
  if (style.width < LEAST_WIDTH) return null;
  const hidden = layers.slice(0, -1).map(({ activation, values }, l): Column => {
    const own = lit?.layer === l + 1 ? lit.neuron : null;
    return [say(`layer ${l + 1}`), `${values.length} ${activation}`, neuronColumns(values, own, style)];
  });
  const image: Column = [say('image'), `${height} ${glyphs.times} ${width}`, picture];
  const before = joinColumns([image, ...hidden], style);
  const room = style.width - blockWidth(before) - 2 * GAP - 1;
  if (room < NARROWEST_OUTPUTS) return null;
  const { activation, values } = layers[layers.length - 1];
  const last: Column = [say('outputs'), `${values.length} ${activation}`, drawOutputs(outputs, room, style)];
  return joinColumns([image, ...hidden, last], style);
}

/** Neurons as lamps with number and value, from top to bottom. */
function neuronColumns(values: Float64Array, lit: number | null, style: Style): string[] {
  const largest = Math.max(1, ...values.map(Math.abs));
  const digits = String(values.length - 1).length;
  const cells = Array.from(values, (value, n) => {
    const cell = `${padLeft(String(n), digits)} ${lamp(Math.max(0, value) / largest, style)} ${shortValue(value)}`;
    return n === lit ? style.paint.bold(cell) : cell;
  });
  const rows = Math.ceil(cells.length / Math.ceil(cells.length / MOST_ROWS));
  const blocks = Array.from({ length: Math.ceil(cells.length / rows) }, (_, n) =>
    cells.slice(n * rows, (n + 1) * rows),
  );
  return beside(blocks, GAP);
}

/** Columns in the middle of the highest, an arrow between two of them. */
function joinColumns(columns: readonly Column[], { paint, glyphs }: Style): string[] {
  const height = Math.max(...columns.map(([, , lines]) => lines.length));
  const inMiddle = (lines: readonly string[]) => [
    ...new Array<string>(Math.floor((height - lines.length) / 2)).fill(''),
    ...lines,
  ];
  const blocks = columns.flatMap(([title, size, lines], n) => [
    ...(n > 0 ? [['', '', '', ...inMiddle([paint.dim(glyphs.arrow)])]] : []),
    [title, paint.dim(size), '', ...inMiddle(lines)],
  ]);
  return beside(blocks, GAP);
}
