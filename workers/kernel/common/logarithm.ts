export const SMALLEST_NORMAL: f32 = 1.17549435e-38;

/** Natural logarithms of numbers from 0 to 1, to a relative error of 1e-6; not below that of the smallest normal one. */
// @ts-ignore: decorator
@inline export function ln(p: v128): v128 {
  // x = 2^exponent * m with m in [√½, √2); ln m = 2 artanh((m - 1) / (m + 1)), a short odd series there.
  const bits = f32x4.max(p, f32x4.splat(SMALLEST_NORMAL));
  const exponent = i32x4.shr_s(i32x4.sub(bits, i32x4.splat(0x3f3504f3)), 23);
  const m = i32x4.sub(bits, i32x4.shl(exponent, 23));
  const one = f32x4.splat(1);
  const s = f32x4.div(f32x4.sub(m, one), f32x4.add(m, one));
  const s2 = f32x4.mul(s, s);
  let series = f32x4.add(f32x4.splat(0.285714286), f32x4.mul(s2, f32x4.splat(0.222222222)));
  series = f32x4.add(f32x4.splat(0.4), f32x4.mul(s2, series));
  series = f32x4.add(f32x4.splat(0.666666667), f32x4.mul(s2, series));
  series = f32x4.add(f32x4.splat(2), f32x4.mul(s2, series));
  return f32x4.add(f32x4.mul(f32x4.convert_i32x4_s(exponent), f32x4.splat(0.693147181)), f32x4.mul(s, series));
}
