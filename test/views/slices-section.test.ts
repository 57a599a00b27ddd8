import { expect, test } from 'vitest';
import { report } from '../../pipelines/report.js';
import { testRow } from '../helpers/csv.js';

const COUNT = 300;
const places = ['<b>"north"</b> & co', '', ...Array.from({ length: 30 }, (_, i) => `place ${i}`)];
const header = `place,label,${Array.from({ length: 784 }, (_, i) => `pixel${i}`)}`;
const rows = Array.from({ length: COUNT }, (_, i) => {
  return `"${places[i % places.length].replaceAll('"', '""')}",${testRow(i)}`;
});
const images = Buffer.from([header, ...rows].join('\n'));

/** What stands between the title of the slices and the next section. */
function sectionOf(page: string): string {
  return /<section aria-labelledby="slices">[\s\S]*?<\/section>/.exec(page)?.[0] ?? '';
}

test('a report has a section of its slices, in which a value is text', async () => {
  const { html } = await report({ images, workers: 0, slices: ['place', 'thickness'] });
  expect(html).toContain('<a href="#slices">Which images are read worse</a>');
  const section = sectionOf(html);
  expect(section.match(/<h3>[^<]*<\/h3>/g)).toEqual(['<h3>By place</h3>', '<h3>By thickness</h3>']);
  expect(section).toContain('The weakest 25 of 32 values.');
  expect(section.match(/<svg /g)).toHaveLength(2);
  expect(section).not.toContain('<b>');
  expect(section).toMatch(/<th scope="row" class="name">2 to 2\.5 px<\/th><td>\d+<\/td><td>[\d.]+ %<\/td>/);
  expect((await report({ images, workers: 2, slices: ['place', 'thickness'] })).html).toBe(html);
});

test('in Japanese, too', async () => {
  const { html } = await report({ images, workers: 0, slices: ['thickness', 'label'], language: 'ja' });
  const section = sectionOf(html);
  expect(section).toContain('<h3>線の太さ別</h3>');
  expect(section).toContain('<h3>label 別</h3>');
  expect(section).toContain('2～2.5 px');
  expect(section).not.toMatch(/under|from|few/);
});

test('a report without slices says nothing of them', async () => {
  const { html } = await report({ images, workers: 0 });
  expect(html).not.toMatch(/slices|By place/);
});
