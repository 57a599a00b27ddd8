import { expect, test } from 'vitest';
import { decodePicture as decodePlainly } from '../../src/formats/pictures/decode-picture.js';
import { decodePicture } from '../../src/inputs/pictures/unpack-picture.js';
import { grain } from '../helpers/digit-pictures.js';
import { pngBytes, pngChunk } from '../helpers/picture-bytes.js';

/** Three rows of four pixels in RGB, each with another filter. */
const ROWS = Uint8Array.from({ length: 3 * 13 }, (_, i) => (i % 13 === 0 ? 2 + i / 13 : (i * 37) & 255));
const HALF = Buffer.alloc(20);

test("a PNG is the same by Node's zlib as without it, in one piece of data or in two, and before other data", () => {
  const noise = grain(3);
  const large = Uint8Array.from({ length: 300 * 901 }, (_, i) => (i % 901 === 0 ? 4 : (noise() + 1) * 128));
  for (const bytes of [
    pngBytes(4, 3, ROWS, { type: 2 }),
    pngBytes(4, 3, ROWS, { type: 2, after: [pngChunk('IDAT', HALF)] }),
    pngBytes(4, 2, ROWS, { type: 2 }),
    pngBytes(300, 300, large, { type: 2 }),
  ]) {
    expect(decodePicture(bytes, 'x')).toEqual(decodePlainly(bytes, 'x'));
  }
});

test('of a small picture with a mass of other data no more is unpacked than the picture', () => {
  const bytes = pngBytes(4, 3, Buffer.concat([ROWS, Buffer.alloc(2 ** 27)]), { type: 2 });
  const before = process.memoryUsage().arrayBuffers;
  const picture = decodePicture(bytes, 'x');
  expect(process.memoryUsage().arrayBuffers - before).toBeLessThan(2 ** 26);
  expect(picture).toEqual(decodePlainly(bytes, 'x'));
});

test.each([
  ['data that is too short', pngBytes(4, 4, ROWS, { type: 2 }), 'less image data'],
  ['data that is none', pngBytes(4, 3, ROWS, { type: 2 }).fill(9, 43, 46), 'checksum'],
])('%s is told as without it', (_, bytes, words) => {
  const raised = (decode: typeof decodePicture) => {
    try {
      return decode(bytes, 'x');
    } catch (error) {
      return error;
    }
  };
  expect(raised(decodePicture)).toMatchObject({
    code: 'PNG_BROKEN',
    message: expect.stringContaining(words),
  });
  expect(raised(decodePicture)).toEqual(raised(decodePlainly));
});
