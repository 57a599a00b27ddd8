import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { DigitflowError } from '../../src/errors.js';
import { NPY_START_BYTES, npyHeaderBytes, parseNpyHeader } from '../../src/formats/numpy/npy-header.js';
import { isNpy } from '../../src/formats/recognize.js';
import { failureOf } from '../inputs/failure-of.js';
import { npyBytes } from './npy-bytes.js';

const parse = (bytes: Uint8Array) => parseNpyHeader(bytes, 'x.npy');
const parseText = (header: string) => parse(npyBytes({ header }));

describe('parseNpyHeader', () => {
  it('reads the literal bytes that NumPy writes', () => {
    const text = "{'descr': '<f4', 'fortran_order': False, 'shape': (2, 3), }".padEnd(117);
    const bytes = Buffer.from(`\x93NUMPY\x01\x00\x76\x00${text}\n`, 'latin1');
    expect(parse(bytes)).toEqual({
      element: { type: 'f32', littleEndian: true },
      shape: [2, 3],
      isFortran: false,
      headerBytes: 128,
      dataBytes: 24,
    });
  });

  it.each([0, 1])('refuses a header of %i bytes, as a stream would begin to read it', async (textBytes) => {
    const bytes = Buffer.from(`\x93NUMPY\x01\x00${String.fromCharCode(textBytes)}\x00{}`, 'latin1');
    expect(await failureOf(() => npyHeaderBytes(bytes, 'x.npy'))).toMatchObject({
      code: 'NPY_HEADER',
      message:
        `x.npy: expected a header that names type and shape, found one of ${textBytes} bytes; ` +
        'save the array again with numpy.save',
    });
  });

  it.each([[1], [2], [3]])('reads version %i', (major) => {
    const bytes = npyBytes({ version: [major, 0], shape: [5, 28, 28], data: [1] });
    expect(parse(bytes)).toMatchObject({
      shape: [5, 28, 28],
      headerBytes: bytes.length - 1,
      dataBytes: 3920,
    });
  });

  it.each([
    ['|u1', 'u8', true],
    ['|b1', 'bool', true],
    ['|i1', 'i8', true],
    ['<u1', 'u8', true],
    ['<u2', 'u16', true],
    ['>u2', 'u16', false],
    ['<i4', 'i32', true],
    ['>i4', 'i32', false],
    ['<i8', 'i64', true],
    ['>u8', 'u64', false],
    ['<f2', 'f16', true],
    ['>f4', 'f32', false],
    ['<f8', 'f64', true],
  ])('reads the type %s', (descr, type, littleEndian) => {
    expect(parse(npyBytes({ descr, shape: [1] })).element).toEqual({ type, littleEndian });
  });

  it.each([
    ["{'descr': '|u1', 'fortran_order': False, 'shape': (3,), }", [3]],
    ["{'shape': (3L, 4L), 'fortran_order': False, 'descr': '|u1'}", [3, 4]],
    ['{"descr":"|u1","fortran_order":False,"shape":(3,4)}', [3, 4]],
    [" { 'descr' : '|u1' , 'fortran_order' : False , 'shape' : ( 3 , 4 , ) , } ", [3, 4]],
    ["{'descr': '|u1', 'fortran_order': False, 'shape': (), }", []],
    ["{'descr': '|u1', 'fortran_order': False, 'shape': (0, 28, 28), }", [0, 28, 28]],
  ])('reads %s', (header, shape) => {
    expect(parseText(header).shape).toEqual(shape);
  });

  it('knows how long a single number is, and an array without records', () => {
    expect(parse(npyBytes({ descr: '<f8' })).dataBytes).toBe(8);
    expect(parse(npyBytes({ descr: '<f8', shape: [0, 28] })).dataBytes).toBe(0);
  });

  it.each([
    [[10], false],
    [[10, 1], false],
    [[1, 784], false],
    [[10, 1, 1, 7], true],
    [[10, 28, 28], true],
    [[0, 28, 28], true],
  ])('takes the shape %j in Fortran order for such: %s', (shape, isFortran) => {
    expect(parse(npyBytes({ shape, isFortran: true })).isFortran).toBe(isFortran);
  });

  it.each([
    ['|O', "an object array: a pickle, which is never loaded ('|O')"],
    ['<U5', "strings ('<U5')"],
    ['|S1', "strings ('|S1')"],
    ['|V8', "a structured array ('|V8')"],
    ['<M8[ns]', "dates ('<M8[ns]')"],
    ['<m8[s]', "spans of time ('<m8[s]')"],
    ['<c8', "complex numbers ('<c8')"],
    ['<f16', "another type ('<f16')"],
    ['|u2', "another type ('|u2')"],
    ['=u1', "another type ('=u1')"],
    ['', "another type ('')"],
    ['<u', "another type ('<u')"],
  ])('refuses the type %j by name', async (descr, found) => {
    const error = await failureOf(() => parse(npyBytes({ descr, shape: [3] })));
    expect(error).toMatchObject({ code: 'NPY_TYPE', exitCode: 65 });
    expect(error.message).toBe(
      `x.npy: expected an array of numbers, found ${found}; save it with array.astype('uint8')`,
    );
  });

  it.each([["[('a', '<f4'), ('b', '|u1')]"], ["('<f4', (2,))"]])(
    'refuses the structure %s',
    async (descr) => {
      const header = `{'descr': ${descr}, 'fortran_order': False, 'shape': (3,), }`;
      const error = await failureOf(() => parseText(header));
      expect(error.code).toBe('NPY_TYPE');
      expect(error.message).toContain('found a structured array; save it');
    },
  );

  it.each([
    ['', 'expected a dictionary at character 0 of its header'],
    ["{'descr': '|u1', 'fortran_order': False, }", 'expected descr, fortran_order or shape at character 40'],
    [
      "{'descr': '|u1', 'fortran_order': False}",
      'expected descr, fortran_order and shape in its header, found descr,',
    ],
    ["{'descr': '|u1', 'fortran_order': False, 'shape': (3)}", 'expected a value of shape at character 50'],
    ["{'descr': '|u1', 'fortran_order': False, 'shape': (,)}", 'expected a value of shape'],
    ["{'descr': '|u1', 'fortran_order': False, 'shape': (-3,)}", 'expected a value of shape'],
    ["{'descr': '|u1', 'fortran_order': False, 'shape': (3.0,)}", 'expected a value of shape'],
    ["{'descr': '|u1', 'fortran_order': False, 'shape': (n,)}", 'expected a value of shape'],
    ["{'descr': '|u1', 'fortran_order': 0, 'shape': (3,)}", 'expected a value of fortran_order'],
    ["{'descr': 1, 'fortran_order': False, 'shape': (3,)}", 'expected a value of descr'],
    ["{'descr': '|u1', 'descr': '|u1', 'shape': (3,)}", 'expected descr once in its header, found it twice'],
    ["{'descr': '|u1', 'fortran_order': False, 'shape': (3,), 'x': 1}", 'expected the end, after all of'],
    ["{'descr': '|u1', 'fortran_order': False, 'shape': (3,)} + 1", 'expected the end, after all of'],
    ["{'descr': '|u1' 'fortran_order': False, 'shape': (3,)}", 'expected the end, after all of'],
    ["{'descr': '|u1', 'fortran_order': False, 'shape': (3,)", 'expected the end, after all of'],
    ['__import__("os").system("true")', 'expected a dictionary'],
  ])('refuses the header %s', async (header, message) => {
    const error = await failureOf(() => parseText(header));
    expect(error).toMatchObject({ code: 'NPY_HEADER', exitCode: 65 });
    expect(error.message).toContain(message);
    expect(error.message).toMatch(/^x\.npy: .*; save the array again with numpy\.save$/);
  });

  it.each([
    [[2 ** 53]],
    [[0, 2 ** 30, 2 ** 30]],
    [[94906267, 94906267]],
    [[Number.parseInt('9'.repeat(15), 10), 99]],
  ])('refuses the absurd shape %j', async (shape) => {
    const error = await failureOf(() => parse(npyBytes({ shape })));
    expect(error.code).toBe('NPY_SHAPE');
    expect(error.message).toContain('expected at most 2^53 - 1 bytes, found the shape');
  });

  it('refuses a number of a thousand digits', async () => {
    const header = `{'descr': '|u1', 'fortran_order': False, 'shape': (${'9'.repeat(1000)},), }`;
    expect((await failureOf(() => parseText(header))).code).toBe('NPY_SHAPE');
  });

  it.each([[11], [12], [60], [127]])('says that %i bytes are too few', async (length) => {
    const error = await failureOf(() => parse(npyBytes({ shape: [3] }).subarray(0, length)));
    expect(error).toMatchObject({ code: 'NPY_TRUNCATED', exitCode: 65 });
    expect(error.message).toMatch(new RegExp(`expected a header of \\d+ bytes.*, found ${length} bytes`));
  });
});

