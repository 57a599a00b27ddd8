import { gzipSync } from 'node:zlib';
import { describe, expect, test } from 'vitest';
import { foreignFormat, isGzip } from '../../src/formats/recognize.js';
import { digitsCsv } from '../helpers/digits-csv.js';

const digits = digitsCsv({ count: 2, header: true });

test('rows of text are no other format', () => {
  expect(foreignFormat(Buffer.from('1,2\n'))).toBeNull();
  expect(foreignFormat(Buffer.from(digits))).toBeNull();
});

test('gzip is known by its first two bytes', () => {
  expect(isGzip(gzipSync('1,2\n'))).toBe(true);
  expect(isGzip(Uint8Array.of(0x1f))).toBe(false);
});

describe('what is no text is named, with what to do about it:', () => {
  const swapped = (text: string) => Buffer.from(text, 'utf16le').swap16();
  test.each<[name: string, start: Uint8Array]>([
    ['a PNG picture', Buffer.from('\x89PNG\r\n', 'latin1')],
    ['an Excel workbook (save it as CSV)', Buffer.from('PK\x03\x04\x14')],
    ['an Excel workbook (save it as CSV)', Buffer.from('\xd0\xcf\x11\xe0', 'latin1')],
    ['bzip2 (unpack it first)', Buffer.from('BZh91AY')],
    ['text in UTF-16 (write it as UTF-8)', Buffer.from(`\ufeff${digits}`, 'utf16le')],
    ['text in UTF-16 (write it as UTF-8)', swapped(`\ufeff${digits}`)],
    ['text in UTF-16 (write it as UTF-8)', Buffer.from(digits, 'utf16le')],
    ['text in UTF-16 (write it as UTF-8)', swapped(digits)],
    ['text in UTF-32 (write it as UTF-8)', Buffer.from('\ufeff\x001\0,\0', 'utf16le')],
    ['a web page', Buffer.from('\n<!DOCTYPE html>\n<html>')],
    ['JSON (write it as CSV)', Buffer.from('[{"label": 7}]')],
    ['an ARFF file (write it as CSV)', Buffer.from('@RELATION mnist_784\n')],
    ['git lfs pull', Buffer.from('version https://git-lfs.github.com/spec/v1\n')],
    ['binary data', Buffer.from('a\0b')],
  ])('%s', (found, start) => {
    expect(foreignFormat(start)).toContain(found);
  });
});
