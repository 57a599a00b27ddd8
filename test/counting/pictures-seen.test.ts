import { expect, test } from 'vitest';
import { describePictures, PictureTally } from '../../src/counting/pictures-seen.js';

const SCALED = 'scaled from 90 x 80 to 28 x 28 and centred by mass';

test('what was done is counted, the commonest first, without what differs', () => {
  const seen = new PictureTally();
  expect(describePictures(seen)).toEqual([]);
  seen.add('a.png', ['inverted (its background is bright)', SCALED], []);
  expect(describePictures(seen)).toEqual(['1 picture: inverted, scaled and centred by mass']);
  seen.add('b.png', [SCALED.replace('90', '120'), 'with thicker strokes'], []);
  expect(describePictures(seen)).toEqual([
    '2 pictures: all scaled and centred by mass, 1 inverted, 1 with thicker strokes',
  ]);
  seen.add('c.png', [], []);
  expect(describePictures(seen)).toEqual([
    '3 pictures: 2 scaled and centred by mass, 1 inverted, 1 with thicker strokes, 1 left as is',
  ]);
});

test('the first ten doubts are named, and the others counted', () => {
  const seen = new PictureTally();
  for (let i = 0; i < 11; i++) seen.add(`${i}.png`, [], ['blank paper', 'an unsure verdict']);
  const lines = describePictures(seen);
  expect(lines).toHaveLength(12);
  expect(lines.slice(0, 2)).toEqual([
    '11 pictures: all left as is',
    '0.png: may be misread: blank paper, an unsure verdict',
  ]);
  expect(lines[11]).toBe('1 more picture may be misread');
});
