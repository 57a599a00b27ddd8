import type { GreyImage } from './grey-image.js';

const LITTLE_ENDIAN = 0x4949;
const BIG_ENDIAN = 0x4d4d;
const ORIENTATION = 0x0112;
const SHORT = 3;

/**
 * How a picture is to be turned (Exif 2.32, 4.6.4.A): 1, not at all, to 8.
 *
 * @param tiff what begins with the order of bytes: a PNG's eXIf, or a JPEG's APP1 after `Exif`
 */
export function exifOrientation(tiff: Uint8Array): number {
  if (tiff.length < 8) return 1;
  const view = new DataView(tiff.buffer, tiff.byteOffset, tiff.byteLength);
  const order = view.getUint16(0);
  if (order !== LITTLE_ENDIAN && order !== BIG_ENDIAN) return 1;
  const little = order === LITTLE_ENDIAN;
  const directory = view.getUint32(4, little);
  if (directory + 2 > tiff.length) return 1;
  const entries = view.getUint16(directory, little);
  for (let i = 0; i < entries; i++) {
    const entry = directory + 2 + 12 * i;
    if (entry + 12 > tiff.length) return 1;
    if (view.getUint16(entry, little) !== ORIENTATION || view.getUint16(entry + 2, little) !== SHORT)
      continue;
    const orientation = view.getUint16(entry + 8, little);
    return orientation >= 1 && orientation <= 8 ? orientation : 1;
  }
  return 1;
}

/** Turns and mirrors a picture as its orientation says, so that it stands as it was taken. */
export function turn(image: GreyImage, orientation: number): GreyImage {
  if (orientation === 1) return image;
  const { height, width, pixels } = image;
  const isSwapped = orientation >= 5;
  const [rows, columns] = isSwapped ? [width, height] : [height, width];
  const fromRight = [2, 3, 7, 8].includes(orientation);
  const fromBottom = [3, 4, 6, 7].includes(orientation);
  const down = fromBottom ? -width : width;
  const across = fromRight ? -1 : 1;
  const corner = (fromBottom ? (height - 1) * width : 0) + (fromRight ? width - 1 : 0);
  const turned = new Uint8Array(pixels.length);
  for (let row = 0, i = 0; row < rows; row++) {
    let from = corner + row * (isSwapped ? across : down);
    for (let column = 0; column < columns; column++, i++, from += isSwapped ? down : across) {
      turned[i] = pixels[from];
    }
  }
  return { height: rows, width: columns, pixels: turned };
}
