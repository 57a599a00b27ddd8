import { type Stats, statSync } from 'node:fs';
import { mostRowBytesOf } from '../formats/csv/dialect.js';
import { type ByteSource, prepend } from './bytes/byte-source.js';
import { OpenFile } from './bytes/file-bytes.js';
import { beginsLikeIdx, FirstLines, startBytes } from './bytes/first-lines.js';
import { isPacked } from './bytes/inflate-bytes.js';
import {
  type ByteInput,
  nameOf,
  openBytes,
  openWeb,
  placeOf,
  unpacked,
  webUrlOf,
} from './bytes/open-bytes.js';
import type { WebFile } from './bytes/web-file.js';
import type { PictureSet } from './pictures/picture-set.js';

/** The first bytes of an input, and how to go on from there. */
export interface FirstBytes {
  readonly name: string;
  /** Unpacked. */
  readonly bytes: Uint8Array;
  /** True when there are no more. */
  readonly isWhole: boolean;
  /**
   * Waits for more of a stream: for one line more, and for `leastBytes` in all. Null for a file, of which enough was read, and
   * where there is no more.
   */
  readonly readMore: ((leastBytes?: number) => Promise<FirstBytes>) | null;
  /** The path of a regular file; it was closed again. */
  readonly path: string | null;
  /** The size of a regular file that is not packed, which workers can read, or of what a server has. Null for everything else. */
  readonly sizeBytes: number | null;
  /** Where a server has it. */
  readonly web?: WebFile | undefined;
  /** Where it is bytes in memory, all of them; left out where these are packed. */
  readonly memory?: Uint8Array | undefined;
  /** Where it is no file, but pictures that are files of their own. */
  readonly pictures?: PictureSet | undefined;
  /** Opens all of its unpacked content, from the start; a stream only once. */
  content(): Promise<ByteSource>;
  close(): Promise<void>;
}

/** Whether an input can be opened only once, and may take for ever to open: stdin, a pipe, a device, a stream in memory. */
export function isStream(input: ByteInput): boolean {
  if (placeOf(input) === null) return !(input instanceof Uint8Array) && webUrlOf(input) === null;
  const stats = statsOf(input);
  return stats !== null && !stats.isFile() && !stats.isDirectory();
}

/** Whether an input is a folder; false when there is nothing. */
export function isFolder(input: ByteInput): boolean {
  return statsOf(input)?.isDirectory() ?? false;
}

/** Null where there is no path, or nothing at it. Not node:fs/promises, which takes 2 ms to load. */
function statsOf(input: ByteInput): Stats | null {
  const path = placeOf(input);
  try {
    return path === null ? null : (statSync(path, { throwIfNoEntry: false }) ?? null);
  } catch {
    return null;
  }
}

/** The path of a regular file, which can be opened more than once; null for everything else. */
function regularPathOf(input: ByteInput): string | null {
  return statsOf(input)?.isFile() ? placeOf(input) : null;
}

/** The size of a regular file that is not packed: workers can read it. Null for everything else. */
export async function plainFileSize(input: ByteInput): Promise<number | null> {
  const path = regularPathOf(input);
  const file = path === null ? null : await OpenFile.open(path, path).catch(() => null);
  if (file === null) return null;
  try {
    const start = new Uint8Array(4);
    file.readAt(start, 0);
    return isPacked(start) ? null : file.sizeBytes;
  } catch {
    return null;
  } finally {
    file.release();
  }
}

/**
 * Reads the first bytes of an input. A regular file, what a server has, or bytes in memory, are read to the end of a header and a row, if lines
 * are no longer than `mostLineBytes`, and closed again. Of a live stream it waits for one line; `readMore` waits for the next.
 *
 * @param signal ends what waits for a server
 * @throws DigitflowError INPUT_MISSING, INPUT_READ, SERVER_ANSWER, GZIP_BROKEN
 */
export async function readFirstBytes(
  input: ByteInput,
  name = nameOf(input),
  mostLineBytes = mostRowBytesOf(0),
  signal?: AbortSignal,
): Promise<FirstBytes> {
  const path = regularPathOf(input);
  const url = webUrlOf(input);
  // One for all openings: what it was at the first it must be at the next.
  const web = url === null ? undefined : await openWeb(url, name, signal);
  // By its place, where it has one: what shares stdin may move on in it meanwhile.
  const open = async () => (web === undefined ? openBytes(path ?? input, name) : unpacked(await web.open()));
  const source = await open();
  // Not `closedOnError`: what `content` keeps of this call must not be the source, and its buffers.
  try {
    if (path === null && isStream(input)) return await readFirstLines(source, new FirstLines(mostLineBytes));
    const { bytes, isWhole } = await readFileStart(source, mostLineBytes);
    await source.close();
    const sizeBytes = input instanceof Uint8Array ? null : source.sizeBytes;
    return {
      ...{ name, bytes, isWhole, readMore: null, path, sizeBytes, web },
      memory: input instanceof Uint8Array && !isPacked(input) ? input : undefined,
      content: open,
      close: async () => {},
    };
  } catch (error) {
    await source.close();
    throw error;
  }
}

/** Waits for a line that is not blank, and for the next one where it is asked again. */
async function readFirstLines(source: ByteSource, seen: FirstLines, leastBytes = 0): Promise<FirstBytes> {
  let piece: Uint8Array | null;
  do piece = await source.pull();
  while (piece !== null && (!seen.append(piece) || seen.bytes.length < leastBytes));
  const isWhole = piece === null;
  const { bytes } = seen;
  return {
    ...{ name: source.name, bytes, isWhole, path: null, sizeBytes: null },
    readMore: isWhole ? null : (more) => readFirstLines(source, seen, more),
    content: async () => prepend(bytes, source),
    close: () => source.close(),
  };
}

/** A header and a row, in one piece. */
async function readFileStart(source: ByteSource, mostLineBytes: number) {
  let bytes = Buffer.alloc(0);
  while (bytes.length < startBytes(bytes, mostLineBytes)) {
    const piece = await source.pull();
    if (piece === null) return { bytes, isWhole: true };
    bytes = Buffer.concat([bytes, piece]);
    // Enough to tell what it is.
    if (beginsLikeIdx(bytes)) break;
  }
  return { bytes, isWhole: false };
}