describe('npyHeaderBytes', () => {
  it('tells the length by the first twelve bytes', () => {
    const start = npyBytes({ shape: [3], version: [2, 0] }).subarray(0, NPY_START_BYTES);
    expect(npyHeaderBytes(start, 'x.npy')).toBe(128);
    expect(isNpy(start)).toBe(true);
  });

  it.each([
    ['no bytes', [], 'found no bytes at all'],
    ['other bytes', [0, 0, 8, 3, 0, 0, 1], 'found 0x000008030000;'],
    ['half of the magic string', [0x93, 0x4e, 0x55], 'found 0x934e55;'],
  ])('refuses %s', async (_, bytes, found) => {
    const error = await failureOf(() => npyHeaderBytes(Uint8Array.from(bytes), 'x.npy'));
    expect(error.code).toBe('NPY_HEADER');
    expect(error.message).toContain('expected a NumPy file, 0x934e554d5059 at its start');
    expect(error.message).toContain(found);
    expect(isNpy(Uint8Array.from(bytes))).toBe(false);
  });

  it.each([
    [0, 0],
    [1, 1],
    [4, 0],
  ])('refuses version %i.%i', async (major, minor) => {
    const error = await failureOf(() => parse(npyBytes({ version: [major, minor] })));
    expect(error.code).toBe('NPY_HEADER');
    expect(error.message).toContain(`found ${major}.${minor}`);
  });

  it('refuses a header that would take memory', async () => {
    const start = Buffer.from('\x93NUMPY\x02\x00\xff\xff\xff\xff', 'latin1');
    const error = await failureOf(() => npyHeaderBytes(start, 'x.npy'));
    expect(error.message).toContain('expected a header of at most 65536 bytes, found 4294967295');
  });
});

