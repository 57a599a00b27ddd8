import { PNG } from 'pngjs';
import { describe, expect, it, test } from 'vitest';
import { DigitflowError } from '../../src/errors.js';
import { decodePicture } from '../../src/formats/pictures/decode-picture.js';
import { isPicture } from '../../src/formats/pictures/is-picture.js';
import { drawDigit, grain } from '../helpers/digit-pictures.js';
import {
  exifOf,
  greyJpeg,
  greyPng,
  PNG_SIGNATURE,
  pngBytes,
  pngChunk,
  withSegment,
} from '../helpers/picture-bytes.js';

const SMALL = { height: 2, width: 3, pixels: Uint8Array.of(10, 20, 30, 40, 50, 60) };
const SCENE = {
  width: 61,
  height: 47,
  scale: 1.5,
  ink: 30,
  paper: (y: number, x: number) => 200 + 50 * x * y,
};
const DIGIT = drawDigit(0, SCENE);
const decode = (bytes: Uint8Array) => decodePicture(bytes, 'x');

function failure(bytes: Uint8Array): unknown {
  try {
    return decode(bytes);
  } catch (error) {
    return error;
  }
}

/** Every kind of PNG, of noise with each filter, and as another decoder reads it. */
const KINDS = [
  ...[1, 2, 4, 8, 16].map((depth) => [0, depth] as const),
  ...[8, 16].map((depth) => [2, depth] as const),
  ...[1, 2, 4, 8].map((depth) => [3, depth] as const),
  ...[8, 16].flatMap((depth) => [[4, depth] as const, [6, depth] as const]),
].flatMap(([type, depth]) => [0, 1].map((interlace) => ({ type, depth, interlace })));

function noisePng({ type, depth, interlace }: (typeof KINDS)[number], width: number, height: number) {
  const noise = grain(type * 100 + depth);
  const byte = () => Math.floor((noise() + 1) * 128) & 255;
  const bits = [1, 0, 3, 1, 2, 0, 4][type] * depth;
  const passes = [
    [8, 8, 0, 0],
    [8, 8, 4, 0],
    [4, 8, 0, 4],
    [4, 4, 2, 0],
    [2, 4, 0, 2],
    [2, 2, 1, 0],
    [1, 2, 0, 1],
  ];
  const shapes = interlace === 0 ? [[1, 1, 0, 0]] : passes;
  const rows = shapes.flatMap(([stepX, stepY, left, top]) => {
    const [columns, lines] = [Math.ceil((width - left) / stepX), Math.ceil((height - top) / stepY)];
    if (columns === 0) return [];
    const length = Math.ceil((columns * bits) / 8);
    return Array.from({ length: lines }, (_, row) => [row % 5, ...Array.from({ length }, byte)]).flat();
  });
  const palette = pngChunk('PLTE', Uint8Array.from({ length: 3 * 2 ** Math.min(depth, 8) }, byte));
  const before = type === 3 ? [palette, pngChunk('tRNS', Uint8Array.of(0, 128))] : [];
  return pngBytes(width, height, Uint8Array.from(rows), { type, depth, interlace, before });
}

function asAnotherDecoderReadsIt(bytes: Uint8Array): number[] {
  const { data } = PNG.sync.read(Buffer.from(bytes));
  const grey = (i: number) => 0.299 * data[i] + 0.587 * data[i + 1] + 0.114 * data[i + 2];
  let [ink, opacity] = [0, 0];
  for (let i = 0; i < data.length; i += 4) {
    ink += grey(i) * data[i + 3];
    opacity += data[i + 3];
  }
  const ground = ink < 127.5 * opacity ? 255 : 0;
  return Array.from({ length: data.length / 4 }, (_, i) => {
    const alpha = data[4 * i + 3] / 255;
    return grey(4 * i) * alpha + ground * (1 - alpha);
  });
}

describe('decodePicture, of a PNG', () => {
  test.each(KINDS)('reads colour type $type, $depth bits, interlace $interlace', (kind) => {
    for (const [width, height] of [
      [13, 11],
      [1, 9],
      [5, 1],
    ]) {
      const bytes = noisePng(kind, width, height);
      const wanted = asAnotherDecoderReadsIt(bytes);
      const image = decode(bytes);
      expect([image.width, image.height]).toEqual([width, height]);
      const off = Array.from(image.pixels, (pixel, i) => Math.abs(pixel - wanted[i]));
      expect(Math.max(...off)).toBeLessThanOrEqual(1.5);
    }
  });

  it('gives grey back as it was, whatever follows its end', () => {
    expect(decode(greyPng(SMALL))).toEqual(SMALL);
    expect(decode(Buffer.concat([greyPng(SMALL), Buffer.from('trailing')]))).toEqual(SMALL);
  });

  it('weighs red, green and blue as the eye does', () => {
    const rows = Uint8Array.of(0, 255, 0, 0, 0, 255, 0, 0, 0, 255);
    expect(Array.from(decode(pngBytes(3, 1, rows, { type: 2 })).pixels)).toEqual([76, 150, 29]);
  });

  it('puts a white ground under dark ink, and a black one under light ink', () => {
    const kind = { type: 4 };
    expect(Array.from(decode(pngBytes(2, 1, Uint8Array.of(0, 0, 255, 0, 0), kind)).pixels)).toEqual([0, 255]);
    expect(Array.from(decode(pngBytes(2, 1, Uint8Array.of(0, 250, 255, 0, 0), kind)).pixels)).toEqual([
      250, 0,
    ]);
  });

  it('takes one colour as transparent where it says so', () => {
    const before = [pngChunk('tRNS', Uint8Array.of(0, 90))];
    expect(Array.from(decode(pngBytes(2, 1, Uint8Array.of(0, 20, 90), { before })).pixels)).toEqual([
      20, 255,
    ]);
  });
});

