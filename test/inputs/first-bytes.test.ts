import { describe, expect, test } from 'vitest';
import { FirstLines } from '../../src/inputs/first-bytes.js';

/** What each piece told. */
function told(...pieces: readonly (string | Uint8Array)[]): boolean[] {
  const start = new FirstLines(65_536);
  return pieces.map((piece) => start.append(Buffer.from(piece)));
}

describe('the beginning of a stream tells something', () => {
  test('when a line has ended, and again with the next one', () => {
    expect(told('1,2', ',3\n', '4', ',5', '\n6\n', '7')).toEqual([false, true, false, false, true, false]);
  });

  test('when a line has ended that is not blank', () => {
    expect(told('\n', '\n\n', '\r\n', '\r', '\n', '1', '\n', '\n', '\n2', '\n')).toEqual([
      ...[false, false, false, false, false, false, true],
      ...[false, false, true],
    ]);
  });

  test('not with a byte order mark and blank lines behind it, in pieces or not', () => {
    expect(told('\ufeff\n\n', '1\n')).toEqual([false, true]);
    expect(told(Uint8Array.of(0xef, 0xbb), Uint8Array.of(0xbf), '\n', '1\n')).toEqual([
      ...[false, false, false, true],
    ]);
  });

  test('when it is known that a carriage return ended a line: with the byte that follows', () => {
    expect(told('1,2\r', '3', ',4\r', '\r', '5')).toEqual([false, true, false, true, false]);
    expect(told('1,2\r', '\n', '3')).toEqual([false, true, false]);
  });

  test('when it is no text, or a line is too long to be waited for', () => {
    expect(told('\0', 'a'.repeat(14), 'b')).toEqual([false, false, true]);
    const long = 'x'.repeat(40_000);
    expect(told(long, long, long, long)).toEqual([false, true, false, true]);
    expect(told('\n'.repeat(100_000), long, long)).toEqual([false, false, true]);
  });
});

test('what was shown of it stays as it was, and nothing is lost', () => {
  const start = new FirstLines(65_536);
  start.append(Buffer.from('1,2\n'));
  const { bytes } = start;
  const piece = Buffer.from('3,4\n');
  for (let i = 0; i < 9; i++) start.append(piece);
  piece.fill(0xee);
  expect(bytes.toString()).toBe('1,2\n');
  expect(start.bytes.toString()).toBe(`1,2\n${'3,4\n'.repeat(9)}`);
});
