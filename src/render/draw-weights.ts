import { blockWidth } from './columns.js';
import { padLeft, padRight } from './display-width.js';
import { largestOf } from './draw-signed-picture.js';
import { signedBar, signedColumn } from './signed-bar.js';
import type { Style } from './style.js';

/** More weights than this are shown by the strongest of them. */
const MOST_LISTED = 20;
const MOST_A_LINE = 4;
const BAR = 5;
const GAP = 3;

/**
 * The weights between a neuron and those of a layer as signed bars, as many in a line as fit; of many, the strongest.
 *
 * @param weights `(neurons of the layer)` float64.
 */
export function drawWeights(title: string, weights: Float64Array, layer: number, style: Style): string[] {
  const largest = largestOf(weights);
  const order = Array.from(weights.keys());
  const isMany = order.length > MOST_LISTED;
  if (isMany) order.sort((a, b) => Math.abs(weights[b]) - Math.abs(weights[a]) || a - b);
  const shown = order.slice(0, MOST_LISTED);
  const places = Math.max(...shown.map((n) => `${layer}:${n}`.length));
  const cells = shown.map(
    (n) =>
      `${padLeft(`${layer}:${n}`, places)} ${signedColumn(weights[n]).trim().padStart(7)} ${padRight(signedBar(weights[n], largest, BAR), BAR)}`,
  );
  const perLine = Math.max(
    1,
    Math.min(MOST_A_LINE, Math.floor((style.width + GAP) / (blockWidth(cells) + GAP))),
  );
  const lines: string[] = [];
  for (let from = 0; from < cells.length; from += perLine) {
    lines.push(
      cells
        .slice(from, from + perLine)
        .join(' '.repeat(GAP))
        .trimEnd(),
    );
  }
  const more = isMany
    ? [style.paint.dim(`and ${order.length - shown.length} weaker ones (--format json)`)]
    : [];
  return [style.paint.bold(title), ...lines, ...more];
}
