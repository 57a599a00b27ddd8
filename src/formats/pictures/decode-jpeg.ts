import { decode } from 'jpeg-js';
import { DigitflowError, reasonOf } from '../../errors.js';
import { exifOrientation, turn } from './exif-orientation.js';
import { checkPixels, type GreyImage, luma } from './grey-image.js';

/** Second bytes of markers (ITU T.81, table B.1). */
const [SOI, EOI, SOS, APP1, APP14, TEM] = [0xd8, 0xd9, 0xda, 0xe1, 0xee, 0x01];
const [RST0, RST7] = [0xd0, 0xd7];
/** Frames by sequential and by progressive DCT with Huffman codes; the other kinds are hardly ever met. */
const READ_FRAMES = [0xc0, 0xc1, 0xc2];
/** DHT, JPG and DAC lie among the frames' markers. */
const NO_FRAMES = [0xc4, 0xc8, 0xcc];
const EXIF = 'Exif\0\0';
const ADOBE = 'Adobe\0';
/** Where Adobe's segment says which colours there are: 0 is RGB or CMYK, 1 YCbCr. */
const ADOBE_TRANSFORM = 11;
/** The shortest code of a block has a bit, so a byte has at most so many pixels. */
const MOST_PIXELS_A_BYTE = 8 * 64;
/** A progressive picture has some ten scans, and each goes over all blocks; more of them only cost time. */
const MOST_SCANS = 64;
const MOST_BLOCKS = 2 ** 24;
const MOST_MEGABYTES = 1024;

/**
 * Decodes a JPEG, sequential or progressive, grey, YCbCr, RGB or CMYK, to grey, and turns it as its Exif data says.
 *
 * @throws DigitflowError JPEG_BROKEN; MEMORY_LIMIT where it has more pixels than are of use.
 */
export function decodeJpeg(bytes: Uint8Array, name: string): GreyImage {
  const { orientation, components, transform } = checkSegments(bytes, name);
  // Brightness is the first component as it is, where colours are not RGB: these need not be made.
  const isBrightness = components === 3 && transform === null;
  try {
    const { width, height, data } = decode(bytes, {
      useTArray: true,
      tolerantDecoding: false,
      formatAsRGBA: false,
      ...(components === 3 ? { colorTransform: transform === 1 } : {}),
      maxMemoryUsageInMB: MOST_MEGABYTES,
    });
    const pixels = new Uint8Array(width * height);
    for (let i = 0, at = 0; i < pixels.length; i++, at += 3) {
      pixels[i] = isBrightness ? data[at] : luma(data[at], data[at + 1], data[at + 2]);
    }
    return turn({ width, height, pixels }, orientation);
  } catch (cause) {
    throw broken(name, reasonOf(cause), { cause });
  }
}

/** What a decoder is told of a JPEG. */
interface JpegKind {
  readonly orientation: number;
  readonly components: number;
  /** Adobe's, which tells RGB; null where there is none. */
  readonly transform: number | null;
}

/** Goes over all segments before anything is decoded, since the decoder takes memory by the header. */
function checkSegments(bytes: Uint8Array, name: string): JpegKind {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  let [orientation, scans, blocks, components, at] = [1, 0, 0, 0, 2];
  let transform: number | null = null;
  for (;;) {
    while (bytes[at] === 0xff && bytes[at + 1] === 0xff) at++;
    if (at + 1 >= bytes.length) throw broken(name, 'cut off before its end');
    if (bytes[at] !== 0xff) throw broken(name, 'no marker where one should be');
    const marker = bytes[at + 1];
    if (marker === EOI) break;
    at += 2;
    if (marker === TEM || (marker >= RST0 && marker <= SOI)) continue;
    const length = at + 2 > bytes.length ? 0 : view.getUint16(at);
    if (length < 2 || length > bytes.length - at) throw broken(name, 'cut off within a segment');
    const segment = bytes.subarray(at + 2, at + length);
    at += length;
    if (marker === APP1 && beginsWith(segment, EXIF)) {
      orientation = exifOrientation(segment.subarray(EXIF.length));
    } else if (marker === APP14 && beginsWith(segment, ADOBE)) {
      transform = segment[ADOBE_TRANSFORM] ?? 0;
    } else if (marker >= 0xc0 && marker <= 0xcf && !NO_FRAMES.includes(marker)) {
      if (blocks > 0) throw broken(name, 'two frames');
      blocks = checkFrame(marker, segment, bytes.length, name);
      components = segment[5];
    } else if (marker === SOS) {
      scans++;
      if (scans > MOST_SCANS || scans * blocks > MOST_BLOCKS)
        throw broken(name, `more than ${scans - 1} scans`);
      at = endOfScan(bytes, at);
    }
  }
  if (blocks === 0 || scans === 0) throw broken(name, 'no image data');
  return { orientation, components, transform };
}

function beginsWith(segment: Uint8Array, text: string): boolean {
  return String.fromCharCode(...segment.subarray(0, text.length)) === text;
}

/** How many blocks of 8 x 8 a frame has, in all its components. */
function checkFrame(marker: number, segment: Uint8Array, fileBytes: number, name: string): number {
  if (!READ_FRAMES.includes(marker))
    throw broken(name, 'neither sequential nor progressive, or without Huffman codes');
  const [precision, high, low, higher, lower, components] = segment;
  const [height, width] = [(high << 8) | low, (higher << 8) | lower];
  if (segment.length < 6 || segment.length < 6 + 3 * components)
    throw broken(name, 'cut off within its header');
  checkPixels(width, height, name);
  if (width === 0 || height === 0 || components === 0) throw broken(name, 'no pixels');
  if (precision !== 8) throw broken(name, `${precision} bits a sample`);
  for (let i = 0; i < components; i++) {
    const [x, y] = [segment[7 + 3 * i] >> 4, segment[7 + 3 * i] & 15];
    if (x < 1 || x > 4 || y < 1 || y > 4) throw broken(name, 'a header that the format does not have');
  }
  if (width * height > MOST_PIXELS_A_BYTE * fileBytes)
    throw broken(name, 'less image data than its size asks for');
  return Math.ceil(width / 8) * Math.ceil(height / 8) * components;
}

/** Where the next marker lies after coded data, which has zeros after its own 0xff, and restarts. */
function endOfScan(bytes: Uint8Array, start: number): number {
  for (let at = bytes.indexOf(0xff, start); at >= 0; at = bytes.indexOf(0xff, at + 1)) {
    const next = bytes[at + 1];
    if (next !== 0 && next !== 0xff && !(next >= RST0 && next <= RST7)) return at;
  }
  return bytes.length;
}

function broken(name: string, found: string, options?: ErrorOptions): DigitflowError {
  return new DigitflowError('JPEG_BROKEN', `${name}: broken JPEG (${found}); get or save it again`, options);
}
