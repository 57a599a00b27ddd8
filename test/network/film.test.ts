import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { gzipSync } from 'node:zlib';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { openModel } from '../../src/inputs/models/open-model.js';
import { type Film, readFilm, writeFilm } from '../../src/network/formats/film.js';
import { createRandom } from '../../src/network/random.js';

const PIXELS = 6;

/** A film of 2 x 3 pixels and 2 neurons, of these frames. */
function filmOf(frames: readonly (readonly number[])[]): Film {
  return {
    image: { height: 2, width: 3 },
    layers: [PIXELS, 2, 3],
    activations: ['relu', 'softmax'],
    network: 'ab'.repeat(32),
    provenance: { command: 'digitflow train --film FILM' },
    frames: frames.map((weights, index) => ({
      epoch: index * index,
      loss: 1 / (index + 1),
      validationLoss: 0.5,
      accuracy: 2 / 3,
      weights: Float32Array.from(weights),
    })),
  };
}

const bytesOf = (text: string) => new TextEncoder().encode(text);
/** None so small that float32 has few digits for it. */
const weight = fc
  .oneof(fc.constant(0), fc.float({ min: -100, max: 100, noNaN: true }))
  .map((value) => (Math.abs(value) < 1e-30 ? 0 : value));
const weights = fc.array(weight, { minLength: 2 * PIXELS, maxLength: 2 * PIXELS });

describe('a film that is written and read', () => {
  test('has every weight within half a level, and is the same bytes when it is written again', () => {
    fc.assert(
      fc.property(fc.array(weights, { minLength: 1, maxLength: 5 }), (frames) => {
        const film = filmOf(frames);
        const text = writeFilm(film);
        const found = readFilm(bytesOf(text), 'a');
        for (const neuron of [0, 1]) {
          const of = (values: ArrayLike<number>) =>
            Array.from(values).slice(neuron * PIXELS, (neuron + 1) * PIXELS);
          const largest = Math.max(...frames.flatMap((values) => of(values).map(Math.abs)));
          for (const [index, { weights }] of film.frames.entries()) {
            const back = of(found.frames[index].weights);
            for (const [at, value] of of(weights).entries()) {
              expect(Math.abs(back[at] - value)).toBeLessThanOrEqual(largest * (0.5 / 15 + 1e-5));
            }
          }
        }
        expect(writeFilm(found)).toBe(text);
      }),
    );
  });

  test('has all its other facts, numbers to six digits', () => {
    const film = filmOf([Array(12).fill(0), Array(12).fill(15)]);
    const { frames, ...head } = readFilm(bytesOf(writeFilm(film)), 'a');
    const { frames: _, ...expected } = film;
    expect(head).toEqual(expected);
    expect(frames.map(({ weights: __, ...figures }) => figures)).toEqual([
      { epoch: 0, loss: 1, validationLoss: 0.5, accuracy: 0.666667 },
      { epoch: 1, loss: 0.5, validationLoss: 0.5, accuracy: 0.666667 },
    ]);
    expect(frames.map(({ weights }) => Array.from(weights))).toEqual([Array(12).fill(0), Array(12).fill(15)]);
  });

  test('has null where no images were held out', () => {
    const film = filmOf([Array(12).fill(1)]);
    const frames = film.frames.map((frame) => ({ ...frame, validationLoss: null, accuracy: null }));
    const [frame] = readFilm(bytesOf(writeFilm({ ...film, frames })), 'a').frames;
    expect(frame).toMatchObject({ validationLoss: null, accuracy: null });
  });
});

