import { withoutStyles } from './terminal.js';

/** Text of one column a character, without looking any closer: ASCII, Latin, arrows, boxes, blocks, braille. */
const NARROW = /^[\x20-\x7e\u00a0-\u00ac\u00ae-\u02ff\u2010-\u2027\u2190-\u21ff\u2500-\u259f\u2800-\u28ff]*$/;
/**
 * Characters of two columns: the wide blocks of Unicode's East Asian Width (UAX #11), and emoji. Only whole blocks
 * are told apart, which is right for every assigned letter of Japanese, Chinese and Korean.
 */
const WIDE =
  /[\u1100-\u115f\u2e80-\u303e\u3041-\u33ff\u3400-\u4dbf\u4e00-\ua4cf\ua960-\ua97f\uac00-\ud7a3\uf900-\ufaff\ufe30-\ufe6f\uff01-\uff60\uffe0-\uffe6\u{17000}-\u{18cff}\u{1b000}-\u{1b2ff}\u{1f200}-\u{1f2ff}\u{20000}-\u{3fffd}]|\p{Emoji_Presentation}|\ufe0f/u;
/** Graphemes that take no column: lone marks, format characters. */
const ZERO = /^[\p{Mark}\p{Format}]+$/u;
/** What must not reach a terminal: control characters, and marks that turn the direction of writing around. */
const UNPRINTABLE = /[\p{Control}\p{Surrogate}\u2028-\u202e\u2066-\u2069]/gu;

let segmenter: Intl.Segmenter | undefined;

function graphemes(text: string): string[] {
  // Made late: it takes a millisecond, and most reports have no need of it.
  segmenter ??= new Intl.Segmenter(undefined, { granularity: 'grapheme' });
  return Array.from(segmenter.segment(text), ({ segment }) => segment);
}

function graphemeWidth(grapheme: string): number {
  if (ZERO.test(grapheme)) return 0;
  // The half-width sound marks of katakana belong to the letter before them, but have a column of their own.
  const soundMarks = grapheme.slice(1).match(/[\uff9e\uff9f]/g)?.length ?? 0;
  return (WIDE.test(grapheme) ? 2 : 1) + soundMarks;
}

/** How many columns a line takes in a terminal; styles take none. */
export function displayWidth(line: string): number {
  const text = withoutStyles(line);
  if (NARROW.test(text)) return text.length;
  return graphemes(text).reduce((sum, grapheme) => sum + graphemeWidth(grapheme), 0);
}

/** Text from a file, made safe to print: what would steer the terminal becomes `�`. */
export function printable(text: string): string {
  return text.replace(UNPRINTABLE, '\ufffd');
}

/** Spaces on the right up to `width` columns; what is wider stays as it is. */
export function padRight(line: string, width: number): string {
  return line + ' '.repeat(Math.max(0, width - displayWidth(line)));
}

/** Spaces on the left up to `width` columns; what is wider stays as it is. */
export function padLeft(line: string, width: number): string {
  return ' '.repeat(Math.max(0, width - displayWidth(line))) + line;
}

/** At most `width` columns of a text without styles, with `ellipsis` at the end where it was cut. */
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

/** The columns that a block takes. */
export function blockWidth(block: readonly string[]): number {
  return Math.max(0, ...block.map(displayWidth));
}

/** Blocks in rows, as many in a row as fit, all as wide as the widest of them; an empty line parts the rows. */
export function inTiles(tiles: readonly (readonly string[])[], gap: number, width: number): string[] {
  const tileWidth = Math.max(...tiles.map(blockWidth));
  const perRow = Math.max(1, Math.floor((width + gap) / (tileWidth + gap)));
  const lines: string[] = [];
  for (let from = 0; from < tiles.length; from += perRow) {
    const row = tiles.slice(from, from + perRow).map((tile) => [...tile, ' '.repeat(tileWidth)]);
    lines.push(...beside(row, gap));
  }
  // Every row ends with the line that keeps its tiles in step; the last one has nothing to part.
  return lines.slice(0, -1);
}

/** Parts joined by a comma, broken into lines of at most `width` columns where more would not fit. */
export function flow(parts: readonly string[], width: number): string[] {
  const lines: string[] = [];
  for (const part of parts) {
    const joined = lines.length > 0 ? `${lines[lines.length - 1]}, ${part}` : part;
    if (lines.length > 0 && displayWidth(joined) < width) lines[lines.length - 1] = joined;
    else {
      if (lines.length > 0) lines[lines.length - 1] += ',';
      lines.push(part);
    }
  }
  return lines;
}

/** Words in lines of at most `width` columns. */
export function wrap(text: string, width: number): string[] {
  const lines: string[] = [];
  for (const word of text.split(' ')) {
    const joined = lines.length > 0 ? `${lines[lines.length - 1]} ${word}` : word;
    if (lines.length > 0 && displayWidth(joined) <= width) lines[lines.length - 1] = joined;
    else lines.push(word);
  }
  return lines;
}
