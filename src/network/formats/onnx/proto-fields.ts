import { PbfReader } from 'pbf';

/** A field of a message: a varint, a float or a double as a number, all else as bytes. */
export interface Field {
  readonly field: number;
  readonly number: number;
  /** Empty for a number. */
  readonly bytes: Uint8Array;
  readonly isBytes: boolean;
}

const NOTHING = new Uint8Array();

/** Bytes that are no protocol buffers. */
export class BrokenMessage extends Error {}

/** The fields of a message; pbf itself does not look whether a length goes beyond the end. */
export function* fieldsOf(bytes: Uint8Array): Generator<Field> {
  const reader = new PbfReader(bytes);
  while (reader.pos < bytes.length) {
    const tag = varint(reader);
    const field = Math.floor(tag / 8);
    if (field < 1) throw new BrokenMessage();
    const wire = tag % 8;
    if (wire === 2) {
      const length = varint(reader);
      if (length < 0 || length > bytes.length - reader.pos) throw new BrokenMessage();
      const start = reader.pos;
      reader.pos += length;
      yield { field, number: Number.NaN, bytes: bytes.subarray(start, reader.pos), isBytes: true };
    } else {
      const read = { 0: varint, 1: () => reader.readDouble(), 5: () => reader.readFloat() }[wire];
      if (read === undefined) throw new BrokenMessage();
      yield { field, number: read(reader), bytes: NOTHING, isBytes: false };
    }
  }
}

export function varint(reader: PbfReader): number {
  const start = reader.pos;
  let end = start;
  while (end < reader.length && reader.buf[end] > 0x7f) end++;
  if (end >= reader.length || end - start > 9) throw new BrokenMessage();
  return reader.readVarint(true);
}

const utf8 = new TextDecoder();
export const textOf = ({ bytes }: Field) => utf8.decode(bytes);

/** Numbers of a repeated field: one, or many as bytes, in which each is `read`. */
export function addNumbers(
  numbers: number[],
  { isBytes, bytes, number }: Field,
  read: (reader: PbfReader) => number,
) {
  if (!isBytes) numbers.push(number);
  else for (const reader = new PbfReader(bytes); reader.pos < bytes.length; ) numbers.push(read(reader));
}

export const float = (reader: PbfReader) => reader.readFloat();
export const double = (reader: PbfReader) => reader.readDouble();
