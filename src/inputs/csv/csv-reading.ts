import type { Permits, Piece, Reading, TextRecords, TextSizes } from '../../engine/records.js';
import { DigitflowError } from '../../errors.js';
import { type CsvDialect, noTextSlots, rowTooLong } from '../../formats/csv/dialect.js';
import { endOfWholeRows, lineEndByte } from '../../formats/csv/row-ends.js';
import { ByteReader, type ByteSource } from '../bytes/byte-source.js';
import { FileBytes, OpenFile } from '../bytes/file-bytes.js';
import type { Cursor, OpenReading, ReadEnd } from '../input.js';

/** A CSV that is to be read. */
export interface CsvSource {
  readonly file: number;
  readonly name: string;
  readonly dialect: CsvDialect;
  /** What was guessed of it, and from how many bytes. */
  readonly guessed: Reading['guessed'];
  /** Where the rows begin in its unpacked content, and how many lines ended before: the header's, blank ones. */
  readonly dataStart: number;
  readonly linesBefore: number;
  /** Set where workers can read it themselves: a regular, uncompressed file. Otherwise its content is read. */
  readonly path: string | null;
  content(): Promise<ByteSource>;
}

const NOTHING = new Uint8Array(0);

/**
 * Reads a CSV from a place on, to its end or to the start of another row: a file is left to the workers, in stretches; a stream, gzip, or a file with line ends within
 * quotes is cut here. The pieces raise INPUT_MISSING, INPUT_READ, GZIP_BROKEN; USAGE where the slots are for pixels.
 */