describe('decodePicture, of a JPEG', () => {
  it('reads it, under any name', () => {
    const { width, height, pixels } = decodePicture(greyJpeg(DIGIT), 'digit.png');
    expect([width, height]).toEqual([61, 47]);
    const off = pixels.reduce((sum, pixel, i) => sum + Math.abs(pixel - DIGIT.pixels[i]), 0) / pixels.length;
    expect(off).toBeLessThan(5);
  });

  it("takes Adobe's word for colours: brightness and two differences, or red, green and blue", () => {
    // What a grey picture in YCbCr stores: its shade, and twice 128.
    const adobe = (transform: number) =>
      withSegment(
        greyJpeg(DIGIT),
        0xee,
        Buffer.from([...Buffer.from('Adobe\0'), 100, 0, 0, 0, 0, transform]),
      );
    const { pixels } = decode(greyJpeg(DIGIT));
    const furthest = (other: Uint8Array, wanted: (shade: number) => number) =>
      Math.max(...other.map((shade, i) => Math.abs(shade - wanted(pixels[i]))));
    expect(furthest(decode(adobe(1)).pixels, (shade) => shade)).toBeLessThanOrEqual(1);
    expect(furthest(decode(adobe(0)).pixels, (red) => 0.299 * red + 0.701 * 128)).toBeLessThanOrEqual(1);
  });

  it('does not mind what follows its end, nor fill bytes before a marker', () => {
    const bytes = greyJpeg(DIGIT);
    const wanted = decode(bytes);
    expect(decode(Buffer.concat([bytes, Buffer.alloc(9)]))).toEqual(wanted);
    const filled = Buffer.concat([bytes.subarray(0, 2), Buffer.from([0xff]), bytes.subarray(2)]);
    expect(decode(filled)).toEqual(wanted);
  });
});

describe('a picture that is to be turned', () => {
  // 1 2 3 / 4 5 6 as it is stored, and as it stands then.
  const TURNED = [
    [1, '10 20 30/40 50 60'],
    [2, '30 20 10/60 50 40'],
    [3, '60 50 40/30 20 10'],
    [4, '40 50 60/10 20 30'],
    [5, '10 40/20 50/30 60'],
    [6, '40 10/50 20/60 30'],
    [7, '60 30/50 20/40 10'],
    [8, '30 60/20 50/10 40'],
    [9, '10 20 30/40 50 60'],
  ] as const;

  test.each(TURNED)('by orientation %i', (orientation, wanted) => {
    for (const order of ['II', 'MM'] as const) {
      const chunk = pngChunk('eXIf', exifOf(orientation, order));
      const rows = Uint8Array.of(0, 10, 20, 30, 0, 40, 50, 60);
      const { width, pixels } = decode(pngBytes(3, 2, rows, { before: [chunk] }));
      const text = Array.from(
        pixels,
        (pixel, i) => (i > 0 && i % width === 0 ? '/' : i > 0 ? ' ' : '') + pixel,
      );
      expect(text.join('')).toBe(wanted);
    }
  });

  test('a JPEG too', () => {
    const jpeg = greyJpeg(DIGIT);
    const plain = decode(jpeg);
    const segment = Buffer.concat([Buffer.from('Exif\0\0'), exifOf(6, 'II')]);
    const turned = decode(withSegment(jpeg, 0xe1, segment));
    expect([turned.width, turned.height]).toEqual([plain.height, plain.width]);
    expect(turned.pixels[0]).toBe(plain.pixels[(plain.height - 1) * plain.width]);
  });
});

