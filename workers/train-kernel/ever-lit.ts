/**
 * The bits of `count` images, all of them together: 0 where no image has lit a pixel.
 *
 * @param images `(count, inputs)` u8
 * @param target `(inputs)` u8
 */
export function collectBits(images: usize, count: i32, inputs: i32, target: usize): void {
  memory.fill(target, 0, <usize>inputs);
  const whole = <usize>inputs & ~15;
  for (const end = images + <usize>count * <usize>inputs; images < end; images += <usize>inputs) {
    let p: usize = 0;
    for (; p < whole; p += 16) v128.store(target + p, v128.or(v128.load(target + p), v128.load(images + p)));
    for (; p < <usize>inputs; p++) store<u8>(target + p, load<u8>(target + p) | load<u8>(images + p));
  }
}
