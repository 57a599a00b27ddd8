import type { LayerArithmetic } from '../../../insight/explain.js';
import type { ActivationName } from '../../../network/activations.js';
import { largestOf } from '../../picture.js';
import { lamp, shortValue } from '../draw-neurons.js';
import { signedCell } from '../draw-signed-picture.js';
import type { Style } from '../terminal.js';
import { beside, blockWidth, padLeft, padRight, titled } from '../text-layout.js';
import { inputPlace } from './look-parts.js';

/** More columns of W are not drawn: who reads them? */
const MOST_COLUMNS = 24;
const LEAST_COLUMNS = 2;

/** A layer as a' = f(Wa + b). */
export interface EquationShown {
  /** From 1. */
  readonly layer: number;
  /** Of the image, in pixels. */
  readonly width: number;
  /** f. */
  readonly activation: ActivationName;
  /** W: a row for each neuron, `(inputs)` float64. */
  readonly weights: readonly Float64Array[];
  /** b: `(outputs)` float64. */
  readonly biases: Float64Array;
  /** The neuron whose row is lit, from 0; null where none is. */
  readonly lit: number | null;
  /** What goes in and comes out; null for the layer by itself. */
  readonly digit: LayerArithmetic | null;
}

/** A part of the equation: its name, the names of its columns, and its lines. */
interface Part {
  readonly name: string;
  readonly columns?: string;
  readonly lines: readonly string[];
}

/**
 * The matrix and the vectors of a layer with the rows of some neurons, as many columns as fit: those of the inputs that matter
 * most. Where too few fit, Wa stands for both.
 */
export function drawEquation(shown: EquationShown, neurons: readonly number[], style: Style): string[] {
  const { weights, digit } = shown;
  const { length } = weights[0];
  const order = inputsByWeight(shown);
  const fits = (lines: readonly string[]) => blockWidth(lines) <= style.width;
  const least = Math.min(length, LEAST_COLUMNS);
  for (let count = Math.min(length, MOST_COLUMNS); count >= least; count--) {
    const inputs = order.slice(0, count).sort((a, b) => a - b);
    const lines = joinParts(partsOf(shown, neurons, inputs, style), style);
    if (fits(lines)) return [...title(shown, count, style), ...lines];
  }
  const few = title(shown, 0, style);
  if (digit === null) return few;
  const [sums, plus, biases, equals, z, arrow, values] = productParts(shown, digit, neurons, style);
  const drawn = [
    [sums, plus, biases, equals, z, arrow, values],
    [sums, plus, biases, arrow, values],
    [{ ...z, name: 'Wa + b' }, arrow, values],
  ].map((parts) => joinParts([namesPart(shown, neurons), ...parts], style));
  return [...few, ...(drawn.find(fits) ?? drawn[2])];
}

/** The inputs in the order of how much they move the lit neuron, or all; by weights alone without a digit. */
function inputsByWeight({ weights, lit, digit }: EquationShown): number[] {
  const rows = lit === null ? weights : [weights[lit]];
  const moves = new Float64Array(weights[0].length);
  const sizes = new Float64Array(weights[0].length);
  for (const row of rows) {
    for (let i = 0; i < row.length; i++) {
      sizes[i] += Math.abs(row[i]);
      moves[i] += Math.abs(row[i] * (digit?.inputs[i] ?? 1));
    }
  }
  return Array.from(moves.keys()).sort((a, b) => moves[b] - moves[a] || sizes[b] - sizes[a] || a - b);
}

/** The equation as a formula, with how much of it is drawn below. */
function title(
  { layer, lit, activation, weights, digit }: EquationShown,
  count: number,
  style: Style,
): string[] {
  const sigma = activation === 'sigmoid' && style.unicode ? 'σ' : activation;
  const formula = activation === 'identity' ? "a' = Wa + b" : `a' = ${sigma}(Wa + b)`;
  if (count === 0) return titled(formula, 'W is not drawn: the terminal is too narrow', style);
  const { length } = weights[0];
  if (count === length) return titled(formula, '', style);
  const moved = lit === null ? 'the sums' : `${layer}:${lit}`;
  const largest = `with the largest weights${lit === null ? '' : ` for ${moved}`}`;
  const what = digit === null ? largest : `that move ${moved} most`;
  return titled(formula, `the ${count} of ${length} inputs ${what}`, style);
}

function partsOf(
  shown: EquationShown,
  neurons: readonly number[],
  inputs: readonly number[],
  style: Style,
): Part[] {
  const { layer, width, digit, biases } = shown;
  const names = inputs.map((i) => inputPlace(layer, i, width));
  const parts = [namesPart(shown, neurons), matrixPart(shown, neurons, inputs, names, style)];
  if (digit === null) return [...parts, operator('a +'), numbersPart('b', biases, shown, neurons, style)];
  const [, ...rest] = productParts(shown, digit, neurons, style);
  const values = inputs.map((i) => digit.inputs[i]);
  return [...parts, vectorPart(values, names, inputs.length < digit.inputs.length, style), ...rest];
}

