import { archiveContent } from './content/archives.js';
import { binaryContent } from './content/binary-kinds.js';
import { type Content, hexOf, OTHER } from './content/content.js';
import { textContent } from './content/text-kinds.js';

/** The formats of images, and what a message calls them. */
export const FORMAT_TITLES = { csv: 'CSV', idx: 'IDX', numpy: 'NumPy', pictures: 'pictures' } as const;

/** The formats of images, by name. */
export type FormatName = keyof typeof FORMAT_TITLES;

/** Whether bytes begin like a gzip member (RFC 1952, 2.3.1: ID1 and ID2). */
export function isGzip(bytes: Uint8Array): boolean {
  return bytes[0] === 0x1f && bytes[1] === 0x8b;
}

/** How an NPY file begins (numpy.lib.format); then come two bytes of version and the length of the rest. */
export const NPY_MAGIC = Uint8Array.of(0x93, 0x4e, 0x55, 0x4d, 0x50, 0x59);

/** Whether bytes begin like an NPY file. */
export function isNpy(start: Uint8Array): boolean {
  return NPY_MAGIC.every((byte, index) => start[index] === byte);
}

/** Whether bytes begin like a ZIP archive whose first entry is an array (PKWARE's APPNOTE.TXT, 4.3.7). */
export function isNpz(start: Uint8Array): boolean {
  const bytes = Buffer.from(start.buffer, start.byteOffset, start.length);
  if (bytes.length < 30 || bytes.readUInt32LE(0) !== 0x04034b50) return false;
  return bytes.toString('latin1', 30, 30 + bytes.readUInt16LE(26)).endsWith('.npy');
}

/** How much of the start is enough to tell; of an archive, and of JSON, as much as there is up to the second. */
const ENOUGH_BYTES = 1024;
const MOST_BYTES = 64 * 1024;

/** How rows begin, and nothing else that is known. To try all other patterns takes 1.5 ms where it is done but once. */
const ROWS = /^(?:\xef\xbb\xbf)?[\w"'. +-]*(?:[,;][\w"'. +-]*){4}/;
const ROWS_CONTENT: Content = { ...OTHER, kind: 'text', title: 'rows of text' };

/** What unpacked content is, by how it begins. The one place that knows: whatever a file was given as, it is named by this. */
export function contentOf(start: Uint8Array): Content {
  if (start.length === 0) return { ...OTHER, title: 'no bytes at all' };
  const bytes = Buffer.from(start.buffer, start.byteOffset, Math.min(start.length, MOST_BYTES));
  // One character a byte: signatures are compared as text.
  const text = bytes.toString('latin1', 0, ENOUGH_BYTES);
  const isText = !text.includes('\0');
  if (isText && ROWS.test(text)) return ROWS_CONTENT;
  const known = binaryContent(bytes, text) ?? archiveContent(bytes) ?? textContent(bytes, text);
  if (known !== null) return known;
  if (isText) return ROWS_CONTENT;
  const isZero = bytes.every((byte) => byte === 0);
  const title = isZero
    ? 'nothing but zeros'
    : `binary data that begins with 0x${hexOf(bytes.subarray(0, 8))}`;
  return { ...OTHER, kind: isZero ? 'other' : 'unknown', title };
}
