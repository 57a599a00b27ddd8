import { decode } from 'jpeg-js';
import { DigitflowError } from '../../errors.js';
import type { GreyImage } from './grey-image.js';
import { isJpeg } from './is-picture.js';
import { decodePng, greyOf } from './read-picture.js';

/**
 * Decodes a PNG or a JPEG, known by content, to grey.
 *
 * @throws DigitflowError IMAGE_FORMAT when it is neither; PNG_BROKEN, JPEG_BROKEN; MEMORY_LIMIT.
 */
export function decodePicture(bytes: Uint8Array, name: string): GreyImage {
  return isJpeg(bytes) ? decodeJpeg(bytes, name) : decodePng(bytes, name);
}

function decodeJpeg(bytes: Uint8Array, name: string): GreyImage {
  try {
    const { width, height, data } = decode(bytes, { useTArray: true, tolerantDecoding: false });
    return { width, height, pixels: greyOf(data) };
  } catch (cause) {
    const reason = cause instanceof Error ? cause.message : String(cause);
    const message = `${name}: broken JPEG (${reason}); get or save it again`;
    throw new DigitflowError('JPEG_BROKEN', message, { cause });
  }
}
