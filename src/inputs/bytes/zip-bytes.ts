import type { crc32 } from 'node:zlib';
import {
  checkZipEntry,
  parseZipDirectory,
  parseZipEnd,
  parseZipEnd64,
  ZIP_END64_BYTES,
  ZIP_LOCAL_BYTES,
  ZIP_STORED,
  ZIP_TAIL_BYTES,
  type ZipEntry,
  zipBroken,
  zipLocalBytes,
} from '../../formats/zip.js';
import type { ByteSource } from './byte-source.js';
import type { OpenFile } from './file-bytes.js';
import { InflateBytes, UNPACKED_BYTES } from './inflate-bytes.js';
import { arrayBytes } from './stream-bytes.js';

/** What an archive is read from, at any position. */
export type ArchiveBytes = Pick<OpenFile, 'name' | 'sizeBytes' | 'read' | 'section' | 'release'>;

/** An archive that is in memory. */
export function archiveInMemory(bytes: Uint8Array, name: string): ArchiveBytes {
  const section = (position: number, end: number) => arrayBytes(bytes.subarray(position, end), name);
  const read = async (target: Uint8Array, position: number | null) => {
    const piece = bytes.subarray(position ?? 0, (position ?? 0) + target.length);
    target.set(piece);
    return piece.length;
  };
  return { name, sizeBytes: bytes.length, read, section, release: () => {} };
}

/** The directory is held in memory: an archive of arrays has a hundred bytes of it an array. */
const MAX_DIRECTORY_BYTES = 16 * 1024 * 1024;

/** Lists what a ZIP archive holds; throws ZIP_BROKEN, INPUT_READ. */
export async function readZipEntries(file: ArchiveBytes): Promise<ZipEntry[]> {
  const { name, sizeBytes } = file;
  const tailPosition = Math.max(0, sizeBytes - ZIP_TAIL_BYTES);
  const tail = parseZipEnd(await readAt(file, tailPosition, ZIP_TAIL_BYTES), name);
  const directory =
    'end64Position' in tail
      ? parseZipEnd64(await readAt(file, tail.end64Position, ZIP_END64_BYTES), name)
      : tail;
  const { position, byteCount, entryCount } = directory;
  if (byteCount > MAX_DIRECTORY_BYTES) {
    throw zipBroken(name, `expected a directory of at most ${MAX_DIRECTORY_BYTES} bytes, found ${byteCount}`);
  }
  const end = position + byteCount;
  if (end > sizeBytes) {
    throw zipBroken(name, `expected its directory to end at byte ${end}, found ${sizeBytes} bytes`);
  }
  return parseZipDirectory(await readAt(file, position, byteCount), entryCount, name);
}

/**
 * Opens an entry, whose bytes are unpacked as they are pulled. The file is held until it is closed. The last pull rejects
 * with ZIP_BROKEN when the content has another length or another CRC-32 than the directory says.
 *
 * @throws DigitflowError ZIP_BROKEN when it is encrypted, packed by another method than deflate, or not there; INPUT_READ
 */
export async function openZipEntry(file: ArchiveBytes, entry: ZipEntry): Promise<ByteSource> {
  const name = `${file.name}: ${entry.name}`;
  checkZipEntry(entry, name);
  const localBytes = zipLocalBytes(await readAt(file, entry.headerPosition, ZIP_LOCAL_BYTES), name);
  const position = entry.headerPosition + localBytes;
  const end = position + entry.packedBytes;
  if (end > file.sizeBytes) {
    throw zipBroken(name, `expected its content to end at byte ${end}, found ${file.sizeBytes} bytes`);
  }
  // Loaded only when needed: it takes a millisecond.
  const { crc32, createInflateRaw } = await import('node:zlib');
  const packed = file.section(position, end);
  if (entry.method === ZIP_STORED) return new CheckedBytes(packed, entry, crc32, name);
  const inflate = createInflateRaw({ chunkSize: UNPACKED_BYTES });
  const unpacked = new InflateBytes(packed, inflate, (reason, cause) =>
    zipBroken(name, `its content cannot be unpacked (${reason})`, cause),
  );
  return new CheckedBytes(unpacked, entry, crc32, name);
}

/** The bytes from a position, fewer where the file ends or the position is beyond its end. */
async function readAt(file: ArchiveBytes, position: number, byteCount: number): Promise<Buffer> {
  const bytes = Buffer.alloc(Math.max(0, Math.min(byteCount, file.sizeBytes - position)));
  let filled = 0;
  while (filled < bytes.length) {
    const count = await file.read(bytes.subarray(filled), position + filled);
    if (count === 0) break;
    filled += count;
  }
  return bytes.subarray(0, filled);
}

/** Unpacked content, compared with what the directory says of it. */
class CheckedBytes implements ByteSource {
  readonly file = null;
  readonly sizeBytes: number;
  readonly #source: ByteSource;
  readonly #expectedCrc: number;
  readonly #crc32: typeof crc32;
  #crc = 0;
  #count = 0;

  constructor(
    source: ByteSource,
    expected: ZipEntry,
    update: typeof crc32,
    readonly name: string,
  ) {
    this.#source = source;
    this.sizeBytes = expected.sizeBytes;
    this.#expectedCrc = expected.crc32;
    this.#crc32 = update;
  }

  async pull(into?: Uint8Array): Promise<Uint8Array | null> {
    const piece = await this.#source.pull(into);
    this.#count += piece?.length ?? 0;
    if (piece === null ? this.#count < this.sizeBytes : this.#count > this.sizeBytes) {
      const found = piece === null ? this.#count : 'more';
      throw zipBroken(this.name, `expected ${this.sizeBytes} bytes of content, found ${found}`);
    }
    if (piece !== null) this.#crc = this.#crc32(piece, this.#crc);
    else if (this.#crc !== this.#expectedCrc) {
      const [expected, found] = [this.#expectedCrc, this.#crc].map((crc) => `0x${crc.toString(16)}`);
      throw zipBroken(this.name, `expected content with the CRC-32 ${expected}, found ${found}`);
    }
    return piece;
  }

  close(): Promise<void> {
    return this.#source.close();
  }
}
