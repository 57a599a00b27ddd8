import { crc32, deflateSync } from 'node:zlib';
import type { ImageSize } from '../../../network/network.js';
import type { Picture } from '../../picture.js';

/** A grey picture as a `data:` URL. */
export function greyPng({ width, height, pixels }: Picture): string {
  return dataUrl(width, height, pixels, GREY);
}

/** `(height, width, 3)` u8 of red, green and blue as a `data:` URL. */
export function colourPng(pixels: Uint8Array, { height, width }: ImageSize): string {
  return dataUrl(width, height, pixels, RGB);
}

/** PNG's numbers of the colour types. */
const [GREY, RGB] = [0, 2] as const;

function dataUrl(width: number, height: number, data: Uint8Array, colorType: 0 | 2): string {
  const header = Buffer.alloc(13);
  header.writeUInt32BE(width);
  header.writeUInt32BE(height, 4);
  header.set([8, colorType], 8);
  const rowBytes = data.length / height;
  // Each row begins with the number of its filter: 0 is none.
  const rows = Buffer.alloc(data.length + height);
  for (let y = 0; y < height; y++)
    rows.set(data.subarray(y * rowBytes, (y + 1) * rowBytes), y * (rowBytes + 1) + 1);
  const chunks = [
    chunk('IHDR', header),
    chunk('IDAT', deflateSync(rows, { level: 9 })),
    chunk('IEND', Buffer.alloc(0)),
  ];
  return `data:image/png;base64,${Buffer.concat([PNG_SIGNATURE, ...chunks]).toString('base64')}`;
}

const PNG_SIGNATURE = Buffer.from('\x89PNG\r\n\x1a\n', 'latin1');

/** One of a PNG's chunks: its length, its name, what it holds, and a checksum of both. */
function chunk(name: string, data: Buffer): Buffer {
  const whole = Buffer.alloc(data.length + 12);
  whole.writeUInt32BE(data.length);
  whole.write(name, 4, 'latin1');
  data.copy(whole, 8);
  whole.writeUInt32BE(crc32(whole.subarray(4, -4)), data.length + 8);
  return whole;
}
