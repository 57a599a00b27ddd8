import { maskOf } from './text';

const QUOTE: i32 = 0x22;
const LINE_FEED: i32 = 0x0a;
const CARRIAGE_RETURN: i32 = 0x0d;
const STEP: usize = 64;

/** Where the lines end that were counted last. */
let plainEnd: usize = 0;

export function endOfPlain(): usize {
  return plainEnd;
}

/**
 * Counts lines of text from `at`, where a line begins, that end before `end`: `most` of them, or up to the first that is blank or
 * has a quote; what such lines are is for others to say. `endOfPlain` tells where they end. Up to 63 bytes after the text are read,
 * never used.
 */
export function plainLines(at: usize, end: usize, lineEnd: i32, most: i32): i32 {
  const quotes = i8x16.splat(<i8>QUOTE);
  const lineEnds = i8x16.splat(<i8>lineEnd);
  let lines = 0;
  plainEnd = at;
  for (; at < end; at += STEP) {
    const a = v128.load(at);
    const b = v128.load(at, 16);
    const c = v128.load(at, 32);
    const d = v128.load(at, 48);
    const endsA = i8x16.eq(a, lineEnds);
    const endsB = i8x16.eq(b, lineEnds);
    const endsC = i8x16.eq(c, lineEnds);
    const endsD = i8x16.eq(d, lineEnds);
    const quoted = v128.or(
      v128.or(i8x16.eq(a, quotes), i8x16.eq(b, quotes)),
      v128.or(i8x16.eq(c, quotes), i8x16.eq(d, quotes))
    );
    const ended = v128.or(v128.or(endsA, endsB), v128.or(endsC, endsD));
    if (!v128.any_true(v128.or(ended, quoted))) continue;
    // What follows the text, or a quote, does not count.
    const rest = end - at;
    let within: u64 = rest < STEP ? (<u64>1 << <u64>rest) - 1 : <u64>-1;
    let isQuoted = false;
    if (v128.any_true(quoted)) {
      const places = maskOf(i8x16.eq(a, quotes), i8x16.eq(b, quotes), i8x16.eq(c, quotes), i8x16.eq(d, quotes));
      isQuoted = (places & within) != 0;
      if (isQuoted) within &= (places & -places) - 1;
    }
    let places = maskOf(endsA, endsB, endsC, endsD) & within;
    while (places != 0) {
      const place = at + <usize>ctz(places);
      let textEnd = place;
      if (lineEnd == LINE_FEED) {
        while (textEnd > plainEnd && <i32>load<u8>(textEnd - 1) == CARRIAGE_RETURN) textEnd--;
      }
      if (textEnd == plainEnd || lines == most) return lines;
      plainEnd = place + 1;
      lines++;
      places &= places - 1;
    }
    if (isQuoted) break;
  }
  return lines;
}
