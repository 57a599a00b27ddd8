/**
 * What stored pixels mean: the value that is white, where 0 is black; those that are black and white; or the mean and the
 * standard deviation of brightness, from 0 to 1, by which they were standardized.
 */
export type Scale =
  | number
  | { readonly low: number; readonly high: number }
  | { readonly mean: number; readonly std: number };

/** The values that are black and white. A pixel is the nearest of 256 levels between them. */
export interface Levels {
  readonly black: number;
  readonly white: number;
}

export function levelsOf(scale: Scale): Levels {
  if (typeof scale === 'number') return { black: 0, white: scale };
  if ('low' in scale) return { black: scale.low, white: scale.high };
  return { black: (0 - scale.mean) / scale.std, white: (1 - scale.mean) / scale.std };
}

/** The level of a value, from 0 to 255; undefined for one that is out of range, or NaN. */
export function levelOf(value: number, { black, white }: Levels): number | undefined {
  const level = Math.floor(((value - black) * 255) / (white - black) + 0.5);
  // Where black is 0, the ends are exact. Others were rounded when they were written.
  const isWithin = black === 0 ? value >= 0 && value <= white : level >= 0 && level <= 255;
  return isWithin ? level : undefined;
}

const NUMBER = String.raw`[+-]?(?:\d+\.?\d*|\.\d+)(?:e[+-]?\d+)?`;
const WHITE = new RegExp(`^(${NUMBER})$`, 'i');
const RANGE = new RegExp(`^(${NUMBER})\\.\\.(${NUMBER})$`, 'i');
const STANDARDIZED = new RegExp(`^mean=(${NUMBER}),std=(${NUMBER})$`, 'i');

/** Reads `255`, `-1..1` or `mean=0.1307,std=0.3081`; undefined for anything else. */
export function parseScale(text: string): Scale | undefined {
  const [white, range, standardized] = [WHITE, RANGE, STANDARDIZED].map((form) =>
    form.exec(text.replace(/\s/g, ''))?.slice(1).map(Number),
  );
  const scale =
    white?.[0] ??
    (range && { low: range[0], high: range[1] }) ??
    (standardized && { mean: standardized[0], std: standardized[1] });
  return scale !== undefined && isScale(scale) ? scale : undefined;
}

/** Whether it is a scale, and white above black. */
export function isScale(scale: unknown): scale is Scale {
  const ends = [['low', 'high'] as const, ['mean', 'std'] as const];
  const given = Object(scale) as Record<string, unknown>;
  const isPair = ends.some((pair) => pair.every((name) => typeof given[name] === 'number'));
  if (typeof scale !== 'number' && !isPair) return false;
  const { black, white } = levelsOf(scale as Scale);
  return Number.isFinite(black) && Number.isFinite(white) && white > black;
}

/** As its flag takes it: `255`, `-1..1`, `mean=0.1307,std=0.3081`. */
export function scaleText(scale: Scale): string {
  if (typeof scale === 'number') return `${scale}`;
  return 'low' in scale ? `${scale.low}..${scale.high}` : `mean=${scale.mean},std=${scale.std}`;
}

/** In words: `0 to 255`. */
export function scaleWords(scale: Scale): string {
  const { black, white } = levelsOf(scale);
  return typeof scale === 'number' || 'low' in scale ? `${black} to ${white}` : scaleText(scale);
}

/** What the first pixels are like. */
export interface SeenPixels {
  /** Below 0 only where most records have such pixels. */
  readonly smallest: number;
  readonly largest: number;
  readonly hasFraction: boolean;
  /** How many pixels are not 0. */
  readonly lit: number;
}

/** The brightest pixel of digits of 0 to 255 is at least so bright. */
export const LEAST_WHITE = 128;
/** The brightest of scikit-learn's and UCI's digits. */
const SIXTEEN = 16;
/** Fewer pixels that are not black tell nothing. */
const LEAST_LIT = 20;
/** The mean and the standard deviation of MNIST, as PyTorch's examples have them. */
const MNIST_STANDARD = { mean: 0.1307, std: 0.3081 };

/** The scales that pixels may be of, likeliest first: `usual` where they do not tell, none where no usual one fits. */
export function scaleReadings(seen: SeenPixels, usual: number): readonly Scale[] {
  const { smallest, largest, hasFraction } = seen;
  if (smallest < 0) return signedScales(smallest, largest);
  if (largest > 255) return [];
  if (largest >= LEAST_WHITE) return [255];
  if (hasFraction && largest <= 1) return [1];
  if (!tellsScale(seen)) return [usual];
  if (largest <= 1) return [1];
  return largest > SIXTEEN ? [255, Math.ceil(largest)] : [SIXTEEN, 255];
}

/** Whether there are pixels enough to tell a scale by. */
export function tellsScale({ largest, hasFraction, lit }: SeenPixels): boolean {
  return largest >= LEAST_WHITE || hasFraction || lit >= LEAST_LIT;
}

function signedScales(smallest: number, largest: number): readonly Scale[] {
  const { black, white } = levelsOf(MNIST_STANDARD);
  const isNear = (value: number, to: number) => Math.abs(value - to) < 0.001 * (white - black);
  if (isNear(smallest, black) && isNear(largest, white)) return [MNIST_STANDARD];
  if (smallest < -1 || largest > 1) return [];
  const usual = { low: -1, high: 1 };
  return smallest === -1 && largest === 1 ? [usual] : [usual, { low: smallest, high: largest }];
}

/** What to say of pixels that are of no usual scale. */
export function unusualScale({ smallest, largest }: SeenPixels): string {
  if (smallest >= 0) return `found brighter ones, up to ${largest}: say --scale with the value that is white`;
  const say = `say --scale with their mean and standard deviation, such as ${scaleText(MNIST_STANDARD)}`;
  return `found ${smallest} to ${largest}: if they were standardized, ${say}, or --scale ${smallest}..${largest}`;
}
