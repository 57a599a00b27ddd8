import { mkdtempSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import type { Browser, BrowserContextOptions, Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { draw } from '../../pipelines/draw.js';
import { type Film, readFilm, writeFilm } from '../../src/network/formats/film.js';
import { closePages, findBrowser, launchBrowser, openPage, violations } from '../helpers/browser.js';

const path = findBrowser();
const BUNDLED = fileURLToPath(new URL('../../data/sigmoid.film.json', import.meta.url));

/** Time stands still in the page until `pass` says how much of it passes: then what waits for a frame runs once. */
const CLOCK = `{ let now = 1000, waiting = [];
  performance.now = () => now;
  window.requestAnimationFrame = (run) => waiting.push(run);
  window.pass = (ms) => { now += ms; const due = waiting; waiting = []; for (const run of due) run(now); }; }`;

/** Without held-out images and without a cost, of 3 x 5 pixels and 40 neurons. */
function otherFilm(): Film {
  const frames = [0, 1].map((epoch) => ({
    ...{ epoch, loss: 0, validationLoss: null, accuracy: null },
    weights: Float32Array.from({ length: 40 * 15 }, (_, at) => (at % 31) - 15 + epoch),
  }));
  const head = {
    image: { height: 3, width: 5 },
    layers: [15, 40, 10],
    activations: ['relu', 'softmax'] as const,
  };
  return { ...head, network: 'ab'.repeat(32), provenance: {}, frames };
}

describe.skipIf(path === null)(
  'watching it learn in a real browser (skipped where there is no Chromium)',
  () => {
    const folder = mkdtempSync(join(tmpdir(), 'digitflow-'));
    const file = join(folder, 'draw.html');
    const otherFile = join(folder, 'other.html');
    const plainFile = join(folder, 'plain.html');
    let browser: Browser;
    let film: Film;
    /** The largest weight that each neuron has in any frame. */
    let largest: number[];

    beforeAll(async () => {
      film = readFilm(await readFile(BUNDLED), BUNDLED);
      largest = Array.from({ length: 16 }, (_, n) =>
        Math.max(
          ...film.frames.flatMap((of) => Array.from(of.weights.subarray(n * 784, (n + 1) * 784), Math.abs)),
        ),
      );
      writeFileSync(file, await draw());
      writeFileSync(join(folder, 'other.film.json'), writeFilm(otherFilm()));
      writeFileSync(otherFile, await draw({ film: join(folder, 'other.film.json') }));
      writeFileSync(plainFile, await draw({ film: false }));
      browser = await launchBrowser(path ?? '');
    }, 60_000);
    afterAll(async () => {
      await closePages(browser);
      rmSync(folder, { recursive: true });
    });

    /** A page whose time stands still. */
    async function open(options?: BrowserContextOptions): Promise<Page> {
      const page = await browser.newPage(options);
      await page.addInitScript(CLOCK);
      await page.goto(pathToFileURL(file).href);
      return page;
    }

    /** The colours of all pictures, neuron after neuron: red, green, blue and 255 a weight. */
    async function pictures(page: Page): Promise<Buffer> {
      // As text: 50,000 numbers take the debugger's protocol half a second.
      const hex =
        await page.evaluate<string>(`Array.from(document.querySelectorAll('#weights canvas'), (canvas) =>
        Array.from(canvas.getContext('2d').getImageData(0, 0, canvas.width, canvas.height).data,
          (value) => value.toString(16).padStart(2, '0')).join('')).join('')`);
      return Buffer.from(hex, 'hex');
    }
    const text = (page: Page, selector: string) =>
      page.evaluate<string>(`document.querySelector('${selector}').textContent`);
    const said = (page: Page) => page.locator('#frame').getAttribute('aria-valuetext');
    const slide = (page: Page, frame: number) => page.locator('#frame').fill(String(frame));
    const pass = (page: Page, ms: number) => page.evaluate(`pass(${ms})`);

    /** How much of a curve is drawn in its own colour, times how far to the right. */
    const ink = (page: Page, id: string) =>
      page.evaluate<number>(`{ const { width, height } = document.querySelector('${id}');
        const { data } = document.querySelector('${id}').getContext('2d').getImageData(0, 0, width, height);
        let sum = 0;
        for (let at = 0; at < data.length; at += 4) if (data[at + 3] > 0 && data[at] > 250) sum += at / 4 % width;
        sum; }`);

    /** How far a picture is from that of a frame: the largest difference of a colour. */
    function distance(found: Uint8Array, frame: number): number {
      const { weights } = film.frames[frame];
      expect(found).toHaveLength(4 * weights.length);
      let most = 0;
      for (const [at, weight] of weights.entries()) {
        const colour = weight > 0 ? [61, 220, 132] : [92, 138, 255];
        const strength = (Math.abs(weight) / largest[Math.floor(at / 784)]) ** 0.8;
        for (const [k, full] of [...colour, 255 / strength].entries()) {
          const wanted = k === 3 ? 255 : full * strength;
          most = Math.max(most, Math.abs(found[4 * at + k] - wanted));
        }
      }
      return most;
    }

    test('each place of the slider shows the weights and the figures of its frame', async () => {
      const page = await open();
      expect(await page.locator('#frame').inputValue()).toBe('17');
      for (const [frame, words] of [
        [17, 'epoch 151: cost 0.0572, accuracy 96.6 %'],
        [0, 'random start: cost 4.76, accuracy 9.9 %'],
        [8, 'epoch 15: cost 0.0713, accuracy 95.7 %'],
      ] as const) {
        await slide(page, frame);
        expect(await said(page)).toBe(words);
        expect(distance(await pictures(page), frame)).toBeLessThanOrEqual(1);
      }
      expect(await text(page, '#epoch')).toBe('epoch 15');
      expect(await text(page, '#cost')).toBe('0.125');
      expect(await text(page, '#heldcost')).toBe('0.0713');
      expect(await text(page, '#accuracy')).toBe('95.7 %');
      await page.close();
    }, 60_000);

    test('the curves are drawn, each with a point where the film is', async () => {
      const page = await open();
      for (const id of ['#costs', '#accuracies']) {
        const drawn: number[] = [];
        for (const frame of [0, 8, 17]) {
          await slide(page, frame);
          drawn.push(await ink(page, id));
        }
        // The line stays; the point moves to the right.
        expect(drawn[0]).toBeGreaterThan(0);
        expect(drawn).toEqual(drawn.toSorted((a, b) => a - b));
        expect(new Set(drawn).size).toBe(3);
      }
      await page.close();
    }, 60_000);

    test('plays from the start to the end, one frame turning into the next, and can be paused', async () => {
      const page = await open();
      await page.locator('#play').click();
      expect(await text(page, '#play')).toBe('Pause');
      await pass(page, 0);
      expect(distance(await pictures(page), 0)).toBeLessThanOrEqual(1);
      await pass(page, 225);
      const between = await pictures(page);
      expect(distance(between, 0)).toBeGreaterThan(5);
      expect(distance(between, 1)).toBeGreaterThan(5);
      await pass(page, 225);
      expect(distance(await pictures(page), 1)).toBeLessThanOrEqual(1);
      expect(await said(page)).toMatch(/^epoch 1: /);
      await page.locator('#play').click();
      await pass(page, 4500);
      expect(await said(page)).toMatch(/^epoch 1: /);
      await page.locator('#play').click();
      await pass(page, 4500);
      expect(await said(page)).toMatch(/^epoch 34: /);
      await slide(page, 3);
      expect(await text(page, '#play')).toBe('Play');
      await pass(page, 4500);
      expect(await said(page)).toMatch(/^epoch 3: /);
      await page.locator('#play').click();
      await pass(page, 100_000);
      expect(await said(page)).toMatch(/^epoch 151: /);
      expect(await text(page, '#play')).toBe('Play');
      await page.close();
    }, 60_000);

    test('with reduced motion nothing turns into anything: frames follow each other, slower', async () => {
      const page = await open({ reducedMotion: 'reduce' });
      await page.locator('#play').click();
      for (const [ms, frame] of [
        [450, 0],
        [440, 0],
        [20, 1],
        [880, 1],
        [20, 2],
      ]) {
        await pass(page, ms);
        expect(distance(await pictures(page), frame)).toBeLessThanOrEqual(1);
      }
      await page.close();
    }, 60_000);

    test('a keyboard is enough', async () => {
      const page = await open();
      await page.locator('#play').focus();
      await page.keyboard.press('Tab');
      expect(await page.evaluate('document.activeElement.id')).toBe('frame');
      await page.keyboard.press('Home');
      expect(await said(page)).toMatch(/^random start: /);
      await page.keyboard.press('ArrowRight');
      await page.keyboard.press('ArrowRight');
      expect(await said(page)).toMatch(/^epoch 2: /);
      await page.keyboard.press('End');
      expect(await said(page)).toMatch(/^epoch 151: /);
      await page.keyboard.press('Shift+Tab');
      await page.keyboard.press('Enter');
      await pass(page, 900);
      expect(await said(page)).toMatch(/^epoch 2: /);
      await page.close();
    }, 60_000);

    test.each([
      ['light', 'en', 1280],
      ['dark', 'ja', 360],
    ] as const)(
      'is for everyone: %s, %s, %i wide',
      async (colorScheme, language, width) => {
        const page = await open({ colorScheme, viewport: { width, height: 800 } });
        await page.locator(`[data-language=${language}]`).click();
        await pass(page, 20);
        expect(await page.evaluate('document.documentElement.scrollWidth')).toBe(width);
        for (const id of ['#play', '#frame']) {
          const box = await page.locator(id).boundingBox();
          expect(Math.min(box?.width ?? 0, box?.height ?? 0)).toBeGreaterThanOrEqual(44);
        }
        const words = (await text(page, '#film')).replaceAll('sigmoid', '');
        if (language === 'ja') expect(words).not.toMatch(/[A-Za-z]/);
        else expect(words).not.toMatch(/[\u3040-\u9fff]/);
        await page.close();
        // Its own clock has to go: axe waits for frames.
        const { page: plain, complaints, requests } = await openPage(browser, file, { colorScheme });
        expect(await violations(plain)).toEqual([]);
        expect({ complaints, requests }).toEqual({ complaints: [], requests: [pathToFileURL(file).href] });
        await plain.close();
      },
      60_000,
    );

    test('a film of another network has its name and its size, and no accuracy where none was held out', async () => {
      const { page, complaints } = await openPage(browser, otherFile);
      expect(await page.locator('#weights canvas').count()).toBe(32);
      expect(await page.locator('#weights canvas').first().getAttribute('width')).toBe('5');
      expect(await text(page, '#filmof')).toMatch(/other\.film\.json: what the first 32 of its 40 neurons/);
      expect(await said(page)).toBe('epoch 1: cost 0');
      for (const part of await page.locator('#film .judged').all())
        expect(await part.isVisible()).toBe(false);
      // Before it is looked at: of that the browser complains.
      expect(complaints).toEqual([]);
      const drawn = await ink(page, '#costs');
      expect(drawn).toBeGreaterThan(0);
      await slide(page, 0);
      // Its only line is the main one.
      expect(await ink(page, '#costs')).toBeLessThan(drawn);
      await page.close();
    }, 60_000);

    test('without a film there is nothing to watch; with it the page is at most 150 kB larger', async () => {
      const { page, complaints } = await openPage(browser, plainFile);
      expect(await page.locator('#film').isVisible()).toBe(false);
      expect(complaints).toEqual([]);
      await page.close();
      expect(statSync(plainFile).size).toBeLessThan(250_000);
      expect(statSync(file).size - statSync(plainFile).size).toBeLessThan(150_000);
    }, 60_000);
  },
);
