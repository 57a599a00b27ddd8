import { parse } from 'csv-parse/sync';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { decodePng } from '../../src/formats/pictures/decode-png.js';
import { brightnessOf } from '../../src/network/feed-forward.js';
import { UNIT_BRIGHTNESS } from '../../src/network/normalization.js';
import { csvOf, pngOf } from '../../src/views/draw/live/share/files.js';

const picture = fc
  .record({ height: fc.integer({ min: 1, max: 40 }), width: fc.integer({ min: 1, max: 40 }) })
  .chain(({ height, width }) =>
    fc.record({
      height: fc.constant(height),
      width: fc.constant(width),
      pixels: fc.uint8Array({ minLength: height * width, maxLength: height * width }),
    }),
  );

test('a picture comes back from its PNG, shade by shade', async () => {
  await fc.assert(
    fc.asyncProperty(picture, async (image) => {
      expect(decodePng(await pngOf(image), 'drawing.png')).toEqual(image);
    }),
  );
});

test('rows say what the network is to see, however its images are stored, with labels of any letters', () => {
  const image = { height: 2, width: 3 };
  const pixels = Uint8Array.of(0, 51, 102, 153, 204, 255);
  const inverted = { scale: -1 / 255, offset: 1, transposed: true };
  const labels = ['7', 'a,b', 'say "b"', 'い', '-1', 'two\nlines'];
  for (const normalization of [UNIT_BRIGHTNESS, inverted]) {
    const csv = csvOf(
      labels.map((label) => ({ label, pixels })),
      { image, normalization },
    );
    const [header, ...rows]: string[][] = parse(csv);
    expect(header).toEqual(['label', 'pixel0', 'pixel1', 'pixel2', 'pixel3', 'pixel4', 'pixel5']);
    expect(rows.map(([label]) => label)).toEqual(labels);
    for (const [, ...row] of rows) {
      const seen = brightnessOf(Uint8Array.from(row, Number), normalization, image);
      expect([...seen]).toEqual([0, 0.2, 0.4, 0.6, 0.8, 1].map((value) => expect.closeTo(value, 12)));
    }
  }
});
