import { DigitflowError } from '../../errors.js';

/** A PNG begins with eight bytes that name it. */
const SIGNATURE_BYTES = 8;
/** What a PNG's chunks hold. */
interface PngData {
  readonly header: Uint8Array;
  readonly palette: Uint8Array | null;
  readonly transparency: Uint8Array | null;
  readonly exif: Uint8Array | null;
  /** The image data, filtered and packed. */
  readonly packed: readonly Uint8Array[];
}

/**
 * Reads a PNG's chunks up to its end; what lies after it does not matter. A chunk that is needed must have the sum that it
 * states; another one is passed over without.
 *
 * @throws DigitflowError PNG_BROKEN
 */
export function pngData(bytes: Uint8Array, name: string): PngData {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const found: Record<string, Uint8Array | undefined> = {};
  const packed: Uint8Array[] = [];
  for (let at = SIGNATURE_BYTES; ; ) {
    if (at + 12 > bytes.length) throw brokenPng(name, 'cut off before its end');
    const length = view.getUint32(at);
    if (length > bytes.length - at - 12) throw brokenPng(name, 'cut off within a chunk');
    const type = String.fromCharCode(...bytes.subarray(at + 4, at + 8));
    const data = bytes.subarray(at + 8, at + 8 + length);
    // A capital letter: the picture cannot be read without it (PNG, 5.4).
    const isNeeded = type[0] >= 'A' && type[0] <= 'Z';
    const isSound = crc32(bytes.subarray(at + 4, at + 8 + length)) === view.getUint32(at + 8 + length);
    if (isNeeded && !isSound) throw brokenPng(name, 'a checksum that does not fit');
    if (at === SIGNATURE_BYTES && (type !== 'IHDR' || length !== 13)) throw brokenPng(name, 'no header');
    if (type === 'IEND') break;
    if (isNeeded && !['IHDR', 'PLTE', 'IDAT'].includes(type)) throw brokenPng(name, 'an unknown chunk');
    if (type === 'IDAT') packed.push(data);
    else if (isSound) found[type] ??= data;
    at += 12 + length;
  }
  return {
    header: found.IHDR ?? new Uint8Array(13),
    palette: found.PLTE ?? null,
    transparency: found.tRNS ?? null,
    exif: found.eXIf ?? null,
    packed,
  };
}

export function brokenPng(name: string, found: string, options?: ErrorOptions): DigitflowError {
  return new DigitflowError('PNG_BROKEN', `${name}: broken PNG (${found}); get or save it again`, options);
}

const CRC_TABLE = Int32Array.from({ length: 256 }, (_, byte) => {
  let sum = byte;
  for (let bit = 0; bit < 8; bit++) sum = (sum >>> 1) ^ (sum & 1 ? 0xedb88320 : 0);
  return sum;
});

/** ISO 3309, as in PNG, annex D. */
export function crc32(bytes: Uint8Array): number {
  let sum = -1;
  for (let i = 0; i < bytes.length; i++) sum = (sum >>> 8) ^ CRC_TABLE[(sum ^ bytes[i]) & 255];
  return ~sum >>> 0;
}
