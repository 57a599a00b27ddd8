import { inflateSync } from 'node:zlib';
import { decodePicture as decode } from '../../formats/pictures/decode-picture.js';
import type { GreyImage } from '../../formats/pictures/grey-image.js';

/**
 * Decodes a PNG or a JPEG, known by content, to grey, with Node's zlib.
 *
 * @throws DigitflowError IMAGE_FORMAT when it is neither; PNG_BROKEN, JPEG_BROKEN; MEMORY_LIMIT above 4096 x 4096 pixels.
 */
export function decodePicture(bytes: Uint8Array, name: string): GreyImage {
  return decode(bytes, name, inflate);
}

function inflate(packed: readonly Uint8Array[], size: number): Uint8Array | null {
  try {
    // A chunk that is never full: all of it is written in one piece, and what is returned is as long as what was written.
    const options = { maxOutputLength: size, chunkSize: Math.max(64, size + 1) };
    return inflateSync(packed.length === 1 ? packed[0] : Buffer.concat(packed), options);
  } catch {
    return null;
  }
}
