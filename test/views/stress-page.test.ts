import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { beforeAll, describe, expect, test } from 'vitest';
import { type StressResult, stress } from '../../pipelines/judging/stress.js';
import { stressPageText } from '../../pipelines/judging/stress-text.js';
import { openModel } from '../../src/inputs/models/open-model.js';
import { writeOwnNetwork } from '../../src/network/formats/safetensors/network-file.js';
import { findBrowser, launchBrowser, openPage, violations } from '../helpers/browser.js';
import { notJapanese } from '../helpers/japanese-page.js';
import { tempFile, tempFolder } from '../inputs/temp-folder.js';

let result: StressResult;

beforeAll(async () => {
  result = await stress({ limit: 60, flips: 4, workers: 0 });
});

describe('the page of a stress test', () => {
  test('has the mean, a curve for each corruption, what it looks like, and the flips', async () => {
    const page = await stressPageText(result);
    const { report } = result;
    expect(page).toContain(`<p class="figure">${(100 * (report.mean ?? 0)).toFixed(1)} %</p>`);
    for (const { name, points } of report.corruptions) {
      const shares = points.map(({ accuracy }) => `${(100 * (accuracy ?? 0)).toFixed(1)} %`).join(', ');
      expect(page).toContain(`aria-label="${name}: ${shares}"`);
      for (const { strength } of points) expect(page).toContain(`alt="${name} ${strength}"`);
    }
    expect(page.match(/<figure><div class="pair">/g)).toHaveLength(4);
    for (const { index, verdict, becomes } of result.flips) {
      expect(page).toContain(`#${index}: ${verdict} → ${becomes}`);
    }
    expect(page).not.toMatch(/NaN|undefined|Infinity/);
  });

  test('has the same bytes whatever threads there are', async () => {
    const other = await stress({ limit: 60, flips: 4, workers: 2 });
    expect(await stressPageText(other)).toBe(await stressPageText(result));
  });

  test('says all of it in Japanese, but for names and numbers', async () => {
    const page = await stressPageText(result, 'ja');
    expect(page).toContain('<html lang="ja">');
    expect(notJapanese(page)).toEqual([]);
  });

  test('shows only what was tried, and says that there was nothing', async () => {
    const few = await stress({ limit: 20, workers: 0, corruptions: ['noise'] });
    const page = await stressPageText(few);
    expect(page.match(/class="curve"/g)).toHaveLength(1);
    expect(page).not.toContain('id="flips"');
    const none = await stressPageText(await stress({ limit: 0, workers: 0, flips: 2 }));
    expect(none.match(/<section/g)).toHaveLength(1);
    expect(none).not.toMatch(/NaN|undefined/);
  });

  test('names are text, whatever they are made of', async () => {
    const model = await tempFile(writeOwnNetwork(openModel('relu').network), '<b>&"\'.bin');
    const page = await stressPageText(await stress({ model, limit: 5, workers: 0, corruptions: [] }));
    expect(page).not.toContain('<b>');
    expect(page).toContain('&#60;b&#62;&#38;&#34;&#39;.bin');
  });
});

const browser = findBrowser();

describe.skipIf(browser === null)('the page in a real browser (skipped where there is no Chromium)', () => {
  test.each([
    ['en', 'light'],
    ['ja', 'dark'],
  ] as const)(
    'is accessible to all, asks for nothing, and fits a phone: %s, %s',
    async (language, colorScheme) => {
      const path = join(await tempFolder(), 'page.html');
      writeFileSync(path, await stressPageText(result, language));
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
