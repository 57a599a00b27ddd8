/** The largest int16 that a weight may become; its negative is the smallest. */
const INT16_MAX: f64 = 32767;
const INT32_MAX: f64 = 2147483647;
const PIXEL_MAX: f64 = 255;

/**
 * The finest scale at which neither a weight nor the sum overflows. The sum is greatest where only the pixels of all
 * positive weights are lit, or of all negative ones; on the way to it an int32 may wrap around, and comes back.
 *
 * @param row `(inputs)` f64: the weights of one neuron
 */
export function finestScale(row: usize, inputs: i32): f64 {
  let largest: f64 = 0;
  let above: f64 = 0;
  let below: f64 = 0;
  for (let input = 0; input < inputs; input++) {
    const weight = load<f64>(row + (<usize>input << 3));
    largest = max(largest, abs(weight));
    if (weight > 0) above += weight;
    else below -= weight;
  }
  // Each weight may be rounded up by one, in all.
  const sumMax = INT32_MAX / PIXEL_MAX - <f64>inputs;
  const scale = max(max(largest / INT16_MAX, above / sumMax), below / sumMax);
  // A neuron without weights keeps the scale 1: its sum is 0 for any image.
  return scale > 0 ? scale : 1;
}

/**
 * Rounds `row / scale` to int16, handing on what is left over by the shares of Floyd and Steinberg: one row of pixels from
 * left to right, the next from right to left, so that it has no direction to pile up in. What would leave the image is dropped.
 *
 * @param row        `(inputs)` f64: the weights of one neuron, in the order of the pixels
 * @param rowLength  pixels in a row of the image
 * @param handedDown `(rowLength + 2)` f64: for what a row hands down to the one below, one more at either end
 * @param target     where the neuron's first weight goes; see `quantizedAt`
 * @returns the sum of the squares of what each weight is off by
 */
export function quantizeRow(
  row: usize, inputs: i32, rowLength: i32, scale: f64, handedDown: usize, target: usize
): f64 {
  memory.fill(handedDown, 0, <usize>(rowLength + 2) << 3);
  let squares: f64 = 0;
  let ahead = 1;
  for (let start = 0; start < inputs; start += rowLength) {
    const columns = min(rowLength, inputs - start);
    const end = ahead > 0 ? columns : -1;
    // A sixteenth of what the pixel before left over, and what was handed down so far to the column below it.
    let before: f64 = 0;
    let below: f64 = 0;
    let column = ahead > 0 ? 0 : columns - 1;
    for (; column != end; column += ahead) {
      const weight = load<f64>(row + (<usize>(start + column) << 3));
      const wanted = weight / scale + (load<f64>(handedDown + (<usize>(column + 1) << 3)) + before * 7);
      const rounded = min(max(round(wanted), -INT16_MAX), INT16_MAX);
      store<i16>(quantizedAt(target, start + column), <i16>rounded);
      const off = weight - rounded * scale;
      squares += off * off;
      // 7 ahead; below 3 to the left, 5 straight down, 1 ahead.
      const sixteenth = (wanted - rounded) / 16;
      store<f64>(handedDown + (<usize>(column + 1 - ahead) << 3), below + sixteenth * 3);
      below = before + sixteenth * 5;
      before = sixteenth;
    }
    store<f64>(handedDown + (<usize>(column + 1 - ahead) << 3), below);
    store<f64>(handedDown, 0);
    store<f64>(handedDown + (<usize>(rowLength + 1) << 3), 0);
    ahead = -ahead;
  }
  return squares;
}

/** To the nearest integer, halves up: as Math.round. */
// @ts-ignore: decorator
@inline function round(value: f64): f64 {
  const up = ceil(value);
  return up - 0.5 <= value ? up : up - 1;
}

/** Within a block of 16 neurons: for every group of four pixels two rows of 16 pairs of int16, pixels 0|2, then 1|3. */
// @ts-ignore: decorator
@inline function quantizedAt(target: usize, input: i32): usize {
  return target + (<usize>(input >> 2) << 7) + (<usize>(input & 1) << 6) + (<usize>((input >> 1) & 1) << 1);
}
