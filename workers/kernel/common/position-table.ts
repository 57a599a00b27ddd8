/** Writes for each of the 256 patterns of eight bits the positions of its ones, as eight u16; the table was all 0. */
export function writePositionTable(table: usize): void {
  for (let pattern = 0; pattern < 256; pattern++) {
    let at = table + <usize>(pattern << 4);
    for (let rest = pattern; rest != 0; rest &= rest - 1, at += 2) store<u16>(at, ctz(rest));
  }
}
