import { describe, expect, test } from 'vitest';
import {
  levelOf,
  levelsOf,
  parseScale,
  type Scale,
  scaleReadings,
  scaleText,
} from '../../src/formats/scale.js';

test.each<[string, Scale]>([
  ['255', 255],
  ['0.5', 0.5],
  ['1e3', 1000],
  ['-1..1', { low: -1, high: 1 }],
  ['0..16', { low: 0, high: 16 }],
  ['-.5..1.5', { low: -0.5, high: 1.5 }],
  ['mean=0.1307,std=0.3081', { mean: 0.1307, std: 0.3081 }],
  ['mean=-0.5,std=0.5', { mean: -0.5, std: 0.5 }],
])('%s is a scale, and is written as one', (text, scale) => {
  expect(parseScale(text)).toEqual(scale);
  expect(parseScale(scaleText(scale))).toEqual(scale);
});

test.each([
  '',
  '0',
  '-1',
  '1..1',
  '1..-1',
  '..1',
  '1..',
  'mean=0.1',
  'mean=0.1,std=0',
  'std=1,mean=0',
  'white',
  'NaN',
  '1e999',
])('"%s" is none', (text) => {
  expect(parseScale(text)).toBeUndefined();
});

describe('a level is the nearest of 256', () => {
  test.each<[Scale, number, number | undefined]>([
    [255, 254.6, 255],
    [255, 255.0001, undefined],
    [255, -0.0001, undefined],
    [16, 8, 128],
    [{ low: -1, high: 1 }, -1, 0],
    [{ low: -1, high: 1 }, 0, 128],
    [{ low: -1, high: 1 }, 1, 255],
    [{ low: -1, high: 1 }, 1.1, undefined],
    [{ mean: 0.5, std: 0.5 }, -1, 0],
    // As they are printed: rounded, and so a little beyond the ends.
    [{ mean: 0.1307, std: 0.3081 }, -0.4243, 0],
    [{ mean: 0.1307, std: 0.3081 }, 2.8216, 255],
    [{ mean: 0.1307, std: 0.3081 }, 3, undefined],
    [1, Number.NaN, undefined],
    [{ low: -1, high: 1 }, Number.NaN, undefined],
  ])('of %j: %d is %s', (scale, value, level) => {
    expect(levelOf(value, levelsOf(scale))).toBe(level);
  });

  test('each of 256 is found again that was standardized', () => {
    const levels = Array.from({ length: 256 }, (_, level) => level);
    const found = levels.map((level) =>
      levelOf(Math.fround((level / 255 - 0.1307) / 0.3081), levelsOf({ mean: 0.1307, std: 0.3081 })),
    );
    expect(found).toEqual(levels);
  });
});

describe('the scales that pixels may be of', () => {
  const seen = { smallest: 0, largest: 0, hasFraction: false, lit: 1000 };
  test.each<[string, Partial<typeof seen>, readonly Scale[]]>([
    ['bright ones', { largest: 128 }, [255]],
    ['brighter ones', { largest: 256 }, []],
    ['up to 16', { largest: 16 }, [16, 255]],
    ['up to 100', { largest: 99.5, hasFraction: true }, [255, 100]],
    ['fractions', { largest: 0.9, hasFraction: true }, [1]],
    ['ones', { largest: 1 }, [1]],
    ['black', { lit: 0 }, [7]],
    ['few', { largest: 16, lit: 19 }, [7]],
    ['from -1 to 1', { smallest: -1, largest: 1 }, [{ low: -1, high: 1 }]],
    [
      'within -1 and 1',
      { smallest: -0.9, largest: 1 },
      [
        { low: -1, high: 1 },
        { low: -0.9, high: 1 },
      ],
    ],
    ["MNIST's standard", { smallest: -0.4242, largest: 2.8215 }, [{ mean: 0.1307, std: 0.3081 }]],
    ['another standard', { smallest: -0.5, largest: 3 }, []],
  ])('%s', (_, pixels, scales) => {
    expect(scaleReadings({ ...seen, ...pixels }, 7)).toEqual(scales);
  });
});
