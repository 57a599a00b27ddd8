import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import type { Browser, BrowserContextOptions } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { report } from '../../pipelines/report.js';
import { writeOwnNetwork } from '../../src/network/formats/safetensors/network-file.js';
import { closePages, findBrowser, launchBrowser, openPage, violations } from '../helpers/browser.js';
import { randomNetwork, randomPixels } from '../helpers/random-network.js';
import { runShared } from '../helpers/shared-cli.js';

const path = findBrowser();

describe.skipIf(path === null)('the report in a real browser (skipped where there is no Chromium)', () => {
  const folder = mkdtempSync(join(tmpdir(), 'digitflow-'));
  const at = (language: string) => join(folder, `${language}.html`);
  let browser: Browser;

  beforeAll(async () => {
    for (const language of ['en', 'ja']) {
      const { exitCode } = await runShared([
        'report',
        '--out',
        at(language),
        '--lang',
        language,
        '--slice',
        'slant',
      ]);
      expect(exitCode).toBe(0);
    }
    browser = await launchBrowser(path ?? '');
  }, 60_000);
  afterAll(async () => {
    await closePages(browser);
    rmSync(folder, { recursive: true });
  });

  const open = (language: string, options?: BrowserContextOptions) =>
    openPage(browser, at(language), options);

  test.each(['en', 'ja'])(
    'asks for nothing but itself, complains of nothing, and draws all of its images: %s',
    async (language) => {
      const { page, complaints, requests } = await open(language, { offline: true });
      expect(requests).toEqual([pathToFileURL(at(language)).href]);
      expect(complaints).toEqual([]);
      expect(await page.evaluate('document.documentElement.lang')).toBe(language);
      const widths = await page.evaluate<number[]>('[...document.images].map((image) => image.naturalWidth)');
      expect(widths.length).toBeGreaterThan(300);
      // And the ramp of the colours.
      expect(new Set(widths)).toEqual(new Set([28, 121]));
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

  test('shows all ten columns of the matrix on a phone, and the names of its rows however far it is scrolled', async () => {
    for (const language of ['en', 'ja']) {
      const { page } = await open(language, { viewport: { width: 390, height: 800 }, isMobile: true });
      expect(await page.evaluate('document.documentElement.scrollWidth')).toBe(390);
      const box = page.locator('.scroll:has(.matrix)');
      const last = await page.locator('.matrix thead th:nth-child(11)').boundingBox();
      expect((last?.x ?? 0) + (last?.width ?? 0)).toBeLessThanOrEqual(390);
      // What is pressed is at least as large as a finger needs (WCAG 2.5.8).
      const target = await page.locator('.matrix a').first().boundingBox();
      expect(Math.min(target?.width ?? 0, target?.height ?? 0)).toBeGreaterThanOrEqual(24);
      await page.setViewportSize({ width: 240, height: 800 });
      const name = page.locator('.matrix tbody th').first();
      const before = await name.boundingBox();
      await box.evaluate((element) => element.scrollBy(80, 0));
      expect(await box.evaluate((element) => element.scrollLeft)).toBe(80);
      expect((await name.boundingBox())?.x).toBe(before?.x);
      await page.close();
    }
  });

  test('fits a phone with classes of long names, which stay words', async () => {
    const network = randomNetwork({
      seed: 3,
      height: 5,
      width: 4,
      outputs: [6, 12],
      hidden: 'relu',
      last: 'softmax',
    });
    const classes = network.classes.map((_, k) => `Ankle boot or sandal number ${k} of all`);
    const model = join(folder, 'long.safetensors');
    writeFileSync(model, writeOwnNetwork({ ...network, classes }));
    const all = randomPixels(5, 240 * 20, 0.5);
    const rows = Array.from({ length: 240 }, (_, i) =>
      [i % 12, ...all.subarray(i * 20, (i + 1) * 20)].join(),
    );
    const reading = { label: 'first', header: false, scale: 255 } as const;
    const { html } = await report({ images: Buffer.from(rows.join('\n')), model, reading, workers: 0 });
    writeFileSync(at('long'), html);
    const { page } = await open('long', { viewport: { width: 360, height: 740 }, isMobile: true });
    expect(await page.evaluate('document.documentElement.scrollWidth')).toBe(360);
    const name = await page.locator('.matrix tbody th').first().boundingBox();
    // No column of letters.
    expect(name?.width).toBeGreaterThan(36);
    expect(name?.height).toBeLessThan(140);
    await page.close();
  });

  test('leads by keyboard from a cell of the matrix to its images and back', async () => {
    const { page } = await open('en');
    const here = () => page.evaluate<string>("document.activeElement?.getAttribute('href') ?? ''");
    let steps = 0;
    while ((await here()) !== '#cell-3-5' && steps++ < 200) await page.keyboard.press('Tab');
    await page.keyboard.press('Enter');
    expect(page.url()).toMatch(/#cell-3-5$/);
    const title = page.locator('#cell-3-5');
    // Its row was folded, and no other one opens.
    expect(await page.locator('.cells[open]').count()).toBe(1);
    await expect
      .poll(() => title.evaluate((element) => Math.abs(element.getBoundingClientRect().top) < 60))
      .toBe(true);
    await page.keyboard.press('Tab');
    expect(await here()).toBe('#matrix');
    await page.keyboard.press('Enter');
    expect(page.url()).toMatch(/#matrix$/);
    await page.close();
  });

  test('lights one network at a time, on black in both schemes, chosen by keyboard', async () => {
    for (const colorScheme of ['light', 'dark'] as const) {
      const { page } = await open('en', { colorScheme });
      const shown = page.locator('.way:visible');
      expect(await shown.count()).toBe(1);
      const background = await page.evaluate<string>(
        "getComputedStyle(document.querySelector('.stage')).backgroundColor",
      );
      expect(background).toBe('rgb(11, 12, 15)');
      const before = await shown.textContent();
      await page.locator('#way-0').focus();
      await page.keyboard.press('ArrowLeft');
      // From the first to the last: the mistake.
      expect(await shown.count()).toBe(1);
      expect(await shown.textContent()).not.toBe(before);
      expect(await shown.locator('.truth').count()).toBe(1);
      await page.close();
    }
  });

  test.each(['en', 'ja'])('a lit network can be read on a phone: %s', async (language) => {
    const { page } = await open(language, { viewport: { width: 390, height: 800 }, isMobile: true });
    const read = await page.evaluate<{ size: number; isWithin: boolean; apart: number }[]>(`
      [...document.querySelectorAll('.way')].flatMap((way) => {
        way.style.display = 'grid';
        const svg = way.querySelector('svg');
        const frame = svg.getBoundingClientRect();
        const scale = frame.width / svg.viewBox.baseVal.width;
        const boxes = [...svg.querySelectorAll('text')].map((text) => [text, text.getBoundingClientRect()]);
        return boxes.map(([text, box]) => ({
          size: scale * parseFloat(getComputedStyle(text).fontSize),
          isWithin: box.left >= frame.left && box.right <= frame.right && box.top >= frame.top && box.bottom <= frame.bottom,
          apart: boxes.filter(([, other]) => other !== box && other.left < box.right && box.left < other.right && other.top < box.bottom - 1 && box.top < other.bottom - 1).length,
        }));
      })`);
    expect(read.length).toBeGreaterThan(11 * 16);
    expect(Math.min(...read.map(({ size }) => size))).toBeGreaterThan(10.5);
    expect(read.filter(({ isWithin, apart }) => !isWithin || apart > 0)).toEqual([]);
    await page.close();
  });

  test('can be printed: on few pages, what was evaluated unfolded, images of cells where they were opened', async () => {
    const { page } = await open('ja');
    const pagesOf = async () => {
      const pdf = await page.pdf({ format: 'A4', preferCSSPageSize: true });
      expect(pdf.subarray(0, 5).toString()).toBe('%PDF-');
      return pdf.toString('latin1').match(/\/Type \/Page\b/g)?.length ?? 0;
    };
    const folded = await pagesOf();
    expect(folded).toBeGreaterThan(3);
    expect(folded).toBeLessThanOrEqual(9);
    await page.emulateMedia({ media: 'print' });
    expect(await page.locator('nav').isVisible()).toBe(false);
    expect(await page.locator('#cells').isVisible()).toBe(false);
    expect(await page.locator('.always dl').evaluate((list) => list.checkVisibility())).toBe(true);
    const torn = await page.evaluate<string[]>(`
      [...document.querySelectorAll('figure, svg, tr, .columns > *')]
        .filter((element) => getComputedStyle(element).breakInside !== 'avoid').map(({ tagName }) => tagName)`);
    expect(torn).toEqual([]);
    await page
      .locator('.cells')
      .first()
      .evaluate((row) => row.setAttribute('open', ''));
    expect(await page.locator('#cells').isVisible()).toBe(true);
    expect(await page.locator('#cell-0-0').isVisible()).toBe(true);
    expect(await pagesOf()).toBeGreaterThan(folded);
    await page.close();
  });
});
