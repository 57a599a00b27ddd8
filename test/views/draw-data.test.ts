import { deflateRawSync } from 'node:zlib';
import fc from 'fast-check';
import { inflateSync } from 'fflate/browser';
import { expect, test } from 'vitest';
import { openModel } from '../../src/inputs/models/open-model.js';
import { packDrawData, unpackDrawData } from '../../src/views/draw/draw-data.js';
import { bytesOfText, textOfBytes } from '../../src/views/draw/text-bytes.js';

test('bytes come back from text that means nothing in HTML', () => {
  fc.assert(
    fc.property(fc.uint8Array({ maxLength: 70 }), (bytes) => {
      const text = textOfBytes(bytes);
      expect(text).not.toMatch(/[<>&"'`$\\\s]/);
      expect(bytesOfText(`\n${text} `)).toEqual(bytes);
    }),
  );
});

test('networks, images and a film come back from the page, number by number, also where float32 would not do', () => {
  const models = ['sigmoid', 'relu'].map((name) => openModel(name));
  const [{ network }] = models;
  const layers = network.layers.map((layer) => ({ ...layer, weights: layer.weights.map((w) => w / 3) }));
  const pixels = Uint8Array.from({ length: 3 * 784 }, (_, i) => i);
  const data = {
    networks: [...models, { name: 'thirds', network: { ...network, layers } }].map(
      ({ name, network: own }) => {
        const { image, normalization, classes } = own;
        return { name, network: { layers: own.layers, image, normalization, classes } };
      },
    ),
    images: {
      name: 'three',
      height: 28,
      width: 28,
      pixels,
      labels: Uint8Array.of(4, 0, 9),
      numbers: [5, 6, 77],
      sample: 2,
    },
    film: { name: 'sigmoid', bytes: Uint8Array.of(123, 0, 255) },
  };
  expect(unpackDrawData(packDrawData(data, deflateRawSync), inflateSync)).toEqual(data);
});