describe('what is no picture, or a broken one', () => {
  const png = greyPng(DIGIT);
  const jpeg = greyJpeg(DIGIT);
  const rows = (count: number) => new Uint8Array(count * 101);
  const changed = (bytes: Uint8Array, at: number, ...values: number[]) => {
    const copy = Uint8Array.from(bytes);
    copy.set(values, at);
    return copy;
  };
  const segmentAt = (marker: number) => {
    for (let at = 2; ; at += 2 + ((jpeg[at + 2] << 8) | jpeg[at + 3])) if (jpeg[at + 1] === marker) return at;
  };
  const frame = segmentAt(0xc0);
  const badSum = changed(png, 30, png[30] ^ 1);
  const header = (width: number, height: number) => {
    const data = Buffer.alloc(13);
    data.writeUInt32BE(width);
    data.writeUInt32BE(height, 4);
    data.set([8, 0, 0, 0, 0], 8);
    return Buffer.concat([PNG_SIGNATURE, pngChunk('IHDR', data), pngChunk('IEND', new Uint8Array(0))]);
  };

  test.each<[name: string, bytes: Uint8Array, code: string, words: string]>([
    ['another format', Buffer.from('GIF89a'), 'IMAGE_FORMAT', 'expected a PNG or JPEG, found 0x47494638'],
    ['no bytes', new Uint8Array(0), 'IMAGE_FORMAT', 'found no bytes at all'],
    ['a PNG cut off', png.subarray(0, 60), 'PNG_BROKEN', 'cut off'],
    ['a PNG without its end', png.subarray(0, -12), 'PNG_BROKEN', 'cut off'],
    ['a wrong checksum', badSum, 'PNG_BROKEN', 'checksum'],
    ['too few rows', pngBytes(100, 100, rows(99)), 'PNG_BROKEN', 'less image data'],
    ['a row too short by a byte', pngBytes(100, 100, rows(100).subarray(1)), 'PNG_BROKEN', 'less image data'],
    ['no image data', header(10, 10), 'PNG_BROKEN', 'less image data'],
    ['no pixels', header(0, 10), 'PNG_BROKEN', 'no pixels'],
    ['a size that few bytes announce', header(8192, 8192), 'MEMORY_LIMIT', '4096 x 4096, found 8192 x 8192'],
    ['the largest size, of no data', header(4096, 4096), 'PNG_BROKEN', 'less image data'],
    ['a filter that there is not', pngBytes(2, 1, Uint8Array.of(5, 1, 2)), 'PNG_BROKEN', 'filter'],
    ['no palette', pngBytes(2, 1, Uint8Array.of(0, 1, 2), { type: 3 }), 'PNG_BROKEN', 'no palette'],
    ['no such depth', pngBytes(2, 1, Uint8Array.of(0, 1, 2), { depth: 3 }), 'PNG_BROKEN', 'header'],
    ['a JPEG cut off', jpeg.subarray(0, jpeg.length / 2), 'JPEG_BROKEN', 'cut off'],
    ['a JPEG without data', changed(jpeg.subarray(0, 700), 698, 0xff, 0xd9), 'JPEG_BROKEN', 'broken JPEG'],
    ['a large JPEG of few bytes', changed(jpeg, frame + 5, 0x0f, 0xff, 0x0f, 0xff), 'JPEG_BROKEN', 'less'],
    ['a JPEG that is too large', changed(jpeg, frame + 5, 0xff, 0xff, 0xff, 0xff), 'MEMORY_LIMIT', '65535'],
    ['a JPEG of 12 bits', changed(jpeg, frame + 4, 12), 'JPEG_BROKEN', '12 bits'],
    ['a lossless JPEG', changed(jpeg, frame + 1, 0xc3), 'JPEG_BROKEN', 'neither'],
  ])('%s', (_, bytes, code, words) => {
    const error = failure(bytes);
    expect(error).toBeInstanceOf(DigitflowError);
    expect(error).toMatchObject({ code });
    expect((error as Error).message).toContain(words);
  });

  it('refuses more scans than any picture has', () => {
    const scan = jpeg.subarray(segmentAt(0xda), -2);
    const many = Buffer.concat([jpeg.subarray(0, -2), ...Array(100).fill(scan), jpeg.subarray(-2)]);
    expect(failure(many)).toMatchObject({
      message: expect.stringMatching(/^x: broken JPEG \(more than 64 scans/),
    });
  });

  it('never shows memory that was not written, and never raises another error', () => {
    const noise = grain(5);
    const seeds = [
      png,
      jpeg,
      noisePng({ type: 6, depth: 8, interlace: 1 }, 13, 11),
      noisePng({ type: 3, depth: 4, interlace: 0 }, 13, 11),
      withSegment(jpeg, 0xe1, Buffer.concat([Buffer.from('Exif\0\0'), exifOf(6)])),
    ];
    let read = 0;
    for (let round = 0; round < 1500; round++) {
      const bytes = Uint8Array.from(seeds[round % seeds.length]);
      for (let k = 0; k <= round % 4; k++) {
        bytes[Math.floor(((noise() + 1) / 2) * bytes.length)] = Math.floor((noise() + 1) * 128);
      }
      const given = noise() < 0 ? bytes : bytes.subarray(0, Math.floor(((noise() + 1) / 2) * bytes.length));
      const [first, second] = [failure(given), failure(given)];
      if (first instanceof Error) {
        expect(first).toBeInstanceOf(DigitflowError);
        expect(first.message).toMatch(/^x: [^\n]+$/);
      } else {
        read++;
        expect(second).toEqual(first);
      }
    }
    expect(read).toBeGreaterThan(50);
  });
});

test('isPicture knows both by how they begin', () => {
  expect(isPicture(greyPng(SMALL))).toBe(true);
  expect(isPicture(greyJpeg(SMALL))).toBe(true);
  expect(isPicture(Buffer.from('7,0,0\n'))).toBe(false);
  expect(isPicture(new Uint8Array(0))).toBe(false);
});
