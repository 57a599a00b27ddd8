import { DigitflowError } from '../errors.js';

/** Formats that people take for one another, by how they begin (their specifications). */
const SIGNATURES: readonly (readonly [name: string, start: string])[] = [
  ['a PNG picture', '\x89PNG'],
  ['a ZIP archive (unpack it first)', 'PK\x03\x04'],
  ['a NumPy file (write it with numpy.savetxt)', '\x93NUMPY'],
  ['a JPEG picture', '\xff\xd8\xff'],
  ['a Parquet file (write it as CSV)', 'PAR1'],
  ['text in UTF-16 (write it as UTF-8)', '\xff\xfe'],
  ['text in UTF-16 (write it as UTF-8)', '\xfe\xff'],
];

/** So much of the start is looked at. */
const LOOKED_AT_BYTES = 1024;

/**
 * Whether unpacked content is IDX (it begins with two zero bytes) or text.
 *
 * @throws DigitflowError CSV_BINARY where it is neither
 */
export function sniffFormat(start: Uint8Array, name: string): 'idx' | 'csv' {
  const bytes = Buffer.from(start.buffer, start.byteOffset, Math.min(start.length, LOOKED_AT_BYTES));
  if (bytes.length >= 2 && bytes[0] === 0 && bytes[1] === 0) return 'idx';
  const text = bytes.toString('latin1');
  const known = SIGNATURES.find(([, signature]) => text.startsWith(signature));
  if (known === undefined && !text.includes('\0')) return 'csv';
  const found = known?.[0] ?? 'binary data';
  throw new DigitflowError('CSV_BINARY', `${name}: expected images as CSV or IDX, found ${found}`);
}
