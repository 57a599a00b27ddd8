import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import type { AxeResults } from 'axe-core';
import type { Browser, BrowserContextOptions, Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { findBrowser, launchBrowser } from '../helpers/browser.js';
import { runCli } from '../helpers/cli.js';

const path = findBrowser();
const axe = readFileSync(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8');

describe.skipIf(path === null)('the report in a real browser (skipped where there is no Chromium)', () => {
  const folder = mkdtempSync(join(tmpdir(), 'digitflow-'));
  const at = (language: string) => join(folder, `${language}.html`);
  let browser: Browser;

  beforeAll(async () => {
    for (const language of ['en', 'ja']) {
      const { exitCode } = await runCli(['report', '--out', at(language), '--lang', language]);
      expect(exitCode).toBe(0);
    }
    browser = await launchBrowser(path ?? '');
  }, 60_000);
  afterAll(async () => {
    await browser?.close();
    rmSync(folder, { recursive: true });
  });

  /** Opens the page as a reader would from disk; what it complains of and asks for is kept. */
  async function open(language: string, options: BrowserContextOptions = {}) {
    const page = await browser.newPage(options);
    const complaints: string[] = [];
    const requests: string[] = [];
    page.on('console', (message) => complaints.push(message.text()));
    page.on('pageerror', (error) => complaints.push(error.message));
    page.on('request', (request) => requests.push(request.url()));
    await page.goto(pathToFileURL(at(language)).href);
    return { page, complaints, requests: requests.filter((url) => !url.startsWith('data:')) };
  }

  /** By the debugger's hand: the page's own policy lets no script in. */
  async function violations(page: Page): Promise<string[]> {
    await page.evaluate(axe);
    const { violations: found } = await page.evaluate<AxeResults>(
      "axe.run(document, { runOnly: ['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'best-practice'] })",
    );
    return found.map(({ id, nodes }) => `${id}: ${nodes[0].html} ${nodes[0].failureSummary ?? ''}`);
  }

  test.each(['en', 'ja'])(
    'asks for nothing but itself, complains of nothing, and draws all of its images: %s',
    async (language) => {
      const { page, complaints, requests } = await open(language, { offline: true });
      expect(requests).toEqual([pathToFileURL(at(language)).href]);
      expect(complaints).toEqual([]);
      expect(await page.evaluate('document.documentElement.lang')).toBe(language);
      const widths = await page.evaluate<number[]>('[...document.images].map((image) => image.naturalWidth)');
      expect(widths.length).toBeGreaterThan(300);
      expect(new Set(widths)).toEqual(new Set([28]));
      await page.close();
    },
  );

  test.each(['light', 'dark'] as const)(
    'is accessible to all, with enough contrast: %s',
    async (colorScheme) => {
      const { page } = await open('en', { colorScheme });
      const background = await page.evaluate<string>('getComputedStyle(document.body).backgroundColor');
      expect(background).toBe(colorScheme === 'dark' ? 'rgb(21, 23, 26)' : 'rgb(253, 253, 252)');
      expect(await violations(page)).toEqual([]);
      await page.close();
    },
    60_000,
  );

  test('fits a phone: only what may scroll is wider', async () => {
    for (const language of ['en', 'ja']) {
      const { page } = await open(language, { viewport: { width: 360, height: 740 }, isMobile: true });
      expect(await page.evaluate('document.documentElement.scrollWidth')).toBe(360);
      await page.close();
    }
  });

  test('leads by keyboard from a cell of the matrix to its images and back', async () => {
    const { page } = await open('en');
    const here = () => page.evaluate<string>("document.activeElement?.getAttribute('href') ?? ''");
    let steps = 0;
    while ((await here()) !== '#cell-3-5' && steps++ < 200) await page.keyboard.press('Tab');
    await page.keyboard.press('Enter');
    expect(page.url()).toMatch(/#cell-3-5$/);
    const title = page.locator('#cell-3-5');
    await expect
      .poll(() => title.evaluate((element) => Math.abs(element.getBoundingClientRect().top) < 60))
      .toBe(true);
    await page.keyboard.press('Tab');
    expect(await here()).toBe('#matrix');
    await page.keyboard.press('Enter');
    expect(page.url()).toMatch(/#matrix$/);
    await page.close();
  });

  test('can be printed', async () => {
    const { page } = await open('ja');
    const pdf = await page.pdf({ format: 'A4' });
    expect(pdf.subarray(0, 5).toString()).toBe('%PDF-');
    await page.emulateMedia({ media: 'print' });
    expect(await page.locator('nav').isVisible()).toBe(false);
    await page.close();
  });
});