describe('a film file that is not right', () => {
  const text = writeFilm(filmOf([Array(12).fill(1), Array(12).fill(2)]));
  const changed = (change: object) => JSON.stringify({ ...JSON.parse(text), ...change });
  const frameWith = (change: object) => {
    const { frames } = JSON.parse(text);
    return changed({ frames: [frames[0], { ...frames[1], ...change }] });
  };

  test.each([
    ['cut off', text.slice(0, -20), 'a film as JSON'],
    ['empty', '', 'a film as JSON'],
    ['a list', '[]', 'a film as JSON'],
    ['nested a million times', '['.repeat(1e6), 'a film as JSON'],
    ['another JSON file', '{"schema":"digitflow.training/1"}', 'schema: expected digitflow.film/1'],
    ['of a later version', changed({ schema: 'digitflow.film/2' }), 'found "digitflow.film/2"'],
    ['without a size', changed({ image: undefined }), 'image: expected height and width, found nothing'],
    ['of a size of 0', changed({ image: { height: 0, width: 6 } }), 'image: '],
    ['of other inputs', changed({ layers: [5, 2, 3] }), 'layers: expected neurons of each layer, 6 inputs'],
    [
      'of more weights than memory has',
      changed({ image: { height: 1e9, width: 1e6 }, layers: [1e15, 2, 3] }),
      'layers: expected at most 524288 weights in the first, found 2000000000000000',
    ],
    [
      'of an unknown activation',
      changed({ activations: ['relu', 'step'] }),
      'activations: expected 2 out of',
    ],
    ['of one activation too few', changed({ activations: ['relu'] }), 'activations: '],
    ['without the digest', changed({ network: 'abc' }), 'network: expected a SHA-256'],
    ['with a number in its provenance', changed({ provenance: { seed: 1 } }), 'provenance: '],
    ['with one largest weight too few', changed({ largest: [1] }), 'largest: expected 2 numbers'],
    ['with a largest weight below 0', changed({ largest: [1, -1] }), 'largest: '],
    ['without frames', changed({ frames: [] }), 'frames: expected one or more, found []'],
    ['with a frame that is none', changed({ frames: [7] }), 'frame 1: epoch: '],
    [
      'with an epoch twice',
      frameWith({ epoch: 0 }),
      'frame 2: epoch: expected a whole number above 0, found 0',
    ],
    ['without a loss', frameWith({ loss: null }), 'frame 2: loss: expected a number, 0 or more, found null'],
    ['with a loss of the held-out images below 0', frameWith({ validationLoss: -1 }), 'validationLoss: '],
    ['with an accuracy above 1', frameWith({ accuracy: 96.6 }), 'accuracy: expected a number from 0 to 1'],
    ['with a weight too few', frameWith({ weights: '0'.repeat(11) }), 'weights: expected 12 digits'],
    [
      'with weights that are no digits',
      frameWith({ weights: '0'.repeat(11).concat('v') }),
      'found "12 characters',
    ],
  ])('%s: is refused in one line', (_, bad, words) => {
    const read = () => readFilm(bytesOf(bad), 'a.json');
    expect(read).toThrowError(
      expect.objectContaining({ code: 'FILM_FILE', exitCode: 65, message: expect.stringContaining(words) }),
    );
    expect(read).toThrowError(/^a\.json: [^\n]{1,250}; give the file that train --film wrote$/);
  });

  test('with any byte changed or cut off: is read or refused, and never anything else', () => {
    const bytes = bytesOf(text);
    const random = createRandom(1);
    for (let i = 0; i < 2000; i++) {
      const bad = bytes.slice(0, random.below(8) === 0 ? random.below(bytes.length) : bytes.length);
      if (bad.length > 0) bad[random.below(bad.length)] = random.below(256);
      try {
        expect(readFilm(bad, 'a').frames).toHaveLength(2);
      } catch (error) {
        expect(error).toMatchObject({ code: 'FILM_FILE' });
      }
    }
  });
});

describe('the bundled film', () => {
  const inData = (name: string) =>
    readFileSync(fileURLToPath(new URL(`../../data/${name}`, import.meta.url)));
  const bytes = inData('sigmoid.film.json');
  const film = readFilm(bytes, 'sigmoid.film.json');
  const { network, sha256 } = openModel('sigmoid');

  test('shows how the bundled network came about: from the random start to the very weights that it has', () => {
    expect(film).toMatchObject({
      network: sha256,
      image: { height: 28, width: 28 },
      layers: [784, 16, 16, 10],
    });
    expect(film.frames.map(({ epoch }) => epoch)).toEqual([
      ...[0, 1, 2, 3, 4, 6, 8, 11, 15, 20, 26, 34, 45, 59, 77, 101, 132, 151],
    ]);
    const { weights } = network.layers[0];
    const last = film.frames[film.frames.length - 1];
    for (let at = 0; at < weights.length; at++) {
      // No weight is larger than 2: half a level.
      expect(Math.abs(last.weights[at] - weights[at])).toBeLessThanOrEqual(1 / 15 + 1e-4);
    }
    expect(`${last.accuracy}`).toBe(network.provenance['validation accuracy']);
  });

  test('has real figures: a guess at the start, and a cost that falls', () => {
    const [start, first] = film.frames;
    expect(start.accuracy).toBeGreaterThan(0.02);
    expect(start.accuracy).toBeLessThan(0.25);
    expect(start.loss).toBeGreaterThan(2 * first.loss);
    const costs = film.frames.map(({ loss }) => loss);
    expect(costs).toEqual(costs.toSorted((a, b) => b - a));
  });

  test('says how it was made, is small, and stands in data/README.md by its digest', () => {
    expect(film.provenance.command).toBe(`${network.provenance.command} --film FILM`);
    expect(gzipSync(bytes, { level: 9 }).length).toBeLessThan(90_000);
    const digest = createHash('sha256').update(bytes).digest('hex');
    expect(inData('README.md').toString()).toContain(digest);
  });
});
