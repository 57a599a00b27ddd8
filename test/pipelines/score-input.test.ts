import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { ScoreInputs, understandCsv } from '../../pipelines/score-input.js';
import { readFirstBytes } from '../../src/inputs/first-bytes.js';
import { openModel } from '../../src/inputs/open-model.js';
import { digitsCsv } from '../helpers/digits-csv.js';
import { tempFolder } from '../inputs/temp-folder.js';

const { network } = openModel('sigmoid');
const LINE_END = Buffer.from('\n');

/** The same piece again and again, and then text. */
async function* behind(count: number, text: string) {
  for (let i = 0; i < count; i++) yield LINE_END;
  yield Buffer.from(text);
}

/** A stream that begins with blank lines, each a piece of its own, before its header and behind. */
async function* blankLines(count: number) {
  const text = digitsCsv({ count: 3, header: true });
  const row = text.indexOf('\n') + 1;
  yield* behind(count, text.slice(0, row));
  yield* behind(count, text.slice(row));
}

// If each of them led to a new guess, or all before it were copied anew, this would take hours.
test('a million blank lines ahead of the first row of a stream are passed over, each once', async () => {
  const count = 500_000;
  const { guesses, csv } = await understandCsv(await readFirstBytes(blankLines(count)), 0, network, {});
  expect(csv).toMatchObject({ linesBefore: count + 1, dialect: { hasHeader: true, columnCount: 785 } });
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
  const { csv } = await understandCsv(await readFirstBytes(stream), 0, network, { id: '1', label: '2' });
  expect(csv.dialect).toMatchObject({ columnCount: 786, idColumn: 0 });
});

describe('the first row of images as large as there may be, behind a header that is longer still, is found', () => {
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
    const inputs = new ScoreInputs([stream], large, {}, () => {});
    expect((await inputs.open(0))?.csv.dialect).toMatchObject(expected);
  });

  test('in a file', async () => {
    const folder = await tempFolder({ 'in.csv': text });
    const inputs = new ScoreInputs([join(folder, 'in.csv')], large, {}, () => {});
    expect((await inputs.open(0))?.csv.dialect).toMatchObject(expected);
  });
});
