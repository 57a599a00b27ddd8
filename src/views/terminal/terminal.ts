/** 0 no colour, 1 the 16 colours, 2 the 256 colours, 3 all colours. */
export type ColorLevel = 0 | 1 | 2 | 3;

/** The part of `tty.WriteStream` that says what a stream can show. */
export interface OutputStream {
  readonly isTTY?: boolean;
  readonly columns?: number;
  getColorDepth?(env?: object): number;
}

/** How many colours to use: FORCE_COLOR comes first, as in Node; then NO_COLOR (no-color.org); then the terminal. */
export function colorLevel(stream: OutputStream, env: NodeJS.ProcessEnv): ColorLevel {
  const forced = env.FORCE_COLOR;
  if (forced !== undefined) return forcedLevel(forced, env);
  if (env.NO_COLOR || !stream.isTTY || env.TERM === 'dumb') return 0;
  if (isTrueColor(env)) return 3;
  const depth = stream.getColorDepth?.(env) ?? 4;
  return depth >= 24 ? 3 : depth >= 8 ? 2 : depth >= 4 ? 1 : 0;
}

function isTrueColor(env: NodeJS.ProcessEnv): boolean {
  return /^(truecolor|24bit)$/i.test(env.COLORTERM ?? '');
}

/** FORCE_COLOR as Node reads it: a digit is a level; anything else, and nothing, leaves the level to the terminal. */
function forcedLevel(forced: string, env: NodeJS.ProcessEnv): ColorLevel {
  if (/^(0|false)$/i.test(forced)) return 0;
  if (/^[123]$/.test(forced)) return Number(forced) as ColorLevel;
  if (isTrueColor(env)) return 3;
  return /-256(color)?$/i.test(env.TERM ?? '') ? 2 : 1;
}

/** What a terminal writes upon. */
export type Background = 'dark' | 'light';

/** The background where the terminal says it: rxvt and Konsole do, in COLORFGBG, `15;0`; undefined of the others. */
export function backgroundOf({ COLORFGBG: colors }: NodeJS.ProcessEnv): Background | undefined {
  const ground = /;(\d+)$/.exec(colors ?? '')?.[1];
  if (ground === undefined) return undefined;
  // Of the 16 colours white and the bright ones but for grey are light.
  return Number(ground) === 7 || Number(ground) > 8 ? 'light' : 'dark';
}

/** Whether arrows, blocks and braille can be printed: not on the Linux console and the old Windows console. */
export function supportsUnicode(env: NodeJS.ProcessEnv, platform: NodeJS.Platform): boolean {
  if (platform !== 'win32') return env.TERM !== 'linux';
  return Boolean(env.WT_SESSION ?? env.TERM_PROGRAM ?? env.TERM);
}

/** The columns of a stream; 80 where it is no terminal. */
export function columnsOf(stream: OutputStream): number {
  return stream.columns && stream.columns > 0 ? stream.columns : 80;
}

/** Red, green, blue, 0..255 each. */
export type Rgb = readonly [number, number, number];

const ESCAPE = '\x1b';

/** Back to the start of the line; it is cleared, and what a terminal that became narrower has wrapped below it. */
export const CLEAR_LINE = '\r\x1b[J';

// Made from a string: the linter takes an escape character in a pattern for a slip.
export const STYLES = new RegExp(`${ESCAPE}\\[[\\d;]*m`, 'g');

/** The text without the styles of this file. */
export function withoutStyles(text: string): string {
  return text.includes(ESCAPE) ? text.replace(STYLES, '') : text;
}

/** Yellow where it can be read; else a brown that 256 colours have, or red: 4.5 : 1 on black and on white. */
function warnCode(level: ColorLevel, background: Background | undefined): string {
  if (background === 'dark') return '33';
  return level >= 2 ? '38;5;130' : '31';
}

