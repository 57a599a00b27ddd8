import { gzipSync } from 'node:zlib';
import { describe, expect, test } from 'vitest';
import type { ByteInput } from '../../src/inputs/bytes/open-bytes.js';
import { cursorAt } from '../../src/inputs/input.js';
import type { InputsOptions } from '../../src/inputs/inputs.js';
import { openModel } from '../../src/inputs/models/open-model.js';
import { testLabels, testPixels } from '../helpers/mnist.js';
import { openImages, permitsOf } from './drain.js';
import { failureOf } from './failure-of.js';
import { tempFile } from './temp-folder.js';

const { network } = openModel('sigmoid');
const [pixels, labels] = [testPixels(), testLabels()];
const pixelsOf = (i: number) => pixels.subarray(i * 784, (i + 1) * 784).join(',');
const textOf = (images: readonly number[], row: (i: number, at: number) => string) =>
  images.map((i, at) => `${row(i, at)}\n`).join('');
const firstLabel = (i: number) => `${labels[i]},${pixelsOf(i)}`;
const lastLabel = (i: number) => `${pixelsOf(i)},${labels[i]}`;
const all = Array.from({ length: 300 }, (_, i) => i);
const ofDigit = (digit: number, count: number) =>
  Array.from(labels.keys())
    .filter((i) => labels[i] === digit)
    .slice(0, count);
/** 250 zeros, and then 250 ones. */
const sorted = [...ofDigit(0, 250), ...ofDigit(1, 250)];

/** A stream in pieces that end at line ends, or are of a size. */
async function* pieces(text: string, size?: number): AsyncGenerator<Buffer> {
  const bytes = Buffer.from(text);
  for (let at = 0; at < bytes.length; ) {
    const end = size === undefined ? bytes.indexOf('\n', at) + 1 : at + size;
    yield bytes.subarray(at, end);
    at = end;
  }
}

async function dialectOf(images: ByteInput, labelled: InputsOptions['labelled'] = 'required') {
  const { input } = await openImages({ images }, { network, labelled });
  return input.guesses;
}

describe('the same rows mean the same as a file, packed, and as a stream in any pieces:', () => {
  test.each([
    ['a label last, random', textOf(all, lastLabel), 'last'],
    ['a label last, the first ones 0', textOf([3, 10, 13, ...all], lastLabel), 'last'],
    ['a label first, the first ones 0', textOf([3, 10, 13, ...all], firstLabel), 'first'],
    ['sorted by class, the label last', textOf(sorted, lastLabel), 'last'],
    ['sorted by class, the label first', textOf(sorted, firstLabel), 'first'],
  ])('%s', async (_, text, place) => {
    const path = await tempFile(Buffer.from(text));
    const expected = await dialectOf(path);
    expect(expected).toContainEqual({ property: 'label', value: `column ${place}`, by: 'seen' });
    for (const input of [gzipSync(text), pieces(text), pieces(text, 700), pieces(text, 100_000)]) {
      expect(await dialectOf(input)).toEqual(expected);
    }
  });
});

describe('a live stream whose labels do not count is understood as soon as its rows tell:', () => {
  /** Gives rows one by one, and tells how many of them were asked for. */
  function live(rows: readonly string[]) {
    const given = { count: 0 };
    async function* stream(): AsyncGenerator<Buffer> {
      for (const row of rows) {
        given.count++;
        yield Buffer.from(`${row}\n`);
      }
    }
    return { given, stream: stream() };
  }

  test.each([
    ['with the first row, where its label is no border', [0, 1, 2, 3].map(firstLabel), 1, 'column first'],
    ['with the first row, where the label is last', [0, 1, 2, 3].map(lastLabel), 1, 'column last'],
    ['with the first row, where there is nothing beside the pixels', [0, 1].map(pixelsOf), 1, 'none'],
    ['with the first that is not 0', [3, 10, 13, 0, 1].map(lastLabel), 4, 'column last'],
    ['after 1, which may begin an index', [2, 0, 1].map(firstLabel), 2, 'column first'],
  ])('%s', async (_, rows, count, value) => {
    const { given, stream } = live(rows);
    const guesses = await dialectOf(stream, 'ignored');
    expect(guesses).toContainEqual({ property: 'label', value, by: 'seen' });
    expect(given.count).toBe(count);
  });

  test.each([
    ['where it counts beyond the labels', 1, 11],
    ['with the third row, where it never was a label', 100, 3],
  ])('an index is one %s', async (_, from, count) => {
    const { given, stream } = live(all.map((i, at) => `${from + at},${pixelsOf(i)}`));
    expect(await dialectOf(stream, 'ignored')).toContainEqual({
      ...{ property: 'id', value: 'column first', by: 'seen' },
    });
    expect(given.count).toBe(count);
  });

  test('labels that happen to count at first are no index', async () => {
    const counting = [1, 2, 3, 4].map((digit) => labels.indexOf(digit));
    const { given, stream } = live([...counting, 0, 1, 2].map(firstLabel));
    expect(await dialectOf(stream, 'ignored')).toContainEqual({
      ...{ property: 'label', value: 'column first', by: 'seen' },
    });
    expect(given.count).toBe(5);
  });

  test('an index that a flag gives is one with the first row', async () => {
    const { given, stream } = live(all.map((i, at) => `${1 + at},${pixelsOf(i)}`));
    const { input } = await openImages(
      { images: stream },
      { network, labelled: 'ignored', reading: { id: '1' } },
    );
    expect(input.guesses).toContainEqual({ property: 'id', value: 'column first', by: 'given' });
    expect(given.count).toBe(1);
  });

  test('where its end comes without proof it is refused, with the flags to give', async () => {
    const { stream } = live([3, 10, 13].map(firstLabel));
    expect(await failureOf(() => dialectOf(stream, 'ignored'))).toMatchObject({
      code: 'READING_UNCLEAR',
      message: expect.stringMatching(/column first \(--label first\) or .* column last \(--label last\)/),
    });
  });
});

describe('what live rows said at first is looked at again when there are more:', () => {
  /** Reads all rows of a live stream. */
  async function readAll(rows: readonly string[]): Promise<Buffer> {
    const stream = pieces(rows.map((row) => `${row}\n`).join(''));
    const { input } = await openImages({ images: stream }, { network, labelled: 'ignored' });
    const permits = {
      ...permitsOf(1 << 20),
      text: { chunkBytes: 4096, fileStretchBytes: 4096, mostRowBytes: 65_536 },
    };
    const texts: Buffer[] = [];
    for await (const { bytes, fault } of input.read(cursorAt(0), permits).pieces) {
      if (fault !== undefined) throw fault;
      texts.push(Buffer.from(bytes));
    }
    return Buffer.concat(texts);
  }

  test('rows that go on as they began are read to their end', async () => {
    const rows = all.map(firstLabel);
    expect((await readAll(rows)).toString()).toBe(rows.map((row) => `${row}\n`).join(''));
  });

  test('where others show that the label is at the other end, reading stops, and says so', async () => {
    // A bright corner of one image only looks like a label.
    const odd = `3,${pixelsOf(0).replace(/^\d+,/, '')},0`;
    const error = await failureOf(() => readAll([odd, ...all.map(lastLabel)]));
    expect(error).toMatchObject({ code: 'READING_UNCLEAR', exitCode: 65 });
    expect(error.message).toBe(
      'images: expected label column first, by the first rows, found rows that speak for label column last; say which it is by --label',
    );
  });
});
