import { describe, expect, test } from 'vitest';
import { FirstImages } from '../../src/counting/first-images.js';
import { batchOf } from './evaluation-of.js';

/** Images of two pixels, of which the network is so sure; the first pixel says which one it is. */
const images = (count: number, confidence: number, bright = 0) =>
  batchOf(
    0,
    Array.from({ length: count }, (_, i) => ({
      truth: 0,
      prediction: 0,
      confidence,
      loss: 0,
      pixels: [i % 100, bright],
    })),
  );

describe('FirstImages', () => {
  test('keeps none of images that the network is sure of, and looks at few of their pixels', () => {
    const first = new FirstImages(false);
    let asked = 0;
    const pixelsOf = () => {
      asked++;
      return Uint8Array.of(0, 10);
    };
    expect(first.add({ ...images(500, 0.95), pixelsOf })).toBeNull();
    expect(asked).toBe(4);
    // What comes later is none of the first.
    expect(first.add({ ...images(500, 0.1), pixelsOf })).toBeNull();
    expect(first.end()).toBeNull();
    expect(asked).toBe(4);
  });

  test('gives those that it is not sure of, a thousand at most, once', () => {
    const first = new FirstImages(false);
    const odd = first.add(images(3000, 0.7));
    expect(odd?.count).toBe(1000);
    expect(Array.from(odd?.pixels.subarray(0, 6) ?? [])).toEqual([0, 0, 1, 0, 2, 0]);
    expect(first.add(images(3000, 0.7))).toBeNull();
    expect(first.end()).toBeNull();
  });

  test('gives bright ones, however sure the network is; dark ones where it takes bright for dark', () => {
    expect(new FirstImages(false).add(images(200, 1, 255))?.count).toBe(200);
    expect(new FirstImages(true).add(images(200, 1, 255))).toBeNull();
    expect(new FirstImages(true).add(images(200, 1, 0))?.count).toBe(200);
  });

  test('takes small batches together, and what there is at the end', () => {
    const first = new FirstImages(false);
    for (let i = 0; i < 99; i++) expect(first.add(images(1, i % 2 ? 0.99 : 0.7))).toBeNull();
    expect(first.add(images(1, 0.7))?.count).toBe(100);
    const few = new FirstImages(false);
    expect(few.add(images(20, 0.7))).toBeNull();
    expect(few.end()?.count).toBe(20);
    const sure = new FirstImages(false);
    for (let i = 0; i < 100; i++) expect(sure.add(images(1, i % 10 ? 0.99 : 0.5))).toBeNull();
    expect(sure.end()).toBeNull();
  });

  test('says nothing of outputs that are no probabilities', () => {
    const first = new FirstImages(false);
    expect(first.add({ ...images(200, 0.1), outputsAreProbabilities: false })).toBeNull();
  });
});
