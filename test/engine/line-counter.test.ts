import { expect, test } from 'vitest';
import { openLineCounter } from '../../src/engine/text/line-counter.js';

test.each([
  ['up to the last line end', 'ab\ncd\nef', 99, 99, 2, 6],
  ['up to a place', 'ab\ncd\nef\n', 7, 99, 2, 6],
  ['as many as are wanted', 'ab\ncd\nef\n', 99, 1, 1, 3],
  ['up to a blank line', 'ab\r\ncd\r\n\r\nef\r\n', 99, 99, 2, 8],
  ['up to a line with a quote', 'ab\ncd\ne"f\ngh\n', 99, 99, 2, 6],
  [
    'up to a line with a quote far from its start',
    `${'a'.repeat(100)}\n${'b'.repeat(90)}"\n`,
    999,
    99,
    1,
    101,
  ],
  ['none where the first is not plain', '"ab\ncd\n', 99, 99, 0, 0],
])('plain lines are counted %s', (_, text, until, most, lines, end) => {
  const counter = openLineCounter(1000);
  if (counter === null) throw new Error('expected WebAssembly');
  // Also where the text does not begin a block of the kernel.
  for (let at = 0; at < 130; at++) {
    counter.bytes.fill(0x0a);
    counter.bytes.set(Buffer.from(text), at);
    const stop = at + Math.min(until, text.length);
    expect(counter.plainLines(at, stop, 0x0a, most)).toBe(lines);
    expect(counter.endOfPlain()).toBe(at + end);
  }
});
