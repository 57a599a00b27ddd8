import { readFileSync } from 'node:fs';
import { describe, expect, it, test } from 'vitest';
import { LabelReader, storedTexts } from '../../src/formats/label-reader.js';
import { areNames, labelFormat } from '../../src/formats/labels.js';
import { parseNpyHeader, parseNpyLabelHeader } from '../../src/formats/numpy/npy-header.js';
import { fromFortranOrder } from '../../src/formats/numpy/numpy-data.js';
import { npyLabelLayout } from '../../src/formats/numpy/numpy-roles.js';
import type { ReadingFlags } from '../../src/formats/reading.js';
import { failureOf } from '../inputs/failure-of.js';
import { npyBytes, npyTexts } from './npy-bytes.js';

const DIGITS = Array.from('0123456789');
const WORDS = ['nil', 'one', 'zwölf', '七', '𝟜'];

function layoutOf(file: Uint8Array, classCount = 10) {
  const header = parseNpyLabelHeader(file, 'y.npy');
  return { layout: npyLabelLayout(header, classCount, 'y.npy'), data: file.subarray(header.headerBytes) };
}

function textsOf(file: Uint8Array): string[] {
  const { layout, data } = layoutOf(file);
  return storedTexts(data, layout.format, 'y.npy', 0);
}

function classesOf(texts: readonly string[], classes: readonly string[], flags: ReadingFlags = {}) {
  const { layout, data } = layoutOf(npyTexts('<U9', texts));
  const format = areNames(texts, flags) ? ({ ...layout.format, meaning: 'name' } as const) : layout.format;
  return [...new LabelReader(format, classes, 'y.npy', flags).read(data, 0, texts.length)];
}

describe('texts as NumPy stores them', () => {
  it.each(['<U5', '>U5', '<U6', '|S6', '|S1024', '>U1024'])('are read as %s', (descr) => {
    expect(textsOf(npyTexts(descr, WORDS))).toEqual(WORDS);
    expect(textsOf(npyTexts(descr, WORDS, [5, 1]))).toEqual(WORDS);
  });

  it('are those that NumPy wrote', () => {
    const url = new URL('fixtures/strings.npy', import.meta.url);
    expect(textsOf(readFileSync(url))).toEqual(['7', '2']);
  });

  it('are bytes of Latin-1 where they are no UTF-8', () => {
    expect(textsOf(npyBytes({ descr: '|S3', shape: [2], data: [0xe4, 0, 0, 0xc3, 0xa4, 0x41] }))).toEqual([
      'ä',
      'äA',
    ]);
  });

  it('may be empty, and keep zeros that others follow', () => {
    const data = [0, 0, 0, 0x41, 0, 0x42];
    expect(textsOf(npyBytes({ descr: '|S3', shape: [2], data }))).toEqual(['', 'A\0B']);
  });

  it.each([0x110000, 0xd800, 0xdfff, 0xffffffff])('refuses the code point %i', async (point) => {
    const bytes = Buffer.alloc(8);
    bytes.writeUInt32LE(0x41);
    bytes.writeUInt32LE(point, 4);
    const error = await failureOf(() => textsOf(npyBytes({ descr: '<U1', shape: [2], data: bytes })));
    expect(error).toMatchObject({ code: 'LABEL_OUT_OF_RANGE', exitCode: 65 });
    expect(error.message).toBe(
      `y.npy: record 1: expected text as a label, found the code point 0x${point.toString(16)}; save the labels again`,
    );
  });

  it('counts their bytes, which each header may be of', () => {
    expect(parseNpyLabelHeader(npyTexts('<U5', WORDS), 'y.npy')).toMatchObject({
      element: { type: 'u32', littleEndian: true },
      characters: 5,
      dataBytes: 100,
    });
    expect(parseNpyLabelHeader(npyTexts('|S7', WORDS), 'y.npy').dataBytes).toBe(35);
    expect(parseNpyLabelHeader(npyBytes({ descr: '<i4', shape: [3] }), 'y.npy')).not.toHaveProperty(
      'characters',
    );
  });

  it('turns those in Fortran order as a whole', () => {
    const file = npyTexts('<U2', ['ab', 'cd', 'ef', 'gh'], [2, 2]);
    const header = { ...parseNpyLabelHeader(file, 'y.npy'), isFortran: true };
    const turned = fromFortranOrder(file.subarray(header.headerBytes), header);
    const format = labelFormat(header.element, 2, 'text');
    expect(storedTexts(turned, format, 'y.npy', 0)).toEqual(['ab', 'ef', 'cd', 'gh']);
  });
});

