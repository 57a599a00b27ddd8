import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { gzipSync } from 'node:zlib';
import { describe, expect, test } from 'vitest';
import { FirstLines } from '../../src/inputs/bytes/first-lines.js';
import { nameOf } from '../../src/inputs/bytes/open-bytes.js';
import { isFolder, isStream, readFirstBytes } from '../../src/inputs/first-bytes.js';
import { tempFile, tempFolder } from './temp-folder.js';

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

  test('not with a byte order mark and blank lines after it, in pieces or not', () => {
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
    // So much that the first name in an archive is among it.
    expect(told('PK\0', 'a'.repeat(124), 'b')).toEqual([false, false, true]);
    const long = 'x'.repeat(40_000);
    expect(told(long, long, long, long)).toEqual([false, true, false, true]);
    expect(told('\n'.repeat(400_000), long, long)).toEqual([false, false, true]);
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

describe('of bytes in memory and of a file', () => {
  const text = Buffer.from('1,2\n3,4\n'.repeat(400_000));

  test.each([
    ['bytes', async () => ({ input: text, name: 'bytes', path: null, sizeBytes: null })],
    ['gzip', async () => ({ input: gzipSync(text), name: 'bytes', path: null, sizeBytes: null })],
    [
      'a URL',
      async () => {
        const path = await tempFile(text);
        return { input: pathToFileURL(path), name: path, path, sizeBytes: text.length };
      },
    ],
  ])('the start is read, and then all of the content as often as it is asked for: %s', async (_, make) => {
    const { input, ...expected } = await make();
    const first = await readFirstBytes(input);
    expect(first).toMatchObject({ ...expected, isWhole: false, readMore: null });
    expect(first.bytes.length).toBeLessThan(text.length);
    expect(text.subarray(0, first.bytes.length).equals(first.bytes)).toBe(true);
    for (let i = 0; i < 2; i++) {
      const source = await first.content();
      let length = 0;
      for (let piece = await source.pull(); piece !== null; piece = await source.pull())
        length += piece.length;
      expect(length).toBe(text.length);
      await source.close();
    }
  });

  test('neither is a stream', async () => {
    expect(isStream(text)).toBe(false);
    expect(isStream(pathToFileURL(await tempFile(text)))).toBe(false);
    expect(isStream('https://example.org/a.csv')).toBe(false);
    expect(isStream(new Response('x').body as ReadableStream<Uint8Array>)).toBe(true);
  });
});

test('inputs have names', () => {
  expect(
    ['-', 'a.csv', new URL('file:///b/c.csv'), new Uint8Array(1), new ReadableStream<Uint8Array>()].map(
      nameOf,
    ),
  ).toEqual(['stdin', 'a.csv', '/b/c.csv', 'bytes', 'stream']);
  const presigned = 'https://me:word@example.org/a/b%20c.csv?key=secret#here';
  expect([presigned, new URL(presigned)].map(nameOf)).toEqual(
    Array(2).fill('https://example.org/a/b%20c.csv'),
  );
  expect(() => nameOf(new URL('ftp://example.org/'))).toThrow('expected an https:, http: or file: URL');
  expect(() => nameOf('http://')).toThrow('expected a URL, found none that makes sense');
});

test('a folder is told from a file, from stdin and from nothing', async () => {
  const folder = await tempFolder({ file: Buffer.from('x') });
  expect(isFolder(folder)).toBe(true);
  expect(isFolder(join(folder, 'file'))).toBe(false);
  expect(isFolder(join(folder, 'nowhere'))).toBe(false);
  expect(isFolder('-')).toBe(false);
});
