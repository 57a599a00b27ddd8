import type { OtherReading } from '../../src/counting/evaluation.js';
import { DigitflowError, type ErrorCode } from '../../src/errors.js';
import { unexpected } from '../../src/formats/content/content.js';
import { isPng } from '../../src/formats/pictures/is-picture.js';
import { contentOf } from '../../src/formats/recognize.js';
import { readWhole } from '../../src/inputs/bytes/read-whole.js';
import { isStream } from '../../src/inputs/first-bytes.js';
import { type Model, type ModelOptions, modelOf } from '../../src/inputs/models/open-model.js';
import type { ImagesSpec } from '../../src/inputs/open-inputs.js';
import {
  type DetectorReport,
  detect,
  type Rectangle,
  type RegionWeights,
  rectangleRegion,
  regionWeights,
} from '../../src/insight/detector.js';
import { checkPlace, type NeuronPlace } from '../../src/insight/explain.js';
import { type NetworkReport, networkReport } from '../../src/insight/network-report.js';
import { type NeuronReport, neuronReport } from '../../src/insight/neuron-report.js';
import type { ImageSet } from '../../src/insight/run-images.js';
import { brightnessOf } from '../../src/network/feed-forward.js';
import type { ImageSize, Network } from '../../src/network/network.js';
import { blackAndWhite, type Normalization } from '../../src/network/normalization.js';
import { type Picture, shade } from '../../src/views/picture.js';
import { askNetwork } from '../ask-network.js';
import { type HeldImages, type HoldOptions, hold, type ReadingOptions } from '../hold.js';

/** Which images to look at: of any format, with labels where there are any. Default: the bundled test set. */
export interface LookImages extends ImagesSpec, ReadingOptions {
  /** Called with why labels were left out that came with the images. Without it they are an error. */
  readonly onLabelsLeftOut?: ((why: string) => void) | undefined;
  /** Is told of another reading of given images, where the network is right far more often under it. */
  readonly onOtherReading?: ((other: OtherReading) => void) | undefined;
}

/** Which network to look at, and with which images. */
export interface LookOptions extends LookImages, ModelOptions {
  /** Look at the first images only. Default: all. */
  readonly limit?: number | undefined;
}

/** What every view of a network begins with. */
export interface LookHead {
  /** The network: its name, and the SHA-256 of its file, null where it has none. */
  readonly model: Pick<Model, 'name' | 'sha256'>;
  /** The name of each class, in the order of the outputs. */
  readonly classes: readonly string[];
  /** The name of the images, how many there are, and their size in pixels. */
  readonly data: { readonly name: string; readonly images: number } & ImageSize;
}

/** A view of a whole network. */
export interface NetworkView extends LookHead {
  /** Its numbers, and what each neuron is worth. */
  readonly network: NetworkReport;
}

/**
 * Looks at a whole network: its layers and numbers, and what each neuron is worth on the images.
 *
 * @throws DigitflowError what `openLook` throws
 */
export async function lookNetwork(options: LookOptions = {}): Promise<NetworkView> {
  const { network, images, head } = await openLook(options);
  return { ...head, network: networkReport(network, images) };
}

/**
 * Opens a network, checks it before any image is read, and reads the images to look at it with.
 *
 * @throws DigitflowError what `loadModel`, `check` and `hold` throw, INPUT_SIZE where there are no images
 */
export async function openLook(options: LookOptions, check: (network: Network) => void = () => {}) {
  const { network, name, sha256 } = await modelOf(options);
  check(network);
  const images = await holdToLook(options, network, { limit: options.limit });
  if (images.count === 0) {
    const message = `${images.name}: expected images to look at, found none; give others`;
    throw new DigitflowError('INPUT_SIZE', message);
  }
  await tellOtherReading(network, images, options);
  const data = { name: images.name, images: images.count, ...images.image };
  const head: LookHead = { model: { name, sha256 }, classes: network.classes, data };
  return { network, images, head };
}

async function tellOtherReading(network: Network, images: HeldImages, options: LookOptions): Promise<void> {
  const { onOtherReading, reading = {} } = options;
  if (onOtherReading === undefined || options.images === undefined) return;
  const { otherReadingOfHeld } = await import('../other-reading.js');
  const other = await otherReadingOfHeld(network, images, options, reading);
  if (other !== null) onOtherReading(other);
}

const LABEL_FAULTS: readonly ErrorCode[] = [
  'LABEL_OUT_OF_RANGE',
  'LABEL_NOT_ONE_HOT',
  'LABEL_SHAPE',
  'LABEL_AMBIGUOUS',
];

/** Holds images to look at. Labels of other classes that came with them are left out: pictures can be seen without. */
export async function holdToLook(
  spec: LookImages,
  network: Network,
  which: Pick<HoldOptions, 'first' | 'limit'>,
): Promise<HeldImages> {
  const { onLabelsLeftOut, labels, reading, onOpened, onPictures, images = null } = spec;
  // Of the bundled set all is known.
  const choose = images ? askNetwork(network, network.normalization) : undefined;
  const told = { reading, choose, onOpened, onPictures };
  const options = { network, labelled: 'optional', digest: 'never', ...told, ...which } as const;
  try {
    return await hold(spec, options);
  } catch (error) {
    const isFault = error instanceof DigitflowError && LABEL_FAULTS.includes(error.code);
    const isAskedFor = (labels ?? reading?.label) !== undefined;
    const canBeReadAgain = images === null || !isStream(images);
    if (!isFault || isAskedFor || !canBeReadAgain || onLabelsLeftOut === undefined) throw error;
    onLabelsLeftOut(error.message);
    return hold(spec, { ...options, labelled: 'ignored', onOpened: undefined });
  }
}

