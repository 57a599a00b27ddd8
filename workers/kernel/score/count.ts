import * as COUNTS from '../common/count-offsets';
import { CALIBRATION_BINS, ROUND, UNITS_PER_ONE, USUAL_BELOW } from '../common/offsets';

// @ts-ignore: decorator
@inline function units(value: f32): i64 {
  return reinterpret<i64>(<f64>value * UNITS_PER_ONE + ROUND) - reinterpret<i64>(ROUND);
}

/**
 * Adds `count` scored records to the counts at `counts`, so that the main thread need not look at each record. All of them
 * are integers or sums of integers: the same numbers that src/counting/ would find, in any order.
 *
 * @param labels      `(count)` u8, each below `classes`
 * @param predictions `(count)` u8
 * @param confidences `(count)` f32
 * @param losses      `(count)` f32
 */
export function count(
  counts: usize, classes: i32, count: i32, labels: usize, predictions: usize, confidences: usize,
  losses: usize
): void {
  let unusual = load<u32>(counts, COUNTS.unusual);
  let worstWrong = load<f32>(counts, COUNTS.worstWrong);
  let lossUnits = load<i64>(counts, COUNTS.lossUnits);
  for (let i: usize = 0; i < <usize>count; i++) {
    const label = <i32>load<u8>(labels + i);
    const prediction = <i32>load<u8>(predictions + i);
    const confidence = load<f32>(confidences + (i << 2));
    const loss = load<f32>(losses + (i << 2));
    const isRight = label == prediction;

    const cell = counts + (<usize>(label * classes + prediction) << 2);
    store<u32>(cell, load<u32>(cell, COUNTS.confusion) + 1, COUNTS.confusion);
    if (abs(loss) < <f32>USUAL_BELOW) lossUnits += units(loss);
    else unusual++;
    if (!isRight && confidence > worstWrong) worstWrong = confidence;

    // What lies outside 0..1 counts as the nearer end, NaN as 0.
    const clamped: f32 = confidence > 0 ? (confidence < 1 ? confidence : 1) : 0;
    const bin = min(<i32>(<f64>clamped * CALIBRATION_BINS), CALIBRATION_BINS - 1);
    const at = counts + (<usize>bin << 3);
    store<i64>(at, load<i64>(at, COUNTS.confidenceUnits) + units(clamped), COUNTS.confidenceUnits);
    const half = at + (<usize>isRight << 2);
    store<u32>(half, load<u32>(half, COUNTS.bins) + 1, COUNTS.bins);
  }
  store<u32>(counts, unusual, COUNTS.unusual);
  store<f32>(counts, worstWrong, COUNTS.worstWrong);
  store<i64>(counts, lossUnits, COUNTS.lossUnits);
}
