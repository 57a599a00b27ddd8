import { describe, expect, test } from 'vitest';
import {
  decodeText,
  nameOfField,
  quotedField,
  TEXT_ENCODINGS,
  textEncoding,
} from '../../src/formats/csv/text-encoding.js';

describe('text encodings', () => {
  test.each([
    ['utf8', 'c3bc', 'ü'],
    ['latin1', 'fc809f', 'ü\x80\x9f'],
    ['windows-1252', 'fc8099819f', 'ü€™\x81Ÿ'],
    ['windows-1251', 'ccfb', 'Мы'],
    ['iso-8859-15', 'a4', '€'],
    ['iso-8859-2', 'b3', 'ł'],
    ['shift_jis', '93fa967b', '日本'],
    ['euc-jp', 'c6fccbdc', '日本'],
    ['euc-kr', 'c7d1', '한'],
    ['gb18030', 'd6d0', '中'],
    ['big5', 'a4a4', '中'],
  ] as const)('%s is read', (encoding, hex, text) => {
    expect(decodeText(Buffer.from(hex, 'hex'), encoding)).toBe(text);
  });

  test.each(TEXT_ENCODINGS)('%s stores ASCII as it is', (encoding) => {
    const ascii = Buffer.from(Array.from({ length: 95 }, (_, i) => 32 + i));
    expect(decodeText(ascii, encoding)).toBe(ascii.toString('latin1'));
  });

  test('what is no text is not read as another', () => {
    expect(decodeText(Buffer.from('4dfc', 'hex'))).toBeNull();
    expect(decodeText(Buffer.from('a\ufffd'))).toBe('a\ufffd');
    expect(decodeText(Buffer.from('\ufeffa'))).toBe('\ufeffa');
    expect(decodeText(Buffer.from('eda080', 'hex'))).toBeNull();
    expect(decodeText(Buffer.from('93', 'hex'), 'shift_jis')).toBeNull();
  });

  test('names of encodings, as people write them', () => {
    const names = ['UTF-8', 'ISO-8859-1', 'cp1252', 'Shift_JIS', 'utf16'];
    expect(names.map(textEncoding)).toEqual(['utf8', 'latin1', 'windows-1252', 'shift_jis', undefined]);
  });

  test('fields that are no text show their bytes', () => {
    expect(nameOfField('M\xfcller')).toBe('M\\xfcller');
    expect(nameOfField('M\xfcller', 'latin1')).toBe('Müller');
    expect(nameOfField('M\xc3\xbcller')).toBe('Müller');
    expect(quotedField('M\xfc"ller')).toBe('"M\\xfc\\"ller"');
    expect(quotedField('x'.repeat(99))).toBe(`"${'x'.repeat(40)}…"`);
  });
});
