import { DigitflowError } from '../errors.js';

/** Where the central directory of an archive lies. */
export interface ZipDirectory {
  readonly position: number;
  readonly byteCount: number;
  readonly entryCount: number;
}

/** One file of an archive, as the central directory tells of it. */
export interface ZipEntry {
  /** Its path in the archive, without control characters. */
  readonly name: string;
  readonly method: number;
  readonly isEncrypted: boolean;
  readonly packedBytes: number;
  readonly sizeBytes: number;
  /** The CRC-32 of the unpacked content. */
  readonly crc32: number;
  /** Where in the archive its local header begins. */
  readonly headerPosition: number;
}

// The records of an archive, all numbers little-endian (PKWARE's APPNOTE.TXT, 4.3).
const END = { signature: 0x06054b50, bytes: 22 };
const END64_LOCATOR = { signature: 0x07064b50, bytes: 20 };
const END64 = { signature: 0x06064b50, bytes: 56 };
const ENTRY = { signature: 0x02014b50, bytes: 46 };
const LOCAL = { signature: 0x04034b50, bytes: 30 };

/** So much of an archive's end holds its end record: with the longest comment, and the locator of the 64-bit record. */
export const ZIP_TAIL_BYTES = END64_LOCATOR.bytes + END.bytes + 0xffff;
export const ZIP_END64_BYTES = END64.bytes;
export const ZIP_LOCAL_BYTES = LOCAL.bytes;

export const ZIP_STORED = 0;
const DEFLATE = 8;
const OTHERS: Readonly<Record<number, string>> = {
  9: 'Deflate64',
  12: 'bzip2',
  14: 'LZMA',
  93: 'Zstandard',
  95: 'xz',
};

/** A number that stands in a 64-bit field instead. */
const IN_64_BITS = 0xffffffff;

/** Finds the directory by an archive's last `ZIP_TAIL_BYTES` (all of a shorter one), or where `parseZipEnd64` finds it. */
export function parseZipEnd(tail: Buffer, name: string): ZipDirectory | { readonly end64Position: number } {
  // A comment may follow, which reaches to the end: the same four bytes within it are no end record.
  const isEnd = (at: number) =>
    tail.readUInt32LE(at) === END.signature && at + END.bytes + tail.readUInt16LE(at + 20) === tail.length;
  let at = tail.length - END.bytes;
  while (at >= 0 && !isEnd(at)) at--;
  if (at < 0) {
    const reasons = 'the archive is cut off, other bytes follow it, or it is no ZIP';
    throw zipBroken(name, `expected a ZIP archive with its end record, found none; ${reasons}`);
  }
  const locator = at - END64_LOCATOR.bytes;
  if (locator >= 0 && tail.readUInt32LE(locator) === END64_LOCATOR.signature) {
    return { end64Position: Number(tail.readBigUInt64LE(locator + 8)) };
  }
  const [disk, firstDisk, entriesHere, entryCount] = [4, 6, 8, 10].map((field) =>
    tail.readUInt16LE(at + field),
  );
  checkOneDisk([disk, firstDisk], entriesHere, entryCount, name);
  return { entryCount, byteCount: tail.readUInt32LE(at + 12), position: tail.readUInt32LE(at + 16) };
}

/** Reads the end record of 64-bit numbers: its `ZIP_END64_BYTES`, or fewer where the file ends. */
export function parseZipEnd64(record: Buffer, name: string): ZipDirectory {
  if (record.length < END64.bytes || record.readUInt32LE(0) !== END64.signature) {
    throw zipBroken(name, 'expected a 64-bit end record where the archive says it is, found other bytes');
  }
  const [entriesHere, entryCount, byteCount, position] = [24, 32, 40, 48].map((field) =>
    Number(record.readBigUInt64LE(field)),
  );
  checkOneDisk([record.readUInt32LE(16), record.readUInt32LE(20)], entriesHere, entryCount, name);
  return { entryCount, byteCount, position };
}

function checkOneDisk(disks: readonly number[], entriesHere: number, entryCount: number, name: string): void {
  if (disks.every((disk) => disk === 0) && entriesHere === entryCount) return;
  throw zipBroken(name, 'expected an archive in one file, found a part of one on several disks');
}

