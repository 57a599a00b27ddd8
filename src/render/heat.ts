import type { Rgb } from './ansi.js';

/** A cell's colours: of its ground, its count, and the quieter share below. */
export interface Heat {
  readonly ground: Rgb;
  readonly text: Rgb;
  readonly quiet: Rgb;
}

const RIGHT_LOW: Rgb = [16, 52, 64];
const RIGHT_HIGH: Rgb = [38, 166, 154];
const WRONG_LOW: Rgb = [56, 18, 16];
const WRONG_HIGH: Rgb = [255, 96, 48];
const BLACK: Rgb = [0, 0, 0];
const WHITE: Rgb = [255, 255, 255];

const mix = (a: Rgb, b: Rgb, share: number): Rgb => [
  a[0] + (b[0] - a[0]) * share,
  a[1] + (b[1] - a[1]) * share,
  a[2] + (b[2] - a[2]) * share,
];

/** Relative brightness 0..255 with the weights of ITU-R BT.601. */
const brightness = ([red, green, blue]: Rgb): number => 0.299 * red + 0.587 * green + 0.114 * blue;

/**
 * The colours of a cell that holds `share` (0..1) of its row. Both scales are bent to where the shares of a useful
 * network lie: right ones near 1, wrong ones near 0.
 */
export function heat(share: number, isRight: boolean): Heat {
  const ground = isRight ? mix(RIGHT_LOW, RIGHT_HIGH, share ** 3) : mix(WRONG_LOW, WRONG_HIGH, share ** 0.35);
  const text = brightness(ground) > 100 ? BLACK : WHITE;
  return { ground, text, quiet: mix(text, ground, 0.2) };
}