/** Some columns of W; colours show what each weight adds, of the row that is lit, or of all. */
function matrixPart(
  { weights, lit, digit }: EquationShown,
  neurons: readonly number[],
  inputs: readonly number[],
  names: readonly string[],
  style: Style,
): Part {
  const cells = neurons.map((n) => inputs.map((i) => shortSigned(weights[n][i])));
  const adds = neurons.map((n) => inputs.map((i) => weights[n][i] * (digit?.inputs[i] ?? 1)));
  const largest = largestOf(Float64Array.from(adds.flat()));
  const size = blockWidth([...names, ...cells.flat()]) + 1;
  const more = inputs.length < weights[0].length ? ` ${style.glyphs.ellipsis}` : '';
  const lines = neurons.map((n, row) => {
    const padded = cells[row].map((cell) => padLeft(cell, size));
    const isDim = lit !== null && n !== lit;
    const drawn = isDim ? padded : padded.map((cell, at) => signedCell(cell, adds[row][at], largest, style));
    return paintRow(`${drawn.join('')}${more} `, n, lit, style);
  });
  const columns = ` ${names.map((name) => padLeft(name, size)).join('')}`;
  return { name: 'W', columns, lines: bracketed(lines, style) };
}

/** The entries of a that belong to the columns of W. */
function vectorPart(values: readonly number[], names: readonly string[], isCut: boolean, style: Style): Part {
  const widest = blockWidth(names);
  const lines = values.map(
    (value, n) => ` ${style.paint.dim(padLeft(names[n], widest))} ${shortValue(value)} `,
  );
  const more = padLeft(style.glyphs.ellipsis, widest + 1);
  return { name: 'a', lines: bracketed(isCut ? [...lines, more] : lines, style) };
}

/** Wa + b = z, and what comes of it: each a vector with an entry for each neuron, operators between. */
function productParts(
  shown: EquationShown,
  digit: LayerArithmetic,
  neurons: readonly number[],
  style: Style,
): Part[] {
  const { activation, biases } = shown;
  const largest = Math.max(1, largestOf(digit.values));
  const numbers = (name: string, values: Float64Array) => numbersPart(name, values, shown, neurons, style);
  const texts = neurons.map((n) => shortValue(digit.values[n]).trim());
  const size = blockWidth(texts);
  const values = neurons.map((n, row) => {
    const share = Math.max(0, digit.values[n]) / largest;
    return ` ${lamp(share, style)} ${paintRow(padLeft(texts[row], size), n, shown.lit, style)} `;
  });
  return [
    ...[numbers('Wa', digit.weightedSums), operator('+'), numbers('b', biases), operator('=')],
    ...[numbers('z', digit.sums), operator(activation === 'identity' ? '=' : style.glyphs.arrow)],
    { name: "a'", lines: bracketed(values, style) },
  ];
}

function numbersPart(
  name: string,
  values: Float64Array,
  { lit }: EquationShown,
  neurons: readonly number[],
  style: Style,
): Part {
  const texts = neurons.map((n) => shortSigned(values[n]));
  const size = blockWidth(texts);
  const lines = texts.map((text, row) => paintRow(` ${padLeft(text, size)} `, neurons[row], lit, style));
  return { name, lines: bracketed(lines, style) };
}

/** The names of the neurons; the lit one is marked. */
function namesPart({ layer, lit }: EquationShown, neurons: readonly number[]): Part {
  const names = neurons.map((n) => `${layer}:${n}`);
  const width = blockWidth(names);
  return {
    name: '',
    lines: names.map((name, row) => `${neurons[row] === lit ? '>' : ' '} ${padLeft(name, width)}`),
  };
}

function operator(sign: string): Part {
  return { name: '', lines: [sign] };
}

/** Where one row is lit, all others are dim. */
function paintRow(text: string, neuron: number, lit: number | null, { paint }: Style): string {
  if (lit === null) return text;
  return neuron === lit ? paint.bold(text) : paint.dim(text);
}

/** `+0.97`, `-12.3`, `+1e+9`. */
function shortSigned(value: number): string {
  return `${value < 0 ? '-' : '+'}${shortValue(Math.abs(value)).trim()}`;
}

/** Lines of one width between the brackets of a matrix. */
function bracketed(lines: readonly string[], { unicode }: Style): string[] {
  const width = blockWidth(lines);
  const last = lines.length - 1;
  return lines.map((line, row) => {
    const [left, right] = !unicode || last === 0 ? '[]' : row === 0 ? '┌┐' : row === last ? '└┘' : '││';
    return left + padRight(line, width) + right;
  });
}

/** Parts beside each other, the lower ones in the middle, their names above. */
function joinParts(parts: readonly Part[], { paint }: Style): string[] {
  const height = Math.max(...parts.map(({ lines }) => lines.length));
  const hasColumns = parts.some(({ columns }) => columns !== undefined);
  const blocks = parts.map(({ name, columns = '', lines }) => {
    const above = new Array<string>(Math.floor((height - lines.length) / 2)).fill('');
    const middle = padRight('', Math.floor((blockWidth(lines) - name.length) / 2)) + name;
    return [paint.bold(middle), ...(hasColumns ? [paint.dim(columns)] : []), ...above, ...lines];
  });
  return beside(blocks, 1);
}
