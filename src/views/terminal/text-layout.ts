import { isJapanese, wrapJapanese } from '../words/terminal/japanese-text.js';
import { STYLES, type Style, withoutStyles } from './terminal.js';

/** Text that takes one column a character: ASCII, Latin, arrows, boxes, blocks, braille. */
const NARROW = /^[\x20-\x7e\u00a0-\u00ac\u00ae-\u02ff\u2010-\u2027\u2190-\u21ff\u2500-\u259f\u2800-\u28ff]*$/;
/** That, and Japanese without marks that combine: all from U+3000 on takes two columns. */
const JAPANESE =
  /^[\x20-\x7e\u00a0-\u00ac\u00ae-\u02ff\u2010-\u2027\u2190-\u21ff\u2500-\u259f\u2800-\u28ff\u3000-\u303e\u3041-\u3096\u309b-\u30ff\u4e00-\u9fff\uff01-\uff60]*$/;
/**
 * Characters of two columns: the wide blocks of Unicode's East Asian Width (UAX #11), and emoji. Strings, here and below: to
 * read a pattern of such classes takes V8 longer than all other patterns, and most lines are narrow.
 */
const WIDE = String.raw`[\u1100-\u115f\u2e80-\u303e\u3041-\u33ff\u3400-\u4dbf\u4e00-\ua4cf\ua960-\ua97f\uac00-\ud7a3\uf900-\ufaff\ufe30-\ufe6f\uff01-\uff60\uffe0-\uffe6\u{17000}-\u{18cff}\u{1b000}-\u{1b2ff}\u{1f200}-\u{1f2ff}\u{20000}-\u{3fffd}]|\p{Emoji_Presentation}|\ufe0f`;
/** Graphemes that take no column: lone marks, format characters. */
const ZERO = String.raw`^[\p{Mark}\p{Format}]+$`;

