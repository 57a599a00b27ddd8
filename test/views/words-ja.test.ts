import { expect, test } from 'vitest';
import { ja } from '../../src/views/words/ja.js';

const LATIN = /[A-Za-z]/;

test.each([
  ['not transposed, inverted', '行と列を入れ替えない、明暗を反転する'],
  ['transposed, not inverted', '行と列を入れ替える、明暗を反転しない'],
  ['scale 0 to 16', '明るさは 0～16'],
  ['labels from 1', 'ラベルは 1 から'],
  ['label 10 for 0', 'ラベル 10 は 0'],
  ['labels for other classes', 'ラベルは別のクラスのもの'],
  ['label column first', 'ラベルは最初の列'],
  ['label column last', 'ラベルは最後の列'],
])('another reading in Japanese: %s', (how, words) => {
  const said = ja.otherReading(how, '-', '300', { accuracy: '97 %', asRead: '12 %' });
  expect(said).toContain(`（${words}）`);
  expect(said).not.toMatch(LATIN);
});

test('pixels are taken as they are, the other way round, or column by column', () => {
  const scale = 1 / 255;
  expect(ja.brightness({ scale, offset: 0, transposed: false })).toBe('明るさ 0～255 を 0～1 に換算');
  expect(ja.brightness({ scale: -scale, offset: 1, transposed: true })).toBe(
    '明るさ 0～255 を 1～0 に換算、列ごとに格納',
  );
  expect(ja.brightness({ scale: scale / 0.3081, offset: -0.1307 / 0.3081, transposed: false })).toBe(
    '明るさ 0～255 を -0.4242～2.821 に換算',
  );
});

test('a class whose mistakes go to one other, or to several', () => {
  const { drift } = ja.findings;
  expect(drift('4', 37, [{ name: '9', count: 26 }])).toBe('4 は 9 と誤認されやすい：誤り 37 枚のうち 26 枚');
  expect(
    drift('3', 22, [
      { name: '5', count: 8 },
      { name: '7', count: 7 },
    ]),
  ).toBe('3 は 5（8 枚）、7（7 枚）と誤認されやすい：誤り 22 枚のうち計 15 枚');
});
