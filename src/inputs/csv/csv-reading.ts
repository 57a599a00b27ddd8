import type { Permits, Piece, TextRecords } from '../../engine/records.js';
import { DigitflowError } from '../../errors.js';
import type { CsvDialect } from '../../formats/csv/dialect.js';
import { ByteReader, type ByteSource } from '../bytes/byte-source.js';
import { FileBytes } from '../bytes/file-bytes.js';
import { OpenFile } from '../bytes/open-file.js';
import type { Cursor, OpenReading } from '../input.js';
import { RowCutter, type TextReading } from './row-cutter.js';

/** A CSV that is to be read. */
export interface CsvSource {
  readonly file: number;
  readonly name: string;
  readonly dialect: CsvDialect;
  /** Where the rows begin in its unpacked content, and how many lines ended before: the header's, blank ones. */
  readonly dataStart: number;
  readonly linesBefore: number;
  /** Set where workers can read it themselves: a regular, uncompressed file. */
  readonly path: string | null;
  /** Its unpacked content from the start, else. */
  content(): Promise<ByteSource>;
}

const NOTHING = new Uint8Array(0);

/**
 * Reads a CSV from a place on. A file is left to the workers, in stretches: nothing of it is read here but its size. A
 * stream, gzip, or a file with line ends within quotes is cut here.
 *
 * The pieces raise INPUT_MISSING, INPUT_READ, GZIP_BROKEN.
 */
export function readCsv(source: CsvSource, cursor: Cursor, permits: Permits): OpenReading {
  const { file: input, name, dialect, linesBefore, dataStart, path } = source;
  const reading: TextReading = {
    ...{ input, name, dialect, linesBefore, dataStart, transposed: dialect.transposed, storedBytes: 0 },
    decode: rowsOf,
  };
  const start = Math.max(cursor.bytes, dataStart);
  let close: () => void = () => {};
  let isClosed = false;
  const opened = <T>(open: T, closeIt: () => void): T => {
    if (isClosed) closeIt();
    else close = closeIt;
    return open;
  };
  async function* stretches(filePath: string): AsyncGenerator<Piece, void> {
    const file = await OpenFile.open(filePath, name);
    opened(file, () => file.release());
    if (isClosed) return;
    const fileBytes = file.sizeBytes;
    if (start > fileBytes) throw becameShorter(name, start, fileBytes);
    const { fileStretchBytes = 0 } = permits.text ?? {};
    for (let position = start; position < fileBytes; position += fileStretchBytes) {
      await permits.whenFree();
      const byteCount = Math.min(fileStretchBytes, fileBytes - position);
      const isAtRow = position === start && (cursor.isAtRow || start === dataStart);
      const place = { fd: file.fd, position, name, isAtRow, fileBytes, takesLast: cursor.takesLast };
      yield { reading, position, bytes: NOTHING, stretch: { ...place, byteCount, file } };
    }
  }
  /** One piece of text may take several batches. */
  async function* permitted(rows: Iterable<Piece>): AsyncGenerator<Piece, void> {
    for (const piece of rows) {
      await permits.whenFree();
      yield piece;
    }
  }
  async function* cutHere(): AsyncGenerator<Piece, void> {
    const bytes =
      path === null ? await source.content() : new FileBytes(await OpenFile.open(path, name), start);
    const reader = opened(new ByteReader(bytes), () => void bytes.close().catch(() => undefined));
    const { chunkBytes = 0, mostRowBytes = 0 } = permits.text ?? {};
    // What an earlier run has read of a stream is passed over; a file is opened where its rows begin.
    for (let passed = path === null ? 0 : start; passed < start; ) {
      const { length } = await reader.read(start - passed);
      if (length === 0) throw becameShorter(name, start, passed);
      passed += length;
    }
    const cutter = new RowCutter(reading, start, mostRowBytes);
    for (;;) {
      await permits.whenFree();
      const piece = await reader.read(chunkBytes);
      if (piece.length === 0) break;
      yield* permitted(cutter.cut(piece));
    }
    yield* permitted(cutter.finish());
  }
  return {
    reading,
    pieces: path === null || cursor.isCutHere ? cutHere() : stretches(path),
    close: () => {
      isClosed = true;
      close();
    },
  };
}

/** Rows are whole already, and stay text. */
function rowsOf({ reading, position = 0, bytes, stretch, endsBatch, fault }: Piece): Iterable<TextRecords> {
  return [{ reading, position, text: bytes, stretch, endsBatch, fault }];
}

function becameShorter(name: string, expected: number, found: number): DigitflowError {
  return new DigitflowError(
    'INPUT_READ',
    `${name}: expected at least ${expected} bytes, found ${found}: it became shorter; start again without --resume`,
  );
}
