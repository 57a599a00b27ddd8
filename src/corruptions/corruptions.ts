import { createRandom, type Random } from '../network/random.js';
import { blur, type Canvas, erode, warp } from './canvas.js';

/** A way in which images get worse, in five strengths, after MNIST-C (Mu and Gilmer, arXiv:1906.02337). */
export interface Corruption {
  readonly name: CorruptionName;
  /** What the strengths are: `pixels`, `degrees`. */
  readonly unit: string;
  /** Five, the weakest first. */
  readonly strengths: readonly number[];
  /** Makes the target of a canvas of its source. */
  apply(canvas: Canvas, strength: number, random: Random): void;
}

/** The ways to make images worse, in the order in which they are shown. */
export const CORRUPTION_NAMES = [
  'shift',
  'rotate',
  'scale',
  'shear',
  'thin',
  'thick',
  'noise',
  'blur',
  'contrast',
  'occlusion',
  'stripes',
  'inverted',
] as const;

/** One of the ways to make images worse. */
export type CorruptionName = (typeof CORRUPTION_NAMES)[number];

const IDENTITY = { xx: 1, xy: 0, yx: 0, yy: 1, x: 0, y: 0 };
const sign = (random: Random) => (random.uniform() < 0.5 ? -1 : 1);

/** Each pixel of the source made into one of the target. */
function each({ source, target }: Canvas, pixelOf: (pixel: number) => number): void {
  for (let at = 0; at < source.length; at++) {
    const pixel = pixelOf(source[at]);
    target[at] = pixel > 0 ? Math.min(255, pixel + 0.5) : 0;
  }
}

const OF: Readonly<Record<CorruptionName, Omit<Corruption, 'name'>>> = {
  shift: {
    unit: 'pixels of 28, in any direction',
    strengths: [1, 2, 3, 4, 5],
    apply(canvas, strength, random) {
      const angle = 2 * Math.PI * random.uniform();
      const length = strength * canvas.unit;
      warp(canvas, { ...IDENTITY, x: length * Math.cos(angle), y: length * Math.sin(angle) });
    },
  },
  rotate: {
    unit: 'degrees, either way',
    strengths: [6, 12, 18, 24, 30],
    apply(canvas, strength, random) {
      const angle = (sign(random) * strength * Math.PI) / 180;
      const [sine, cosine] = [Math.sin(angle), Math.cos(angle)];
      warp(canvas, { ...IDENTITY, xx: cosine, xy: -sine, yx: sine, yy: cosine });
    },
  },
  scale: {
    unit: 'times as large, or as small',
    strengths: [1.1, 1.2, 1.3, 1.4, 1.5],
    apply(canvas, strength, random) {
      const factor = sign(random) < 0 ? strength : 1 / strength;
      warp(canvas, { ...IDENTITY, xx: factor, yy: factor });
    },
  },
  shear: {
    unit: 'pixels sideways a row, either way',
    strengths: [0.1, 0.2, 0.3, 0.4, 0.5],
    apply(canvas, strength, random) {
      warp(canvas, { ...IDENTITY, xy: sign(random) * strength });
    },
  },
  thin: {
    unit: 'pixels of 28 off each edge',
    strengths: [0.25, 0.5, 0.75, 1, 1.25],
    apply: (canvas, strength) => erode(canvas, strength * canvas.unit, false),
  },
  thick: {
    unit: 'pixels of 28 on each edge',
    strengths: [0.5, 1, 1.5, 2, 2.5],
    apply: (canvas, strength) => erode(canvas, strength * canvas.unit, true),
  },
  noise: {
    unit: 'standard deviation, of white',
    strengths: [0.1, 0.2, 0.3, 0.4, 0.5],
    apply(canvas, strength, random) {
      // The sum of four uniform numbers is Gaussian but for its tails; its variance is 4/12.
      const scale = (strength * 255) / Math.sqrt(1 / 3);
      const { uniform } = random;
      each(canvas, (pixel) => {
        const bits = uniform() * 2 ** 32;
        const sum = (bits & 255) + ((bits >>> 8) & 255) + ((bits >>> 16) & 255) + (bits >>> 24);
        return pixel + scale * ((sum + 2) / 256 - 2);
      });
    },
  },
  blur: {
    unit: 'pixels of 28, standard deviation',
    strengths: [0.5, 1, 1.5, 2, 2.5],
    apply: (canvas, strength) => blur(canvas, strength * canvas.unit),
  },
  contrast: {
    unit: 'times the contrast',
    strengths: [0.75, 0.5, 0.3, 0.2, 0.1],
    apply(canvas, strength) {
      const mean = canvas.source.reduce((sum, pixel) => sum + pixel, 0) / canvas.source.length;
      each(canvas, (pixel) => mean + strength * (pixel - mean));
    },
  },
  occlusion: {
    unit: 'pixels of 28, side of a black square',
    strengths: [4, 6, 8, 10, 12],
    apply({ source, target, height, width, unit }, strength, random) {
      const side = Math.max(1, Math.round(strength * unit));
      const [left, top] = [
        random.below(Math.max(1, width - side + 1)),
        random.below(Math.max(1, height - side + 1)),
      ];
      target.set(source);
      for (let y = top; y < Math.min(height, top + side); y++) {
        target.fill(0, y * width + left, y * width + Math.min(width, left + side));
      }
    },
  },
  stripes: {
    unit: 'white rows or columns',
    strengths: [1, 2, 3, 4, 5],
    apply({ source, target, height, width }, strength, random) {
      target.set(source);
      const isRow = random.uniform() < 0.5;
      for (let stripe = 0; stripe < strength; stripe++) {
        const at = random.below(isRow ? height : width);
        if (isRow) target.fill(255, at * width, (at + 1) * width);
        else for (let y = 0; y < height; y++) target[y * width + at] = 255;
      }
    },
  },
  inverted: {
    unit: 'of the way to its negative',
    strengths: [0.2, 0.4, 0.6, 0.8, 1],
    apply: (canvas, strength) => each(canvas, (pixel) => pixel + strength * (255 - 2 * pixel)),
  },
};

