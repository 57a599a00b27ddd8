import type { Attribution } from '../../insight/attribution.js';
import type { SmallestChange } from '../../insight/counterfactual.js';
import type { NeuronArithmetic } from '../../insight/neuron-arithmetic.js';
import { shade } from '../picture.js';
import { drawNeurons, lamp, shortValue } from './draw-neurons.js';
import { drawPicture } from './draw-picture.js';
import { drawSignedPicture, signedLegend } from './draw-signed-picture.js';
import { renderNeuron, signed } from './render-neuron.js';
import { createStyle, type RenderOptions, type Style } from './terminal.js';
import { beside, blockWidth, flow, padRight, printable, truncate } from './text-width.js';

const GAP = 3;
const MAX_NAME = 16;
/** More classes than this are shown by the best of them. */
const MOST_OUTPUTS = 20;
const NARROWEST_BESIDE = 34;

/** What is drawn of a digit. */
export interface DigitShown {
  readonly name: string;
  readonly model: { readonly name: string };
  readonly classes: readonly string[];
  readonly truth: number | null;
  readonly height: number;
  readonly width: number;
  /** `(height * width)` float64, row by row. */
  readonly brightness: Float64Array;
  readonly black: number;
  readonly white: number;
  readonly explanation: {
    readonly layers: readonly { readonly activation: string; readonly values: Float64Array }[];
    readonly winner: number;
    readonly runnerUp: number | null;
    readonly margin: number | null;
  };
  readonly neuron: NeuronArithmetic | null;
  readonly why: WhyShown | null;
}

/** One digit on its way through the network, for a terminal: lines that end with a newline each. */
export function renderDigit(view: DigitShown, options: RenderOptions): string {
  const style = createStyle(options);
  const picture = drawPicture(shade(view, view.brightness), Math.min(view.width, style.width), style);
  const room = style.width - blockWidth(picture) - GAP;
  const isBeside = room >= NARROWEST_BESIDE;
  const activity = renderActivity(view, isBeside ? room : style.width, style);
  const blocks = [
    renderVerdict(view, style),
    isBeside ? beside([picture, activity], GAP) : [...picture, '', ...activity],
    ...(view.neuron === null ? [] : [renderNeuron(view.neuron, view, style)]),
    ...(view.why === null ? [] : renderWhy(view.why, view, style)),
  ];
  return `${blocks.map((block) => block.join('\n')).join('\n\n')}\n`;
}

function renderVerdict({ name, model, classes, truth, explanation }: DigitShown, style: Style): string[] {
  const { paint, glyphs, width } = style;
  const { winner, runnerUp, margin, layers } = explanation;
  const outputs = layers[layers.length - 1].values;
  const named = (k: number) => `${printable(classes[k])} (${shortValue(outputs[k]).trim()})`;
  const right = truth === winner ? 'right' : 'wrong';
  return [
    truncate(`${printable(name)} in ${printable(model.name)}`, width, glyphs.ellipsis),
    ...flow(
      [
        `verdict ${paint.bold(named(winner))}`,
        ...(runnerUp === null ? [] : [`then ${named(runnerUp)}`, `margin ${shortMargin(margin)}`]),
        truth === null ? 'truth not known' : `truth ${printable(classes[truth])}: ${right}`,
      ],
      width,
    ),
  ];
}

function shortMargin(margin: number | null): string {
  return margin === null ? '' : margin < 0.005 ? margin.toPrecision(2) : shortValue(margin).trim();
}

function renderActivity(view: DigitShown, columns: number, style: Style): string[] {
  const { layers } = view.explanation;
  const hidden = layers
    .slice(0, -1)
    .flatMap(({ activation, values }, l) => [
      style.paint.dim(`layer ${l + 1}: ${values.length} ${activation}`),
      ...drawNeurons(values, columns, style),
      '',
    ]);
  const last = layers[layers.length - 1];
  const title = style.paint.dim(`layer ${layers.length}: ${last.values.length} outputs, ${last.activation}`);
  return [...hidden, title, ...renderOutputs(view, last.values, columns, style)];
}

