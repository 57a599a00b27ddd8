// @ts-ignore: decorator
@inline const SMALLEST_NORMAL: f32 = 1.17549435e-38;

/** The index of the largest of `count` float32; of equals, the first. */
// @ts-ignore: decorator
@inline
export function winner(values: usize, count: i32): i32 {
  let best = 0;
  let highest = load<f32>(values);
  for (let i = 1; i < count; i++) {
    const value = load<f32>(values + (<usize>i << 2));
    const higher = value > highest;
    highest = higher ? value : highest;
    best = higher ? i : best;
  }
  return best;
}

/** The cost of the video: the sum over all outputs of (a - y)², y being 1 for the label and 0 elsewhere. */
// @ts-ignore: decorator
@inline
export function squaredError(values: usize, count: i32, label: i32): f32 {
  let sum: f32 = 0;
  for (let i = 0; i < count; i++) {
    const difference = load<f32>(values + (<usize>i << 2)) - <f32>(i == label);
    sum += difference * difference;
  }
  return sum;
}

/** -ln p of the label's probability; 100 for a p that underflowed, as in src/network/cost.ts. */
// @ts-ignore: decorator
@inline
export function crossEntropy(values: usize, label: i32): f32 {
  const p = load<f32>(values + (<usize>label << 2));
  return p < SMALLEST_NORMAL ? 100 : -ln(p);
}

/** Natural logarithm of a positive normal float32, to a relative error of 1e-6. */
function ln(x: f32): f32 {
  // x = 2^exponent * m with m in [√½, √2); ln m = 2 artanh((m - 1) / (m + 1)), a short odd series there.
  const bits = reinterpret<i32>(x);
  const exponent = (bits - 0x3f3504f3) >> 23;
  const m = reinterpret<f32>(bits - (exponent << 23));
  const s = (m - 1) / (m + 1);
  const s2 = s * s;
  const series: f32 = 2.0 + s2 * (0.666666667 + s2 * (0.4 + s2 * (0.285714286 + s2 * 0.222222222)));
  return <f32>exponent * <f32>0.693147181 + s * series;
}
