import { describe, expect, test } from 'vitest';
import { type EvaluateOptions, evaluate } from '../../pipelines/evaluate.js';
import { openModel } from '../../src/inputs/models/open-model.js';
import { transposePixels } from '../../src/network/feed-forward.js';
import { writeOwnNetwork } from '../../src/network/formats/safetensors/network-file.js';
import { createRandom } from '../../src/network/random.js';
import { testLabels, testPixels } from '../helpers/mnist.js';
import { randomNetwork } from '../helpers/random-network.js';
import { runShared } from '../helpers/shared-cli.js';
import { whole } from '../inputs/iterables.js';
import { tempFile } from '../inputs/temp-folder.js';

const COUNT = 1500;
const PIXELS = testPixels().subarray(0, COUNT * 784);
const LABELS = testLabels().subarray(0, COUNT);

const IMAGE = { height: 28, width: 28 };
const transposed = (pixels: Uint8Array) => transposePixels(pixels, IMAGE);
const inverted = (pixels: Uint8Array) => pixels.map((pixel) => 255 - pixel);
const sixteenths = (pixels: Uint8Array) => pixels.map((pixel) => Math.round(pixel / 16));

function idx(dimensions: readonly number[], data: Uint8Array): Uint8Array {
  const header = Buffer.alloc(4 + 4 * dimensions.length);
  header.set([0, 0, 8, dimensions.length]);
  dimensions.forEach((size, axis) => {
    header.writeUInt32BE(size, 4 + 4 * axis);
  });
  return Buffer.concat([header, data]);
}
const images = (pixels: Uint8Array) => idx([pixels.length / 784, 28, 28], pixels);
const labels = (values: Uint8Array) => idx([values.length], values);

/** What forbids to ask the network whether pixels are turned: then another reading is only told. */
const AS_STORED = { transpose: false, invert: false } as const;

/** What an evaluation says of another reading. */
async function otherReading(options: EvaluateOptions) {
  const { evaluation } = await evaluate(options);
  return evaluation.otherReading;
}

const csv = (count: number, row: (pixels: Uint8Array, label: number) => readonly unknown[]) =>
  Buffer.from(
    Array.from({ length: count }, (_, i) => row(PIXELS.subarray(i * 784, (i + 1) * 784), LABELS[i]))
      .map((fields) => `${fields.join(',')}\n`)
      .join(''),
  );

describe.each(['sigmoid', 'relu'])('with the network %s', (model) => {
  test.each([
    ['transposed', transposed, '--transpose yes'],
    ['inverted', inverted, '--invert'],
    ['scale 0 to 16', sixteenths, '--scale 16'],
    ['scale 0 to 1', (pixels: Uint8Array) => pixels.map((pixel) => Math.round(pixel / 255)), '--scale 1'],
    [
      'transposed, inverted',
      (pixels: Uint8Array) => transposed(inverted(pixels)),
      '--transpose yes --invert',
    ],
  ])('images that are %s are told with their flag', async (words, change, flags) => {
    const reading = { scale: 255, ...AS_STORED };
    const given = { images: images(change(PIXELS)), labels: labels(LABELS), reading };
    const other = await otherReading({ model, ...given });
    expect(other).toMatchObject({ words, flags });
    expect(other?.accuracy).toBeGreaterThan(0.9);
    expect(other?.accuracyAsRead).toBeLessThan(0.5);
    expect(other?.images).toBeGreaterThan(800);
  });

  test('40 images are enough, 10 are not', async () => {
    const first = (count: number) => ({
      images: images(transposed(PIXELS.subarray(0, count * 784))),
      labels: labels(LABELS.subarray(0, count)),
      reading: AS_STORED,
    });
    expect(await otherReading({ model, ...first(40) })).toMatchObject({ words: 'transposed', images: 40 });
    expect(await otherReading({ model, ...first(10) })).toBeNull();
  });

  test('nothing is said of images as they should be, nor of labels that have nothing to do with them', async () => {
    expect(await otherReading({ model })).toBeNull();
    const random = createRandom(1);
    const senseless = labels(LABELS.map(() => random.below(10)));
    expect(await otherReading({ model, images: images(PIXELS), labels: senseless })).toBeNull();
    const alike = labels(LABELS.map(() => 3));
    expect(await otherReading({ model, images: images(PIXELS), labels: alike })).toBeNull();
  });
});