/** Some of the images, as the network sees them: its black is 0, its white 255. */
function picturesOf(
  { pixels, normalization }: ImageSet,
  size: ImageSize,
  shown: readonly { readonly index: number }[],
): Picture[] {
  const bytes = size.height * size.width;
  const range = { ...size, ...blackAndWhite(normalization) };
  return shown.map(({ index }) => {
    const own = pixels.subarray(index * bytes, (index + 1) * bytes);
    return shade(range, brightnessOf(own, normalization, size));
  });
}

/** No picture of a digit is larger: a photo without compression is. A mask has the size of an image. */
const MOST_BYTES = { picture: 64 * 2 ** 20, mask: 2 ** 20 } as const;

/** Reads a picture, or a mask, which may be a drawing in text; throws IMAGE_FORMAT, MEMORY_LIMIT, and what reading throws. */
export function readPicture(path: string, wanted: 'picture' | 'mask'): Promise<Uint8Array> {
  const title = wanted === 'picture' ? 'a PNG or JPEG' : 'a drawing in text, or a PNG';
  const check = (start: Uint8Array, name: string): void => {
    const content = contentOf(start);
    const isMask = content.kind === 'text' || isPng(start);
    if (wanted === 'picture' ? content.kind === 'picture' : isMask) return;
    throw new DigitflowError('IMAGE_FORMAT', `${name}: ${unexpected(wanted, title, content)}`);
  };
  const limit = { mostBytes: MOST_BYTES[wanted], tooLarge: 'MEMORY_LIMIT' } as const;
  return readWhole(path, { title, ...limit, mayBeWeb: wanted === 'picture', check });
}

/** Which neuron to look at, in which network, with which images. */
export interface LookNeuronOptions extends LookOptions {
  /** Which one: its layer from 1, its number from 0. */
  readonly neuron: NeuronPlace;
  /** How many of the images that light it most to show, and as many that light it least, from 0 up. Default 5. */
  readonly count?: number | undefined;
}

/** A view of one neuron, with the images of `lightsMost` and of `lightsLeast` as the network sees them. */
export interface NeuronView extends LookHead {
  /** Its numbers. */
  readonly neuron: NeuronReport;
  /** The images of `lightsMost` and of `lightsLeast`, as the network sees them. */
  readonly pictures: { readonly most: readonly Picture[]; readonly least: readonly Picture[] };
}

/**
 * Looks at one neuron of a network.
 *
 * @throws DigitflowError USAGE for a neuron that is not there; what `loadModel` and the source of images throw.
 */
export async function lookNeuron(options: LookNeuronOptions): Promise<NeuronView> {
  const place = options.neuron;
  const { network, images, head } = await openLook(options, (opened) => checkPlace(opened, place));
  const neuron = neuronReport(network, images, place, options.count ?? 5);
  const most = picturesOf(images, network.image, neuron.lightsMost);
  const least = picturesOf(images, network.image, neuron.lightsLeast);
  return { ...head, neuron, pictures: { most, least } };
}

/** What to detect, and where. */
export interface LookDetectorOptions extends LookOptions, RegionWeights {
  /** The region, in pixels. */
  readonly rectangle?: Rectangle | undefined;
  /** Or a file with a drawing of the region: text or PNG, see `readMask`. */
  readonly mask?: string | undefined;
  /** Minus the threshold. Default 0. */
  readonly bias?: number | undefined;
  /** How many of the brightest images to show, and as many of the darkest. Default 5. */
  readonly count?: number | undefined;
}

/** A view of a detector, with its brightest and darkest images. Of the network it takes image size and classes alone. */
export interface DetectorView extends LookHead, Pick<NeuronView, 'pictures'> {
  /** What it finds. */
  readonly detector: DetectorReport;
}

/**
 * Lays a handmade pattern detector over images.
 *
 * @throws DigitflowError USAGE without a region, or with one that is not within the image; what `readMask`, `loadModel` and
 *   the source of images throw.
 */
export async function lookDetector(options: LookDetectorOptions): Promise<DetectorView> {
  const { rectangle, mask, bias = 0, count = 5 } = options;
  if ((rectangle === undefined) === (mask === undefined)) {
    const found = mask === undefined ? 'none' : 'two';
    const message = `expected a region, found ${found}; give either --rect x,y,w,h or --mask file`;
    throw new DigitflowError('USAGE', message);
  }
  const { network, images, head } = await openLook(options);
  const region =
    rectangle === undefined ? await openMask(`${mask}`, network) : rectangleRegion(rectangle, network.image);
  const detector = { ...network.image, weights: regionWeights(region, network.image, options), bias };
  const unit = { ...images, normalization: unitBrightness(images.normalization) };
  const found = detect(detector, unit, network.classes.length, count);
  const most = picturesOf(unit, network.image, found.brightest);
  const least = picturesOf(unit, network.image, found.darkest);
  return { ...head, detector: found, pictures: { most, least } };
}

async function openMask(path: string, network: Network): Promise<Float64Array> {
  const bytes = await readPicture(path, 'mask');
  const { readMask } = await import('../../src/formats/pictures/read-mask.js');
  return readMask(bytes, network.image, path);
}

/** A detector sees black as 0 and white as 1, whatever the network was trained on; the orientation stays. */
function unitBrightness({ scale, transposed }: Normalization): Normalization {
  return scale < 0 ? { scale: -1 / 255, offset: 1, transposed } : { scale: 1 / 255, offset: 0, transposed };
}
