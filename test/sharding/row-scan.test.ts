import { describe, expect, test } from 'vitest';
import { scoreModel } from '../../pipelines/score.js';
import { DigitflowError } from '../../src/errors.js';
import type { ReadingFlags } from '../../src/formats/reading.js';
import { OpenFile } from '../../src/inputs/bytes/file-bytes.js';
import { Inputs } from '../../src/inputs/inputs.js';
import type { Model } from '../../src/inputs/models/open-model.js';
import { createRandom, type Random } from '../../src/network/random.js';
import { describeInput } from '../../src/sharding/planned-inputs.js';
import { type RowPlace, RowScan } from '../../src/sharding/row-scan.js';
import { randomNetwork } from '../helpers/random-network.js';
import { tempFile } from '../inputs/temp-folder.js';

const network = randomNetwork({
  ...{ seed: 1, height: 2, width: 2, outputs: [3] },
  ...({ hidden: 'relu', last: 'sigmoid' } as const),
});
const model: Model = { network, name: 'small', sha256: '0'.repeat(64) };
const READING: ReadingFlags = { header: true, delimiter: ',', label: 'label', id: 'id', scale: 255 };

/** Where shards may begin, and the end of the text or what is wrong with it. */
interface Places {
  readonly records: readonly RowPlace[];
  readonly end: RowPlace | string;
}

/** What the scorer says: of a bad row its place, and of good ones how many there are between. */
interface Scored {
  readonly bad: readonly RowPlace[];
  readonly rows: number;
  /** Where the last batch ended that had rows. */
  readonly endBytes: number;
  readonly endLine: number;
  readonly fault: string | null;
}

async function scored(path: string, workers: number, batchSize: number | undefined): Promise<Scored> {
  const bad: RowPlace[] = [];
  let rows = 0;
  let [endBytes, endLine] = [0, 0];
  try {
    await scoreModel(model, {
      ...{ inputs: [path], reading: READING, workers, batchSize, onBadRow: 'skip' },
      write: ({ place, count, rejects }) => {
        for (const { row, line, position } of rejects)
          bad.push({ bytes: position, line: place.firstLine + line, row: place.firstRow + row });
        rows += count + rejects.length;
        ({ endBytes, endLine } = place);
      },
    });
    return { bad, rows, endBytes, endLine, fault: null };
  } catch (error) {
    if (!(error instanceof DigitflowError)) throw error;
    return { bad, rows, endBytes, endLine, fault: error.code };
  }
}

/** How to scan. */
interface Ways {
  readonly chunkBytes?: number | undefined;
  readonly kernel?: boolean | undefined;
}

async function withScan<T>(
  path: string,
  ways: Ways,
  use: (scan: RowScan, text: { readonly file: OpenFile; readonly dataStart: number }) => Promise<T>,
  onPassed?: (bytes: Uint8Array) => void,
): Promise<T> {
  const inputs = new Inputs([{ images: path }], {
    network,
    reading: READING,
    labelled: 'ignored',
    digest: 'never',
  });
  const input = await inputs.open(0);
  if (input === null) throw new Error('expected an input');
  const { reading, dataStart, linesBefore } = await describeInput(input, [path], undefined);
  await inputs.close();
  const { dialect } = reading;
  if (dialect === null) throw new Error('expected text');
  const file = await OpenFile.open(path, path);
  try {
    const text = { file, dialect, dataStart, linesBefore, end: file.sizeBytes, onPassed };
    return await use(new RowScan({ ...text, ...ways }), text);
  } finally {
    file.release();
  }
}