test.each([1, 2, 3, 4, 5])('a network that is simply bad has no better reading (%d)', async (seed) => {
  const bad = randomNetwork({ ...IMAGE, seed, outputs: [16, 10], hidden: 'relu', last: 'softmax' });
  const model = await tempFile(writeOwnNetwork(bad), 'bad.safetensors');
  expect(await otherReading({ model, images: images(PIXELS), labels: labels(LABELS) })).toBeNull();
});

test.each([0.05, 0.1, 0.15, 0.2])('nor has one whose weights were disturbed by %d', async (noise) => {
  const { network } = openModel('relu');
  const random = createRandom(7);
  const disturbed = network.layers.map((layer) => ({
    ...layer,
    weights: layer.weights.map((weight) => weight + noise * (4 * random.uniform() - 2)),
  }));
  const file = writeOwnNetwork({ ...network, layers: disturbed });
  const model = await tempFile(file, 'disturbed.safetensors');
  expect(await otherReading({ model, images: images(PIXELS), labels: labels(LABELS) })).toBeNull();
});

describe('labels', () => {
  test('that stand for other classes are told one by one', async () => {
    const swapped = labels(LABELS.map((label) => ({ 3: 5, 5: 3 })[label] ?? label));
    const other = await otherReading({ images: images(PIXELS), labels: swapped });
    expect(other).toMatchObject({ words: 'labels for other classes', flags: '--label-map 3=5,5=3' });
  });

  test('of two classes need not be many', async () => {
    const swapped = LABELS.slice(0, 200).map((label) => ({ 3: 5, 5: 3 })[label] ?? label);
    const other = await otherReading({
      images: images(PIXELS.subarray(0, 200 * 784)),
      labels: labels(swapped),
    });
    expect(other).toMatchObject({ flags: '--label-map 3=5,5=3' });
  });

  test('counted from 1 are told where the last class does not show it', async () => {
    const kept = Array.from(LABELS.keys()).filter((i) => LABELS[i] !== 9);
    const own = Buffer.concat(kept.map((i) => PIXELS.subarray(i * 784, (i + 1) * 784)));
    const from1 = labels(Uint8Array.from(kept, (i) => LABELS[i] + 1));
    const other = await otherReading({ images: images(own), labels: from1 });
    expect(other).toMatchObject({ words: 'labels from 1', flags: '--labels-from 1' });
  });

  test('of which 10 stands for 0 are told where they are read as counted from 1', async () => {
    const rows = csv(1000, (pixels, label) => [label === 0 ? 10 : label, ...pixels]);
    const other = await otherReading({ images: rows, reading: { labelsFrom: 1 } });
    expect(other).toMatchObject({ words: 'label 10 for 0', flags: '--labels-from 0 --label-map 10=0' });
  });
});

describe('rows of text', () => {
  const first = csv(400, (pixels, label) => [label, ...pixels]);
  const last = csv(400, (pixels, label) => [...pixels, label]);

  test('whose label is taken at the wrong end are read with the other', async () => {
    const atLast = await otherReading({ images: last, reading: { label: 'first' } });
    expect(atLast).toMatchObject({ words: 'label column last', flags: '--label last', images: 400 });
    const atFirst = await otherReading({ images: first, reading: { label: 'last' } });
    expect(atFirst).toMatchObject({ words: 'label column first', flags: '--label first' });
  });

  test('from a stream are told as well, where they need not be read again', async () => {
    const reading = { transpose: true };
    const other = await otherReading({ images: whole(first), reading });
    expect(other).toMatchObject({ words: 'not transposed', flags: '--transpose no' });
    expect(await otherReading({ images: whole(last), reading: { label: 'first' } })).toBeNull();
  });

  test('of another scale are told in its own unit', async () => {
    const sixteen = csv(400, (pixels, label) => [label, ...sixteenths(pixels)]);
    const other = await otherReading({ images: sixteen, reading: { scale: 255 } });
    expect(other).toMatchObject({ words: 'scale 0 to 16', flags: '--scale 16' });
  });
});

