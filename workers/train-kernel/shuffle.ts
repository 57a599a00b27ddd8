/**
 * An epoch's order of images: 0 to `count - 1` as Fisher and Yates shuffle them, by the generator sfc32. What `shuffle` and
 * `createRandom` of src/network/random.ts do, number for number, but four times as fast.
 *
 * @param order `(count)` u32
 * @param low   the seed's low 32 bits; `high` those above
 */
export function shuffle(order: usize, count: i32, low: u32, high: u32): void {
  for (let i = 0; i < count; i++) store<u32>(order + (<usize>i << 2), <u32>i);
  let a: u32 = 0;
  let b = low;
  let c = high;
  let counter: u32 = 1;
  let i = count;
  // Twelve numbers to warm up, then two for each image but the first: the upper and the lower part of a fraction.
  for (let draw = -12, upper: u32 = 0; i > 1; draw++) {
    const next = a + b + counter++;
    a = b ^ (b >> 9);
    b = c + (c << 3);
    c = rotl(c, 21) + next;
    if (draw < 0) continue;
    if (!(draw & 1)) {
      upper = next >> 5;
      continue;
    }
    const fraction = (<f64>upper * 67108864.0 + <f64>(next >> 6)) / 9007199254740992.0;
    const from = order + <usize>(<u32>(fraction * <f64>i) << 2);
    i--;
    const to = order + (<usize>i << 2);
    const index = load<u32>(to);
    store<u32>(to, load<u32>(from));
    store<u32>(from, index);
  }
}
