import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import type { Browser, Page } from 'playwright-core';
import { PNG } from 'pngjs';
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { openModel } from '../../src/inputs/models/open-model.js';
import { type Change, changeNetwork } from '../../src/insight/what-if.js';
import { feedForward } from '../../src/network/feed-forward.js';
import { Pad } from '../../src/views/draw/live/pad.js';
import { linkOf, MOST_LINK } from '../../src/views/draw/live/share/link.js';
import { closePages, findBrowser, launchBrowser, openPage } from '../helpers/browser.js';
import {
  draw,
  hurry,
  outputs,
  paint,
  press,
  type Segment,
  strokesOf,
  verdict,
} from '../helpers/draw-page.js';
import { testLabels, testPixels } from '../helpers/mnist.js';
import { runShared } from '../helpers/shared-cli.js';

const path = findBrowser();
/** What the page does when it rests may take its time. */
const WAIT = { timeout: 30_000 };
const networks = ['sigmoid', 'relu'].map((name) => ({ name, network: openModel(name).network }));

describe.skipIf(path === null)(
  'what the page to draw on shares and saves (skipped where there is no Chromium)',
  () => {
    const folder = mkdtempSync(join(tmpdir(), 'digitflow-'));
    const file = join(folder, 'draw.html');
    const address = pathToFileURL(file).href;
    const digits = testPixels();
    const digit = (n: number) => digits.subarray(n * 784, (n + 1) * 784);
    let browser: Browser;
    let page: Page;

    beforeAll(async () => {
      expect((await runShared(['draw', '--out', file])).exitCode).toBe(0);
      browser = await launchBrowser(path ?? '');
      page = await browser.newPage();
      await hurry(page);
    }, 60_000);
    beforeEach(async () => {
      await page.goto('about:blank');
      await page.goto(address);
    });
    afterAll(async () => {
      await closePages(browser);
      rmSync(folder, { recursive: true });
    });

    /** What is pressed, in order: network, language, tool, placement. */
    const pressed = () =>
      page.evaluate<string[]>(
        `Array.from(document.querySelectorAll('header [aria-pressed=true], [data-placement][aria-pressed=true]'), (button) => button.textContent)`,
      );

    async function saved(selector: string): Promise<string> {
      const download = page.waitForEvent('download');
      await press(page, selector);
      const target = join(folder, (await download).suggestedFilename());
      await (await download).saveAs(target);
      return target;
    }

    async function json(args: readonly string[]) {
      const { stdout, stderr, exitCode } = await runShared([...args, '--format', 'json']);
      expect(stderr).not.toMatch(/expected/);
      expect(exitCode).toBe(0);
      return JSON.parse(stdout);
    }

    test('the address holds what is seen: a page that is loaded again gives the same outputs', async () => {
      await draw(page, strokesOf(digit(0)));
      await press(page, '#networks button:nth-child(2)');
      await press(page, '[data-placement=boxed]');
      await press(page, '[data-language=ja]');
      await press(page, '#n1\\:3');
      const before = { outputs: await outputs(page), pressed: await pressed() };
      expect(before.pressed).toEqual(['relu', '日本語', '20 × 20 の枠']);
      await expect.poll(() => page.url().length, WAIT).toBeGreaterThan(address.length + 200);
      expect(page.url().length - address.length - 1).toBeLessThan(MOST_LINK / 2);
      await page.reload();
      expect({ outputs: await outputs(page), pressed: await pressed() }).toEqual(before);
      expect(await page.evaluate('document.documentElement.lang')).toBe('ja');
    });

    test('a link with changes shows the changed network, also where the page is open already', async () => {
      const changes: Change[] = [
        { kind: 'silence', layer: 1, neuron: 3 },
        { kind: 'weight', layer: 2, neuron: 0, input: 5, value: 1 / 3 },
        { kind: 'bias', layer: 3, neuron: 7, value: -2 },
      ];
      const pad = new Pad({ height: 28, width: 28 });
      pad.show(digit(7));
      const link = linkOf(
        {
          ...{ current: 1, placement: 'drawn', language: 'en', selected: null },
          ...{ changes: [[], changes], pixels: pad.pixels },
        },
        { data: { networks }, pad },
      );
      const { network, silenced } = changeNetwork(networks[1].network, changes);
      expect(silenced).toHaveLength(1);
      const values: Float64Array[] = [Float64Array.from(digit(7), (pixel) => pixel / 255)];
      for (const [l, layer] of network.layers.entries()) {
        values.push(feedForward({ layers: [layer] }, values[l])[1]);
        if (l === 0) values[1][3] = 0;
      }
      await page.goto(`${address}#${link}`);
      await expect.poll(async () => (await pressed())[0], WAIT).toBe('relu');
      expect(await outputs(page)).toEqual(Array.from(values[3], (value) => expect.closeTo(value, 12)));
    });

    test.each([
      ['1AAAAAAAAAAAAAAAA', 'The link is damaged and was not opened. Ask for it again.'],
      ['neuron', 'The link is damaged and was not opened. Ask for it again.'],
      ['2AAAAAAAAAAAAAAAA', 'The link is from another version of this page. It was not opened.'],
    ])(
      'an address that cannot be opened is told in a line, and the page is empty: #%s',
      async (link, line) => {
        await page.goto('about:blank');
        await page.goto(`${address}#${link}`);
        expect(await page.locator('#note').textContent()).toBe(line);
        expect(await page.locator('#verdict').textContent()).toBe('Draw a digit');
        await press(page, '[data-language=ja]');
        await expect.poll(() => page.locator('#note').textContent(), WAIT).toMatch(/開けませんでした/);
      },
    );

    test('the link is copied; without a clipboard it is selected in a field', async () => {
      const { page: own, complaints } = await openPage(browser, file);
      await own.context().grantPermissions(['clipboard-read', 'clipboard-write']);
      await draw(own, strokesOf(digit(1)));
      await outputs(own);
      await own.click('#copylink');
      await expect
        .poll(() => own.locator('#linknote').textContent(), WAIT)
        .toMatch(/^The link is in the clipboard: \d+ characters/);
      const copied = await own.evaluate<string>('navigator.clipboard.readText()');
      expect(copied).toBe(own.url());
      expect(await own.locator('#linknote').textContent()).toContain(`: ${copied.length} characters`);
      await own.evaluate("Object.defineProperty(navigator, 'clipboard', { value: undefined })");
      await press(own, '#undo');
      await own.click('#copylink');
      // The page looks at its link once nothing has changed for half a second: what it said stays.
      await own.evaluate('new Promise((done) => setTimeout(done, 600))');
      expect(await own.locator('#linknote').textContent()).toMatch(/Copy it from the field/);
      expect(own.url()).not.toBe(copied);
      expect(await own.evaluate('String(getSelection())')).toBe(own.url());
      expect(complaints).toEqual([]);
      await own.close();
    });

    test('a drawing that is too much for a link is not cut: it says so, and leaves the address empty', async () => {
      await paint(page, digit(0));
      await expect.poll(() => page.url().length, WAIT).toBeGreaterThan(address.length + 50);
      const scribble = Array.from({ length: 80 }, (_, i): Segment => {
        const at = (k: number) => 2 + ((k * 7919) % 241) / 10;
        return [at(i), at(i + 77), at(i + 31), at(i + 150)];
      });
      await page.evaluate("document.querySelector('#width').value = 1");
      await draw(page, scribble);
      await expect.poll(() => page.url(), WAIT).toBe(address);
      expect(await page.locator('#linknote').textContent()).toMatch(
        /^This takes \d{4,} characters, and a link holds 2048\. Save the drawing as a PNG instead/,
      );
      await press(page, '#copylink');
      expect(page.url()).toBe(address);
      expect(await page.locator('#link').isVisible()).toBe(false);
    });

    test.each([
      ['centred', 140, []],
      ['drawn', 28, ['--as-is']],
      ['boxed', 28, ['--as-is']],
    ])('the command line reads a saved PNG as the page does: %s', async (placement, side, flags) => {
      await draw(
        page,
        strokesOf(digit(4)).map(([y, x, toY, toX]) => [
          y * 0.8 + 1,
          x * 0.8 + 2,
          toY * 0.8 + 1,
          toX * 0.8 + 2,
        ]),
      );
      await press(page, `[data-placement=${placement}]`);
      const found = await outputs(page);
      const png = await saved('#savepng');
      const { width, height } = PNG.sync.read(readFileSync(png));
      expect([width, height]).toEqual([side, side]);
      expect(await page.locator('#pngcommand').textContent()).toBe(
        ['digitflow look digit drawing.png', ...flags].join(' '),
      );
      const { explanation } = await json(['look', 'digit', png, ...flags]);
      const [, , last] = explanation.layers;
      expect(found).toEqual(last.values.map((value: number) => expect.closeTo(value, 6)));
    });

    test('drawings that are collected are rows with labels, which evaluate and train read without flags', async () => {
      await press(page, '[data-placement=drawn]');
      const right = [...testLabels().subarray(0, 8)];
      for (let n = 0; n < 12; n++) {
        await paint(page, digit(n));
        await outputs(page);
        if (n < 8) await page.selectOption('#truth', String(testLabels()[n]));
        await press(page, '#addrow');
      }
      expect(await page.locator('#rowcount').textContent()).toBe('12 drawings. Tap one to remove it.');
      await paint(page, digit(12));
      const proposed = String(await verdict(page));
      expect(await page.locator('#truth').inputValue()).toBe(proposed);
      for (let n = 12; n > 8; n--) await press(page, '#rows li:last-child button');
      const csv = await saved('#savecsv');
      const rows = readFileSync(csv, 'utf8').trimEnd().split('\n');
      expect(rows[0]).toMatch(/^label,pixel0,pixel1,.*,pixel783$/);
      expect(rows.slice(1)).toEqual(right.map((label, n) => `${label},${digit(n).join()}`));
      const { images, correct } = await json(['evaluate', csv]);
      expect({ images, correct }).toEqual({ images: 8, correct: 8 });
      const trained = await runShared([
        'train',
        '--images',
        csv,
        '--epochs',
        '1',
        '--out',
        join(folder, 'own.safetensors'),
      ]);
      expect(trained.stderr).not.toMatch(/expected/);
      expect(trained.exitCode).toBe(0);
    });
  },
);