/** Stops at each record. */
async function scanned(path: string, ways: Ways): Promise<Places> {
  const passed: Buffer[] = [];
  const records: RowPlace[] = [];
  const scanAll = async (
    scan: RowScan,
    { file, dataStart }: { file: OpenFile; dataStart: number },
  ): Promise<Places> => {
    try {
      for (let leastRow = 0; ; leastRow++) {
        const place = await scan.next({ bytes: 0, row: 0, leastRow });
        if (place === null) break;
        records.push(place);
      }
    } catch (error) {
      if (!(error instanceof DigitflowError)) throw error;
      return { records, end: error.code };
    }
    const all = Buffer.alloc(file.sizeBytes - dataStart);
    file.readAt(all, dataStart);
    expect(Buffer.concat(passed).equals(all)).toBe(true);
    return { records, end: scan.place };
  };
  return withScan(path, ways, scanAll, (bytes) => passed.push(Buffer.from(bytes)));
}

/** Makes sure that a scan which stops now and then stops where it should. */
async function expectStops(
  path: string,
  ways: Ways,
  { records, end }: Places,
  random: Random,
): Promise<void> {
  await withScan(path, ways, async (scan) => {
    for (let leastRow = 0; ; ) {
      const { bytes, row } = scan.place;
      const goal = {
        bytes: [bytes + random.below(200_000), bytes + random.below(300), Number.POSITIVE_INFINITY][
          random.below(3)
        ],
        row: random.below(2) === 0 ? row + random.below(100) : Number.POSITIVE_INFINITY,
        leastRow,
      };
      const isAtGoal = (place: RowPlace) => place.bytes >= goal.bytes || place.row >= goal.row;
      const wanted = records.find((place) => place.row >= leastRow && isAtGoal(place)) ?? null;
      expect(await scan.next(goal)).toEqual(wanted);
      if (wanted === null) break;
      leastRow = wanted.row + 1;
    }
    expect(scan.place).toEqual(end);
  });
}

/** Makes sure that each bad row lies where the scan says, and that there are as many rows and lines. */
async function expectAlike(
  text: string | Uint8Array,
  options: Ways & Partial<Record<'workers' | 'batchSize' | 'seed', number | undefined>>,
) {
  const path = await tempFile(Buffer.from(text), 'rows.csv');
  const { records, end } = await scanned(path, options);
  const { bad, rows, endBytes, endLine, fault } = await scored(path, options.workers ?? 0, options.batchSize);
  if (fault !== null) return expect({ end }).toEqual({ end: fault });
  // Within what follows a quote that is never closed no shard begins.
  const places = new Map(records.map((place) => [place.row, place]));
  const known = bad.filter(({ row }) => places.has(row));
  expect(known).toEqual(known.map(({ row }) => places.get(row)));
  if (typeof end === 'string') throw new Error(`expected no fault, found ${end}`);
  expect(end.row).toBe(rows);
  for (const kernel of [true, false])
    await expectStops(path, { ...options, kernel }, { records, end }, createRandom(options.seed ?? 0));
  // A batch of blank lines alone is not written.
  if (endBytes === end.bytes) expect(end.line).toBe(endLine);
  else expect(end.line).toBeGreaterThanOrEqual(endLine);
  return { records, bad, rows };
}

const HEADER = 'id,label,a,b,c,d';

