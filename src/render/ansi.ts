import type { ColorLevel } from './terminal.js';

/** Red, green, blue, 0..255 each. */
export type Rgb = readonly [number, number, number];

const ESCAPE = '\x1b';

/** Back to the start of the line, and clear it. */
export const CLEAR_LINE = '\r\x1b[2K';

// From a string, since an escape character in a pattern is mostly a slip.
const STYLES = new RegExp(`${ESCAPE}\\[[\\d;]*m`, 'g');

/** The text without the styles of this file. */
export function withoutStyles(text: string): string {
  return text.includes(ESCAPE) ? text.replace(STYLES, '') : text;
}

/** Styles for a terminal of a colour level. At level 0 each returns its text unchanged. */
export interface Paint {
  readonly level: ColorLevel;
  bold(text: string): string;
  dim(text: string): string;
  /** Wants attention: bold yellow. */
  warn(text: string): string;
  /** Text of one colour upon another. */
  on(text: string, foreground: Rgb, background: Rgb): string;
}

/** The styles of a colour level. */
export function createPaint(level: ColorLevel): Paint {
  const sgr = (open: string, close: string) => (text: string) =>
    level === 0 || text === '' ? text : `\x1b[${open}m${text}\x1b[${close}m`;
  return {
    level,
    bold: sgr('1', '22'),
    dim: sgr('2', '22'),
    warn: sgr('1;33', '22;39'),
    on: (text, foreground, background) =>
      sgr(`${colorCode(foreground, 38, level)};${colorCode(background, 48, level)}`, '39;49')(text),
  };
}

/** `base` is 38 for the foreground, 48 for the background. */
function colorCode([red, green, blue]: Rgb, base: 38 | 48, level: ColorLevel): string {
  if (level === 3) return `${base};2;${Math.round(red)};${Math.round(green)};${Math.round(blue)}`;
  if (level === 2) return `${base};5;${paletteIndex([red, green, blue])}`;
  const bits = (red > 95 ? 1 : 0) + (green > 95 ? 2 : 0) + (blue > 95 ? 4 : 0);
  return String(base - 8 + bits);
}

/**
 * The nearest of xterm's 256 colours: 16 to 231 are a cube of 6 x 6 x 6 with the levels 0, 95, 135, 175, 215, 255;
 * 232 to 255 are the greys 8, 18, … 238.
 */
function paletteIndex(color: Rgb): number {
  const levels = color.map((value) => (value < 48 ? 0 : value < 115 ? 1 : Math.round((value - 55) / 40)));
  const [red, green, blue] = levels.map((level) => (level === 0 ? 0 : 55 + 40 * level));
  const step = Math.min(23, Math.max(0, Math.round(((color[0] + color[1] + color[2]) / 3 - 8) / 10)));
  const grey = 8 + 10 * step;
  const isGreyNearer = distance(color, [grey, grey, grey]) < distance(color, [red, green, blue]);
  return isGreyNearer ? 232 + step : 16 + 36 * levels[0] + 6 * levels[1] + levels[2];
}

const distance = (a: Rgb, b: Rgb): number => (a[0] - b[0]) ** 2 + (a[1] - b[1]) ** 2 + (a[2] - b[2]) ** 2;
