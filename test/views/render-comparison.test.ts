import { beforeAll, describe, expect, test } from 'vitest';
import { type CompareResult, compare } from '../../pipelines/judging/compare.js';
import { type ComparisonFormat, comparisonText } from '../../pipelines/judging/comparison-text.js';
import { openModel } from '../../src/inputs/models/open-model.js';
import { displayWidth } from '../../src/views/terminal/text-layout.js';

const PLAIN = { color: 0, width: 80, unicode: true } as const;
let two: CompareResult;
let three: CompareResult;

beforeAll(async () => {
  const relu = openModel('relu');
  const other = { ...relu.network, normalization: { ...relu.network.normalization, offset: 0.125 } };
  two = await compare({ networks: ['sigmoid', 'relu'], examples: 3 });
  three = await compare({
    networks: ['sigmoid', 'relu', { model: { ...relu, network: other } }],
    examples: 2,
    limit: 1000,
  });
});

/** A comparison in a format, less how long it took. */
async function textOf(
  result: CompareResult,
  format: ComparisonFormat,
  options: { width?: number; unicode?: boolean } = {},
) {
  const text = await comparisonText(result, format, { ...PLAIN, ...options });
  return text.replace(/^speed.*\n/m, '').replace(/^seconds,.*\n/m, '');
}

describe('a comparison in a terminal', () => {
  test('says what was compared, and all numbers', async () => {
    const [text] = (await textOf(two, 'table')).split('Only B is right');
    expect(text).toBe(`relu is better by 1.13 points (0.78 to 1.48); p < 0.0001.

data         MNIST test set, 10,000 images, sha256 0fa7898d5092
input        28 × 28 pixels, scale=1/255

A            sigmoid, 784-16-16-10 sigmoid, sha256 c60180c7d748
             96.41 % (95 % interval 96.03 to 96.76 %), 359 of 10,000 wrong
B            relu, 784-16-16-10 relu-relu-softmax, sha256 6bb1e9186676
             97.54 % (95 % interval 97.22 to 97.83 %), 246 of 10,000 wrong

Difference
95 % interval by Newcombe; p by McNemar's exact test
p: how often networks that are equally good would differ so much

B less A     1.13 points (0.78 to 1.48), p < 0.0001
             9,540 both right, 101 only A, 214 only B, 145 both wrong

Classes  how many of each are right

class       A       B  only A  only B  support
0      98.4 %  99.0 %       4      10      980
1      98.7 %  99.0 %       4       8    1,135
2      97.2 %  97.9 %       7      14    1,032
3      95.0 %  97.8 %      10      39    1,010
4      96.8 %  96.2 %      21      15      982
5      95.5 %  96.9 %      14      26      892
6      97.3 %  98.1 %       6      14      958
7      96.5 %  97.6 %      10      21    1,028
8      94.4 %  96.5 %      11      32      974
9      94.1 %  96.1 %      14      35    1,009

`);
  });

  test('shows what only one of them reads right, with what the other says', async () => {
    const text = await textOf(two, 'table');
    const [, ofSecond, ofFirst] = text.split(/^Only [AB] is right: /m);
    expect(ofSecond).toMatch(
      /^214 images\n.*what A says.*\n[\s\S]*#1260 +#3821 +#3985\n7 → 1 {2}99 % +9 → 4 {2}99 % +9 → 4 {2}99 %\n/,
    );
    expect(ofFirst).toMatch(/^101 images\n.*what B says/);
  });

  test('of several tells each pair, what each sees, and shows the best two', async () => {
    const text = await textOf(three, 'table');
    expect(text).toContain("p by McNemar's exact test, adjusted by Holm");
    expect(text.match(/^[ABC] less [ABC]/gm)).toEqual(['B less A', 'C less A', 'C less B']);
    expect(text).toContain('scale=1/255,offset=0.125');
    expect(text).toContain('Partial: the input was not read to its end; 1,000 images count.\n');
    expect(text).toMatch(/^class +A +B +C +support$/m);
  });

  test.each([80, 60, 40])('fits %i columns, with and without Unicode', async (width) => {
    for (const result of [two, three]) {
      for (const unicode of [true, false]) {
        const text = await textOf(result, 'table', { width, unicode });
        for (const line of text.split('\n')) expect(displayWidth(line)).toBeLessThanOrEqual(width);
        expect(/^[\0-\x7f]*$/.test(text)).toBe(!unicode);
      }
    }
  });

  test('names the way to the columns that do not fit', async () => {
    expect(await textOf(two, 'table', { width: 40 })).toContain('only A, only B: --format csv has these');
    const text = await textOf(two, 'table', { width: 25 });
    expect(text.replace(/\s+/g, ' ')).toContain(
      'These columns do not fit here; --format csv has all of them.',
    );
  });
});

describe('a comparison as data', () => {
  test('CSV has a number a row, under the letters of the networks', async () => {
    const lines = (await textOf(two, 'csv')).trimEnd().split('\n');
    const { networks, pairs, classes } = two.comparison;
    expect(lines).toHaveLength(1 + 1 + 2 * (4 + 3 * 10) + 10 + 4 * 10);
    expect(lines).toEqual(
      expect.arrayContaining([
        'metric,first,second,class,value',
        'images,,,,10000',
        `accuracy,B,,,${networks[1].accuracy}`,
        `recall,A,,3,${classes[3].recall[0]}`,
        `difference,A,B,,${pairs[0].difference}`,
        `p,A,B,,${pairs[0].test.p}`,
        'only_first_right,A,B,,101',
        'only_second_right,A,B,4,15',
      ]),
    );
  });

  test('Markdown has the answer and three tables', async () => {
    const text = await textOf(three, 'markdown');
    expect(text.split('\n')[2]).toBe(`${three.comparison.answer.replace('<', '&#60;')}.`);
    expect(text.match(/^## .*/gm)).toEqual(['## Networks', '## Differences', '## Classes']);
    expect(text.match(/^\| (\w+ less \w+|\w) \|/gm)).toHaveLength(3 + 3 + 10);
    expect(text).toContain('**Partial:**');
  });

  test('JSON is the comparison itself', async () => {
    expect(JSON.parse(await comparisonText(two, 'json', PLAIN))).toEqual(
      JSON.parse(JSON.stringify(two.comparison)),
    );
  });
});
