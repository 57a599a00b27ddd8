/**
 * Scored rows as text: for each row the same pieces, one after the other. This runs on the main thread, over a memory of its
 * own: only there it is known how many rows came before.
 */

// @ts-ignore: decorator
@inline const TEXT: i32 = 0;
// @ts-ignore: decorator
@inline const RECORD: i32 = 1;
// @ts-ignore: decorator
@inline const PREDICTION: i32 = 2;
// @ts-ignore: decorator
@inline const CONFIDENCE: i32 = 3;

// @ts-ignore: decorator
@inline const ZERO: i32 = 0x30;
// @ts-ignore: decorator
@inline const NINE: i32 = 0x39;
// @ts-ignore: decorator
@inline const MINUS: i32 = 0x2d;
// @ts-ignore: decorator
@inline const POINT: i32 = 0x2e;
/** From here on what `decimal` reckons with would not be exact. */
// @ts-ignore: decorator
@inline const MOST: f64 = 4294967296;

/** What rows are made of, and where they go; mirrors `FORMAT_TASK` in src/sinks/row-kernel.ts. */
@unmanaged
class FormatTask {
  /** How many rows there are; how many were written. */
  count: i32;
  done: i32;
  pieces: usize;
  piecesEnd: usize;
  /** A `Text` for each class. */
  names: usize;
  /** Where the digits of the first record's number end, zeros before them; how many digits it has. */
  digitsEnd: usize;
  digitCount: usize;
  /** `(count)` u8. */
  predictions: usize;
  /** `(count)` f32. */
  confidences: usize;
  /** `(count, classes)` f32. */
  outputs: usize;
  classes: usize;
  /** Where the text begins, and where it ended. */
  target: usize;
  end: usize;
}

/** Some text; what follows it is copied along, and overwritten. */
@unmanaged
class Text {
  at: usize;
  length: usize;
}

/** A piece of a row: what it is, its text where it is that, and the class whose output it is, else. */
@unmanaged
class Piece {
  kind: i32;
  at: usize;
  length: usize;
  output: i32;
}

/**
 * Writes rows up to the first that has a number which is not for it: not finite, or too large. Writes up to 16 bytes behind
 * the text.
 */
export function formatRows(address: usize): void {
  const task = changetype<FormatTask>(address);
  let digitCount = task.digitCount;
  let end = task.target;
  let row = 0;
  for (; row < task.count; row++) {
    let at = end;
    for (let place = task.pieces; place < task.piecesEnd; place += offsetof<Piece>()) {
      const piece = changetype<Piece>(place);
      if (piece.kind == TEXT) {
        at = copy(piece.at, piece.length, at);
      } else if (piece.kind == RECORD) {
        at = copy(task.digitsEnd - digitCount, digitCount, at);
      } else if (piece.kind == PREDICTION) {
        const prediction = <usize>load<u8>(task.predictions + <usize>row);
        const name = changetype<Text>(task.names + prediction * offsetof<Text>());
        at = copy(name.at, name.length, at);
      } else {
        const number =
          piece.kind == CONFIDENCE
            ? task.confidences + (<usize>row << 2)
            : task.outputs + ((<usize>row * task.classes + <usize>piece.output) << 2);
        at = decimal(load<f32>(number), at);
        if (at == 0) break;
      }
    }
    if (at == 0) break;
    end = at;
    digitCount = increment(task.digitsEnd, digitCount);
  }
  task.done = row;
  task.end = end;
}

// @ts-ignore: decorator
@inline
function copy(source: usize, length: usize, target: usize): usize {
  for (let i: usize = 0; i < length; i += 16) v128.store(target + i, v128.load(source + i));
  return target + length;
}

/** Adds one to a number that ends at `end`; returns how many digits it has then. */
// @ts-ignore: decorator
@inline
function increment(end: usize, digitCount: usize): usize {
  let place = end - 1;
  for (; load<u8>(place) == NINE; place--) store<u8>(place, ZERO);
  store<u8>(place, load<u8>(place) + 1);
  return max(digitCount, end - place);
}

/** A number with six digits behind its point, rounded as `toFixed` rounds it. Returns where it ends, or 0. */
// @ts-ignore: decorator
@inline
function decimal(value: f32, at: usize): usize {
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
@inline
function threeDigits(value: u32, at: usize): void {
  const tens = value / 10;
  const hundreds = value / 100;
  store<u8>(at, ZERO + hundreds);
  store<u8>(at, ZERO + tens - hundreds * 10, 1);
  store<u8>(at, ZERO + value - tens * 10, 2);
}
