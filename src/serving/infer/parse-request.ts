import { reasonOf } from '../../errors.js';
import { RequestFault } from '../request-fault.js';

const KEY = '"data"';
const [ZERO, NINE, COLON, COMMA, OPEN, CLOSE] = [0x30, 0x39, 0x3a, 0x2c, 0x5b, 0x5d];
const [SPACE, LINE_FEED, RETURN, TAB] = [0x20, 0x0a, 0x0d, 0x09];

/** As JSON.parse has it; but where `inputs[0].data` holds pixels as most requests do, it is a Uint8Array. Throws RequestFault 400. */
export function parseRequest(bytes: Buffer): unknown {
  return parseAround(takePixels(bytes)) ?? parseAll(bytes);
}

/** A request without the numbers of its `data`, and the numbers. */
interface Taken {
  /** The JSON, with an empty array where they were. */
  readonly rest: string;
  readonly pixels: Uint8Array;
}

/** Undefined where the numbers were no pixels, or something is wrong: that is told of the whole text. */
function parseAround(taken: Taken | undefined): unknown {
  if (taken === undefined) return undefined;
  try {
    const request = JSON.parse(taken.rest);
    const [input] = Array.isArray(request.inputs) ? request.inputs : [];
    if (input?.datatype !== 'UINT8' || input.data === undefined) return undefined;
    input.data = taken.pixels;
    return request;
  } catch {
    return undefined;
  }
}

function parseAll(bytes: Buffer): unknown {
  try {
    return JSON.parse(bytes.toString());
  } catch (error) {
    throw new RequestFault(400, `body: expected JSON, found none (${reasonOf(error)})`);
  }
}

/**
 * Takes the pixels out of a request's JSON: almost all of it is them, and JSON.parse would take longer than to score them.
 *
 * Undefined where anything is not as most requests are: whole numbers from 0 to 255 in one flat array, one `data`, and no escapes,
 * which could hide another. Then all of it is to be parsed; that tells what is wrong, too.
 */
function takePixels(bytes: Buffer): Taken | undefined {
  const key = bytes.indexOf(KEY);
  if (key < 0) return undefined;
  const colon = skipSpace(bytes, key + KEY.length);
  const start = skipSpace(bytes, colon + 1) + 1;
  if (bytes[colon] !== COLON || bytes[start - 1] !== OPEN) return undefined;
  // Each number takes two bytes at least.
  const pixels = Buffer.allocUnsafe((bytes.length - start) >> 1);
  let count = 0;
  let at = start;
  let next = COMMA;
  while (next === COMMA) {
    at = skipSpace(bytes, at);
    let value = bytes[at++] - ZERO;
    if (!(value >= 0 && value <= 9)) return undefined;
    for (next = bytes[at++]; next >= ZERO && next <= NINE; next = bytes[at++]) {
      if (value === 0) return undefined;
      value = value * 10 + next - ZERO;
      if (value > 255) return undefined;
    }
    pixels[count++] = value;
    if (next <= SPACE) {
      at = skipSpace(bytes, at);
      next = bytes[at++];
    }
  }
  if (next !== CLOSE) return undefined;
  const rest = bytes.toString('utf8', 0, start) + bytes.toString('utf8', at - 1);
  if (rest.includes('\\') || rest.indexOf(KEY) !== rest.lastIndexOf(KEY)) return undefined;
  return { rest, pixels: pixels.subarray(0, count) };
}

function skipSpace(bytes: Uint8Array, from: number): number {
  let at = from;
  if (bytes[at] > SPACE) return at;
  while (bytes[at] === SPACE || bytes[at] === LINE_FEED || bytes[at] === RETURN || bytes[at] === TAB) at++;
  return at;
}
