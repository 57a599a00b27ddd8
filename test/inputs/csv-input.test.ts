import { createReadStream } from 'node:fs';
import { join } from 'node:path';
import { lastValueFrom } from 'rxjs';
import { describe, expect, test } from 'vitest';
import type { Batch } from '../../src/engine/batch.js';
import { openScorer } from '../../src/engine/open-scorer.js';
import type { ReadingFlags } from '../../src/formats/reading.js';
import type { ByteInput } from '../../src/inputs/bytes/open-bytes.js';
import { cursorAt } from '../../src/inputs/input.js';
import type { InputsOptions } from '../../src/inputs/inputs.js';
import { openModel } from '../../src/inputs/models/open-model.js';
import { batch } from '../../src/operators/batch-records.js';
import { decode } from '../../src/operators/decode.js';
import { forward } from '../../src/operators/forward.js';
import { normalize } from '../../src/operators/normalize.js';
import { digitsCsv } from '../helpers/digits-csv.js';
import { openImages, permitsOf } from './drain.js';
import { tempFile, tempFolder } from './temp-folder.js';

const { network } = openModel('sigmoid');
const LINE_END = Buffer.from('\n');

/** How an input was understood: its guesses, and the reading that passes with its rows. */
async function understood(
  images: ByteInput,
  flags: ReadingFlags = {},
  of: InputsOptions['network'] = network,
) {
  const { input } = await openImages({ images }, { network: of, reading: flags, labelled: 'optional' });
  const { reading } = input.read(cursorAt(0), permitsOf(0));
  return { guesses: input.guesses, linesBefore: reading.linesBefore, dialect: reading.dialect };
}

/** The same piece again and again, and then text. */
async function* after(count: number, text: string) {
  for (let i = 0; i < count; i++) yield LINE_END;
  yield Buffer.from(text);
}

/** A stream that begins with blank lines, each a piece of its own, before its header and after. */
async function* blankLines(count: number) {
  const text = digitsCsv({ count: 3, header: true });
  const row = text.indexOf('\n') + 1;
  yield* after(count, text.slice(0, row));
  yield* after(count, text.slice(row));
}

// If each of them led to a new guess, or all before it were copied anew, this would take hours.
test('a million blank lines ahead of the first row of a stream are passed over, each once', async () => {
  const count = 500_000;
  const { guesses, ...reading } = await understood(blankLines(count));
  expect(reading).toMatchObject({ linesBefore: count + 1, dialect: { hasHeader: true, columnCount: 785 } });
  expect(guesses).toContainEqual(
    expect.objectContaining({ property: 'scale', value: '0 to 255', by: 'seen' }),
  );
});

test('a first row whose quotes span lines is waited for, piece by piece', async () => {
  const rows = digitsCsv({ count: 2 });
  const pieces = ['"a', '\n', 'b', '\n', `c",${rows.slice(0, 100)}`, rows.slice(100)];
  const stream = (async function* () {
    for (const piece of pieces) yield Buffer.from(piece);
  })();
  const { dialect } = await understood(stream, { id: '1', label: '2' });
  expect(dialect).toMatchObject({ columnCount: 786, idColumn: 0 });
});

describe('the first row of images as large as there may be, after a header that is longer still, is found', () => {
  const pixelCount = 512 * 512;
  const large = { image: { height: 512, width: 512 }, classes: network.classes };
  const names = Array.from({ length: pixelCount }, (_, i) => `pixel${i}`);
  const row = Array.from({ length: pixelCount }, (_, i) => i % 256);
  const text = Buffer.from(
    [
      ['label', ...names],
      [3, ...row],
      [5, ...row],
      [3, ...row],
    ]
      .map((fields) => `${fields.join(',')}\n`)
      .join(''),
  );
  const expected = { hasHeader: true, columnCount: pixelCount + 1, firstPixel: 1, white: 255 };

  test('in a stream', async () => {
    const stream = (async function* () {
      for (let at = 0; at < text.length; at += 2 ** 16) yield text.subarray(at, at + 2 ** 16);
    })();
    expect((await understood(stream, {}, large)).dialect).toMatchObject(expected);
  });

  test('in a file', async () => {
    const folder = await tempFolder({ 'in.csv': text });
    expect((await understood(join(folder, 'in.csv'), {}, large)).dialect).toMatchObject(expected);
  });
});

