import { safeText } from '../../../errors.js';
import type { Attribution } from '../../../insight/attribution.js';
import type { SmallestChange } from '../../../insight/counterfactual.js';
import type { Explanation, NeuronArithmetic } from '../../../insight/explain.js';
import { ownSide, type ShadeRange, shade } from '../../picture.js';
import { drawNeurons, shortValue } from '../draw-neurons.js';
import { drawPicture } from '../draw-picture.js';
import { drawSignedPicture, drawWithLegend, signed } from '../draw-signed-picture.js';
import { createStyle, type RenderOptions, type Style } from '../terminal.js';
import { beside, besideOrBelow, blockWidth, flow, joinBlocks, truncate } from '../text-layout.js';
import { digitColumns } from './digit-columns.js';
import { drawOutputs, NARROWEST_OUTPUTS, type OutputsShown } from './draw-outputs.js';
import type { HeadShown } from './look-parts.js';
import { arithmeticBlock } from './neuron-arithmetic.js';

const GAP = 3;

/** What is drawn of a digit. */
export interface DigitShown extends Pick<HeadShown, 'model' | 'classes'>, ShadeRange {
  readonly name: string;
  readonly truth: number | null;
  /** `(height * width)` float64, row by row. */
  readonly brightness: Float64Array;
  readonly explanation: Explanation;
  readonly neuron: NeuronArithmetic | null;
  readonly why: {
    readonly attribution: Attribution;
    readonly brightening: SmallestChange | null;
    readonly erasing: SmallestChange | null;
  } | null;
}

/** One digit on its way through the network for a terminal; every line ends with a newline. */
export function renderDigit(view: DigitShown, options: RenderOptions): string {
  const style = createStyle(options);
  const { neuron, why } = view;
  const picture = drawPicture(shade(view, view.brightness), ownSide(view, style.width), style);
  const room = style.width - blockWidth(picture) - GAP;
  const isBeside = room >= NARROWEST_OUTPUTS;
  const below = () => {
    const layers = layersBlock(view, isBeside ? room : style.width, style);
    return isBeside ? beside([picture, layers], GAP) : [...picture, '', ...layers];
  };
  const columns = digitColumns(picture, view, view.explanation, outputsOf(view), neuron, style);
  const blocks = [verdictLines(view, style), columns ?? below()];
  if (neuron !== null) blocks.push(arithmeticBlock(neuron, view, style));
  if (why !== null) {
    blocks.push(attributionBlock(why.attribution, view, style));
    blocks.push(changeBlock('brightening', why.brightening, view, style));
    blocks.push(changeBlock('erasing', why.erasing, view, style));
  }
  return joinBlocks(blocks);
}

function verdictLines({ name, model, classes, truth, explanation }: DigitShown, style: Style): string[] {
  const { paint, glyphs, width, say } = style;
  const { winner, runnerUp, margin, layers } = explanation;
  const outputs = layers[layers.length - 1].values;
  const named = (k: number) => `${safeText(classes[k])} (${shortValue(outputs[k]).trim()})`;
  const right = truth === winner ? 'right' : 'wrong';
  const parts = [
    `verdict ${paint.bold(named(winner))}`,
    ...(runnerUp === null ? [] : [`then ${named(runnerUp)}`, `margin ${shortMargin(margin ?? 0)}`]),
    truth === null ? 'truth not known' : `truth ${safeText(classes[truth])}: ${right}`,
  ];
  const title = truncate(safeText(name) + say(' in ') + safeText(model.name), width, glyphs.ellipsis);
  return [title, ...flow(parts.map(say), width, say(', '))];
}

function outputsOf({ classes, truth, explanation }: DigitShown): OutputsShown {
  const { layers, winner, runnerUp } = explanation;
  return { classes, truth, winner, runnerUp, values: layers[layers.length - 1].values };
}

function shortMargin(margin: number): string {
  return margin < 0.005 ? margin.toPrecision(2) : shortValue(margin).trim();
}

function layersBlock(view: DigitShown, columns: number, style: Style): string[] {
  const { layers } = view.explanation;
  return layers.flatMap(({ activation, values }, l) => {
    const title = `layer ${l + 1}: ${values.length}`;
    return l < layers.length - 1
      ? [style.paint.dim(style.say(`${title} ${activation}`)), ...drawNeurons(values, columns, style), '']
      : [
          style.paint.dim(style.say(`${title} outputs, ${activation}`)),
          ...drawOutputs(outputsOf(view), columns, style),
        ];
  });
}

/** Which pixels spoke for a class, and which against it. */
function attributionBlock(
  { target, contributions, output, baselineOutput, sum, residual }: Attribution,
  { classes, height, width }: DigitShown,
  style: Style,
): string[] {
  const facts = [
    `output ${output.toPrecision(4)}`,
    `of an all-black image ${baselineOutput.toPrecision(4)}`,
    `all pixels together ${signed(sum)}`,
    `error ${residual.toExponential(0)}`,
  ];
  return [
    style.paint.bold(style.say(`Why ${safeText(classes[target])}`)),
    ...flow(facts.map(style.say), style.width, style.say(', ')),
    '',
    ...drawWithLegend({ height, width, values: contributions }, 'for it', 'against it', style),
  ];
}

/** The fewest pixels that change the verdict (brightened above 0, erased below), beside the changed image. */
function changeBlock(what: string, change: SmallestChange | null, view: DigitShown, style: Style): string[] {
  const { say } = style;
  const title = style.paint.bold(say(`Smallest ${what} to another verdict`));
  if (change === null) return [title, say(`none: no ${what} was found that does`)];
  const { height, width, classes } = view;
  const { pixels, verdictBefore, verdictAfter } = change;
  const values = new Float64Array(height * width);
  for (const pixel of pixels) values[pixel] = what === 'erasing' ? -1 : 1;
  const columns = ownSide(view, style.width);
  const pictures = [
    drawSignedPicture({ height, width, values }, columns, style),
    drawPicture(shade(view, change.changed), columns, style),
  ];
  const [from, to] = [verdictBefore, verdictAfter].map((k) => safeText(classes[k]));
  const count = pixels.length === 1 ? '1 pixel' : `${pixels.length} pixels`;
  return [
    title,
    ...flow(
      [`${count}: ${from} ${style.glyphs.arrow} ${to}`, 'each of them is needed'].map(say),
      style.width,
      say(', '),
    ),
    '',
    ...besideOrBelow(pictures[0], pictures[1], style.width),
  ];
}
