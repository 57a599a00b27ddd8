import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { PNG } from 'pngjs';
import { beforeAll, describe, expect, test } from 'vitest';
import { type CompareResult, compare } from '../../pipelines/judging/compare.js';
import { comparisonPage } from '../../pipelines/judging/comparison-text.js';
import { openModel } from '../../src/inputs/models/open-model.js';
import { writeOwnNetwork } from '../../src/network/formats/safetensors/network-file.js';
import { findBrowser, launchBrowser, openPage, violations } from '../helpers/browser.js';
import { notJapanese } from '../helpers/japanese-page.js';
import { testImage } from '../helpers/mnist.js';
import { tempFile, tempFolder } from '../inputs/temp-folder.js';

const NETWORKS = ['sigmoid', 'relu'];
let two: CompareResult;
let three: CompareResult;

beforeAll(async () => {
  two = await compare({ networks: NETWORKS, workers: 0, examples: 6 });
  three = await compare({ networks: [...NETWORKS, 'sigmoid'], workers: 0, examples: 2, limit: 2000 });
});

/** A section of a page, by its id. */
function sectionOf(page: string, id: string): string {
  return new RegExp(`<h2 id="${id}">([\\s\\S]*?)</section>`).exec(page)?.[1] ?? '';
}

/** The text of the cells of each row of a section's table. */
function rowsOf(part: string): string[][] {
  return [...part.matchAll(/<tr>([\s\S]*?)<\/tr>/g)].map(([, row]) =>
    [...row.matchAll(/<t[hd][^>]*>(.*?)<\/t[hd]>/g)].map(([, cell]) => cell),
  );
}

describe('the page of a comparison', () => {
  test('begins with the answer, and has all numbers', async () => {
    const page = await comparisonPage(two);
    const answer = sectionOf(page, 'compared');
    expect(answer).toContain('+1.13 points');
    expect(answer).toContain('relu is better by 1.13 points (0.78 to 1.48); p &#60; 0.0001.');
    for (const { model } of two.comparison.networks) expect(answer).toContain(`title="${model.sha256}"`);
    expect(rowsOf(sectionOf(page, 'accuracies')).slice(1)).toEqual([
      ['A sigmoid', '96.41 %', '96.03 – 96.76 %', '359'],
      ['B relu', '97.54 %', '97.22 – 97.83 %', '246'],
    ]);
    expect(rowsOf(sectionOf(page, 'differences'))[1]).toEqual([
      ...['B less A', '1.13', '0.78 – 1.48', 'p &#60; 0.0001', '9,540', '214', '101', '145', '1,900'],
    ]);
    const { classes, pairs } = two.comparison;
    expect(rowsOf(sectionOf(page, 'classes')).slice(1)).toEqual(
      classes.map(({ name, support, recall }, index) => {
        const { onlyFirst, onlySecond } = pairs[0].classes[index];
        const shares = recall.map((share) => `${(100 * (share ?? 0)).toFixed(1)} %`);
        return [name, ...shares, `${onlyFirst}`, `${onlySecond}`, support.toLocaleString('en')];
      }),
    );
  });

  test('shows the images won and lost', async () => {
    const page = await comparisonPage(two);
    for (const [id, records] of [
      ['only-B-A', two.pairs[0].onlySecond],
      ['only-A-B', two.pairs[0].onlyFirst],
    ] as const) {
      const part = sectionOf(page, id);
      const shown = [...part.matchAll(/base64,([^"]+)"[^#]*#([\d,]+)</g)];
      expect(shown.map(([, , index]) => Number(index.replace(',', '')))).toEqual(
        records.map(({ index }) => index),
      );
      for (const [at, [, base64]] of shown.entries()) {
        const { data } = PNG.sync.read(Buffer.from(base64, 'base64'));
        const { index } = records[at];
        expect(Buffer.from(data.filter((_, i) => i % 4 === 0))).toEqual(Buffer.from(testImage(index)));
      }
    }
  });

  test('of several networks shows each pair, and the images of the best one and each other', async () => {
    const page = await comparisonPage(three);
    expect(
      rowsOf(sectionOf(page, 'differences'))
        .slice(1)
        .map(([pair]) => pair),
    ).toEqual([...['B less A', 'C less A', 'C less B']]);
    const ids = [...page.matchAll(/<h2 id="(only[^"]*)"/g)].map(([, id]) => id);
    expect(ids).toEqual(['only-B-A', 'only-A-B', 'only-C-B', 'only-B-C']);
  });

  test('has the same bytes whatever threads and batches there are', async () => {
    const other = await compare({ networks: NETWORKS, workers: 2, batchSize: 333, examples: 6 });
    expect(await comparisonPage(other)).toBe(await comparisonPage(two));
  });

  test('says all of it in Japanese, but for names and numbers', async () => {
    for (const result of [two, three]) {
      const page = await comparisonPage(result, 'ja');
      expect(page).toContain('<html lang="ja">');
      expect(notJapanese(page)).toEqual([]);
    }
    const page = await comparisonPage(two, 'ja');
    expect(sectionOf(page, 'compared')).toContain(
      'relu のほうが 1.13 ポイント優れています（0.78～1.48、p &#60; 0.0001）。',
    );
  });

  test('names are text, whatever they are made of', async () => {
    const model = await tempFile(writeOwnNetwork(openModel('relu').network), '<b>&"\'.bin');
    const page = await comparisonPage(await compare({ networks: ['relu', model], limit: 10 }));
    expect(page).not.toContain('<b>');
    expect(page).toContain('&#60;b&#62;&#38;&#34;&#39;.bin');
  });

  test('says that there was nothing to compare, and no more', async () => {
    const page = await comparisonPage(await compare({ networks: NETWORKS, limit: 0 }));
    expect(sectionOf(page, 'compared')).toContain('No image was compared.');
    expect(page.match(/<section/g)).toHaveLength(1);
  });
});

const browser = findBrowser();

describe.skipIf(browser === null)('the page in a real browser (skipped where there is no Chromium)', () => {
  test.each([
    ['en', 'light'],
    ['en', 'dark'],
    ['ja', 'light'],
  ] as const)(
    'is accessible to all, asks for nothing, and fits a phone: %s, %s',
    async (language, colorScheme) => {
      const path = join(await tempFolder(), 'page.html');
      writeFileSync(path, await comparisonPage(three, language));
      const chromium = await launchBrowser(browser ?? '');
      const { page, complaints, requests } = await openPage(chromium, path, {
        ...{ offline: true, colorScheme, isMobile: true, viewport: { width: 360, height: 740 } },
      });
      expect(complaints).toEqual([]);
      expect(requests).toHaveLength(1);
      expect(await violations(page)).toEqual([]);
      expect(await page.evaluate('document.documentElement.scrollWidth')).toBe(360);
      await page.close();
    },
    60_000,
  );
});
