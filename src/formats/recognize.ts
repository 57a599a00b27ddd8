/** The formats of images, and what a message calls them. */
export const FORMAT_TITLES = { csv: 'CSV', idx: 'IDX', numpy: 'NumPy' } as const;

/** The formats of images, by name. */
export type FormatName = keyof typeof FORMAT_TITLES;

/** Formats that are mistaken for images, by how they begin (their specifications). */
const SIGNATURES: readonly (readonly [name: string, start: string])[] = [
  ['a PNG picture', '\x89PNG'],
  ['a JPEG picture', '\xff\xd8\xff'],
  ['a ZIP archive (unpack it first) or an Excel workbook (save it as CSV)', 'PK\x03\x04'],
  ['an Excel workbook (save it as CSV)', '\xd0\xcf\x11\xe0'],
  ['xz (unpack it first)', '\xfd7zXZ'],
  ['bzip2 (unpack it first)', 'BZh'],
  ['Zstandard (unpack it first)', '\x28\xb5\x2f\xfd'],
  ['a Parquet file (write it as CSV)', 'PAR1'],
  ['text in UTF-32 (write it as UTF-8)', '\xff\xfe\0\0'],
  ['text in UTF-16 (write it as UTF-8)', '\xff\xfe'],
  ['text in UTF-16 (write it as UTF-8)', '\xfe\xff'],
];

/** Text that is no CSV, by how it begins: in small letters, after blanks. */
const TEXT_SIGNATURES: readonly (readonly [name: string, start: string])[] = [
  ['a web page (what it links to may be meant)', '<!doctype'],
  ['a web page (what it links to may be meant)', '<html'],
  ['XML (write it as CSV)', '<?xml'],
  ['JSON (write it as CSV)', '{"'],
  ['JSON (write it as CSV)', '[{'],
  ['JSON (write it as CSV)', '[['],
  ['an ARFF file (write it as CSV)', '@relation'],
  ['a Git LFS pointer (fetch the file with git lfs pull)', 'version https://git-lfs'],
];

/** Whether bytes begin like a gzip member (RFC 1952, 2.3.1: ID1 and ID2). */
export function isGzip(bytes: Uint8Array): boolean {
  return bytes[0] === 0x1f && bytes[1] === 0x8b;
}

/** How much of the start is enough to tell. */
const ENOUGH_BYTES = 1024;

export const BINARY_DATA = 'binary data';

/** What unpacked content is that may not be rows of text, in words and with advice; null for text. */
export function foreignFormat(start: Uint8Array): string | null {
  const bytes = Buffer.from(start.buffer, start.byteOffset, Math.min(start.length, ENOUGH_BYTES));
  const text = bytes.toString('latin1');
  return knownFormat(text) ?? (text.includes('\0') ? BINARY_DATA : null);
}

function knownFormat(text: string): string | undefined {
  const known = SIGNATURES.find(([, start]) => text.startsWith(start));
  if (known !== undefined) return known[0];
  if (isUtf16(text)) return 'text in UTF-16 (write it as UTF-8)';
  const plain = text.trimStart().toLowerCase();
  return TEXT_SIGNATURES.find(([, start]) => plain.startsWith(start))?.[0];
}

/** Without a byte order mark: the same one of the two bytes of each letter and digit is zero. */
function isUtf16(text: string): boolean {
  const isZero = Array.from(text.slice(0, 16), (byte) => byte === '\0');
  const isEach = (first: boolean) => isZero.every((zero, i) => zero === (i % 2 === 0 ? first : !first));
  return isZero.length === 16 && (isEach(true) || isEach(false));
}