describe('a damaged header', () => {
  const good = npyBytes({ descr: '<f4', shape: [60_000, 28, 28], isFortran: true });

  it('is read or refused in one line, whatever bytes were changed', () => {
    const changes = fc.array(fc.tuple(fc.nat(good.length - 1), fc.nat(255)), { minLength: 1, maxLength: 4 });
    fc.assert(
      fc.property(changes, fc.nat(good.length), (changed, length) => {
        const bytes = Uint8Array.from(good);
        for (const [at, byte] of changed) bytes[at] = byte;
        for (const damaged of [bytes, bytes.subarray(0, length)]) {
          try {
            const { shape, dataBytes } = parse(damaged);
            expect(shape.every(Number.isSafeInteger)).toBe(true);
            expect(Number.isSafeInteger(dataBytes)).toBe(true);
          } catch (error) {
            if (!(error instanceof DigitflowError)) throw error;
            expect(error.message).toMatch(/^x\.npy: [^\p{Cc}]+$/u);
          }
        }
      }),
      { numRuns: 2000 },
    );
  });

  // What takes more than linear time for it takes minutes, and runs into the limit of the test.
  it.each(['(', '[', '{', '1,', ' ', "'", '1L , '])('of many %j is refused', async (part) => {
    for (const start of [
      '',
      "{'descr': ",
      "{'shape': (",
      "{'descr': '|u1', 'fortran_order': False, 'shape': (",
    ]) {
      await failureOf(() => parseText((start + part.repeat(70_000)).slice(0, 65_000)));
    }
  });
});
