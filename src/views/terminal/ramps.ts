import type { Background, ColorLevel, Rgb } from './terminal.js';

/** Colours from none of something to most of it. The tables are fixed: the nearest of 256 colours keeps neither hue nor order. */
export interface Ramp {
  /** All colours: between these two. */
  readonly all: readonly [none: Rgb, most: Rgb];
  /** Entries of xterm's 256 colours, each lighter than the one before, or each darker. */
  readonly palette: readonly number[];
  /** Of the 16 colours. */
  readonly basic: readonly Rgb[];
}

export const BLACK: Rgb = [0, 0, 0];
export const WHITE: Rgb = [255, 255, 255];
const [RED, YELLOW, CYAN]: readonly Rgb[] = [
  [205, 0, 0],
  [205, 205, 0],
  [0, 205, 205],
];

/** The colour-blind tell this green from this blue, since they differ in lightness, too (after Okabe and Ito). */
export const POSITIVE: Ramp = {
  all: [BLACK, [60, 220, 130]],
  palette: [16, 22, 28, 35, 41, 78],
  basic: [BLACK, [0, 205, 0]],
};
export const NEGATIVE: Ramp = {
  all: [BLACK, [70, 130, 255]],
  palette: [16, 18, 19, 25, 27, 69],
  basic: [BLACK, [0, 0, 238]],
};

/** A neuron's light. */
export const LIGHT: Ramp = {
  all: [
    [10, 10, 10],
    [255, 225, 80],
  ],
  palette: [232, 58, 94, 136, 178, 220],
  basic: [BLACK, YELLOW],
};

/** Cells of a matrix. On a light ground they begin light. */
export const RIGHT: Readonly<Record<Background, Ramp>> = {
  dark: {
    all: [
      [16, 52, 64],
      [38, 166, 154],
    ],
    palette: [234, 23, 30, 37],
    basic: [CYAN],
  },
  light: {
    all: [
      [236, 250, 248],
      [38, 166, 154],
    ],
    palette: [231, 195, 116, 37],
    basic: [CYAN],
  },
};
export const WRONG: Readonly<Record<Background, Ramp>> = {
  dark: {
    all: [
      [34, 24, 24],
      [255, 112, 40],
    ],
    palette: [234, 52, 88, 124, 160, 166, 202, 208],
    basic: [RED, RED, YELLOW],
  },
  light: {
    all: [
      [255, 250, 248],
      [222, 60, 20],
    ],
    palette: [231, 224, 217, 210, 203, 196, 160],
    basic: [RED, RED, YELLOW],
  },
};

/** The colour of a share 0..1; a share above 0 never has that of 0 where colours are counted. */
export function rampColor({ all, palette, basic }: Ramp, share: number, level: ColorLevel): Rgb {
  if (level === 3) return mix(...all, share);
  const colors = level === 2 ? palette.map(paletteColor) : basic;
  const last = colors.length - 1;
  return colors[share > 0 ? Math.max(Math.min(1, last), Math.round(share * last)) : 0];
}

/** The colour of an entry of xterm's 256, from 16 on: the cube, then the greys. */
export function paletteColor(index: number): Rgb {
  if (index >= 232) return [8 + 10 * (index - 232), 8 + 10 * (index - 232), 8 + 10 * (index - 232)];
  const level = (step: number) => (step === 0 ? 0 : 55 + 40 * step);
  const at = index - 16;
  return [level(Math.floor(at / 36)), level(Math.floor(at / 6) % 6), level(at % 6)];
}

function mix([red, green, blue]: Rgb, other: Rgb, share: number): Rgb {
  const between = (from: number, to: number) => Math.round(from + (to - from) * share);
  return [between(red, other[0]), between(green, other[1]), between(blue, other[2])];
}

/** Relative luminance 0..1, as WCAG 2 has it. */
export function luminance(color: Rgb): number {
  const [red, green, blue] = color.map((value) => {
    const share = value / 255;
    return share <= 0.04045 ? share / 12.92 : ((share + 0.055) / 1.055) ** 2.4;
  });
  return 0.2126 * red + 0.7152 * green + 0.0722 * blue;
}

/** Black or white: at least 4.5 : 1 on any ground. */
export function textOn(ground: Rgb): Rgb {
  return luminance(ground) > 0.179 ? BLACK : WHITE;
}