test('rows that are sorted by class are judged by all classes', async () => {
  const order = Array.from(LABELS.keys()).sort((a, b) => LABELS[a] - LABELS[b]);
  const sorted = Buffer.concat(order.map((i) => PIXELS.subarray(i * 784, (i + 1) * 784)));
  const other = await otherReading({
    images: images(transposed(sorted)),
    labels: labels(Uint8Array.from(order, (i) => LABELS[i])),
    reading: AS_STORED,
    batchSize: 100,
  });
  expect(other).toMatchObject({ words: 'transposed' });
});

test('it is the same for any number of workers and any batch size', async () => {
  const given = { images: images(transposed(PIXELS)), labels: labels(LABELS), reading: AS_STORED };
  const found = await Promise.all(
    [{ workers: 0 }, { workers: 2, batchSize: 77 }].map((how) => otherReading({ ...given, ...how })),
  );
  expect(found[0]).toEqual(found[1]);
});

test('flags that undo what flags did are told whole', async () => {
  const given = { images: images(PIXELS), labels: labels(LABELS) };
  const other = await otherReading({
    ...given,
    normalization: (own) => ({ ...own, scale: -own.scale, offset: 1 }),
  });
  expect(other).toMatchObject({ words: 'not inverted', flags: '--normalize scale=1/255' });
});

describe('the command line', () => {
  test.each([
    ['transposed', transposed, (label: number) => label],
    [
      'inverted and transposed',
      (pixels: Uint8Array) => transposed(inverted(pixels)),
      (label: number) => label,
    ],
    ['transposed, labels moved', transposed, (label: number) => (label + 3) % 10],
    ['too dark', sixteenths, (label: number) => label],
  ])('reads the images well with the flags that it tells: %s', async (_, change, labelOf) => {
    const path = await tempFile(images(change(PIXELS)), 'odd-images-idx3-ubyte');
    const truth = await tempFile(labels(LABELS.map(labelOf)), 'labels');
    const evaluated = async (flags: readonly string[]) => {
      const { stdout } = await runShared(['evaluate', path, truth, ...flags, '--format', 'json']);
      return JSON.parse(stdout);
    };
    const { accuracy, otherReading: other } = await evaluated([
      '--scale',
      '255',
      '--transpose',
      'no',
      '--no-invert',
    ]);
    expect(accuracy).toBeLessThan(0.3);
    const again = await evaluated(other.flags.split(' '));
    expect(again.accuracy).toBeGreaterThan(0.94);
    expect(again.otherReading).toBeNull();
  });

  test('says that labels of other images are no better than chance, and of those that belong to them nothing', async () => {
    const path = await tempFile(images(PIXELS), 'plain-images-idx3-ubyte');
    const moved = await tempFile(
      labels(Uint8Array.from(LABELS, (_, i) => LABELS[(i + 7) % COUNT])),
      'labels',
    );
    const own = await tempFile(labels(LABELS), 'labels');
    const table = await runShared(['evaluate', path, moved]);
    expect(table.stdout.replace(/\s+/g, ' ')).toContain('No better than chance, and no other reading fits:');
    const markdown = await runShared(['evaluate', path, moved, '--format', 'markdown']);
    expect(markdown.stdout).toContain('**No better than chance');
    expect(markdown.stderr).toMatch(/^digitflow: no better than chance.*\n$/);
    expect((await runShared(['evaluate', path, own])).stdout).not.toContain('chance');
  });

  test('ends the table with the line, and says it on stderr where a program reads the output', async () => {
    const path = await tempFile(images(transposed(PIXELS)), 'turned-images-idx3-ubyte');
    const truth = await tempFile(labels(LABELS), 'labels');
    const sentence =
      /[Rr]ead in another way \(transposed\), 97 % of 1,000 images are right, not \d+ %: say\s--transpose yes/;
    const asStored = ['evaluate', path, truth, '--transpose', 'no'];
    const table = await runShared(asStored);
    expect(table).toMatchObject({ exitCode: 0, stderr: expect.stringMatching(/: transpose row by row\n$/) });
    expect(table.stdout).toMatch(sentence);
    const json = await runShared([...asStored, '--format', 'json']);
    expect(json.stderr).toMatch(sentence);
    expect(JSON.parse(json.stdout).otherReading).toMatchObject({ flags: '--transpose yes' });
    const quiet = await runShared([...asStored, '--format', 'csv', '--quiet']);
    expect(quiet.stderr).toBe('');
  });
});
