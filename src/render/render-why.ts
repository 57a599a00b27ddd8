import type { Attribution } from '../insight/attribution.js';
import type { SmallestChange } from '../insight/counterfactual.js';
import { beside, flow } from './columns.js';
import { printable } from './display-width.js';
import { drawPicture } from './draw-picture.js';
import { drawSignedPicture, signedLegend } from './draw-signed-picture.js';
import type { DigitShown } from './render-digit.js';
import { signed } from './render-neuron-arithmetic.js';
import { shade } from './shade.js';
import type { Style } from './style.js';

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