/** How the styles of this room end: bold and dim, colours, a ground. */
const ENDS_STYLE = /\[(?:22|22;39|39;49)m$/;

let segmenter: Intl.Segmenter | undefined;

function graphemes(text: string): string[] {
  // Made late: it takes a millisecond, and most reports do not need it.
  segmenter ??= new Intl.Segmenter(undefined, { granularity: 'grapheme' });
  return Array.from(segmenter.segment(text), ({ segment }) => segment);
}

function graphemeWidth(grapheme: string): number {
  if (new RegExp(ZERO, 'u').test(grapheme)) return 0;
  // The half-width sound marks of katakana belong to the letter before them, but have a column of their own.
  const soundMarks = grapheme.slice(1).match(/[\uff9e\uff9f]/g)?.length ?? 0;
  return (new RegExp(WIDE, 'u').test(grapheme) ? 2 : 1) + soundMarks;
}

/** The columns that a line takes in a terminal; styles take none. */
export function displayWidth(line: string): number {
  const text = withoutStyles(line);
  if (NARROW.test(text)) return text.length;
  if (JAPANESE.test(text)) return text.length + text.replace(/[^\u3000-\uff60]/g, '').length;
  return graphemes(text).reduce((sum, grapheme) => sum + graphemeWidth(grapheme), 0);
}

/** Adds spaces on the right up to `width` columns. */
export function padRight(line: string, width: number): string {
  return line + ' '.repeat(Math.max(0, width - displayWidth(line)));
}

/** Adds spaces on the left up to `width` columns. */
export function padLeft(line: string, width: number): string {
  return ' '.repeat(Math.max(0, width - displayWidth(line))) + line;
}

/** Cuts a text without styles to `width` columns, with `ellipsis` at the end of a text that was cut. */
export function truncate(text: string, width: number, ellipsis: string): string {
  if (displayWidth(text) <= width) return text;
  let kept = '';
  let room = width - displayWidth(ellipsis);
  for (const grapheme of graphemes(text)) {
    room -= graphemeWidth(grapheme);
    if (room < 0) break;
    kept += grapheme;
  }
  return kept + (displayWidth(ellipsis) <= width ? ellipsis : '');
}

/** Blocks of lines as one text: an empty line between two blocks, a newline at the end. */
export function joinBlocks(blocks: readonly (readonly string[])[]): string {
  return `${blocks.map((block) => block.join('\n')).join('\n\n')}\n`;
}

export function blockWidth(block: readonly string[]): number {
  return Math.max(0, ...block.map(displayWidth));
}

/** Blocks of lines beside each other, each as wide as its widest line, `gap` columns between them. */
export function beside(blocks: readonly (readonly string[])[], gap: number): string[] {
  const widths = blocks.map(blockWidth);
  const height = Math.max(0, ...blocks.map((block) => block.length));
  return Array.from({ length: height }, (_, row) =>
    blocks
      .map((block, column) => padRight(block[row] ?? '', widths[column]))
      .join(' '.repeat(gap))
      .trimEnd(),
  );
}

/** Two blocks beside each other where they fit into `width` columns, else one below the other. */
export function besideOrBelow(left: readonly string[], right: readonly string[], width: number): string[] {
  const gap = 3;
  if (blockWidth(left) + gap + blockWidth(right) <= width) return beside([left, right], gap);
  return [...left, '', ...right];
}

/** Blocks in rows, as many in a row as fit, all as wide as the widest of them; an empty line between two rows. */
export function inTiles(tiles: readonly (readonly string[])[], gap: number, width: number): string[] {
  const tileWidth = Math.max(...tiles.map(blockWidth));
  // A last line of the full width keeps the tiles of all rows in step; after the last row it is not needed.
  const even = tiles.map((tile) => [...tile, ' '.repeat(tileWidth)]);
  return chunks(even, fitting(tileWidth, gap, width))
    .flatMap((row) => beside(row, gap))
    .slice(0, -1);
}

/** Short texts of one width in lines, `gap` columns between them; at most `most` in a line, where that is given. */
export function inLines(cells: readonly string[], gap: number, width: number, most = cells.length): string[] {
  const perLine = Math.min(most, fitting(blockWidth(cells), gap, width));
  return chunks(cells, perLine).map((line) => line.join(' '.repeat(gap)).trimEnd());
}

function fitting(itemWidth: number, gap: number, width: number): number {
  return Math.max(1, Math.floor((width + gap) / (itemWidth + gap)));
}

function chunks<T>(items: readonly T[], size: number): T[][] {
  return Array.from({ length: Math.ceil(items.length / size) }, (_, n) =>
    items.slice(n * size, (n + 1) * size),
  );
}

/**
 * Parts joined by commas in lines of at most `width` columns, broken between two parts. A part that is wider is broken at its own
 * commas and before its brackets, and then between words.
 */
export function flow(parts: readonly string[], width: number, comma = ', '): string[] {
  const end = comma.trimEnd();
  // A comma at the end of a line takes room, too.
  const room = width - displayWidth(end);
  const lines = fill(parts, comma, room).map((line, n, { length }) =>
    breakLine(line, n < length - 1 ? room : width),
  );
  return carryStyles(
    lines.flatMap((pieces, n) =>
      n < lines.length - 1 ? pieces.with(-1, pieces[pieces.length - 1] + end) : pieces,
    ),
  );
}

const LABEL_COLUMNS = 13;

/** Facts, which are said, in lines of the style's width, indented by a column that begins with their label. */
export function labelled(label: string, facts: readonly string[], { paint, width, say }: Style): string[] {
  return flow(facts.map(say), width - LABEL_COLUMNS, say(', ')).map(
    (line, row) => paint.dim(padRight(row === 0 ? say(label) : '', LABEL_COLUMNS)) + line,
  );
}

/** The rows of a plot after its vertical axis, which names its highest and its lowest value in `labelColumns`. */
export function plotRows(
  rows: readonly string[],
  [high, low]: readonly [high: string, low: string],
  labelColumns: number,
  { paint, glyphs }: Style,
): string[] {
  return rows.map((row, y) => {
    const label = y === 0 ? high : y === rows.length - 1 ? low : '';
    return paint.dim(padLeft(label, labelColumns) + glyphs.upright) + row.trimEnd();
  });
}

/** The horizontal axis of a plot, marked at `place` where that is a column of it, and below it the names of its ends. */
export function plotAxis(
  place: number,
  columns: number,
  [from, to]: readonly [from: string, to: string],
  labelColumns: number,
  { paint, glyphs }: Style,
): string[] {
  const { dash, tick, corner } = glyphs;
  const isMarked = place >= 0 && place < columns;
  const axis = isMarked ? dash.repeat(place) + tick + dash.repeat(columns - 1 - place) : dash.repeat(columns);
  const indent = ' '.repeat(labelColumns);
  const ends = from + padLeft(to, columns - from.length);
  return [paint.dim(`${indent}${corner}${axis}`), paint.dim(`${indent} ${ends}`)];
}

/** A space that a line may be broken at: not in `95 %`, `p = 0.1` or `4 → 9`. */
const BREAK = / (?!%|[=<\u2192] )(?<![=<\u2192] )/;

/** Words in lines of at most `width` columns. */
export function wrap(text: string, width: number): string[] {
  return carryStyles(breakWords(text, width));
}

function breakWords(text: string, width: number): string[] {
  if (isJapanese(text)) return wrapJapanese(text, width, displayWidth);
  return fill(text.split(BREAK), ' ', width);
}

/** A line that is too wide broken at commas and before brackets; where that is not enough, between words. */
function breakLine(line: string, width: number): string[] {
  if (displayWidth(line) <= width) return [line];
  const pieces = isJapanese(line)
    ? fill(line.split(/(?=\uff08)|(?<=\u3001)/), '', width)
    : fill(line.split(/ (?=\()|(?<=,) /), ' ', width);
  return pieces.flatMap((piece) => (displayWidth(piece) <= width ? [piece] : breakWords(piece, width)));
}

/** A style that is open at the end of a line ends there, and goes on in the next line. */
function carryStyles(lines: readonly string[]): string[] {
  const open: string[] = [];
  return lines.map((line) => {
    const begun = open.join('') + line;
    for (const [code] of line.matchAll(STYLES)) {
      if (ENDS_STYLE.test(code)) open.pop();
      else open.push(code);
    }
    return open.length === 0 ? begun : `${begun}\x1b[0m`;
  });
}

/** A title with a remark, which are said: on one line where both fit. */
export function titled(title: string, remark: string, { paint, width, say }: Style): string[] {
  const line = `${paint.bold(say(title))}  ${paint.dim(say(remark))}`;
  if (remark !== '' && displayWidth(line) <= width) return [line];
  const below = remark === '' ? [] : wrap(say(remark), width);
  return [...wrap(say(title), width).map(paint.bold), ...below.map(paint.dim)];
}

/** Items joined into lines of at most `width` columns; an item that is wider has a line of its own. */
function fill(items: readonly string[], separator: string, width: number): string[] {
  const lines: string[] = [];
  for (const item of items) {
    const joined = lines.length > 0 ? lines[lines.length - 1] + separator + item : item;
    if (lines.length > 0 && displayWidth(joined) <= width) lines[lines.length - 1] = joined;
    else lines.push(item);
  }
  return lines;
}
