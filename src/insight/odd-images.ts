import { marginOf } from '../network/feed-forward.js';
import type { Network } from '../network/network.js';
import type { Normalization } from '../network/normalization.js';
import { changedNormalization, type PixelChange, pixelChanges } from './other-readings.js';
import { affordable, chanceOfLarger } from './readings.js';
import { type ImageSet, runImages } from './run-images.js';

/** A reading of images under which the network is surer of its answers: margins, 0..1, means over the images. */
export interface SurerReading {
  readonly change: PixelChange;
  /** How many were looked at. */
  readonly images: number;
  readonly margin: number;
  readonly marginAsRead: number;
}

/** A background so bright is that of black on white. */
const BRIGHT = 0.5;
/** The network must be so sure. */
const LEAST_MARGIN = 0.8;
/** And so much surer than of what was read, by what has at most this chance: bright images are suspect as they are. */
const DARK_LIMITS = { gain: 0.15, chance: 1e-6 };
const BRIGHT_LIMITS = { gain: 0.05, chance: 0.05 };

/** Whether most of the images' pixels are bright for the network: digits are dark on bright paper then. */
function isBright(pixels: Uint8Array, { scale }: Pick<Normalization, 'scale'>): boolean {
  let sum = 0;
  for (const pixel of pixels) sum += pixel;
  const brightness = sum / (255 * pixels.length);
  return (scale < 0 ? 1 - brightness : brightness) > BRIGHT;
}

/**
 * The reading under which the network is much surer of images whose labels nobody knows: transposed, of a darker white, and
 * inverted where they are bright, and only there: bright images make some networks sure of anything. Null where there is none.
 */
export function surerReading(network: Network, sample: Omit<ImageSet, 'labels'>): SurerReading | null {
  const isBrightNow = isBright(sample.pixels, sample.normalization);
  const changes = pixelChanges(sample).filter((change, at) => at === 0 || change.inverted === isBrightNow);
  const images = affordable(network, sample, changes.length);
  const [asRead, ...others] = changes.map((change) => ({
    change,
    margins: marginsOf(network, {
      ...images,
      normalization: changedNormalization(images.normalization, change),
    }),
  }));
  const marginAsRead = meanOf(asRead.margins);
  const { gain, chance } = isBrightNow ? BRIGHT_LIMITS : DARK_LIMITS;
  const surer = others
    .map(({ change, margins }) => ({ change, margins, margin: meanOf(margins) }))
    .filter(({ margin }) => margin > Math.max(LEAST_MARGIN, marginAsRead + gain))
    .filter(({ margins }) => chanceOfLarger(margins, asRead.margins) <= chance)
    .sort((a, b) => b.margin - a.margin);
  if (surer.length === 0) return null;
  const [{ change, margin }] = surer;
  return { change, images: images.count, margin, marginAsRead };
}

/** By how much the largest output is above the second: `(count)` float64. */
function marginsOf(network: Network, images: Omit<ImageSet, 'labels'>): Float64Array {
  const runs = runImages(network, images);
  const { values, outputs } = runs[runs.length - 1];
  return Float64Array.from({ length: images.count }, (_, image) =>
    marginOf(values.subarray(image * outputs, (image + 1) * outputs)),
  );
}

function meanOf(values: Float64Array): number {
  return values.reduce((sum, value) => sum + value, 0) / values.length;
}
