import { expect, test } from 'vitest';
import { formatOf } from '../../src/inputs/formats.js';

const nameOf = (bytes: Uint8Array, name = 'f') => formatOf({ bytes, name }).name;

test('a format is known by the content', () => {
  expect(nameOf(Uint8Array.of(0, 0, 8, 3))).toBe('idx');
  expect(nameOf(Buffer.from('1,2\n'), 'images.idx')).toBe('csv');
  expect(nameOf(Buffer.from('\x89PNG\r\n\x1a\n', 'latin1'), 'f.csv')).toBe('pictures');
  expect(nameOf(Buffer.of(0xff, 0xd8, 0xff), 'f')).toBe('pictures');
});

test('where the content says nothing, the name says which format tells what is wrong', () => {
  expect(nameOf(new Uint8Array(0), 'f.csv.gz')).toBe('csv');
  expect(nameOf(new Uint8Array(0), 'f.gz')).toBe('idx');
  expect(nameOf(Uint8Array.of(0, 0, 0x42, 3), 'f')).toBe('idx');
});

test('any other content is refused, and named', () => {
  for (const [bytes, found] of [
    [Buffer.from('GIF89a\0\0', 'latin1'), 'a GIF picture'],
    [Buffer.from('a\0b'), 'binary data'],
    [Buffer.of(0x1f, 0x8b), 'gzip within gzip'],
    [new Uint8Array(16), 'nothing but zeros'],
    [Buffer.from('\0\0\0\x18ftypheic'), 'a HEIC picture'],
  ] as const) {
    expect(() => nameOf(bytes, 'f.csv')).toThrowError(
      expect.objectContaining({ code: 'CSV_BINARY', message: expect.stringContaining(`found ${found}`) }),
    );
  }
});
