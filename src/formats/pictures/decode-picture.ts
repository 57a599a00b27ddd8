import { DigitflowError } from '../../errors.js';
import { hexOf } from '../content/content.js';
import { decodeJpeg } from './decode-jpeg.js';
import { decodePng, type Inflate } from './decode-png.js';
import type { GreyImage } from './grey-image.js';
import { isJpeg, isPng } from './is-picture.js';

/**
 * Decodes a PNG or a JPEG, known by content, to grey.
 *
 * @param inflate what unpacks a PNG faster; needed by none
 * @throws DigitflowError IMAGE_FORMAT when it is neither; PNG_BROKEN, JPEG_BROKEN; MEMORY_LIMIT above 4096 x 4096 pixels.
 */
export function decodePicture(bytes: Uint8Array, name: string, inflate?: Inflate): GreyImage {
  if (isPng(bytes)) return decodePng(bytes, name, inflate);
  if (isJpeg(bytes)) return decodeJpeg(bytes, name);
  const what = bytes.length === 0 ? 'no bytes at all' : `0x${hexOf(bytes.subarray(0, 4))} at its start`;
  const advice = "give a picture, or a record's number and its file with --images";
  throw new DigitflowError('IMAGE_FORMAT', `${name}: expected a PNG or JPEG, found ${what}; ${advice}`);
}
