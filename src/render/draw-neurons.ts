import type { Rgb } from './ansi.js';
import { padLeft } from './display-width.js';
import type { Style } from './style.js';

/** More neurons than this are not drawn: a screen is not the place for them. */
const MOST_DRAWN = 64;
/** From dark to lit, where there is no colour. */
const BLOCKS = ['·', '░', '▒', '▓', '█'];
const RAMP = ['.', ':', '+', '#', '@'];

/**
 * Neurons as lamps, each with its number and its value, as many in a line as fit: dark at 0, lit at 1. Values that
 * leave 0..1 (ReLU, tanh) light a lamp by their share of the layer's largest; the numbers are the values themselves.
 *
 * @param columns at least 12.
 */
export function drawNeurons(values: Float64Array, columns: number, style: Style): string[] {
  const largest = Math.max(1, ...values.map(Math.abs));
  const shown = Array.from(values.subarray(0, MOST_DRAWN));
  const digits = String(shown.length - 1).length;
  const cells = shown.map((value, n) => {
    const text = `${padLeft(String(n), digits)} ${lamp(Math.max(0, value) / largest, style)} ${shortValue(value)}`;
    return text;
  });
  const width = digits + 1 + 2 + 1 + 5;
  const perLine = Math.max(1, Math.floor((columns + 2) / (width + 2)));
  const lines: string[] = [];
  for (let from = 0; from < cells.length; from += perLine) {
    lines.push(cells.slice(from, from + perLine).join('  '));
  }
  const hidden = values.length - shown.length;
  return hidden > 0 ? [...lines, style.paint.dim(`and ${hidden} more (--format json has all)`)] : lines;
}

/** Two columns: how lit a share 0..1 is. */
export function lamp(share: number, { paint, unicode }: Style): string {
  const lit = Math.min(1, share);
  if (paint.level >= 2) {
    const color: Rgb = [Math.round(30 + 225 * lit), Math.round(30 + 195 * lit), Math.round(30 + 50 * lit)];
    return paint.on('  ', color, color);
  }
  const ramp = unicode ? BLOCKS : RAMP;
  return ramp[Math.round(lit * (ramp.length - 1))].repeat(2);
}

/** Five columns: ` 0.97`, `-0.20`, ` 12.3`, ` 1e+9`. */
export function shortValue(value: number): string {
  const size = Math.abs(value);
  const text = size < 9.995 ? value.toFixed(2) : size < 999.5 ? value.toPrecision(3) : value.toExponential(0);
  return padLeft(text === '-0.00' ? '0.00' : text.slice(0, 5), 5);
}
