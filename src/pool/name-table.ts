import { NAME_TABLE_BYTES } from '../../workers/kernel/common/row-offsets.js';

/**
 * The names of classes as the kernel compares them with text, one after the other: u32 how many bytes, and the bytes.
 *
 * Null where bytes will not do: csv-parse's text is decoded before it is compared, and a name with half a surrogate pair is
 * equal to none; and where all of them are too long for their place.
 */
export function nameTable(names: readonly string[]): Uint8Array | null {
  const parts = names.flatMap((name) => {
    const bytes = Buffer.from(name);
    const length = Buffer.alloc(4);
    length.writeUInt32LE(bytes.length);
    return [length, bytes];
  });
  const table = Buffer.concat(parts);
  const isExact = names.every((name) => Buffer.from(name).toString() === name);
  return isExact && table.length <= NAME_TABLE_BYTES ? table : null;
}
