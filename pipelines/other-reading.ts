import type { OtherReading } from '../src/counting/evaluation.js';
import { WELL_READ } from '../src/counting/reading-sample.js';
import { grouped } from '../src/counting/wording.js';
import { DigitflowError } from '../src/errors.js';
import type { ReadingFlags } from '../src/formats/reading.js';
import { isStream } from '../src/inputs/first-bytes.js';
import type { Input } from '../src/inputs/input.js';
import type { ImagesSpec } from '../src/inputs/open-inputs.js';
import { surerReading } from '../src/insight/odd-images.js';
import {
  betterReading,
  changedNormalization,
  type PixelChange,
  type ReadingChange,
} from '../src/insight/other-readings.js';
import {
  affordable,
  plainlyRight,
  type ReadRecords,
  rightOnes,
  shareOfRight,
} from '../src/insight/readings.js';
import type { ImageSet } from '../src/insight/run-images.js';
import type { Network } from '../src/network/network.js';
import { describeNormalization, type Normalization } from '../src/network/normalization.js';
import { askNetwork } from './ask-network.js';
import { type HeldImages, hold } from './hold.js';

/** How an input was read. */
export interface HowRead {
  readonly network: Network;
  readonly guesses: Input['guesses'];
  readonly reading: ReadingFlags;
}

/** What was read, and how. */
export interface ReadInput extends HowRead {
  readonly spec: ImagesSpec;
  /** Records that the network reads badly, as they were read. */
  readonly records: ReadRecords;
}

/** The reading under which the network is right far more often; null where there is none. */
export async function findOtherReading(read: ReadInput): Promise<OtherReading | null> {
  return otherReadingOf(read) ?? otherEnd(read);
}

/** The same, of readings of these records alone. */
export function otherReadingOf(read: Omit<ReadInput, 'spec'>): OtherReading | null {
  const found = betterReading(read.network, read.records);
  if (found === null) return null;
  const { normalization } = read.records;
  const parts = [...pixelParts(found.change, read, normalization), ...labelParts(found.change, read)];
  return {
    words: parts.map(({ words }) => words).join(', '),
    flags: parts.map(({ flag }) => flag).join(' '),
    images: found.images,
    accuracy: found.share,
    accuracyAsRead: found.shareAsRead,
  };
}

/** So many readings may be tried without a wait: few images are looked at. */
const READINGS = 32;

/** The same for images that are held, where the network reads them badly. */
export async function otherReadingOfHeld(
  network: Network,
  images: HeldImages,
  spec: ImagesSpec,
  reading: ReadingFlags,
): Promise<OtherReading | null> {
  const { labels, guesses } = images;
  if (labels === null) return null;
  const records: ReadRecords = affordable(network, { ...images, labels }, READINGS);
  if (shareOfRight(rightOnes(network, records)) >= WELL_READ) return null;
  return findOtherReading({ network, guesses, reading, spec, records });
}

interface Part {
  readonly words: string;
  readonly flag: string;
}

function pixelParts(
  change: PixelChange,
  { network, guesses, reading }: HowRead,
  normalization: Normalization,
): Part[] {
  const parts: Part[] = [];
  if (change.transposed) {
    const isTransposed = !normalization.transposed;
    const words = isTransposed ? 'transposed' : 'not transposed';
    parts.push({ words, flag: `--transpose ${isTransposed ? 'yes' : 'no'}` });
  }
  if (change.inverted) parts.push(inversion(change, { network, guesses, reading }, normalization));
  if (change.white !== null) {
    const white = Number(((change.white * whiteOf(guesses, reading)) / 255).toPrecision(3));
    parts.push({ words: `scale 0 to ${white}`, flag: `--scale ${white}` });
  }
  return parts;
}

/** Pixels are inverted by a flag of their own, by the normalization, or not at all. */
function inversion(
  change: PixelChange,
  { network, guesses, reading }: HowRead,
  normalization: Normalization,
): Part {
  const isFlagged =
    reading.invert ?? guesses.some(({ property, value }) => property === 'invert' && value === 'yes');
  if (isFlagged) return { words: 'not inverted', flag: '--no-invert' };
  if (normalization.scale * network.normalization.scale > 0) return { words: 'inverted', flag: '--invert' };
  const whole = changedNormalization(normalization, { ...change, transposed: false, white: null });
  return { words: 'not inverted', flag: `--normalize ${describeNormalization(whole)}` };
}

