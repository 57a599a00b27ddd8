import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  describeNormalization,
  type Normalization,
  parseNormalization,
  UNIT_BRIGHTNESS,
} from '../../src/network/normalization.js';
import { caught } from './bytes.js';

const parse = (text: string, base: Normalization = UNIT_BRIGHTNESS) => parseNormalization(text, base);
const TRAINED = { scale: 2, offset: 3, transposed: true };

describe('parseNormalization', () => {
  it('reads a scale as a fraction or a number', () => {
    expect(parse('scale=1/255')).toEqual(UNIT_BRIGHTNESS);
    expect(parse('scale=0.5')).toEqual({ scale: 0.5, offset: 0, transposed: false });
    expect(parse(' scale= -1e-3 / 4 ,  offset=+.5')).toEqual({
      scale: -0.00025,
      offset: 0.5,
      transposed: false,
    });
  });

  it('takes mean and std as torchvision does, of the brightness 0..1', () => {
    const { scale, offset } = parse('mean=0.1307,std=0.3081');
    expect(scale * 0 + offset).toBeCloseTo(-0.4242129, 7);
    expect(scale * 255 + offset).toBeCloseTo(2.8214865, 7);
    expect(parse('std=0.5')).toEqual({ scale: 1 / 255 / 0.5, offset: 0, transposed: false });
    expect(parse('mean=0.5')).toEqual({ scale: 1 / 255, offset: -0.5, transposed: false });
  });

  it('inverts the data ahead of everything else, in any order', () => {
    for (const text of ['inverted,mean=0.5,std=0.25', 'std=0.25,mean=0.5,inverted']) {
      const { scale, offset } = parse(text);
      expect(scale * 0 + offset).toBeCloseTo((1 - 0.5) / 0.25, 12);
      expect(scale * 255 + offset).toBeCloseTo((0 - 0.5) / 0.25, 12);
    }
    expect(parse('inverted')).toEqual({ scale: -1 / 255, offset: 1, transposed: false });
  });

  it('keeps what the text does not speak of', () => {
    expect(parse('inverted', TRAINED)).toEqual({ scale: -2, offset: 513, transposed: true });
    expect(parse('upright', TRAINED)).toEqual({ scale: 2, offset: 3, transposed: false });
    expect(parse('transposed', TRAINED)).toEqual(TRAINED);
    expect(parse('offset=1', TRAINED)).toEqual({ scale: 1 / 255, offset: 1, transposed: true });
  });

  it.each([
    ['', 'found ""'],
    ['scale', 'found "scale"'],
    ['scale=', 'scale is a number or a fraction, found ""'],
    ['scale=1/0', 'scale is a number or a fraction, found "1/0"'],
    ['scale=1/2/3', 'scale is a number or a fraction, found "1/2/3"'],
    ['scale=0x10', 'scale is a number or a fraction, found "0x10"'],
    ['scale=NaN', 'scale is a number or a fraction, found "NaN"'],
    ['mean=Infinity', 'mean is a number or a fraction, found "Infinity"'],
    ['offset=1e999', 'offset is a number or a fraction, found "1e999"'],
    ['scale=0', 'a scale of 0 makes all images alike'],
    ['std=0', 'std is more than 0, found "0"'],
    ['std=-1', 'std is more than 0, found "-1"'],
    ['inverted,', 'found ""'],
    ['inverted=yes', 'found "inverted=yes"'],
    ['Inverted', 'found "Inverted"'],
    ['gamma=2', 'found "gamma=2"'],
    ['inverted,inverted', '"inverted" is given twice; give it once'],
    ['mean=1,mean=1', '"mean" is given twice; give it once'],
    ['transposed,upright', 'transposed and upright exclude each other; give one'],
    ['scale=1e308,std=1e-9', 'scale Infinity and offset 0 come out of it'],
  ])('refuses %j', (text, words) => {
    const error = caught(() => parse(text));
    expect(error.code).toBe('USAGE');
    expect(error.message).toMatch(/^--normalize: [^\n]+; [^\n]+$/);
    expect(error.message).toContain(words);
  });

  it('names another place and another code where it is told to', () => {
    const error = caught(() => parseNormalization('x', UNIT_BRIGHTNESS, 'a.safetensors', 'NETWORK_FILE'));
    expect(error.code).toBe('NETWORK_FILE');
    expect(error.message).toMatch(/^a\.safetensors: found "x"; give scale=1\/255/);
  });
});

describe('describeNormalization', () => {
  it('prints the usual ones as people write them', () => {
    expect(describeNormalization(UNIT_BRIGHTNESS)).toBe('scale=1/255');
    expect(describeNormalization(parse('inverted,transposed'))).toBe('scale=-1/255,offset=1,transposed');
    expect(describeNormalization({ scale: 0.5, offset: -2, transposed: false })).toBe('scale=0.5,offset=-2');
  });

  it('is read back as exactly the same numbers', () => {
    const number = fc.double({ noNaN: true, noDefaultInfinity: true }).map((x) => x + 0);
    const normalization = fc.record({
      scale: number.filter((x) => x !== 0),
      offset: number,
      transposed: fc.boolean(),
    });
    fc.assert(
      fc.property(normalization, (original) => {
        expect(parse(describeNormalization(original))).toEqual(original);
      }),
    );
  });
});
