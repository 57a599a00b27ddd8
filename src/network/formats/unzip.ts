import { crc32 } from '../../formats/pictures/png-chunks.js';
import {
  checkZipEntry,
  parseZipDirectory,
  parseZipEnd,
  parseZipEnd64,
  ZIP_STORED,
  type ZipDirectory,
  type ZipEntry,
  zipBroken,
  zipLocalBytes,
} from '../../formats/zip.js';
import type { FileHost } from './found-network.js';

/** What all files of an archive may hold together: more is no network of ours. */
const MOST_BYTES = 2 ** 30;
/** A large network is packed no better than this, since its weights are like noise; a small one may be, of zeros. */
const MOST_TIMES = 32;
const SMALL_BYTES = 2 ** 26;

/**
 * The files of a ZIP archive that is in memory, by their names in it, in its order. Each function unpacks its file, and checks
 * length and CRC-32.
 *
 * @param name the archive's name in an error.
 * @throws DigitflowError ZIP_BROKEN, here or in a function: for an archive that is damaged or cut off, whose files hold more
 *   than 1 GiB together (64 MiB, where that is more than 32 times the archive), or which has a name twice; for a file that is encrypted, or neither stored nor deflated
 */
export function unzip(
  bytes: Uint8Array,
  name: string,
  inflate: FileHost['inflate'],
): ReadonlyMap<string, () => Uint8Array> {
  const archive = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length);
  const { position, byteCount, entryCount } = directoryOf(archive, name);
  const end = position + byteCount;
  if (end > archive.length) {
    throw zipBroken(name, `expected its directory to end at byte ${end}, found ${archive.length} bytes`);
  }
  const entries = parseZipDirectory(archive.subarray(position, end), entryCount, name);
  const sizeBytes = entries.reduce((sum, entry) => sum + entry.sizeBytes, 0);
  const mostBytes = Math.min(MOST_BYTES, Math.max(SMALL_BYTES, MOST_TIMES * archive.length));
  if (sizeBytes > mostBytes) {
    throw zipBroken(name, `expected at most ${mostBytes} bytes of content, found ${sizeBytes}`);
  }
  const files = new Map<string, () => Uint8Array>();
  for (const entry of entries) {
    // Which of the two counts, each reader decides for itself.
    if (files.has(entry.name)) throw zipBroken(name, `expected ${entry.name} once, found it twice`);
    files.set(entry.name, () => unpack(archive, entry, `${name}: ${entry.name}`, inflate));
  }
  return files;
}

function directoryOf(archive: Buffer, name: string): ZipDirectory {
  const found = parseZipEnd(archive, name);
  return 'end64Position' in found ? parseZipEnd64(archive.subarray(found.end64Position), name) : found;
}

function unpack(archive: Buffer, entry: ZipEntry, name: string, inflate: FileHost['inflate']): Uint8Array {
  checkZipEntry(entry, name);
  const begin = entry.headerPosition + zipLocalBytes(archive.subarray(entry.headerPosition), name);
  const end = begin + entry.packedBytes;
  if (end > archive.length) {
    throw zipBroken(name, `expected its content to end at byte ${end}, found ${archive.length} bytes`);
  }
  const packed = archive.subarray(begin, end);
  const content = entry.method === ZIP_STORED ? packed : inflated(packed, entry.sizeBytes, name, inflate);
  if (content.length !== entry.sizeBytes) {
    throw zipBroken(name, `expected ${entry.sizeBytes} bytes of content, found ${content.length}`);
  }
  const crc = crc32(content);
  if (crc !== entry.crc32) {
    const [expected, found] = [entry.crc32, crc].map((sum) => `0x${sum.toString(16)}`);
    throw zipBroken(name, `expected content with the CRC-32 ${expected}, found ${found}`);
  }
  return content;
}

function inflated(packed: Uint8Array, most: number, name: string, inflate: FileHost['inflate']): Uint8Array {
  try {
    return inflate(packed, most, 'raw');
  } catch (error) {
    throw zipBroken(name, `expected ${most} bytes of content, found what cannot be unpacked to them`, error);
  }
}
