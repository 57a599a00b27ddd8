import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import type { Browser, Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { openModel } from '../../src/inputs/models/open-model.js';
import { detect } from '../../src/insight/detector.js';
import { UNIT_BRIGHTNESS } from '../../src/network/normalization.js';
import { detectorOf, type Handmade, presetOf, seenBy } from '../../src/views/draw/live/handmade/handmade.js';
import { Pad } from '../../src/views/draw/live/pad.js';
import { fromLink } from '../../src/views/draw/live/share/link.js';
import { closePages, findBrowser, launchBrowser } from '../helpers/browser.js';
import { outputs, paint, press } from '../helpers/draw-page.js';
import { testLabels, testPixels } from '../helpers/mnist.js';
import { runShared } from '../helpers/shared-cli.js';

const path = findBrowser();
/** What the page does once a part of it is seen. */
const WAIT = { timeout: 30_000 };
const MNIST = { height: 28, width: 28 };

describe.skipIf(path === null)('a detector made by hand (skipped where there is no Chromium)', () => {
  const folder = mkdtempSync(join(tmpdir(), 'digitflow-'));
  const file = join(folder, 'draw.html');
  const digits = testPixels();
  const digit = (n: number) => digits.subarray(n * 784, (n + 1) * 784);
  let browser: Browser;
  let page: Page;

  beforeAll(async () => {
    expect((await runShared(['draw', '--out', file])).exitCode).toBe(0);
    browser = await launchBrowser(path ?? '');
    page = await browser.newPage();
    await page.goto(pathToFileURL(file).href);
    await press(page, '[data-placement=drawn]');
    await page.locator('#handmade').scrollIntoViewIfNeeded();
  }, 60_000);
  afterAll(async () => {
    await closePages(browser);
    rmSync(folder, { recursive: true });
  });

  const text = (selector: string) => page.locator(selector).textContent();

  function changesInAddress(): number {
    const networks = ['sigmoid', 'relu'].map((name) => ({ name, network: openModel(name).network }));
    return fromLink(page.url().split('#')[1], { data: { networks }, pad: new Pad(MNIST) }).changes[0].length;
  }

  /** The unit, as the page shows it. */
  async function unit() {
    await page.locator('#handmade').scrollIntoViewIfNeeded();
    return page.evaluate(`({
      numbers: ['regionsum', 'regionbias', 'regionz', 'regionsigma'].map((id) => document.getElementById(id).textContent),
      isLit: document.querySelector('.lamp').classList.contains('lit'),
      says: document.querySelector('#firing').textContent,
    })`);
  }

  /** The same by the library. */
  function wanted(made: Handmade, pixels: Uint8Array) {
    const { weightedSum, sum, sigmoid } = seenBy(detectorOf(made, MNIST), pixels);
    const rounded = [weightedSum, made.bias, sum].map((value) => value.toFixed(2));
    return {
      numbers: [...rounded, sigmoid.toFixed(3)].map((value) => value.replace('-', '−')),
      isLit: sum > 0,
      says: sum > 0 ? 'It fires' : 'It is silent',
    };
  }

  test('fires as one draws: a bar at the top for the first 7, an upright for the first 1', async () => {
    for (const [n, name] of [
      [0, 'topBar'],
      [2, 'topBar'],
      [2, 'upright'],
      [0, 'upright'],
    ] as const) {
      await paint(page, digit(n));
      await press(page, `[data-preset=${name}]`);
      await expect.poll(unit, WAIT).toEqual(wanted(presetOf(name, MNIST), digit(n)));
    }
    await press(page, '[data-preset=topBar]');
    await paint(page, digit(0));
    await expect.poll(unit, WAIT).toMatchObject({ isLit: true, says: 'It fires' });
    await paint(page, digit(2));
    await expect.poll(unit, WAIT).toMatchObject({ isLit: false, says: 'It is silent' });
  });

  test('is dragged with the mouse, moved and stretched by keys, and has a bias', async () => {
    await page.locator('#region').scrollIntoViewIfNeeded();
    const box = await page.locator('#region').boundingBox();
    if (box === null) throw new Error('the picture is not to be seen');
    const to = (row: number, column: number) =>
      [box.x + ((column + 0.5) * box.width) / 28, box.y + ((row + 0.5) * box.height) / 28] as const;
    await page.mouse.move(...to(12, 20));
    await page.mouse.down();
    await page.mouse.move(...to(9, 6), { steps: 4 });
    await page.mouse.up();
    await page.mouse.move(...to(20, 20));
    expect(await text('#regionsays')).toBe('15 × 4 pixels, from row 9, column 6');
    await page.keyboard.press('ArrowDown');
    await page.keyboard.press('ArrowLeft');
    await page.keyboard.press('Shift+ArrowRight');
    await page.keyboard.press('Shift+ArrowUp');
    expect(await text('#regionsays')).toBe('16 × 3 pixels, from row 10, column 5');
    await press(page, '[data-preset=leftStroke]');
    await page.focus('#biasknob');
    await page.keyboard.press('ArrowRight');
    const made = { ...presetOf('leftStroke', MNIST), bias: -1.5 };
    await expect.poll(unit, WAIT).toEqual(wanted(made, digit(2)));
  });

  test('can be drawn on: what is drawn stays where it is drawn', async () => {
    await press(page, '#wipe');
    await press(page, '[data-preset=upright]');
    await press(page, '[data-hand=draw]');
    await page.locator('#region').scrollIntoViewIfNeeded();
    const box = await page.locator('#region').boundingBox();
    if (box === null) throw new Error('the picture is not to be seen');
    await page.mouse.move(box.x + box.width / 2, box.y + box.height * 0.25);
    await page.mouse.down();
    await page.mouse.move(box.x + box.width / 2, box.y + box.height * 0.75, { steps: 5 });
    await page.mouse.up();
    await expect.poll(unit, WAIT).toMatchObject({ isLit: true });
    expect(await page.locator('[data-placement=drawn]').getAttribute('aria-pressed')).toBe('true');
    await press(page, '[data-hand=rectangle]');
    await press(page, '#wipe');
    await expect.poll(unit, WAIT).toMatchObject({ isLit: false });
  });

  test('tells on how many images of each class it fires, as the library counts them', async () => {
    await press(page, '[data-preset=middleBar]');
    const numbers = Array.from({ length: 200 }, (_, i) => i * 50);
    const images = {
      count: 200,
      pixels: Uint8Array.from(numbers.flatMap((n) => [...digit(n)])),
      labels: Uint8Array.from(numbers, (n) => testLabels()[n]),
      normalization: UNIT_BRIGHTNESS,
    };
    const { firesByClass } = detect(detectorOf(presetOf('middleBar', MNIST), MNIST), images, 10);
    const shown = await page.locator('#fires li').allTextContents();
    expect(shown.map((row) => row[0]).join('')).toBe('0123456789');
    expect(shown.map((row) => Number.parseFloat(row.slice(1)))).toEqual(
      firesByClass.map((share) => expect.closeTo(100 * (share ?? -1), 0)),
    );
    expect(await text('#foundof')).toBe('How often it fires on 200 images');
  });

  test('takes the place of a neuron, and a page that is loaded again keeps it', async () => {
    expect(await page.locator('#implant').isDisabled()).toBe(true);
    await paint(page, digit(0));
    const before = await outputs(page);
    await press(page, '#n1\\:3');
    await page.evaluate("document.querySelector('#n1\\\\:3').focus()");
    await outputs(page);
    await page.locator('#handmade').scrollIntoViewIfNeeded();
    await expect.poll(() => text('#implant'), WAIT).toBe('Put it in place of neuron 1:3');
    await press(page, '#implant');
    const after = await outputs(page);
    expect(after).not.toEqual(before);
    await expect.poll(changesInAddress, WAIT).toBe(785);
    await page.reload();
    expect(await outputs(page)).toEqual(after);
  });
});
