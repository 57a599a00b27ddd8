import { Observable } from 'rxjs';
import { layoutMemory } from '../../src/engine/layout.js';
import type {
  HeldFile,
  Normalized,
  PixelRecords,
  Reading,
  Records,
  RecordsPlace,
  TextRecords,
} from '../../src/engine/records.js';
import { Slots } from '../../src/engine/slots.js';
import type { CsvDialect } from '../../src/formats/csv/dialect.js';
import { UNIT_BRIGHTNESS } from '../../src/network/normalization.js';
import { randomNetwork } from './random-network.js';

/** A pass over an input named `x`, of images of 2 x 2 pixels where nothing else is said. */
export function testReading(changes: Partial<Reading> = {}): Reading {
  return {
    ...{ input: 0, name: 'x', transposed: null, dialect: null, linesBefore: 0, dataStart: 0, storedBytes: 4 },
    decode: () => [],
    ...changes,
  };
}

/** The one pass that all `tinyRecords` are of, if nothing else is said. */
export const tinyReading = testReading();

/** A network for images of 2 x 2 pixels, three classes. */
export const tinyNetwork = randomNetwork({
  seed: 1,
  height: 2,
  width: 2,
  outputs: [3],
  hidden: 'sigmoid',
  last: 'sigmoid',
});

/** A file that is never opened, and how many hold it. */
export function heldFile(fd: number) {
  const file = {
    ...{ fd, sizeBytes: 0, holders: 0, byteAt: () => undefined },
    retain: () => void file.holders++,
    release: () => void file.holders--,
  };
  return file satisfies HeldFile;
}

/** Slots for 2 x 2 images. */
export function tinySlots(slotCount: number, recordsPerSlot: number): Slots {
  const layout = layoutMemory(tinyNetwork, { slotCount, recordsPerSlot });
  return new Slots(new SharedArrayBuffer(layout.bytes), layout);
}

/** `count` records of 2 x 2 pixels from index `first`; every pixel and label tells its record. */
export function tinyRecords(
  first: number,
  count: number,
  reading: Reading = tinyReading,
): Normalized<PixelRecords> {
  return {
    reading,
    first,
    count,
    pixels: Uint8Array.from({ length: count * 4 }, (_, i) => first + (i >> 2)),
    labels: Uint8Array.from({ length: count }, (_, i) => (first + i) % 3),
    normalization: UNIT_BRIGHTNESS,
  };
}

/** Rows of a label and 2 x 2 pixels. */
export const TINY_DIALECT: CsvDialect = {
  ...{ delimiter: ',', lineEnd: 'lf', hasHeader: false, columnCount: 5, firstPixel: 1, pixelCount: 4 },
  ...{
    black: 0,
    white: 255,
    transposed: null,
    label: { kind: 'number', column: 0, from: 0 },
    idColumn: null,
  },
};

/** Whole rows of text that begin at a position of their input. */
export function tinyText(
  text: string,
  { dialect = TINY_DIALECT, ...rest }: Partial<Pick<Reading, 'dialect'> & TextRecords> = {},
): Normalized<TextRecords> {
  return {
    reading: testReading({ dialect, storedBytes: 0 }),
    position: 0,
    text: Buffer.from(text),
    normalization: UNIT_BRIGHTNESS,
    ...rest,
  };
}

/** Where a batch lies that begins with a record of its input, each of which is a line. */
export function placeAt(firstRow: number): RecordsPlace {
  const line = { firstLine: firstRow, endLine: firstRow };
  return { ...{ file: 0, name: 'x', firstRow, firstOfAll: firstRow, endBytes: 0 }, ...line };
}

/** Records one by one, each when a slot is free for it. */
export function pulledRecords(
  slots: Pick<Slots, 'whenFree'>,
  all: readonly Normalized<Records>[],
): Observable<Normalized<Records>> {
  return new Observable((subscriber) => {
    const pump = async () => {
      for (const records of all) {
        if (subscriber.closed) return;
        await slots.whenFree();
        subscriber.next(records);
      }
      subscriber.complete();
    };
    pump();
  });
}
