import { lastValueFrom, map, takeWhile } from 'rxjs';
import { openTextReader } from '../src/engine/open-scorer.js';
import type { TextBatch } from '../src/engine/text-batch.js';
import { DigitflowError } from '../src/errors.js';
import { CsvSource } from '../src/inputs/csv-source.js';
import type { Network } from '../src/network/network.js';
import type { Normalization } from '../src/network/normalization.js';
import { batch } from '../src/operators/batch.js';
import { forward } from '../src/operators/forward.js';
import { inOrder } from '../src/operators/in-order.js';
import { normalize } from '../src/operators/normalize.js';
import { orientedAs } from './oriented-as.js';
import { raiseFirstFault } from './raise-first-fault.js';
import { RowNumbers } from './row-numbers.js';
import type { UnderstoodInput } from './score-input.js';

/** Rows of a CSV held in memory as images. */
export interface HeldRows {
  readonly count: number;
  /** `(count, height * width)` u8, row-major: pixels as stored. */
  readonly pixels: Uint8Array;
  /** `(count)` u8 class indices, or null where the CSV has none. */
  readonly labels: Uint8Array | null;
  readonly normalization: Normalization;
  /** How many rows were read, from the first of all: all there are, unless reading ended with the last that was wanted. */
  readonly rowCount: number;
}

/** Which rows to hold. */
export interface RowRange {
  /** The first, from 0. Default 0. */
  readonly first?: number | undefined;
  /** How many at most. Default: all that follow. */
  readonly limit?: number | undefined;
}

/**
 * Reads rows of text into images, the way that `evaluate` reads them, on the calling thread; no further than is wanted.
 *
 * @throws DigitflowError CSV_ROW and LABEL_OUT_OF_RANGE for the first bad row up to the last that is wanted
 */
export async function holdCsv(
  { csv, name }: UnderstoodInput,
  network: Network,
  { first = 0, limit = Number.POSITIVE_INFINITY }: RowRange = {},
): Promise<HeldRows> {
  const size = network.layers[0].inputs;
  const [pieces, labels]: [Uint8Array[], Uint8Array[]] = [[], []];
  // What of rows that begin at `at` is wanted.
  const wanted = (rows: Uint8Array, at: number, rowBytes: number) =>
    rows.slice(Math.max(0, first - at) * rowBytes, Math.max(0, first + limit - at) * rowBytes);
  let [read, rowCount] = [0, 0];
  const reader = await openTextReader(network, (pixels, count) => {
    pieces.push(wanted(pixels, read, size));
    read += count;
  });
  const normalization = orientedAs(csv.dialect, network.normalization);
  // Cut here, not left to be read again: so each row passes once.
  const source = new CsvSource(
    async (index) => (index === 0 ? { ...csv, path: null } : null),
    reader.slots.size,
    {
      input: 0,
      bytes: 0,
    },
  );
  const numbers = new RowNumbers();
  const takeLabels = (scored: TextBatch): number => {
    const place = numbers.place(scored);
    raiseFirstFault(scored, place, first + limit - place.firstRow);
    labels.push(wanted(scored.labels.subarray(0, scored.count), place.firstRow, 1));
    return place.firstRow + scored.count;
  };
  try {
    const rows = source
      .rows(reader.slots)
      .pipe(normalize(normalization), batch(reader.slots), forward(reader), inOrder());
    rowCount = await lastValueFrom(
      rows.pipe(
        map(takeLabels),
        takeWhile((count) => count < first + limit, true),
      ),
      { defaultValue: 0 },
    );
  } finally {
    await reader.close();
  }
  const pixels = joined(pieces, name);
  const count = Math.min(limit, pixels.length / size);
  return {
    count,
    pixels: new Uint8Array(pixels.buffer, pixels.byteOffset, count * size),
    labels: csv.dialect.label === null ? null : new Uint8Array(Buffer.concat(labels).subarray(0, count)),
    normalization,
    rowCount,
  };
}

function joined(pieces: readonly Uint8Array[], name: string): Buffer {
  try {
    return Buffer.concat(pieces);
  } catch (cause) {
    const bytes = pieces.reduce((sum, piece) => sum + piece.length, 0);
    const message = `${name}: expected images that fit into memory, found ${bytes} bytes; take a part of them`;
    throw new DigitflowError('MEMORY_LIMIT', message, { cause });
  }
}
