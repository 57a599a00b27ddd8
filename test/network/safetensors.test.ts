import { describe, expect, it } from 'vitest';
import { readSafetensors, writeSafetensors } from '../../src/network/formats/safetensors/safetensors.js';
import { caught, f32, fileBytes, fileOfText } from './bytes.js';

const read = (bytes: Uint8Array) => readSafetensors(bytes, 'a.safetensors');

describe('readSafetensors', () => {
  it('reads a file given byte by byte', () => {
    const header = '{"b":{"dtype":"F32","shape":[2],"data_offsets":[0,8]}}  ';
    const bytes = Uint8Array.of(
      ...[56, 0, 0, 0, 0, 0, 0, 0],
      ...new TextEncoder().encode(header),
      ...[0, 0, 0x80, 0x3f, 0, 0, 0x20, 0xc1],
    );
    const { tensors, metadata } = read(bytes);
    expect([...tensors]).toEqual([['b', { shape: [2], values: Float64Array.of(1, -10) }]]);
    expect(metadata.size).toBe(0);
  });

  it.each([
    ['F64', [0, 0, 0, 0, 0, 0, 0xf0, 0x3f, 1, 0, 0, 0, 0, 0, 0, 0], [1, 5e-324]],
    ['F32', [0, 0, 0x80, 0x3f, 1, 0, 0, 0], [1, 2 ** -149]],
    ['F16', [0, 0x3c, 1, 0x00, 0xff, 0x7b, 0, 0xc0], [1, 2 ** -24, 65504, -2]],
    ['BF16', [0x80, 0x3f, 0x49, 0xc0], [1, -3.140625]],
  ])('reads %s exactly', (dtype, data, values) => {
    const header = { x: { dtype, shape: [values.length], data_offsets: [0, data.length] } };
    expect([...(read(fileBytes(header, data)).tensors.get('x')?.values ?? [])]).toEqual(values);
  });

  it('reads bytes that begin anywhere in their buffer, with tensors in any order', () => {
    const header = {
      __metadata__: { format: 'pt' },
      late: { dtype: 'F32', shape: [1, 1], data_offsets: [4, 8] },
      early: { dtype: 'F32', shape: [1], data_offsets: [0, 4] },
    };
    const file = fileBytes(header, f32(1, 2));
    const shifted = new Uint8Array(file.length + 3);
    shifted.set(file, 3);
    const { tensors, metadata } = read(shifted.subarray(3));
    expect(tensors.get('late')?.values[0]).toBe(2);
    expect(tensors.get('early')?.values[0]).toBe(1);
    expect([...metadata]).toEqual([['format', 'pt']]);
  });
});

const entry = (shape: unknown, offsets: unknown, dtype: unknown = 'F32') => ({
  x: { dtype, shape, data_offsets: offsets },
});
const length = (bytes: number[]) => Uint8Array.of(...bytes, 0x7b, 0x7d);