describe('a scan of rows', () => {
  test.each([
    ['plain rows', ['x1,0,1,2,3,4', 'x2,0,1,2,3,4'], 2],
    ['blank lines, which are lines and no records', ['x1,0,1,2,3,4', '', '', 'bad', ''], 2],
    ['lines of spaces, which are bad records', ['x1,0,1,2,3,4', '  ', 'x2,0,1,2,3,4'], 3],
    ['a line end within quotes', ['x1,0,1,2,3,4', '"a\nb",0,1,2,3,4', '"a\n""\n",0,1,2,3', 'bad'], 4],
    ['a quote within a field, which opens nothing', ['x,0,1,2,3,4', 'a"b,0,1,2,3,4', 'bad', 'x"'], 4],
    ['a quote that is never closed', ['x,0,1,2,3,4', '"y,0,1,2,3,4', 'z,0,1,2,3,4', 'bad'], 4],
  ])('counts %s', async (_, rows, count) => {
    for (const end of ['\n', '\r\n', '\r']) {
      const text = [HEADER, ...rows].map((row) => row.replaceAll('\n', end)).join(end);
      for (const last of ['', end]) {
        const alike = await expectAlike(text + last, {});
        expect(alike?.rows).toBe(count);
      }
    }
  });

  test('begins after a byte order mark, blank lines and a header of several lines', async () => {
    const alike = await expectAlike('\uFEFF\n\nid,label,"a\na",b,c,d\nx,0,1,2,3,4\nbad\n', {});
    expect(alike?.bad).toEqual([{ bytes: 38, line: 5, row: 1 }]);
  });

  test('takes carriage returns after the last line end for a row, as the scorer does', async () => {
    const alike = await expectAlike(`${HEADER}\nx,0,1,2,3,4\n\r`, {});
    expect(alike?.rows).toBe(2);
  });

  test('stops at the first record at or after a place', async () => {
    const path = await tempFile(
      Buffer.from(`${HEADER}\nx,0,1,2,3,4\n\n\ny,0,1,2,3,4\nz,0,1,2,3,4\n`),
      'a.csv',
    );
    const { records } = await scanned(path, {});
    expect(records.map(({ bytes }) => bytes)).toEqual([17, 31, 43]);
  });
});

/** Rows of every kind, and line ends as a file may have them. */
function randomText(random: Random): string {
  const ends = [['\n'], ['\r\n'], ['\r'], ['\n', '\r\n'], ['\n', '\n\n', '\r\r\n']][random.below(5)];
  const end = () => ends[random.below(ends.length)];
  const quotes = random.below(3);
  // Now and then of the length of the longest row, so that what is never closed is given up.
  const filler = random.below(4) === 0 ? 30_000 : 30;
  const kinds = [
    () => `x${random.below(1000)},${random.below(3)},1,2,3,255`,
    () => `x,${random.below(3)},1,2,3,256`,
    () => '',
    () => '  ',
    () => 'short,row',
    () => `${'w'.repeat(random.below(filler))},0,1,2,3,4`,
  ];
  const quoted = [
    () => '"x, y","1",1,2,3,4',
    () => `"a${end()}b",0,1,2,3,4`,
    () => `"a""${end()}""${end()}",0,1,2,3,4`,
    () => 'a"b,0,1,2,3,4',
    () => `"ab"c${end()},0,1,2,3,4`,
    () => '"never,0,1,2,3,4',
    () => '5,"0,1,2,3,4',
    () => `"${'q'.repeat(random.below(filler))}${end()}",0,1,2,3,4`,
    () => `"","0","1","2","3","${random.below(256)}"`,
  ];
  // The first row tells how many columns there are.
  let text = `${HEADER}${ends[0]}x,0,1,2,3,4${ends[0]}`;
  for (let row = random.below(filler === 30 ? 200 : 60); row > 0; row--) {
    const from = random.below(4) < quotes ? quoted : kinds;
    text += from[random.below(from.length)]() + end();
  }
  return random.below(2) === 0 ? text : text.replace(/[\r\n]+$/, '');
}

const SEEDS = Number(process.env.SEEDS ?? 60);

test('counts records and lines as the scorer does, whatever the text and however it is read', async () => {
  let compared = 0;
  for (let seed = 0; seed < SEEDS; seed++) {
    const random = createRandom(seed);
    const text = randomText(random);
    const chunkBytes = [undefined, 1, 7, 64, 4096][random.below(5)];
    const batchSize = [undefined, 1, 1000][random.below(3)];
    // One thread now and then: it starts as slowly as all the rest takes.
    const workers = seed % 25 === 0 ? 1 : 0;
    const isLong = text.length > 20_000;
    const alike = await expectAlike(text, {
      ...{ workers, batchSize, seed },
      chunkBytes: isLong && chunkBytes !== undefined ? Math.max(512, chunkBytes) : chunkBytes,
    }).catch((error: unknown) => {
      throw new Error(`seed ${seed}`, { cause: error });
    });
    if (alike !== undefined) compared++;
  }
  expect(compared).toBeGreaterThan(SEEDS / 2);
});
