/** The bytes of `writeLitTables`. */
export const TABLES_BYTES = 256 * 16;

/**
 * What the kernel lists lit pixels with, little-endian: for each of the 256 patterns of eight pixels the positions of the
 * lit ones, as eight u16.
 */
export function writeLitTables(table: DataView): void {
  for (let pattern = 0; pattern < 256; pattern++) {
    let at = pattern * 16;
    for (let bit = 0; bit < 8; bit++) {
      if ((pattern >> bit) % 2 === 0) continue;
      table.setUint16(at, bit, true);
      at += 2;
    }
  }
}