describe('readSafetensors refuses', () => {
  it.each<[string, Uint8Array, string]>([
    [
      'an empty file',
      new Uint8Array(),
      'a.safetensors: expected a safetensors file of at least 8 bytes, found 0;',
    ],
    ['a file without a header', Uint8Array.of(2, 0, 0), 'at least 8 bytes, found 3;'],
    [
      'a header longer than the file',
      length([3, 0, 0, 0, 0, 0, 0, 0]),
      'a.safetensors: header: expected at most 2 bytes, found a length of 3;',
    ],
    [
      'a header length beyond all numbers',
      length([255, 255, 255, 255, 255, 255, 255, 255]),
      'found a length of 18446744073709551615;',
    ],
    [
      'a header of more tensors than a network has, which would take seconds',
      fileOfText(' '.repeat(2 ** 23 + 1)),
      'a.safetensors: header: expected at most 8388608 bytes, found a length of 8388609; give a network of fewer',
    ],
    ['an empty header', new Uint8Array(8), 'a.safetensors: header: expected a JSON object, found "";'],
    ['a header that is not JSON', fileOfText('{"x":\n'), 'expected a JSON object, found "{\\"x\\":\\n";'],
    [
      'a header that is not UTF-8',
      Uint8Array.of(1, 0, 0, 0, 0, 0, 0, 0, 0xff),
      'expected UTF-8 text, found other bytes;',
    ],
    ['a header that is an array', fileBytes([]), 'expected a JSON object, found [];'],
    ['a header that is null', fileBytes(null), 'expected a JSON object, found null;'],
    [
      'a key given twice',
      fileOfText('{"x":{"\\"":[{"x":1}]},"y":1,"\\u0078":1}'),
      'expected each key once, found "x" twice;',
    ],
    [
      'metadata that is no object',
      fileBytes({ __metadata__: 'x' }),
      'a.safetensors: __metadata__: expected an object of strings, found "x";',
    ],
    [
      'metadata that is no string',
      fileBytes({ __metadata__: { seed: 1 } }),
      'a.safetensors: __metadata__ "seed": expected a string, found 1;',
    ],
    [
      'a tensor that is null',
      fileBytes({ x: null }),
      'a.safetensors: tensor "x": expected dtype F64, F32, F16, BF16, found nothing;',
    ],
    [
      'an unknown dtype',
      fileBytes(entry([1], [0, 8], 'I64'), new Uint8Array(8)),
      'expected dtype F64, F32, F16, BF16, found "I64"; convert it to F32',
    ],
    ['a dtype that is the name of a method', fileBytes(entry([1], [0, 8], 'toString')), 'found "toString";'],
    [
      'a missing shape',
      fileBytes(entry(undefined, [0, 4]), f32(1)),
      'expected a shape of whole numbers, at least 1, found nothing;',
    ],
    ['a size of 0', fileBytes(entry([0, 4], [0, 0])), 'at least 1, found [0,4];'],
    ['a negative size', fileBytes(entry([-1, -1], [0, 4]), f32(1)), 'at least 1, found [-1,-1];'],
    ['a broken size', fileBytes(entry([1.5], [0, 6])), 'at least 1, found [1.5];'],
    ['a size as text', fileBytes(entry(['1'], [0, 4])), 'at least 1, found ["1"];'],
    [
      'missing offsets',
      fileBytes(entry([1], undefined), f32(1)),
      'expected data_offsets [begin, end], found nothing;',
    ],
    [
      'three offsets',
      fileBytes(entry([1], [0, 4, 8]), f32(1)),
      'expected data_offsets [begin, end], found [0,4,8];',
    ],
    ['a negative offset', fileBytes(entry([1], [-4, 0]), f32(1)), 'found [-4,0];'],
    [
      'offsets that do not fit the shape',
      fileBytes(entry([2, 3], [0, 20]), new Uint8Array(20)),
      'expected 24 bytes for F32 [2,3], found 20 (data_offsets [0,20]);',
    ],
    [
      'offsets in the wrong order',
      fileBytes(entry([1], [4, 0]), f32(1)),
      'expected 4 bytes for F32 [1], found -4',
    ],
    [
      'a shape beyond all numbers',
      fileBytes(entry([2 ** 40, 2 ** 40], [0, 0])),
      'found 0 (data_offsets [0,0]);',
    ],
    [
      'a gap ahead of the first tensor',
      fileBytes(entry([1], [4, 8]), f32(1, 2)),
      'a.safetensors: tensor "x": expected its data to begin at byte 0, found 4, a gap;',
    ],
    [
      'data that is cut off',
      fileBytes(entry([2], [0, 8]), f32(1)),
      'a.safetensors: data: expected 8 bytes after the header, found 4; the file is cut off',
    ],
    [
      'trailing bytes',
      fileBytes(entry([1], [0, 4]), f32(1, 2)),
      'expected 4 bytes after the header, found 8; there are bytes that no tensor claims',
    ],
    ['bytes without a tensor', fileBytes({}, [1]), 'expected 0 bytes after the header, found 1;'],
  ])('%s', (_, bytes, words) => {
    const error = caught(() => read(bytes));
    expect(error.code).toBe('NETWORK_FILE');
    expect(error.message).toMatch(/^a\.safetensors[^\n]*: expected [^\n]+, found [^\n]+; [^\n]+$/);
    expect(error.message).toContain(words);
  });

  it('tensors that overlap', () => {
    const header = {
      x: { dtype: 'F32', shape: [2], data_offsets: [0, 8] },
      y: { dtype: 'F32', shape: [1], data_offsets: [4, 8] },
    };
    expect(caught(() => read(fileBytes(header, f32(1, 2)))).message).toContain(
      'tensor "y": expected its data to begin at byte 8, found 4, an overlap;',
    );
  });

  it.each([
    ['NaN', Number.NaN],
    ['Infinity', Number.POSITIVE_INFINITY],
    ['-Infinity', Number.NEGATIVE_INFINITY],
  ])('a weight of %s, by tensor and index', (name, value) => {
    const error = caught(() => read(fileBytes(entry([2, 2], [0, 16]), f32(0, 0, 0, value))));
    expect(error.code).toBe('NETWORK_FILE');
    expect(error.message).toBe(
      `a.safetensors: tensor "x" [2,2], element 3: expected a finite number, found ${name}; train or export the network again`,
    );
  });

  it('a weight of F64 that float32 cannot hold, which would be Infinity where it is scored', () => {
    const data = [...new Uint8Array(Float64Array.of(1, -1e39).buffer)];
    expect(caught(() => read(fileBytes(entry([2], [0, 16], 'F64'), data))).message).toContain(
      'tensor "x" [2], element 1: expected a number that float32 can hold, found -1e+39;',
    );
  });

  it.each([
    ['lists', '['.repeat(1_000_000)],
    ['lists that end', '['.repeat(1_000_000) + ']'.repeat(1_000_000)],
    ['objects', '{"a":'.repeat(1_000_000)],
    ['lists in a shape', `{"x":{"dtype":"F32","shape":${'['.repeat(1_000_000)}${']'.repeat(1_000_000)}}}`],
  ])('a header of a million levels: %s', (_, text) => {
    const { message } = caught(() => read(fileOfText(text)));
    expect(message).toMatch(/^a\.safetensors: header: expected a JSON object, found "[^;]{59}…;/);
  });

  it('no header for what stands in its strings', () => {
    const text = `{"__metadata__":{"a":"\\"${'[{'.repeat(100)}"}}`;
    expect(read(fileOfText(text)).metadata.get('a')).toBe(`"${'[{'.repeat(100)}`);
  });

  it('NaN in F16 and BF16 too', () => {
    for (const { dtype, high } of [
      { dtype: 'F16', high: 0x7e },
      { dtype: 'BF16', high: 0x7f },
    ]) {
      const bytes = fileBytes(entry([1], [0, 2], dtype), [0xc0, high]);
      expect(caught(() => read(bytes)).message).toContain('element 0: expected a finite number, found NaN');
    }
  });

  it('a name that would break the line or steer the terminal, without doing so', () => {
    const { message } = caught(() => read(fileBytes({ 'a\n\u001b[2J\u009b': { dtype: 'Q' } })));
    expect(message).toContain('tensor "a\\n\\u001b[2J\\u009b": expected dtype');
  });
});

describe('writeSafetensors', () => {
  const tensors = new Map([
    ['w', { shape: [1, 2], values: Float64Array.of(0.1, -1) }],
    ['b', { shape: [1], values: Float64Array.of(3) }],
  ]);

  it('writes these bytes', () => {
    const bytes = writeSafetensors({ tensors, metadata: new Map([['seed', '1']]) });
    const header =
      '{"__metadata__":{"seed":"1"},"w":{"dtype":"F32","shape":[1,2],"data_offsets":[0,8]},"b":{"dtype":"F32","shape":[1],"data_offsets":[8,12]}}';
    const padded = header.padEnd(Math.ceil(header.length / 8) * 8);
    expect(bytes).toEqual(fileOfText(padded, f32(0.1, -1, 3)));
  });

  it('begins the data at a multiple of 8, whatever the header holds', () => {
    for (let length = 0; length < 9; length++) {
      const bytes = writeSafetensors({ tensors, metadata: new Map([['k', 'ä'.repeat(length)]]) });
      const headerBytes = Number(new DataView(bytes.buffer).getBigUint64(0, true));
      expect((8 + headerBytes) % 8).toBe(0);
      expect(read(bytes).metadata.get('k')).toBe('ä'.repeat(length));
    }
  });

  it('rounds to F32 and is read back so', () => {
    const bytes = writeSafetensors({ tensors, metadata: new Map() });
    expect(read(bytes).tensors.get('w')).toEqual({
      shape: [1, 2],
      values: Float64Array.of(Math.fround(0.1), -1),
    });
  });

  it.each([[Number.NaN], [Number.POSITIVE_INFINITY], [1e39]])('refuses %d', (value) => {
    const broken = new Map([['w', { shape: [2], values: Float64Array.of(0, value) }]]);
    const error = caught(() => writeSafetensors({ tensors: broken, metadata: new Map() }));
    expect(error.code).toBe('NETWORK_FILE');
    expect(error.message).toContain(
      'tensor "w", element 1: expected a finite number that float32 can hold, found',
    );
  });
});
