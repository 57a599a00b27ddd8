/**
 * Counts verdicts against labels, so that the main thread need not look at each record. What is counted is integers or sums
 * of integers: the same numbers that src/tally/ would find, whatever the order.
 */

/** Byte offsets of a slot's counts; mirrored by `COUNTS` in src/pool/offsets.ts. */
// @ts-ignore: decorator
@inline const UNUSUAL: usize = 0;
// @ts-ignore: decorator
@inline const WORST_WRONG: usize = 4;
// @ts-ignore: decorator
@inline const LOSS_UNITS: usize = 8;
// @ts-ignore: decorator
@inline const CONFIDENCE_UNITS: usize = 16;
// @ts-ignore: decorator
@inline const BINS: usize = 136;
// @ts-ignore: decorator
@inline const CONFUSION: usize = 256;

/** As in src/tally/: bins of the calibration, units that make 1, and from where on a loss is unusual. */
// @ts-ignore: decorator
@inline const CALIBRATION_BINS: i32 = 15;
// @ts-ignore: decorator
@inline const UNITS_PER_ONE: f64 = 4294967296;
// @ts-ignore: decorator
@inline const USUAL_BELOW: f32 = 256;

/** Adding it rounds a float64 below 2^51 to a whole number, half to even, and leaves that in the low bits. */
// @ts-ignore: decorator
@inline const ROUND: f64 = 6755399441055744;

// @ts-ignore: decorator
@inline
function units(value: f32): i64 {
  return reinterpret<i64>(<f64>value * UNITS_PER_ONE + ROUND) - reinterpret<i64>(ROUND);
}

/**
 * Adds `count` scored records to the counts at `counts`.
 *
 * @param labels      `(count)` u8, each below `classes`
 * @param predictions `(count)` u8
 * @param confidences `(count)` f32
 * @param losses      `(count)` f32
 */
export function count(
  counts: usize,
  classes: i32,
  count: i32,
  labels: usize,
  predictions: usize,
  confidences: usize,
  losses: usize,
): void {
  let unusual = load<u32>(counts, UNUSUAL);
  let worstWrong = load<f32>(counts, WORST_WRONG);
  let lossUnits = load<i64>(counts, LOSS_UNITS);
  for (let i: usize = 0; i < <usize>count; i++) {
    const label = <i32>load<u8>(labels + i);
    const prediction = <i32>load<u8>(predictions + i);
    const confidence = load<f32>(confidences + (i << 2));
    const loss = load<f32>(losses + (i << 2));
    const isRight = label == prediction;

    const cell = counts + (<usize>(label * classes + prediction) << 2);
    store<u32>(cell, load<u32>(cell, CONFUSION) + 1, CONFUSION);
    if (abs(loss) < USUAL_BELOW) lossUnits += units(loss);
    else unusual++;
    if (!isRight && confidence > worstWrong) worstWrong = confidence;

    // What lies outside 0..1 counts as the nearer end, NaN as 0.
    const clamped: f32 = confidence > 0 ? (confidence < 1 ? confidence : 1) : 0;
    const bin = min(<i32>(<f64>clamped * CALIBRATION_BINS), CALIBRATION_BINS - 1);
    const at = counts + (<usize>bin << 3);
    store<i64>(at, load<i64>(at, CONFIDENCE_UNITS) + units(clamped), CONFIDENCE_UNITS);
    const half = at + (<usize>isRight << 2);
    store<u32>(half, load<u32>(half, BINS) + 1, BINS);
  }
  store<u32>(counts, unusual, UNUSUAL);
  store<f32>(counts, worstWrong, WORST_WRONG);
  store<i64>(counts, lossUnits, LOSS_UNITS);
}
