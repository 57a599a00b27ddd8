/** The bytes of `writeLitTables`. */
export const TABLES_BYTES = 256 * 16 + 16 * 16;

/**
 * What the kernel lists lit pixels with, little-endian: for each of the 256 patterns of eight groups the positions of
 * the lit ones, as eight u16; then for each of the 16 patterns of four pixels a shuffle of 16 bytes that moves the
 * four-byte lanes of the lit ones to the front.
 */
export function writeLitTables(table: DataView): void {
  for (let pattern = 0; pattern < 256; pattern++) {
    for (const [i, position] of bitsOf(pattern, 8).entries()) {
      table.setUint16(pattern * 16 + i * 2, position, true);
    }
  }
  for (let pattern = 0; pattern < 16; pattern++) {
    for (const [i, position] of bitsOf(pattern, 4).entries()) {
      for (let byte = 0; byte < 4; byte++) {
        table.setUint8(4096 + pattern * 16 + i * 4 + byte, position * 4 + byte);
      }
    }
  }
}

/** The positions of the bits that are set. */
function bitsOf(pattern: number, count: number): number[] {
  return Array.from({ length: count }, (_, bit) => bit).filter((bit) => pattern & (1 << bit));
}
