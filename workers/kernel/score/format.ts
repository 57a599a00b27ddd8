import * as TASK from '../common/format-offsets';

const ZERO: i32 = 0x30;
const NINE: i32 = 0x39;
const MINUS: i32 = 0x2d;
const POINT: i32 = 0x2e;
/** From here on the arithmetic of `decimal` would not be exact. */
const MOST: f64 = 4294967296;

/**
 * Writes scored rows as text, by a task as in format-offsets.ts, up to the first with a number that is not finite or too
 * large. Writes up to 16 bytes after the text. It runs on the main thread, in a memory of its own: only there it is known
 * how many rows came before.
 */
export function formatRows(task: usize): void {
  const count = load<i32>(task, TASK.count);
  const piecesEnd = load<usize>(task, TASK.piecesEnd);
  const digitsEnd = load<usize>(task, TASK.digitsEnd);
  let digitCount = load<usize>(task, TASK.digitCount);
  let end = load<usize>(task, TASK.target);
  let row = 0;
  for (; row < count; row++) {
    let at = end;
    for (let piece = load<usize>(task, TASK.pieces); piece < piecesEnd; piece += TASK.PIECE_BYTES) {
      const kind = load<i32>(piece, TASK.PIECE_KIND);
      if (kind == TASK.TEXT) {
        at = copyText(piece + TASK.PIECE_TEXT, at);
      } else if (kind == TASK.RECORD) {
        at = copy(digitsEnd - digitCount, digitCount, at);
      } else if (kind == TASK.PREDICTION) {
        const prediction = <usize>load<u8>(load<usize>(task, TASK.predictions) + <usize>row);
        at = copyText(load<usize>(task, TASK.names) + prediction * TASK.TEXT_BYTES, at);
      } else {
        const output = load<usize>(piece, TASK.PIECE_OUTPUT);
        const number =
          kind == TASK.CONFIDENCE
            ? load<usize>(task, TASK.confidences) + (<usize>row << 2)
            : load<usize>(task, TASK.outputs) + ((<usize>row * load<usize>(task, TASK.classes) + output) << 2);
        at = decimal(load<f32>(number), at);
        if (at == 0) break;
      }
    }
    if (at == 0) break;
    end = at;
    digitCount = increment(digitsEnd, digitCount);
  }
  store<i32>(task, row, TASK.done);
  store<usize>(task, end, TASK.end);
}

// @ts-ignore: decorator
@inline function copyText(text: usize, target: usize): usize {
  return copy(load<usize>(text), load<usize>(text, 4), target);
}

/** What follows the source is copied along, and overwritten. */
// @ts-ignore: decorator
@inline function copy(source: usize, length: usize, target: usize): usize {
  for (let i: usize = 0; i < length; i += 16) v128.store(target + i, v128.load(source + i));
  return target + length;
}

/** Adds one to a number that ends at `end`; returns how many digits it has then. */
// @ts-ignore: decorator
@inline function increment(end: usize, digitCount: usize): usize {
  let place = end - 1;
  for (; load<u8>(place) == NINE; place--) store<u8>(place, ZERO);
  store<u8>(place, load<u8>(place) + 1);
  return max(digitCount, end - place);
}

/** A number with six digits after its point, rounded as `toFixed` rounds it. Returns where it ends, or 0. */
// @ts-ignore: decorator
@inline function decimal(value: f32, at: usize): usize {
  const magnitude = abs(<f64>value);
  // Neither is NaN.
  if (!(magnitude < MOST)) return 0;
  if (value < 0) store<u8>(at++, MINUS);
  // Exact: 24 bits of a float32, and 14 of a million that count.
  const scaled = <u64>(magnitude * 1000000 + 0.5);
  const whole = <u32>(scaled / 1000000);
  const rest = <u32>(scaled - <u64>whole * 1000000);
  if (whole < 10) store<u8>(at++, ZERO + whole);
  else at = writeWhole(whole, at);
  const high = rest / 1000;
  store<u8>(at, POINT);
  threeDigits(high, at + 1);
  threeDigits(rest - high * 1000, at + 4);
  return at + 7;
}

function writeWhole(value: u32, at: usize): usize {
  let digits: usize = 1;
  for (let rest = value; rest >= 10; rest /= 10) digits++;
  for (let place = at + digits; place > at; value /= 10) store<u8>(--place, ZERO + (value % 10));
  return at + digits;
}

// @ts-ignore: decorator
@inline function threeDigits(value: u32, at: usize): void {
  const tens = value / 10;
  const hundreds = value / 100;
  store<u8>(at, ZERO + hundreds);
  store<u8>(at, ZERO + tens - hundreds * 10, 1);
  store<u8>(at, ZERO + value - tens * 10, 2);
}