/** All corruptions, in the order in which they are shown. */
export const CORRUPTIONS: readonly Corruption[] = CORRUPTION_NAMES.map((name) => ({ name, ...OF[name] }));

/** How images lie in memory, as their normalization says. */
export interface Stored {
  /** True where they lie column by column. */
  readonly transposed: boolean;
  /** True where dark pixels are what is bright to the network. */
  readonly inverted: boolean;
}

/**
 * Makes an image worse as somebody sees it, however it is stored. What is random depends on `seed`, corruption, strength and
 * the record's index alone: so not on workers or batches.
 *
 * @param image  `(height * width)` u8 as stored, as is `target`
 * @param canvas for images as they are seen: for transposed ones with height and width the other way round
 * @param level  which of the strengths, from 0
 */
export function corrupt(
  image: Uint8Array,
  target: Uint8Array,
  canvas: Canvas,
  { transposed, inverted }: Stored,
  { corruption, level, seed, index }: CorruptionOfRecord,
): void {
  const { height, width, source } = canvas;
  const turned = transposed ? placesOf(height, width) : null;
  for (let at = 0; at < source.length; at++) {
    const pixel = image[turned === null ? at : turned[at]];
    source[at] = inverted ? 255 - pixel : pixel;
  }
  const which = CORRUPTION_NAMES.indexOf(corruption.name) * corruption.strengths.length + level;
  corruption.apply(canvas, corruption.strengths[level], createRandom(seedOf(seed, which, index)));
  for (let at = 0; at < source.length; at++) {
    const pixel = canvas.target[at];
    target[turned === null ? at : turned[at]] = inverted ? 255 - pixel : pixel;
  }
}

/** What is done to which record. */
export interface CorruptionOfRecord {
  readonly corruption: Corruption;
  readonly level: number;
  readonly seed: number;
  readonly index: number;
}

/** Where each pixel of an image lies that is stored column by column. */
function placesOf(height: number, width: number): Uint32Array {
  if (known?.height === height && known.width === width) return known.places;
  const places = Uint32Array.from({ length: height * width }, (_, at) => {
    const [y, x] = [Math.floor(at / width), at % width];
    return x * height + y;
  });
  known = { height, width, places };
  return places;
}

let known: { readonly height: number; readonly width: number; readonly places: Uint32Array } | undefined;

/** Numbers that differ a little become seeds that have nothing to do with each other. */
function seedOf(seed: number, which: number, index: number): number {
  const low = mix(mix(mix(seed) ^ which) ^ index);
  const high = mix(low ^ Math.floor(index / 2 ** 32) ^ Math.floor(seed / 2 ** 32)) & 0x1fffff;
  return high * 2 ** 32 + low;
}

/** The finalizer of MurmurHash3 (Austin Appleby), after a step that leaves no 0. */
function mix(value: number): number {
  let hash = (value + 0x9e3779b9) >>> 0;
  hash = Math.imul(hash ^ (hash >>> 16), 0x85ebca6b);
  hash = Math.imul(hash ^ (hash >>> 13), 0xc2b2ae35);
  return (hash ^ (hash >>> 16)) >>> 0;
}