/** A line for each class, or for the best ones where there are many, with a bar. */
function renderOutputs(view: DigitShown, values: Float64Array, columns: number, style: Style): string[] {
  const { classes, truth, explanation } = view;
  const all = Array.from(values.keys());
  const isMany = all.length > MOST_OUTPUTS;
  const shown = isMany ? all.sort((a, b) => values[b] - values[a]).slice(0, MOST_OUTPUTS) : all;
  const largest = Math.max(1, ...values.map(Math.abs));
  const names = shown.map((k) =>
    truncate(printable(classes[k]), Math.min(MAX_NAME, columns - 28), style.glyphs.ellipsis),
  );
  const nameWidth = blockWidth(names);
  const bar = Math.max(4, Math.min(20, columns - nameWidth - 24));
  const lines = shown.map((k, row) => {
    const length = Math.round((bar * Math.max(0, values[k])) / largest);
    const drawn = padRight((style.unicode ? '█' : '#').repeat(length), bar);
    const note = [
      ...(k === explanation.winner ? ['winner'] : k === explanation.runnerUp ? ['2nd'] : []),
      ...(k === truth ? ['truth'] : []),
    ].join(', ');
    const line = `${padRight(names[row], nameWidth)} ${lamp(Math.max(0, values[k]) / largest, style)} ${shortValue(values[k])} ${drawn} ${note}`;
    return (k === explanation.winner ? style.paint.bold(line.trimEnd()) : line).trimEnd();
  });
  const more = all.length - shown.length;
  return isMany && more > 0 ? [...lines, style.paint.dim(`and ${values.length - shown.length} more`)] : lines;
}

/** What is drawn of why. */
export interface WhyShown {
  readonly attribution: Attribution;
  readonly brightening: SmallestChange | null;
  readonly erasing: SmallestChange | null;
}

/** Which pixels spoke for and against, and the fewest that change the verdict: a block each. */
export function renderWhy(why: WhyShown, view: DigitShown, style: Style): string[][] {
  return [
    renderAttribution(why.attribution, view, style),
    renderChange('brightening', why.brightening, view, style),
    renderChange('erasing', why.erasing, view, style),
  ];
}

function renderAttribution(
  found: Attribution,
  { classes, height, width }: DigitShown,
  style: Style,
): string[] {
  const { target, contributions, output, baselineOutput, sum, residual } = found;
  const picture = { height, width, values: contributions };
  return [
    style.paint.bold(`Why ${printable(classes[target])}`),
    ...flow(
      [
        `output ${output.toPrecision(4)}`,
        `of an all-black image ${baselineOutput.toPrecision(4)}`,
        `all pixels together ${signed(sum)}`,
        `error ${residual.toExponential(0)}`,
      ],
      style.width,
    ),
    '',
    ...drawSignedPicture(picture, Math.min(width, style.width), style),
    ...flow([signedLegend(style, 'for it', 'against it')], style.width),
  ];
}

/** The changed pixels as a signed picture (brightened above 0, erased below), beside the image as changed. */
function renderChange(what: string, change: SmallestChange | null, view: DigitShown, style: Style): string[] {
  const title = style.paint.bold(`Smallest ${what} to another verdict`);
  if (change === null) return [title, `none: no ${what} was found that does`];
  const { height, width, classes } = view;
  const { pixels, verdictBefore, verdictAfter } = change;
  const values = new Float64Array(height * width);
  for (const pixel of pixels) values[pixel] = what === 'erasing' ? -1 : 1;
  const columns = Math.min(width, style.width);
  const pictures = [
    drawSignedPicture({ height, width, values }, columns, style),
    drawPicture(shade(view, change.changed), columns, style),
  ];
  const joined = 2 * columns + 3 <= style.width ? beside(pictures, 3) : [...pictures[0], '', ...pictures[1]];
  const [from, to] = [verdictBefore, verdictAfter].map((k) => printable(classes[k]));
  const count = pixels.length === 1 ? '1 pixel' : `${pixels.length} pixels`;
  return [
    title,
    ...flow([`${count}: ${from} ${style.glyphs.arrow} ${to}`, 'each of them is needed'], style.width),
    '',
    ...joined,
  ];
}