describe('what is no text of labels is one line:', () => {
  test.each(['<U0', '|S0', '<U1025', '|U5', '|S99999999999'])('the type %s', async (descr) => {
    const error = await failureOf(() => parseNpyLabelHeader(npyBytes({ descr, shape: [1] }), 'y.npy'));
    expect(error).toMatchObject({ code: 'NPY_TYPE', exitCode: 65 });
    expect(error.message).toBe(
      `y.npy: expected an array of numbers, or of texts of 1 to 1024 characters, found strings ('${descr}'); save it with array.astype('uint8'), or of names with array.astype(str)`,
    );
  });

  test('a pickle, and how to save names', async () => {
    const error = await failureOf(() => parseNpyLabelHeader(npyBytes({ descr: '|O', shape: [1] }), 'y.npy'));
    expect(error.message).toContain('a pickle, which is never loaded');
    expect(error.message).toContain('or of names with array.astype(str)');
  });

  test.each([[[5, 2]], [[5, 10]], [[]]])('the shape %j', async (shape) => {
    const error = await failureOf(() => layoutOf(npyTexts('<U5', WORDS, shape)));
    expect(error.code).toBe('NPY_SHAPE');
    expect(error.message).toContain(`found strings ${shape.length > 0 ? shape.join(' x ') : 'without'}`);
  });

  test('texts for images', async () => {
    const error = await failureOf(() => parseNpyHeader(npyTexts('<U5', WORDS), 'x.npy'));
    expect(error.message).toContain("expected an array of numbers, found strings ('<U5')");
  });
});

describe('labels that are texts', () => {
  it.each<[string, string[], ReadingFlags, number[]]>([
    ['digits', ['7', '0', '9'], {}, [7, 0, 9]],
    ['numbers as floats print', ['7.0', '07', ' 9 '], {}, [7, 7, 9]],
    ['digits in quotes', ["'7'", '0'], {}, [7, 0]],
    ['counted from 1', ['1', '10'], { labelsFrom: 1 }, [0, 9]],
    ['10 for 0', ['10', '1'], { labelMap: { 10: '0' } }, [0, 1]],
    ['words with a map', ['sept', '0', '7'], { labelMap: { sept: '7' } }, [7, 0, 7]],
  ])('mean classes: %s', (_, texts, flags, classes) => {
    expect(classesOf(texts, DIGITS, flags)).toEqual(classes);
  });

  it('are names of classes, exactly', () => {
    expect(classesOf(['zwölf', "'nil'", '𝟜'], WORDS)).toEqual([2, 0, 4]);
  });

  it('are names that are numbers', () => {
    expect(classesOf(['30', '10'], ['10', '20', '30'])).toEqual([2, 0]);
  });

  it.each<[string, string[], readonly string[], string]>([
    [
      'a word among numbers',
      ['1', '2', 'one\n'],
      DIGITS,
      'record 2: expected a label from 0 to 9 (the network has 10 classes), found "one\\n"; say --label-map with what it stands for, or give labels that fit the network',
    ],
    [
      'a number among words',
      ['nil', 'one', '1'],
      WORDS,
      'record 2: expected a label such as "nil" (the network has 5 classes), found "1"; say',
    ],
    [
      'a number too large',
      ['1', '10'],
      DIGITS,
      'record 1: expected a label from 0 to 9 (the network has 10 classes), found 10; say --labels-from 1 or --label-map 10=0, or give',
    ],
    ['nothing', ['1', '2', ''], DIGITS, 'found ""; say'],
    [
      'a word where nobody has said which there are',
      ['one'],
      Array.from({ length: 256 }, (_, at) => `${at}`),
      'found "one"; say --classes with all that there are, or give labels that fit',
    ],
  ])('are refused: %s', async (_, texts, classes, message) => {
    const error = await failureOf(() => classesOf(texts, classes));
    expect(error).toMatchObject({ code: 'LABEL_OUT_OF_RANGE', exitCode: 65 });
    expect(error.message).toContain(message);
  });
});