test.each([
  ['a file', (path: string): ByteInput => path],
  ['a stream', (path: string): ByteInput => createReadStream(path)],
])('%s of rows says that they need slots for text, where the slots are for pixels', async (_, input) => {
  const path = await tempFile(Buffer.from(digitsCsv({ count: 3 })), 'in.csv');
  const wanted = { code: 'USAGE', message: expect.stringContaining('open the scorer with isText') };
  const { inputs } = await openImages({ images: input(path) }, { network });
  const pieces = inputs.pieces({ ...permitsOf(784), text: null });
  const { fault } = await lastValueFrom(pieces);
  expect(fault).toMatchObject(wanted);
  await inputs.close();

  const scorer = await openScorer(network, { workers: 0 });
  const again = await openImages({ images: input(path) }, { network });
  const flow = again.inputs
    .pieces(scorer.slots)
    .pipe(decode(), normalize(network.normalization), batch(scorer.slots), forward(scorer));
  await expect(lastValueFrom(flow)).rejects.toMatchObject(wanted);
  await again.inputs.close();
  await scorer.close();
});

describe('after a stretch that was scored', () => {
  /** What follows the stretch from 10 to 20 of a file that had 20 bytes when it was opened. */
  async function whatFollows(
    answer: { leftAt?: number; quotedLineEndAt?: number },
    { now = 20, last = '\n', fileBytes = 20, takesLast = true } = {},
  ) {
    const of = { image: { height: 1, width: 1 }, classes: ['a', 'b'] };
    const { input } = await openImages(
      { images: await tempFile(Buffer.from('1\n2\n'), 'rows') },
      { network: of },
    );
    const { reading } = input.read(cursorAt(3), permitsOf(0));
    const file = {
      ...{ fd: 0, sizeBytes: now, retain: () => {}, release: () => {} },
      byteAt: (position: number) => (position === 19 ? last.charCodeAt(0) : undefined),
    };
    const stretch = {
      ...{ fd: 0, position: 10, name: 'rows', isAtRow: false, fileBytes, takesLast, byteCount: 10, file },
    };
    const scored = { records: 0, rejects: 0, lines: 0, ...answer };
    return input.returnAfter({ reading, stretch, scored } as unknown as Batch);
  }
  const atRow = { ...cursorAt(0), isAtRow: true };

  test('reading simply goes on where all is well', async () => {
    expect(await whatFollows({})).toBeNull();
    expect(await whatFollows({}, { fileBytes: 30 })).toBeNull();
  });

  test('where a line ends within quotes, the rest is cut on the main thread, from that row on', async () => {
    expect(await whatFollows({ quotedLineEndAt: 14 }, { fileBytes: 30 })).toEqual({
      to: { ...atRow, bytes: 14, isCutHere: true },
      counts: true,
    });
  });

  test('a file that has grown is read on: after its end, or from the row that was left', async () => {
    expect(await whatFollows({}, { now: 50 })).toEqual({ to: { ...atRow, bytes: 20 }, counts: true });
    expect(await whatFollows({ leftAt: 17 }, { takesLast: false })).toEqual({
      to: { ...atRow, bytes: 17 },
      counts: true,
    });
  });

  test('a row that the old end had cut off, and that was taken, is read again with all of its stretch', async () => {
    expect(await whatFollows({}, { now: 50, last: '7' })).toEqual({
      to: { ...cursorAt(0, { bytes: 10 }), takesLast: false },
      counts: false,
    });
    expect(await whatFollows({}, { now: 50, last: '7', takesLast: false })).toBeNull();
  });
});
