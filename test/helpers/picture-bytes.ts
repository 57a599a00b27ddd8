import { crc32, deflateSync } from 'node:zlib';
import jpeg from 'jpeg-js';
import type { GreyImage } from '../../src/formats/pictures/grey-image.js';

/** A PNG's kind, as its header has it; default: grey, 8 bits a sample, not interlaced. */
export interface PngKind {
  readonly depth?: number;
  readonly type?: number;
  readonly interlace?: number;
  /** Chunks before the image data, and after it. */
  readonly before?: readonly Uint8Array[];
  readonly after?: readonly Uint8Array[];
}

export const PNG_SIGNATURE = Uint8Array.of(0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a);

/** One chunk of a PNG, with its checksum. */
export function pngChunk(type: string, data: Uint8Array): Uint8Array {
  const body = Buffer.concat([Buffer.from(type, 'latin1'), data]);
  const [length, sum] = [Buffer.alloc(4), Buffer.alloc(4)];
  length.writeUInt32BE(data.length);
  sum.writeUInt32BE(crc32(body));
  return Buffer.concat([length, body, sum]);
}

/** A PNG of rows that are filtered already: each begins with the filter's number. */
export function pngBytes(width: number, height: number, rows: Uint8Array, kind: PngKind = {}): Uint8Array {
  const { depth = 8, type = 0, interlace = 0, before = [], after = [] } = kind;
  const header = Buffer.alloc(13);
  header.writeUInt32BE(width);
  header.writeUInt32BE(height, 4);
  header.set([depth, type, 0, 0, interlace], 8);
  const end = pngChunk('IEND', new Uint8Array(0));
  const data = pngChunk('IDAT', deflateSync(rows));
  return Buffer.concat([PNG_SIGNATURE, pngChunk('IHDR', header), ...before, data, ...after, end]);
}

/** A grey PNG. */
export function greyPng({ width, height, pixels }: GreyImage): Uint8Array {
  const rows = Array.from({ length: height }, (_, y) => [0, ...pixels.subarray(y * width, (y + 1) * width)]);
  return pngBytes(width, height, Uint8Array.from(rows.flat()));
}

/** A JPEG, in YCbCr. */
export function greyJpeg({ width, height, pixels }: GreyImage, quality = 90): Uint8Array {
  const data = Uint8Array.from({ length: 4 * width * height }, (_, i) =>
    i % 4 === 3 ? 255 : pixels[i >> 2],
  );
  return Uint8Array.from(jpeg.encode({ width, height, data }, quality).data);
}

/** Exif data that says how to turn the picture, in either order of bytes. */
export function exifOf(orientation: number, order: 'II' | 'MM' = 'MM'): Uint8Array {
  const little = order === 'II';
  const data = new DataView(new ArrayBuffer(26));
  data.setUint16(0, little ? 0x4949 : 0x4d4d);
  data.setUint16(2, 42, little);
  data.setUint32(4, 8, little);
  data.setUint16(8, 1, little);
  data.setUint16(10, 0x0112, little);
  data.setUint16(12, 3, little);
  data.setUint32(14, 1, little);
  data.setUint16(18, orientation, little);
  return new Uint8Array(data.buffer);
}

/** A JPEG with a segment put in after its first two bytes. */
export function withSegment(bytes: Uint8Array, marker: number, data: Uint8Array): Uint8Array {
  const length = data.length + 2;
  return Buffer.concat([
    bytes.subarray(0, 2),
    Buffer.from([0xff, marker, length >> 8, length & 255]),
    data,
    bytes.subarray(2),
  ]);
}
