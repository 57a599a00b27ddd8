import { withoutStyles } from './terminal.js';

/** Text that takes one column a character: ASCII, Latin, arrows, boxes, blocks, braille. */
const NARROW = /^[\x20-\x7e\u00a0-\u00ac\u00ae-\u02ff\u2010-\u2027\u2190-\u21ff\u2500-\u259f\u2800-\u28ff]*$/;
/**
 * Characters of two columns: the wide blocks of Unicode's East Asian Width (UAX #11), and emoji. Whole blocks are
 * listed, which is right for every assigned letter of Japanese, Chinese and Korean.
 */
const WIDE =
  /[\u1100-\u115f\u2e80-\u303e\u3041-\u33ff\u3400-\u4dbf\u4e00-\ua4cf\ua960-\ua97f\uac00-\ud7a3\uf900-\ufaff\ufe30-\ufe6f\uff01-\uff60\uffe0-\uffe6\u{17000}-\u{18cff}\u{1b000}-\u{1b2ff}\u{1f200}-\u{1f2ff}\u{20000}-\u{3fffd}]|\p{Emoji_Presentation}|\ufe0f/u;
/** Graphemes that take no column: lone marks, format characters. */
const ZERO = /^[\p{Mark}\p{Format}]+$/u;
/** Must not reach a terminal: control characters, and marks that reverse the direction of writing. */
const UNPRINTABLE = /[\p{Control}\p{Surrogate}\u2028-\u202e\u2066-\u2069]/gu;

let segmenter: Intl.Segmenter | undefined;

function graphemes(text: string): string[] {
  // Made late: it takes a millisecond, and most reports do not need it.
  segmenter ??= new Intl.Segmenter(undefined, { granularity: 'grapheme' });
  return Array.from(segmenter.segment(text), ({ segment }) => segment);
}

function graphemeWidth(grapheme: string): number {
  if (ZERO.test(grapheme)) return 0;
  // The half-width sound marks of katakana belong to the letter before them, but have a column of their own.
  const soundMarks = grapheme.slice(1).match(/[\uff9e\uff9f]/g)?.length ?? 0;
  return (WIDE.test(grapheme) ? 2 : 1) + soundMarks;
}

/** The columns that a line takes in a terminal; styles take none. */
export function displayWidth(line: string): number {
  const text = withoutStyles(line);
  if (NARROW.test(text)) return text.length;
  return graphemes(text).reduce((sum, grapheme) => sum + graphemeWidth(grapheme), 0);
}

/** Text from a file, made safe to print: characters that would steer the terminal become `�`. */
export function printable(text: string): string {
  return text.replace(UNPRINTABLE, '\ufffd');
}

/** Adds spaces on the right up to `width` columns; a wider line stays as it is. */
export function padRight(line: string, width: number): string {
  return line + ' '.repeat(Math.max(0, width - displayWidth(line)));
}

/** Adds spaces on the left up to `width` columns; a wider line stays as it is. */
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