/** Reads the central directory. */
export function parseZipDirectory(directory: Buffer, entryCount: number, name: string): ZipEntry[] {
  const entries: ZipEntry[] = [];
  let at = 0;
  while (at < directory.length) {
    const entry = directory.subarray(at);
    if (entry.length < ENTRY.bytes || entry.readUInt32LE(0) !== ENTRY.signature) {
      throw zipBroken(name, `expected entry ${entries.length} of its directory, found other bytes`);
    }
    const nameEnd = ENTRY.bytes + entry.readUInt16LE(28);
    const extraEnd = nameEnd + entry.readUInt16LE(30);
    const end = extraEnd + entry.readUInt16LE(32);
    if (end > entry.length) throw zipBroken(name, `entry ${entries.length} of its directory is cut off`);
    // biome-ignore lint/suspicious/noControlCharactersInRegex: a name must not break the line of an error.
    const entryName = entry.toString('utf8', ENTRY.bytes, nameEnd).replace(/[\0-\x1f\x7f]/g, '?');
    const [sizeBytes, packedBytes, headerPosition] = widened(
      [entry.readUInt32LE(24), entry.readUInt32LE(20), entry.readUInt32LE(42)],
      entry.subarray(nameEnd, extraEnd),
      `${name}: ${entryName}`,
    );
    entries.push({
      name: entryName,
      method: entry.readUInt16LE(10),
      isEncrypted: (entry.readUInt16LE(8) & 1) !== 0,
      packedBytes,
      sizeBytes,
      crc32: entry.readUInt32LE(16),
      headerPosition,
    });
    at += end;
  }
  if (entries.length !== entryCount) {
    throw zipBroken(name, `expected ${entryCount} entries in its directory, found ${entries.length}`);
  }
  return entries;
}

/** 32-bit numbers, each replaced by a 64-bit one from the extra fields (header id 1) where it says so. */
function widened(numbers: readonly number[], extra: Buffer, name: string): number[] {
  if (!numbers.includes(IN_64_BITS)) return [...numbers];
  let at = 0;
  while (at + 4 <= extra.length && extra.readUInt16LE(at) !== 1) at += 4 + extra.readUInt16LE(at + 2);
  const field = extra.subarray(at + 4, at + 4 + (at + 4 <= extra.length ? extra.readUInt16LE(at + 2) : 0));
  let next = 0;
  return numbers.map((number) => {
    if (number !== IN_64_BITS) return number;
    next += 8;
    if (next > field.length) throw zipBroken(name, 'expected 64-bit sizes in its extra fields, found none');
    return Number(field.readBigUInt64LE(next - 8));
  });
}

/** @throws DigitflowError `ZIP_BROKEN` for an entry that is encrypted, or neither stored nor deflated */
export function checkZipEntry(entry: ZipEntry, name: string): void {
  const { method, isEncrypted, packedBytes, sizeBytes } = entry;
  if (isEncrypted) throw zipBroken(name, 'expected an entry that is not encrypted, found an encrypted one');
  if (method !== ZIP_STORED && method !== DEFLATE) {
    const found = OTHERS[method] ?? `method ${method}`;
    throw zipBroken(name, `expected an entry that is stored or deflated, found ${found}`);
  }
  if (method === ZIP_STORED && packedBytes !== sizeBytes) {
    throw zipBroken(name, `expected ${sizeBytes} bytes stored, found ${packedBytes}`);
  }
}

/** How many bytes lie between an entry's `headerPosition` and its content, by the `ZIP_LOCAL_BYTES` from there. */
export function zipLocalBytes(header: Buffer, name: string): number {
  if (header.length < LOCAL.bytes || header.readUInt32LE(0) !== LOCAL.signature) {
    throw zipBroken(name, 'expected its local header where the directory says it is, found other bytes');
  }
  return LOCAL.bytes + header.readUInt16LE(26) + header.readUInt16LE(28);
}

/** The error of an archive that is damaged or cannot be unpacked here. */
export function zipBroken(name: string, message: string, cause?: unknown): DigitflowError {
  return new DigitflowError('ZIP_BROKEN', `${name}: ${message}; get or make the archive again`, { cause });
}