export function readCsv(source: CsvSource, cursor: Cursor, permits: Permits, until?: ReadEnd): OpenReading {
  const { file: input, name, dialect, guessed, linesBefore, dataStart, path } = source;
  const reading: TextReading = {
    ...{ input, name, dialect, guessed, linesBefore, dataStart, storedBytes: 0 },
    ...{ transposed: dialect.transposed, inverted: dialect.inverted },
    ...{ isRange: until !== undefined, decode: rowsOf },
  };
  const start = Math.max(cursor.bytes, dataStart);
  const last = until?.bytes ?? Number.POSITIVE_INFINITY;
  let close = (): void => {};
  let isClosed = false;
  const onClose = (closeIt: () => void): void => {
    if (isClosed) closeIt();
    else close = closeIt;
  };
  const textSizes = (): TextSizes => {
    if (permits.text === null) throw noTextSlots(name);
    return permits.text;
  };
  async function* stretches(filePath: string): AsyncGenerator<Piece, void> {
    const { fileStretchBytes } = textSizes();
    const file = await OpenFile.open(filePath, name);
    onClose(() => file.release());
    if (isClosed) return;
    const fileBytes = file.sizeBytes;
    const least = until?.bytes ?? start;
    if (least > fileBytes) throw becameShorter(name, least, fileBytes, reading);
    const end = until?.bytes ?? fileBytes;
    for (let position = start; position < end; position += fileStretchBytes) {
      await permits.whenFree();
      const byteCount = Math.min(fileStretchBytes, end - position);
      const isAtRow = position === start && (cursor.isAtRow || start === dataStart);
      const place = { fd: file.fd, position, name, isAtRow, fileBytes, takesLast: cursor.takesLast };
      yield { reading, position, bytes: NOTHING, stretch: { ...place, byteCount, file } };
    }
  }
  async function* cutHere(): AsyncGenerator<Piece, void> {
    const { chunkBytes, mostRowBytes } = textSizes();
    const bytes =
      path === null ? await source.content() : new FileBytes(await OpenFile.open(path, name), start);
    onClose(() => void bytes.close().catch(() => undefined));
    const reader = new ByteReader(bytes);
    // What an earlier run has read of a stream is passed over; a file is opened where its rows begin.
    const isThere = path !== null || (await reader.seek(start, last));
    for (let passed = isThere ? start : 0; passed < start; ) {
      const { length } = await reader.read(start - passed);
      if (length === 0) throw becameShorter(name, start, passed, reading);
      passed += length;
    }
    const cutter = new RowCutter(reading, start, mostRowBytes);
    for (let isAtEnd = false, at = start; !isAtEnd; ) {
      await permits.whenFree();
      const piece = await reader.read(Math.max(0, Math.min(chunkBytes, last - at)));
      at += piece.length;
      isAtEnd = piece.length === 0;
      if (isAtEnd && until?.bytes && at < until.bytes) throw becameShorter(name, until.bytes, at, reading);
      // One piece of text may take several batches.
      for (const rows of isAtEnd ? cutter.finish() : cutter.cut(piece)) {
        await permits.whenFree();
        yield rows;
      }
    }
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

function becameShorter(name: string, expected: number, found: number, { isRange }: Reading): DigitflowError {
  const advice = isRange ? 'plan it again' : 'start again without --resume';
  const message = `${name}: expected at least ${expected} bytes, found ${found}: it became shorter; ${advice}`;
  return new DigitflowError('INPUT_READ', message);
}

/** A pass over text, whose dialect is known. */
interface TextReading extends Reading {
  readonly dialect: CsvDialect;
}

/**
 * Cuts a stream of text at the ends of its rows; a line end within quotes ends none. A quote that is still open after
 * `mostRowBytes` was never closed: its row is cut at its line ends, and the worker that reads it rejects its first line.
 */
class RowCutter {
  readonly #reading: TextReading;
  readonly #mostRowBytes: number;
  /** The beginning of a row that straddles pieces. */
  readonly #carry: Buffer;
  #carried = 0;
  /** Where the next byte to be given lies in the input's unpacked content: at the start of a row. */
  #position: number;

  constructor(reading: TextReading, position: number, mostRowBytes: number) {
    this.#reading = reading;
    this.#position = position;
    this.#mostRowBytes = mostRowBytes;
    this.#carry = Buffer.allocUnsafe(mostRowBytes);
  }

  /** The whole rows that end in a piece, at most `mostRowBytes` long: views, each to be consumed before the next. */
  *cut(piece: Uint8Array): Generator<Piece, void> {
    let rest = Buffer.from(piece.buffer, piece.byteOffset, piece.length);
    while (this.#carried > 0 && rest.length > 0) {
      const added = Math.min(rest.length, this.#lineLength(rest), this.#mostRowBytes - this.#carried);
      rest.copy(this.#carry, this.#carried, 0, added);
      this.#carried += added;
      rest = rest.subarray(added);
      const end = endOfWholeRows(this.#waiting, this.#reading.dialect);
      if (end > 0) yield* this.#giveCarried(end);
      else if (this.#carried === this.#mostRowBytes) yield* this.#giveUp();
    }
    const end = endOfWholeRows(rest, this.#reading.dialect);
    if (end > 0) yield this.#given(rest.subarray(0, end));
    rest.copy(this.#carry, this.#carried, end);
    this.#carried += rest.length - end;
    if (this.#carried === this.#mostRowBytes) yield* this.#giveUp();
  }

  /** What is left when the input has ended: a last row without a line end. */
  *finish(): Generator<Piece, void> {
    if (this.#carried > 0) yield* this.#giveCarried(this.#carried);
  }

  get #waiting(): Buffer {
    return this.#carry.subarray(0, this.#carried);
  }

  /** How much of a piece goes to the row that waits: to its first line end, or all of it. */
  #lineLength(piece: Buffer): number {
    const at = piece.indexOf(lineEndByte(this.#reading.dialect));
    return at === -1 ? piece.length : at + 1;
  }

  #given(bytes: Uint8Array): Piece {
    const position = this.#position;
    this.#position += bytes.length;
    return { reading: this.#reading, position, bytes };
  }

  *#giveCarried(end: number, endsBatch = false): Generator<Piece, void> {
    yield { ...this.#given(this.#waiting.subarray(0, end)), endsBatch };
    this.#carry.copyWithin(0, end, this.#carried);
    this.#carried -= end;
  }

  /** No row is so long: either its quote was never closed, or this is no CSV of images. */
  *#giveUp(): Generator<Piece, void> {
    const end = this.#waiting.lastIndexOf(lineEndByte(this.#reading.dialect)) + 1;
    // After this text another quote may follow, which must not seem to close the one that is open.
    if (end > 0) yield* this.#giveCarried(end, true);
    else
      yield { ...this.#given(new Uint8Array(0)), fault: rowTooLong(this.#reading.name, this.#mostRowBytes) };
  }
}
