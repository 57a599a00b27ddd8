import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Browser, Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { closePages, findBrowser, launchBrowser, openPage, violations } from '../helpers/browser.js';
import { draw, outputs, press, strokesOf } from '../helpers/draw-page.js';
import { testPixels } from '../helpers/mnist.js';
import { runShared } from '../helpers/shared-cli.js';

const path = findBrowser();
const WAIT = { timeout: 15_000 };
const PHONE = { width: 360, height: 780 };
/** What has one name in all languages: formats, functions, keys, and what is typed into a shell. */
const NAMES =
  /MNIST|PNG|CSV|ReLU|relu|sigmoid|σ|digitflow|look digit drawing\.png|evaluate drawings\.csv|--as-is|--model|English|Enter|Shift|Tab|Delete/g;

/** Everything that can be pressed, dragged, chosen or typed in, but what is hidden. */
const TARGETS = `[...document.querySelectorAll('button, select, input, a, [tabindex]')].filter((one) => one.checkVisibility())`;

describe.skipIf(path === null)('the page to draw on is for everyone (skipped without Chromium)', () => {
  const folder = mkdtempSync(join(tmpdir(), 'digitflow-'));
  const file = join(folder, 'draw.html');
  const digit = testPixels().subarray(0, 784);
  let browser: Browser;

  beforeAll(async () => {
    expect((await runShared(['draw', '--out', file])).exitCode).toBe(0);
    browser = await launchBrowser(path ?? '');
  }, 60_000);
  afterAll(async () => {
    await closePages(browser);
    rmSync(folder, { recursive: true });
  });

  /** How much ink the pad has, and where its middle is, in pixels of the pad. */
  function ink(page: Page): Promise<{ count: number; y: number; x: number }> {
    return page.evaluate(`{
      const pad = document.querySelector('#pad');
      const copy = new OffscreenCanvas(pad.width, pad.height).getContext('2d');
      copy.drawImage(pad, 0, 0);
      const lit = [...copy.getImageData(0, 0, pad.width, pad.height).data.filter((_, i) => i % 4 === 0).entries()].filter(([, v]) => v > 100);
      const mean = (of) => lit.reduce((sum, [i]) => sum + of(i), 0) / lit.length;
      ({ count: lit.length, y: mean((i) => Math.floor(i / pad.width)), x: mean((i) => i % pad.width) });
    }`);
  }

  /** Draws, asks, changes, collects, and opens all that can be opened. */
  async function useAll(page: Page): Promise<void> {
    await page.evaluate(
      "for (const part of document.querySelectorAll('#more > *')) part.style.contentVisibility = 'visible'",
    );
    await draw(page, strokesOf(digit));
    await outputs(page);
    for (const selector of ['#addrow', '#n2\\:3', '#silence', '#n1\\:3', '#askwhy', '#implant', '#unroll']) {
      await press(page, selector);
      await outputs(page);
    }
    await expect.poll(() => page.locator('#heat').isVisible(), WAIT).toBe(true);
    await page.locator('#frame').fill('0');
    await page.evaluate("Object.defineProperty(navigator, 'clipboard', { value: undefined })");
    await press(page, '#copylink');
    await expect.poll(() => page.locator('#link').isVisible(), WAIT).toBe(true);
    await expect.poll(() => page.locator('#samplesays').textContent(), WAIT).not.toMatch(/\b0\b/);
  }

  test.each([
    ['en', 'light'],
    ['ja', 'dark'],
  ] as const)(
    'on a phone all can be tapped and read, with everything open: %s, %s',
    async (language, colorScheme) => {
      const { page, complaints } = await openPage(browser, file, { viewport: PHONE, colorScheme });
      await press(page, `[data-language=${language}]`);
      await useAll(page);
      const small = await page.evaluate(`${TARGETS}
      .map((one) => [one.outerHTML.slice(0, 80), one.getBoundingClientRect()])
      .filter(([, { width, height }]) => width < 43.99 || height < 43.99)
      .map(([name, { width, height }]) => [name, width, height].join(' '))`);
      expect(small).toEqual([]);
      expect(await page.evaluate('document.documentElement.scrollWidth')).toBe(PHONE.width);
      const fine = await page.evaluate(`{
      const found = [];
      const walk = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
      for (let text = walk.nextNode(); text !== null; text = walk.nextNode()) {
        const { parentElement: holder, nodeValue } = text;
        if (nodeValue.trim() === '' || !holder.checkVisibility()) continue;
        if (parseFloat(getComputedStyle(holder).fontSize) < 11) found.push(nodeValue);
      }
      found;
    }`);
      expect(fine).toEqual([]);
      expect(await violations(page)).toEqual([]);
      expect(complaints).toEqual([]);
      await page.close();
    },
    60_000,
  );

  test('the targets of neurons do not lie over each other on a phone', async () => {
    const { page } = await openPage(browser, file, { viewport: PHONE });
    const overlaps = await page.evaluate(`{
      const boxes = [...document.querySelectorAll('#neurons button')].map((one) => one.getBoundingClientRect());
      boxes.flatMap((a, i) => boxes.slice(i + 1).filter((b) =>
        Math.min(a.right, b.right) - Math.max(a.left, b.left) > 0.1 && Math.min(a.bottom, b.bottom) - Math.max(a.top, b.top) > 0.1)).length;
    }`);
    expect(overlaps).toBe(0);
    await page.close();
  });

  test('in Japanese no English is left but names: texts, labels, titles, what is told, and links that cannot be opened', async () => {
    const { page } = await openPage(browser, file);
    await press(page, '[data-language=ja]');
    await outputs(page);
    const english = async () => {
      const texts = await page.evaluate<string[]>(`{
        const found = [document.title];
        const walk = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
        for (let text = walk.nextNode(); text !== null; text = walk.nextNode()) {
          if (text.parentElement.tagName !== 'SCRIPT') found.push(text.nodeValue);
        }
        for (const one of document.querySelectorAll('*')) {
          for (const name of ['aria-label', 'aria-valuetext', 'title', 'alt', 'placeholder']) {
            if (one.hasAttribute(name)) found.push(one.getAttribute(name));
          }
        }
        found;
      }`);
      return [...new Set(texts)].filter((text) => /[A-Za-z]{2,}/.test(text.replace(NAMES, '')));
    };
    await expect.poll(english, WAIT).toEqual([]);
    await useAll(page);
    await expect.poll(english, WAIT).toEqual([]);
    for (const choice of [
      '[data-placement=drawn]',
      '[data-brush=raise]',
      '#play',
      '#networks button + button',
      '#clear',
    ]) {
      await press(page, choice);
      await outputs(page);
      await expect.poll(english, WAIT).toEqual([]);
    }
    for (const link of ['1broken', '2AAAAAAAAAAAA', '1AAAAAAAAAAAA']) {
      await page.evaluate(`location.hash = '${link}'`);
      await expect.poll(() => page.locator('#note').isVisible(), WAIT).toBe(true);
      await expect.poll(english, WAIT).toEqual([]);
    }
    await page.close();
  }, 60_000);

  test('keys reach all that can be pressed, and the other parts work by them', async () => {
    const { page, complaints } = await openPage(browser, file);
    await useAll(page);
    const wanted = await page.evaluate<string[]>(`{
      const stops = ${TARGETS}.filter((one) => one.tabIndex >= 0 && !one.disabled);
      stops.map((one, i) => (one.dataset.stop = String(i)));
    }`);
    await page.evaluate('document.activeElement.blur()');
    const reached = new Set<string>();
    for (let i = 0; i < wanted.length + 5; i++) {
      await page.keyboard.press('Tab');
      reached.add(await page.evaluate<string>("document.activeElement?.dataset.stop ?? ''"));
    }
    // What is asked about changes on the way: there may be nothing to reset then, and another link.
    const left = await page.evaluate<string[]>(
      `${TARGETS}.filter((one) => one.tabIndex >= 0 && !one.disabled).map(({ dataset }) => dataset.stop)`,
    );
    expect(wanted.length).toBeGreaterThan(50);
    expect(left.filter((stop) => !reached.has(stop))).toEqual([]);
    const says = (selector: string) => page.locator(selector).textContent();
    const presses = async (selector: string, ...keys: string[]) => {
      await page.locator(selector).focus();
      for (const key of keys) await page.keyboard.press(key);
    };
    const bias = await says('#regionbias');
    await presses('#biasknob', 'ArrowRight');
    await expect.poll(() => says('#regionbias'), WAIT).not.toBe(bias);
    const region = await says('#regionsays');
    await presses('#region', 'ArrowDown', 'Shift+ArrowRight');
    await expect.poll(() => says('#regionsays'), WAIT).not.toBe(region);
    await presses('#addrow', 'Enter');
    await expect.poll(() => page.locator('#rows li').count(), WAIT).toBe(2);
    await presses('#rows li:first-child button', 'Enter');
    await expect.poll(() => page.locator('#rows li').count(), WAIT).toBe(1);
    await presses('#whyclass', 'ArrowDown', 'ArrowDown');
    await expect.poll(() => page.locator('#heat').getAttribute('data-target'), WAIT).toBe('1');
    await presses('#unroll', 'Enter');
    await expect.poll(() => page.locator('#unroll').getAttribute('aria-pressed'), WAIT).toBe('false');
    await presses('#resetall', 'Enter');
    await expect.poll(() => says('#changed'), WAIT).toMatch(/^0 of/);
    expect(complaints).toEqual([]);
    await page.close();
  }, 60_000);

  test('a finger draws without scrolling, and a pen is as wide as it is pressed', async () => {
    const { page, complaints } = await openPage(browser, file, { viewport: PHONE, hasTouch: true });
    const debug = await page.context().newCDPSession(page);
    const box = await page.locator('#pad').boundingBox();
    if (box === null) throw new Error('there is no pad');
    const x = box.x + box.width / 2;
    const at = (share: number) => [{ x, y: box.y + share * box.height }];
    await debug.send('Input.dispatchTouchEvent', { type: 'touchStart', touchPoints: at(0.75) });
    for (let share = 0.7; share > 0.2; share -= 0.05) {
      await debug.send('Input.dispatchTouchEvent', { type: 'touchMove', touchPoints: at(share) });
    }
    await debug.send('Input.dispatchTouchEvent', { type: 'touchEnd', touchPoints: [] });
    await expect.poll(() => page.locator('#verdict').textContent(), WAIT).toMatch(/1, \d+ %$/);
    expect(await page.evaluate('scrollY')).toBe(0);
    const widths: number[] = [];
    for (const force of [0.1, 1]) {
      await press(page, '#clear');
      const pen = { button: 'left', pointerType: 'pen', force, x } as const;
      await debug.send('Input.dispatchMouseEvent', {
        ...pen,
        type: 'mousePressed',
        y: box.y + 60,
        clickCount: 1,
      });
      await debug.send('Input.dispatchMouseEvent', {
        ...pen,
        type: 'mouseMoved',
        y: box.y + 200,
        buttons: 1,
      });
      await debug.send('Input.dispatchMouseEvent', { ...pen, type: 'mouseReleased', y: box.y + 200 });
      await outputs(page);
      widths.push((await ink(page)).count);
    }
    expect(widths[0]).toBeGreaterThan(0);
    expect(widths[1]).toBeGreaterThan(1.5 * widths[0]);
    expect(complaints).toEqual([]);
    await page.close();
  }, 60_000);

  test('ink is taken away, moved by pointer and by keys, and brought back step by step', async () => {
    const { page, complaints } = await openPage(browser, file);
    const box = await page.locator('#pad').boundingBox();
    if (box === null) throw new Error('there is no pad');
    const drag = async (tool: string, from: readonly [number, number], to: readonly [number, number]) => {
      await press(page, `[data-tool=${tool}]`);
      await page.mouse.move(box.x + from[0] * box.width, box.y + from[1] * box.height);
      await page.mouse.down();
      await page.mouse.move(box.x + to[0] * box.width, box.y + to[1] * box.height, { steps: 4 });
      await page.mouse.up();
      await outputs(page);
      return ink(page);
    };
    const drawn = await drag('draw', [0.5, 0.2], [0.5, 0.7]);
    const erased = await drag('erase', [0.3, 0.3], [0.7, 0.3]);
    expect(erased.count).toBeLessThan(drawn.count);
    const moved = await drag('move', [0.5, 0.5], [0.6, 0.6]);
    expect(moved.count).toBe(erased.count);
    expect([moved.x - erased.x, moved.y - erased.y].map((by) => Math.abs(by - 14) <= 1)).toEqual([
      true,
      true,
    ]);
    await page.locator('#pad').focus();
    await page.keyboard.press('ArrowLeft');
    await page.keyboard.press('ArrowUp');
    await outputs(page);
    const walked = await ink(page);
    expect([walked.x, walked.y]).toEqual([moved.x - 5, moved.y - 5].map((place) => expect.closeTo(place, 6)));
    await press(page, '#clear');
    await outputs(page);
    expect((await ink(page)).count).toBe(0);
    // The clearing, two steps, one move and one wiping.
    for (let i = 0; i < 5; i++) await press(page, '#undo');
    await outputs(page);
    expect(await ink(page)).toEqual(drawn);
    await press(page, '#undo');
    await outputs(page);
    expect((await ink(page)).count).toBe(0);
    expect(await page.locator('#undo').isDisabled()).toBe(true);
    expect(complaints).toEqual([]);
    await page.close();
  }, 60_000);

  test('a second finger draws nothing', async () => {
    const { page } = await openPage(browser, file, { viewport: PHONE, hasTouch: true });
    const debug = await page.context().newCDPSession(page);
    const box = await page.locator('#pad').boundingBox();
    if (box === null) throw new Error('there is no pad');
    const at = (id: number, x: number, y: number) => ({
      id,
      x: box.x + x * box.width,
      y: box.y + y * box.height,
    });
    const touch = async (
      type: 'touchStart' | 'touchMove' | 'touchEnd',
      ...touchPoints: ReturnType<typeof at>[]
    ) => {
      await debug.send('Input.dispatchTouchEvent', { type, touchPoints });
    };
    await touch('touchStart', at(1, 0.3, 0.2));
    await touch('touchStart', at(1, 0.3, 0.2), at(2, 0.8, 0.2));
    await touch('touchMove', at(1, 0.3, 0.8), at(2, 0.8, 0.8));
    await touch('touchEnd');
    await outputs(page);
    const { count, x } = await ink(page);
    expect(count).toBeGreaterThan(0);
    expect(x).toBeCloseTo(0.3 * 140, -1);
    await page.close();
  }, 60_000);

  test('where nothing is to move, nothing is offered that moves the network; the image unrolls at once', async () => {
    const { page } = await openPage(browser, file, { reducedMotion: 'reduce' });
    expect(await page.locator('#replay').isVisible()).toBe(false);
    const place = (selector: string) =>
      page.evaluate<number>(`document.querySelector('${selector}').getBoundingClientRect().height`);
    const before = await place('#unroll');
    await page.locator('#unroll').click();
    expect(await place('#unroll')).toBeGreaterThan(2 * before);
    expect(await page.locator('#heads').textContent()).toMatch(/^784/);
    await page.emulateMedia({ reducedMotion: 'no-preference' });
    expect(await page.locator('#replay').isVisible()).toBe(true);
    await page.close();
  });
});
