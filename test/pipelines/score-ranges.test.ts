import { appendFileSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import fc from 'fast-check';
import { afterAll, describe, expect, test } from 'vitest';
import { type ScoreOptions, score } from '../../pipelines/score.js';
import type { RunEnd, RunPosition } from '../../src/engine/records.js';
import { npyBytes } from '../formats/npy-bytes.js';
import { testRow } from '../helpers/csv.js';
import { testPixels } from '../helpers/mnist.js';
import { idxBytes } from '../inputs/idx-bytes.js';

const folder = mkdtempSync(join(tmpdir(), 'digitflow-'));
afterAll(() => rmSync(folder, { recursive: true }));
const at = (name: string) => join(folder, name);

/** What a run, or a part of one, says of each of its rows. */
async function lines(options: Pick<ScoreOptions, 'inputs' | 'from' | 'until' | 'workers' | 'batchSize'>) {
  const written: string[] = [];
  const result = await score({
    ...options,
    onBadRow: 'skip',
    write: ({ count, predictions, confidences, idEnds, ids, rejects, place }) => {
      const bad = new Map(rejects.map((reject) => [reject.row, reject]));
      for (let row = 0, good = 0; row < count + rejects.length; row++) {
        const where = `${place.name} ${place.firstRow + row} ${place.firstOfAll + row}`;
        const reject = bad.get(row);
        if (reject) written.push(`${where} line ${place.firstLine + reject.line + 1}: ${reject.reason()}`);
        else {
          const id = Buffer.from(ids.subarray(good === 0 ? 0 : idEnds[good - 1], idEnds[good])).toString();
          written.push(`${where} ${id} ${predictions[good]} ${confidences[good++]}`);
        }
      }
    },
  });
  return { written, result };
}

/** The parts between places, in order. */
function endOf(next: RunPosition | undefined): RunEnd | undefined {
  if (next === undefined) return undefined;
  if (next.row === 0) return { file: next.file - 1, bytes: null, row: null };
  return { file: next.file, bytes: next.bytes, row: null };
}

/** A line of text, or several; blank ones are no record. */
interface Row {
  readonly text: string;
  readonly isBlank: boolean;
}

const row = (text: string): Row => ({ text, isBlank: false });
const anyRow: fc.Arbitrary<Row> = fc.oneof(
  { weight: 6, arbitrary: fc.nat(40).map((i) => row(`id${i},${testRow(i)}`)) },
  {
    weight: 2,
    arbitrary: fc.nat(40).map((i) => row(`"a ""quoted"" id, ${i}",${testRow(i).replace(',0,', ',"0",')}`)),
  },
  { weight: 1, arbitrary: fc.nat(40).map((i) => row(`"an id\nof ${i}\n\nlines",${testRow(i)}`)) },
  { weight: 1, arbitrary: fc.constantFrom(row('bad,1,2'), row('"bad\n",1,2'), row(`id,${testRow(3)},7`)) },
  { weight: 1, arbitrary: fc.constant({ text: '', isBlank: true }) },
);
const anyText = fc.record({
  // The first ones show that these are images.
  rows: fc
    .array(anyRow, { maxLength: 25 })
    .map((rows) => [row(`a,${testRow(50)}`), row(`b,${testRow(51)}`), ...rows]),
  lineEnd: fc.constantFrom('\n', '\r\n'),
  endsLast: fc.boolean(),
});

const HEADER = ['id', 'label', ...Array.from({ length: 784 }, (_, i) => `pixel${i}`)].join(',');

/** A file, and where its records begin. */
function csvOf({ rows, lineEnd, endsLast }: { rows: readonly Row[]; lineEnd: string; endsLast: boolean }) {
  let text = HEADER + lineEnd;
  let line = 1;
  const starts: { bytes: number; line: number }[] = [];
  rows.forEach(({ text: own, isBlank }, index) => {
    if (!isBlank) starts.push({ bytes: Buffer.byteLength(text), line });
    const isLast = index === rows.length - 1 && !endsLast;
    text += own.replaceAll('\n', lineEnd) + (isLast ? '' : lineEnd);
    line += own.split('\n').length;
  });
  return { text, starts };
}

describe('parts of a run', () => {
  test('of rows of text, cut anywhere, are the run', async () => {
    let run = 0;
    const files = fc.array(anyText, { minLength: 1, maxLength: 3 });
    const cuts = fc.infiniteStream(fc.integer({ min: 0, max: 3 }));
    await fc.assert(
      fc.asyncProperty(files, cuts, fc.constantFrom(undefined, 3, 50), async (texts, cutHere, batchSize) => {
        run++;
        const inputs = texts.map((_, file) => at(`${run}-${file}.csv`));
        const places: RunPosition[] = [];
        let rows = 0;
        texts.forEach((of, file) => {
          const { text, starts } = csvOf(of);
          writeFileSync(inputs[file], text);
          starts.forEach((start, index) => {
            const isCut = (file === 0 && index === 0) || cutHere.next().value === 0;
            const place = index === 0 ? { bytes: 0, line: 0 } : start;
            if (isCut) places.push({ file, ...place, row: index, rows, rejected: 0 });
            rows++;
          });
        });
        const whole = await lines({ inputs, workers: 0, batchSize });
        const parts: string[] = [];
        for (const [index, from] of places.entries()) {
          const until = endOf(places[index + 1]);
          const part = await lines({ inputs, from, until, workers: 0, batchSize });
          expect(part.result).toMatchObject({ partial: false });
          parts.push(...part.written);
        }
        expect(parts).toEqual(whole.written);
        for (const input of inputs) rmSync(input);
      }),
      { numRuns: 40 },
    );
  });

  const count = 40;
  const pixels = testPixels().subarray(0, count * 784);
  const shape = [count, 28, 28];
  const floats = new Uint8Array(Float32Array.from(pixels, (pixel) => pixel / 255).buffer);
  writeFileSync(at('a-images'), idxBytes(0x08, shape, pixels));
  writeFileSync(at('b.npy'), npyBytes({ shape, data: pixels }));
  writeFileSync(at('c.npy'), npyBytes({ descr: '<f4', shape, data: floats }));
  writeFileSync(at('d-images.gz'), gzipSync(idxBytes(0x08, shape, pixels)));
  const binary = ['a-images', 'b.npy', 'c.npy', 'd-images.gz'].map(at);

  test.each([0, 2])('of records, cut by their numbers, are the run, for %i workers', async (workers) => {
    const whole = await lines({ inputs: binary, workers });
    expect(whole.written).toHaveLength(4 * count);
    const starts = [0, 1, 39, 40, 53, 80, 81, 107, 120, 140];
    const places = starts.map((rows): RunPosition => {
      return { file: Math.floor(rows / count), row: rows % count, rows, bytes: 1, line: 0, rejected: 0 };
    });
    const parts: string[] = [];
    for (const [index, from] of places.entries()) {
      const next = places[index + 1];
      const until = next?.row ? { file: next.file, row: next.row, bytes: null } : endOf(next);
      parts.push(...(await lines({ inputs: binary, from, until, workers })).written);
    }
    expect(parts).toEqual(whole.written);
  });

  test('open no input but their own', async () => {
    const inputs = [at('missing-1'), at('b.npy'), at('missing-2')];
    const from = { file: 1, bytes: 0, line: 0, row: 0, rows: 7, rejected: 0 };
    const { written } = await lines({ inputs, from, until: { file: 1, bytes: null, row: 3 }, workers: 0 });
    expect(written.map((line) => line.split(' ').slice(1, 3).join(' '))).toEqual(['0 7', '1 8', '2 9']);
  });

  test.each<[string, RunEnd | undefined, number]>([
    ['its end as it was', { file: 0, bytes: null, row: null }, 30],
    ['no place, which is its end as it is', undefined, 31],
  ])('of a file that grows end at %s', async (_, until, expected) => {
    const inputs = [at('grows.csv')];
    writeFileSync(inputs[0], Array.from({ length: 30 }, (_, i) => `${testRow(i)}\n`).join(''));
    let rows = 0;
    const result = await score({
      ...{ inputs, until, workers: 0, batchSize: 2 },
      write: ({ count }) => {
        if (rows === 0) appendFileSync(inputs[0], `${testRow(3)}\n`);
        rows += count;
      },
    });
    expect(rows).toBe(expected);
    expect(result).toMatchObject({ rows: expected, partial: false });
  });

  test('of a file that became shorter are told', async () => {
    writeFileSync(at('short.csv'), `${testRow(0)}\n`);
    const until = { file: 0, bytes: 1e6, row: null };
    const short = { code: 'INPUT_READ', message: expect.stringMatching(/it became shorter; plan it again$/) };
    await expect(lines({ inputs: [at('short.csv')], until, workers: 0 })).rejects.toMatchObject(short);
  });
});
