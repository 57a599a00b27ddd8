import { DigitflowError } from '../src/errors.js';
import { readMask } from '../src/formats/pictures/read-picture.js';
import {
  type DetectorReport,
  detect,
  type Rectangle,
  type RegionWeights,
  rectangleRegion,
  regionWeights,
} from '../src/insight/detector.js';
import type { Normalization } from '../src/network/normalization.js';
import type { Picture } from '../src/views/picture.js';
import { type LookHead, type LookOptions, openLook, pictureAt, readPicture } from './look.js';

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

/** A view of a detector. Of the network it takes the image size and the classes, no weights. */
export interface DetectorView extends LookHead {
  readonly detector: DetectorReport;
  /** The images of `detector.brightest` and `detector.darkest`. */
  readonly pictures: { readonly most: readonly Picture[]; readonly least: readonly Picture[] };
}

/**
 * Lays a handmade pattern detector over images.
 *
 * @throws DigitflowError USAGE without a region, or with one that is not within the image; what `readMask`, `openModel` and
 *   the source of images throw.
 */
export async function lookDetector(options: LookDetectorOptions): Promise<DetectorView> {
  const { rectangle, mask, bias = 0, count = 5 } = options;
  if ((rectangle === undefined) === (mask === undefined)) {
    const found = mask === undefined ? 'none' : 'two';
    throw new DigitflowError(
      'USAGE',
      `expected a region, found ${found}; give either --rect x,y,w,h or --mask file`,
    );
  }
  const { network, images, head } = await openLook(options);
  const region =
    rectangle === undefined
      ? readMask(readPicture(`${mask}`), network.image, `${mask}`)
      : rectangleRegion(rectangle, network.image);
  const detector = { ...network.image, weights: regionWeights(region, network.image, options), bias };
  const unit = { ...images, normalization: unitBrightness(images.normalization) };
  const found = detect(detector, unit, network.classes.length, count);
  const pictures = (of: DetectorReport['brightest']) =>
    of.map(({ index }) => pictureAt(unit, network.image, index));
  return {
    ...head,
    detector: found,
    pictures: { most: pictures(found.brightest), least: pictures(found.darkest) },
  };
}

/** A detector sees black as 0 and white as 1, whatever the network was trained on; the orientation stays. */
function unitBrightness({ scale, transposed }: Normalization): Normalization {
  return scale < 0 ? { scale: -1 / 255, offset: 1, transposed } : { scale: 1 / 255, offset: 0, transposed };
}
