import type { Network } from '../network/network.js';
import type { Normalization } from '../network/normalization.js';
import {
  affordable,
  chanceOf,
  isPlainlyBetter,
  isRight,
  NO_ACCIDENT,
  predictionsOf,
  type ReadRecords,
  shareOfRight,
} from './readings.js';
import type { ImageSet } from './run-images.js';

/** What is other in the reading of pixels. */
export interface PixelChange {
  readonly transposed: boolean;
  readonly inverted: boolean;
  /** The pixel that is white; null where it stays 255. */
  readonly white: number | null;
}

/** What is other in a reading: of the pixels, and of the labels. */
export interface ReadingChange extends PixelChange {
  /** The class that each label stands for, -1 where none was seen; null where it stays its own. */
  readonly classOf: readonly number[] | null;
}

/** Another reading that fits far better. */
export interface BetterReading {
  readonly change: ReadingChange;
  /** How many were tried. */
  readonly images: number;
  /** How much of the records is right under it, and as they were read: 0..1. */
  readonly share: number;
  readonly shareAsRead: number;
}

/** A white that is as dark as this is white of another scale. */
const DARKEST_WHITE = 128;
/** So much better another reading is, or it is not worth a word. */
const FAR_BETTER = 0.1;

/**
 * The reading that fits far better than the one that was taken: it is right for more than half of the records, by what no
 * chance explains, and changes as little as may be. Null where there is none.
 */
export function betterReading(network: Network, sample: ReadRecords): BetterReading | null {
  if (sample.count === 0) return null;
  const classCount = network.classes.length;
  const changes = pixelChanges(sample);
  const records = affordable(network, sample, changes.length);
  const tried = changes.flatMap((change) => {
    const normalization = changedNormalization(records.normalization, change);
    const predictions = predictionsOf(network, { ...records, normalization });
    const classOf = relabelling(records.labels, predictions, classCount);
    return [null, ...(classOf === null ? [] : [classOf])].map((map) => ({
      change: { ...change, classOf: map },
      right: predictions.map((prediction, i) => (prediction === classAt(records.labels[i], map) ? 1 : 0)),
    }));
  });
  const asRead = tried[0].right;
  const shareAsRead = shareOfRight(asRead);
  const better = tried.filter(({ right }) => {
    const share = shareOfRight(right);
    const isFar = share >= shareAsRead + FAR_BETTER && isPlainlyBetter(right, asRead, NO_ACCIDENT);
    return isFar && isRight(right, records.labels);
  });
  const equals = better.filter(({ right }) => !better.some((other) => isPlainlyBetter(other.right, right)));
  const [best] = equals.sort((a, b) => countOf(a.change) - countOf(b.change));
  if (best === undefined) return null;
  return { change: best.change, images: records.count, share: shareOfRight(best.right), shareAsRead };
}

function classAt(label: number, map: readonly number[] | null): number {
  return map === null ? label : map[label];
}

function countOf({ transposed, inverted, white, classOf }: ReadingChange): number {
  return [transposed, inverted, white !== null, classOf !== null].filter(Boolean).length;
}

/** All ways to read the pixels, the one that was taken first. */
export function pixelChanges({ pixels }: Pick<ImageSet, 'pixels'>): PixelChange[] {
  const brightest = pixels.reduce((most, pixel) => Math.max(most, pixel), 0);
  const whites = brightest > 0 && brightest < DARKEST_WHITE ? [null, brightest] : [null];
  return whites.flatMap((white) =>
    [false, true].flatMap((inverted) => [false, true].map((transposed) => ({ transposed, inverted, white }))),
  );
}

/** How a pixel becomes a brightness under another reading. */
export function changedNormalization(
  { scale, offset, transposed }: Normalization,
  change: PixelChange,
): Normalization {
  const stretched = (scale * 255) / (change.white ?? 255);
  return {
    scale: change.inverted ? -stretched : stretched,
    offset: change.inverted ? offset + 255 * scale : offset,
    transposed: transposed !== change.transposed,
  };
}

/**
 * The classes that labels stand for where they are a mere renaming: most records of each label are read as one class, of
 * each label another. Null where they are none, or where chance may have made them so.
 */
function relabelling(
  labels: ArrayLike<number>,
  predictions: Uint8Array,
  classCount: number,
): number[] | null {
  const counts = Array.from({ length: classCount }, () => new Array<number>(classCount).fill(0));
  predictions.forEach((prediction, i) => {
    counts[labels[i]][prediction]++;
  });
  const classOf = counts.map((row) => {
    const most = Math.max(...row);
    return most * 2 > row.reduce((sum, count) => sum + count, 0) ? row.indexOf(most) : -1;
  });
  const seen = classOf.filter((_, label) => counts[label].some((count) => count > 0));
  const isRenaming = !seen.includes(-1) && new Set(seen).size === seen.length;
  if (!isRenaming || classOf.every((k, label) => k === label || k < 0)) return null;
  const sum = (count: (row: number[], label: number) => number) =>
    counts.reduce((all, row, label) => all + (classOf[label] === label ? 0 : count(row, label)), 0);
  const [wins, losses] = [sum((row, label) => row[classOf[label]] ?? 0), sum((row, label) => row[label])];
  // One of so many renamings fits best, whatever the labels are.
  const moved = classOf.filter((k, label) => k >= 0 && k !== label);
  const renamings = moved.reduce((product, _, i) => product * (classCount - i), 1);
  return chanceOf(wins, losses) * renamings <= NO_ACCIDENT ? classOf : null;
}
