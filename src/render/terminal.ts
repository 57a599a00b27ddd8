/** 0 no colour, 1 the 16 colours, 2 the 256 colours, 3 all colours. */
export type ColorLevel = 0 | 1 | 2 | 3;

/** What is looked at in a stream: the part of `tty.WriteStream` that process.stdout has on a terminal. */
export interface OutputStream {
  readonly isTTY?: boolean;
  readonly columns?: number;
  getColorDepth?(env?: object): number;
}

/** The environment variables that tell what a terminal can do; process.env is one. */
export interface Environment {
  readonly FORCE_COLOR?: string | undefined;
  readonly NO_COLOR?: string | undefined;
  readonly TERM?: string | undefined;
  readonly COLORTERM?: string | undefined;
  readonly WT_SESSION?: string | undefined;
  readonly TERM_PROGRAM?: string | undefined;
}

/** Columns where the width is not known: what papers, mails and logs are made for. */
const DEFAULT_COLUMNS = 80;

/**
 * How many colours to use on a stream. FORCE_COLOR (0 to 3, or `true` and `false`) outweighs everything, as in
 * Node; then NO_COLOR, where it is not empty (no-color.org); then there is colour only on a terminal, as much as it
 * is known to have by TERM, COLORTERM and their like.
 */
export function colorLevel(stream: OutputStream, env: Environment): ColorLevel {
  const forced = env.FORCE_COLOR;
  if (forced !== undefined) return forcedLevel(forced, env);
  if (env.NO_COLOR) return 0;
  if (!stream.isTTY || env.TERM === 'dumb') return 0;
  if (isTrueColor(env)) return 3;
  const depth = stream.getColorDepth?.(env) ?? 4;
  return depth >= 24 ? 3 : depth >= 8 ? 2 : depth >= 4 ? 1 : 0;
}

function isTrueColor(env: Environment): boolean {
  return /^(truecolor|24bit)$/i.test(env.COLORTERM ?? '');
}

/** As Node reads it: a digit is a level; empty or anything else means yes, as well as the terminal says it can. */
function forcedLevel(forced: string, env: Environment): ColorLevel {
  switch (forced.toLowerCase()) {
    case '0':
    case 'false':
      return 0;
    case '1':
      return 1;
    case '2':
      return 2;
    case '3':
      return 3;
    default:
      if (isTrueColor(env)) return 3;
      return /-256(color)?$/i.test(env.TERM ?? '') ? 2 : 1;
  }
}

/**
 * Whether arrows, blocks and braille can be printed. All terminals of today can but the Linux console, whose font
 * is small, and the old Windows console.
 */
export function supportsUnicode(env: Environment, platform: NodeJS.Platform): boolean {
  if (platform !== 'win32') return env.TERM !== 'linux';
  return Boolean(env.WT_SESSION ?? env.TERM_PROGRAM ?? env.TERM);
}

/** How many columns a stream has; 80 when it is not a terminal. */
export function columnsOf(stream: OutputStream): number {
  return stream.columns && stream.columns > 0 ? stream.columns : DEFAULT_COLUMNS;
}