/** The styles of a colour level; at level 0 each returns its text unchanged. */
export function createPaint(level: ColorLevel, background?: Background) {
  const sgr = (open: string, close: string) => (text: string) =>
    level === 0 || text === '' ? text : `\x1b[${open}m${text}\x1b[${close}m`;
  return {
    level,
    bold: sgr('1', '22'),
    dim: sgr('2', '22'),
    /** Bold and coloured, for what needs attention. */
    warn: sgr(`1;${warnCode(level, background)}`, '22;39'),
    /** Text of one colour on a ground of another. */
    on: (text: string, foreground: Rgb, background: Rgb) =>
      sgr(`${colorCode(foreground, 38, level)};${colorCode(background, 48, level)}`, '39;49')(text),
  };
}

export type Paint = Readonly<ReturnType<typeof createPaint>>;

/** `base` is 38 for the foreground, 48 for the background. */
function colorCode([red, green, blue]: Rgb, base: 38 | 48, level: ColorLevel): string {
  if (level === 3) return `${base};2;${Math.round(red)};${Math.round(green)};${Math.round(blue)}`;
  if (level === 2) return `${base};5;${paletteIndex([red, green, blue])}`;
  const bits = (red > 95 ? 1 : 0) + (green > 95 ? 2 : 0) + (blue > 95 ? 4 : 0);
  return String(base - 8 + bits);
}

/** The nearest of xterm's 256 colours: from 16 a 6 x 6 x 6 cube of 0, 95, 135, … 255; from 232 the greys 8, 18, … 238. */
function paletteIndex(color: Rgb): number {
  const levels = color.map((value) => (value < 48 ? 0 : value < 115 ? 1 : Math.round((value - 55) / 40)));
  const [red, green, blue] = levels.map((level) => (level === 0 ? 0 : 55 + 40 * level));
  const step = Math.min(23, Math.max(0, Math.round(((color[0] + color[1] + color[2]) / 3 - 8) / 10)));
  const grey = 8 + 10 * step;
  const isGreyNearer = distance(color, [grey, grey, grey]) < distance(color, [red, green, blue]);
  return isGreyNearer ? 232 + step : 16 + 36 * levels[0] + 6 * levels[1] + levels[2];
}

const distance = (a: Rgb, b: Rgb): number => (a[0] - b[0]) ** 2 + (a[1] - b[1]) ** 2 + (a[2] - b[2]) ** 2;

/** Signs that differ with and without Unicode; `zero` is a cell with a count of 0, `absent` an undefined value. */
const UNICODE = {
  ...{ arrow: '→', zero: '·', absent: '–', times: '×', ellipsis: '…' },
  ...{ bar: '█', upright: '│', corner: '└', dash: '─', tick: '▲' },
};
const ASCII: typeof UNICODE = {
  ...{ arrow: '->', zero: '.', absent: '-', times: 'x', ellipsis: '~' },
  ...{ bar: '#', upright: '|', corner: '+', dash: '-', tick: '^' },
};

/** The terminal that a report is drawn for. */
export interface RenderOptions {
  /** How many colours there are: 0 none, 1 sixteen, 2 of 256, 3 of 16 million. */
  readonly color: ColorLevel;
  /** Columns; a line is wider only where a single name or path is. */
  readonly width: number;
  /** False where only ASCII may be written. */
  readonly unicode: boolean;
  /** Default: not known; what is drawn can then be read on both. */
  readonly background?: 'dark' | 'light' | undefined;
  /** Says English words in another language; as they are where it is not given. */
  readonly say?: ((english: string) => string) | undefined;
}

/** Says words in English. */
export const asIs = (english: string): string => english;

export interface Style extends Omit<RenderOptions, 'color'> {
  readonly paint: Paint;
  readonly say: (english: string) => string;
  readonly glyphs: typeof UNICODE;
}

export function createStyle({ color, say = asIs, ...options }: RenderOptions): Style {
  const paint = createPaint(color, options.background);
  return { ...options, paint, say, glyphs: options.unicode ? UNICODE : ASCII };
}
