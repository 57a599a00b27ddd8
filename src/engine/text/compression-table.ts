const BYTES_A_MASK = 8;

/** Eight bytes for each mask of 16 bits. */
export const COMPRESSION_TABLE_BYTES = 2 ** 16 * BYTES_A_MASK;

/**
 * Fills in the positions of the ones of each mask of 16 bits, by which the kernel moves those bytes together. Masks with two
 * ones side by side are left out: no two delimiters stand so.
 *
 * @param table `COMPRESSION_TABLE_BYTES` u8, all 0
 */
export function fillCompressionTable(table: Uint8Array): void {
  const fill = (mask: number, places: readonly number[], from: number): void => {
    table.set(places, mask * BYTES_A_MASK);
    for (let place = from; place < 16; place++) fill(mask | (1 << place), [...places, place], place + 2);
  };
  fill(0, [], 0);
}