/** The value that is white: that of bytes where nothing else is known. */
function whiteOf(guesses: Input['guesses'], { scale }: ReadingFlags): number {
  if (typeof scale === 'number') return scale;
  const guess = guesses.find(({ property }) => property === 'scale')?.value;
  return Number(/^0 to (\S+)$/.exec(guess ?? '')?.[1] ?? 255);
}

/** A sentence on images of which the network would be much surer in another reading; null where there is none. */
export function oddImagesWords(images: Omit<ImageSet, 'labels'>, read: HowRead): string | null {
  const found = surerReading(read.network, images);
  if (found === null) return null;
  const parts = pixelParts(found.change, read, images.normalization);
  const [words, flags] = [
    parts.map((part) => part.words).join(', '),
    parts.map(({ flag }) => flag).join(' '),
  ];
  const [margin, asRead] = [found.margin, found.marginAsRead].map((value) => value.toFixed(2));
  const surer = `the network is surer of ${grouped(found.images)} images (margin ${margin}, not ${asRead})`;
  return `read in another way (${words}), ${surer}: say ${flags} if they are so`;
}

/** What labels stand for: numbers from another one on, 10 for 0, or each for itself. */
function labelParts({ classOf }: ReadingChange, { network, guesses, reading }: HowRead): Part[] {
  if (classOf === null) return [];
  const { classes } = network;
  const words = 'labels for other classes';
  // Which labels were mapped to a class is not known here.
  if (reading.labelMap !== undefined || guesses.some(({ property }) => property === 'label-map'))
    return [{ words, flag: '--label-map' }];
  const counted = reading.labelsFrom ?? guesses.find(({ property }) => property === 'labels-from')?.value;
  const areNumbers = classes.every((name) => /^\d+$/.test(name));
  const labelOf = (k: number) =>
    counted === undefined && areNumbers ? Number(classes[k]) : k + Number(counted ?? 0);
  const seen = classOf
    .map((k, own) => ({ k, label: labelOf(own), isMoved: k !== own }))
    .filter(({ k }) => k >= 0);
  const from = seen[0].label - seen[0].k;
  if (from >= 0 && seen.every(({ k, label }) => label - k === from))
    return [{ words: `labels from ${from}`, flag: `--labels-from ${from}` }];
  const mapOf = (moved: typeof seen) => moved.map(({ k, label }) => `${label}=${classes[k]}`).join(',');
  // 10 stands for the digit 0 in MATLAB.
  if (classes[0] === '0' && seen.every(({ k, label }) => k === label % classes.length)) {
    const ten = mapOf(seen.filter(({ k, label }) => k !== label));
    const flag = `${counted === undefined ? '' : '--labels-from 0 '}--label-map ${ten}`;
    return [{ words: `label ${ten.replace('=', ' for ')}`, flag }];
  }
  return [{ words, flag: `--label-map ${mapOf(seen.filter(({ isMoved }) => isMoved))}` }];
}

/** Of rows of text whose label stands at one end the label may stand at the other; only what can be read again is. */
async function otherEnd({
  spec,
  guesses,
  network,
  reading,
  records,
}: ReadInput): Promise<OtherReading | null> {
  const place = guesses.find(({ property }) => property === 'label')?.value;
  const label = { 'column first': 'last', 'column last': 'first' }[place ?? ''];
  if (label === undefined || spec.images === undefined || isStream(spec.images)) return null;
  const read = (flags: ReadingFlags) =>
    rightUnder(spec, network, { ...reading, ...flags }, records.normalization);
  const [asRead, other] = [await read({}), await read({ label })];
  if (asRead === null || other === null || plainlyRight([other, asRead]) !== 0) return null;
  return {
    ...{ words: `label column ${label}`, flags: `--label ${label}`, images: other.right.length },
    ...{ accuracy: shareOfRight(other.right), accuracyAsRead: shareOfRight(asRead.right) },
  };
}

/** Which of the first records are right under a reading; null where they cannot be read so. */
async function rightUnder(
  spec: ImagesSpec,
  network: Network,
  reading: ReadingFlags,
  normalization: Normalization,
): Promise<{ readonly right: Uint8Array; readonly labels: Uint8Array } | null> {
  const choose = askNetwork(network, normalization, { asksTurns: false });
  try {
    const { labels, ...images } = await hold(spec, {
      network,
      reading,
      choose,
      digest: 'never',
      limit: 1000,
    });
    return labels && { right: rightOnes(network, { ...images, labels, normalization }), labels };
  } catch (error) {
    if (error instanceof DigitflowError) return null;
    throw error;
  }
}
