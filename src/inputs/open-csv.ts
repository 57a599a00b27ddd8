import type { Permits } from '../engine/permits.js';
import type { TextRows } from '../engine/rows-of-text.js';
import { DigitflowError } from '../errors.js';
import { ByteReader } from './bytes/byte-source.js';
import { FileBytes } from './bytes/file-bytes.js';
import { OpenFile } from './bytes/open-file.js';
import type { CsvCursor, CsvInput } from './csv-cursor.js';
import { RowCutter } from './row-cutter.js';

/** How much to read at a time. */
export interface ReadingSizes {
  readonly chunkBytes: number;
  readonly fileStretchBytes: number;
  readonly mostRowBytes: number;
}

/** An input that is open, from some place in it on. */
export interface OpenCsv {
  /** All its rows, once, in order; each to be taken in before the next is asked for. */
  readonly rows: Iterable<TextRows> | AsyncIterable<TextRows>;
  /** At once and at any time; what workers are reading stays open until they have. */
  close(): void;
}

const NOTHING = new Uint8Array(0);

/**
 * Opens a file to be read by the workers: nothing of it is read here but its size.
 *
 * @throws DigitflowError INPUT_MISSING, INPUT_READ
 */
export async function openStretches(
  reading: CsvInput,
  path: string,
  cursor: CsvCursor,
  { fileStretchBytes }: ReadingSizes,
): Promise<OpenCsv> {
  const file = await OpenFile.open(path, reading.name);
  return { rows: stretches(reading, file, cursor, fileStretchBytes), close: () => file.release() };
}

function* stretches(
  reading: CsvInput,
  file: OpenFile,
  { bytes, isAtRow, takesLast }: CsvCursor,
  stretchBytes: number,
): Generator<TextRows, void> {
  const fileBytes = file.sizeBytes;
  const { name, dataStart } = reading;
  const start = Math.max(bytes, dataStart);
  if (start > fileBytes) throw becameShorter(name, start, fileBytes);
  for (let position = start; position < fileBytes; position += stretchBytes) {
    const byteCount = Math.min(stretchBytes, fileBytes - position);
    const isRowStart = position === start && (isAtRow || start === dataStart);
    const place = { fd: file.fd, position, name, isAtRow: isRowStart, fileBytes, takesLast };
    yield { reading, position, text: NOTHING, stretch: { ...place, byteCount, file } };
  }
}

/**
 * Opens an input whose rows are cut here, on the main thread: a stream, gzip, or a file with line ends within quotes.
 *
 * @throws DigitflowError INPUT_MISSING, INPUT_READ, GZIP_BROKEN
 */
export async function openCutHere(
  reading: CsvInput,
  cursor: CsvCursor,
  sizes: ReadingSizes,
  permits: Pick<Permits, 'whenFree'>,
): Promise<OpenCsv> {
  const start = Math.max(cursor.bytes, reading.dataStart);
  const { path } = reading;
  const source =
    path === null ? await reading.content() : new FileBytes(await OpenFile.open(path, reading.name), start);
  const reader = new ByteReader(source);
  // What was said of a stream before is passed over; a file is opened where its rows begin.
  const passedBytes = path === null ? start : 0;
  return {
    rows: cutHere(reading, reader, { start, passedBytes }, sizes, permits),
    close: () => void reader.close().catch(() => undefined),
  };
}

async function* cutHere(
  reading: CsvInput,
  reader: ByteReader,
  { start, passedBytes }: { readonly start: number; readonly passedBytes: number },
  { chunkBytes, mostRowBytes }: ReadingSizes,
  permits: Pick<Permits, 'whenFree'>,
): AsyncGenerator<TextRows, void> {
  for (let passed = 0; passed < passedBytes; ) {
    const { length } = await reader.read(passedBytes - passed);
    if (length === 0) throw becameShorter(reading.name, start, passed);
    passed += length;
  }
  const cutter = new RowCutter(reading, start, mostRowBytes);
  for (;;) {
    await permits.whenFree();
    const piece = await reader.read(chunkBytes);
    if (piece.length === 0) break;
    yield* cutter.cut(piece);
  }
  yield* cutter.finish();
}

function becameShorter(name: string, expected: number, found: number): DigitflowError {
  return new DigitflowError(
    'INPUT_READ',
    `${name}: expected at least ${expected} bytes, found ${found}: it became shorter; start again without --resume`,
  );
}
