import { mkdtempSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import type { Browser, BrowserContextOptions, Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { lookDigit } from '../../pipelines/look/look-digit.js';
import { openModel } from '../../src/inputs/models/open-model.js';
import { runImages, verdictsOf } from '../../src/insight/run-images.js';
import { writeOwnNetwork } from '../../src/network/formats/safetensors/network-file.js';
import { UNIT_BRIGHTNESS } from '../../src/network/normalization.js';
import { closePages, findBrowser, launchBrowser, openPage, SMALL, violations } from '../helpers/browser.js';
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
import { testPixels } from '../helpers/mnist.js';
import { randomNetwork } from '../helpers/random-network.js';
import { runShared } from '../helpers/shared-cli.js';

const path = findBrowser();
const NETWORKS = ['sigmoid', 'relu'];

describe.skipIf(path === null)(
  'the page to draw on in a real browser (skipped where there is no Chromium)',
  () => {
    const folder = mkdtempSync(join(tmpdir(), 'digitflow-'));
    const file = join(folder, 'draw.html');
    const digits = testPixels();
    const digit = (n: number) => digits.subarray(n * 784, (n + 1) * 784);
    let browser: Browser;
    let page: Page;

    beforeAll(async () => {
      const { exitCode, stderr } = await runShared(['draw', '--out', file]);
      expect(stderr).toMatch(/^digitflow: .*draw\.html: \d+ kB, open it in a browser\n$/);
      expect(exitCode).toBe(0);
      browser = await launchBrowser(path ?? '');
      page = await browser.newPage(SMALL);
      await hurry(page);
      await page.goto(pathToFileURL(file).href);
    }, 60_000);
    afterAll(async () => {
      await closePages(browser);
      rmSync(folder, { recursive: true });
    });

    const open = (options?: BrowserContextOptions) => openPage(browser, file, options);
    const use = (network: number) => press(page, `#networks button:nth-child(${network + 1})`);

    test('is one small file that asks for nothing, and says nothing in the console, also while it is used', async () => {
      // So much with the film: test/views/draw-film.test.ts has it without.
      expect(statSync(file).size).toBeLessThan(400_000);
      const { page: own, complaints, requests } = await open({ offline: true });
      await draw(own, strokesOf(digit(0)));
      // One that was pressed may have hidden or disabled others.
      await own.evaluate(`(async () => {
        for (const button of document.querySelectorAll('button')) {
          if (!button.checkVisibility() || button.disabled) continue;
          button.click();
          await new Promise((resolve) => requestAnimationFrame(resolve));
        }
      })()`);
      await outputs(own);
      expect(requests).toEqual([pathToFileURL(file).href]);
      expect(complaints).toEqual([]);
      await own.close();
    }, 60_000);

    test('100 test images painted pixel by pixel give the outputs of look digit, in both networks', async () => {
      await press(page, '[data-placement=drawn]');
      for (let n = 0; n < 100; n++) {
        await paint(page, digit(n));
        for (const [at, model] of NETWORKS.entries()) {
          const { explanation } = await lookDigit({ image: String(n), model });
          const wanted = explanation.layers[explanation.layers.length - 1].values;
          await use(at);
          const found = await outputs(page);
          expect(Math.max(...found.map((value, k) => Math.abs(value - wanted[k])))).toBeLessThan(1e-5);
          expect(await page.locator('#outputs li.won').getAttribute('data-value')).toBe(
            String(found[explanation.winner]),
          );
        }
      }
    }, 120_000);

    test('200 test digits redrawn as strokes are read as the originals are: in place, and centred when small and moved', async () => {
      await use(0);
      const small = ([y, x, toY, toX]: Segment): Segment => [
        y * 0.55 + 1,
        x * 0.55 + 1.5,
        toY * 0.55 + 1,
        toX * 0.55 + 1.5,
      ];
      const images = { count: 200, pixels: digits.subarray(0, 200 * 784), normalization: UNIT_BRIGHTNESS };
      const { predictions } = verdictsOf(runImages(openModel('sigmoid').network, images)[2]);
      const agreed = { inPlace: 0, smallAsDrawn: 0, smallCentred: 0 };
      for (const [n, prediction] of predictions.entries()) {
        const strokes = strokesOf(digit(n));
        await press(page, '[data-placement=drawn]');
        await draw(page, strokes);
        if ((await verdict(page)) === prediction) agreed.inPlace++;
        await draw(page, strokes.map(small));
        if ((await verdict(page)) === prediction) agreed.smallAsDrawn++;
        await press(page, '[data-placement=centred]');
        if ((await verdict(page)) === prediction) agreed.smallCentred++;
      }
      expect(agreed.inPlace).toBeGreaterThanOrEqual(180);
      expect(agreed.smallCentred).toBeGreaterThanOrEqual(176);
      expect(agreed.smallAsDrawn).toBeLessThan(80);
    }, 120_000);

    test.each([
      ['light', 'en', 1280],
      ['dark', 'ja', 360],
    ] as const)(
      'is accessible to all, and no wider than the screen: %s, %s, %i wide',
      async (colorScheme, language, width) => {
        const { page: own } = await open({ colorScheme, viewport: { width, height: 800 } });
        await press(own, `[data-language=${language}]`);
        await draw(own, strokesOf(digit(1)));
        await outputs(own);
        expect(await violations(own)).toEqual([]);
        expect(await own.evaluate('document.documentElement.scrollWidth')).toBe(width);
        await own.close();
      },
      60_000,
    );

    test('a keyboard is enough: cursor and Enter paint, digits show examples, arrows walk from neuron to neuron', async () => {
      const { page: own, complaints } = await open();
      const here = () => own.evaluate<string>('document.activeElement.id');
      const heading = () => own.locator('#verdict').textContent();
      const walkTo = async (id: string) => {
        for (let steps = 0; (await here()) !== id && steps < 80; steps++) await own.keyboard.press('Tab');
        expect(await here()).toBe(id);
      };
      await own.keyboard.press('7');
      await expect.poll(heading).toMatch(/^7, /);
      await walkTo('pad');
      await walkTo('clear');
      await own.keyboard.press('Enter');
      await expect.poll(heading).toBe('Draw a digit');
      await own.locator('#pad').focus();
      for (let i = 0; i < 9; i++) await own.keyboard.press('ArrowUp');
      for (let i = 0; i < 18; i++) await own.keyboard.press('Shift+ArrowDown');
      await expect.poll(heading).toMatch(/1, \d+ %$/);
      await walkTo('n1:0');
      await own.keyboard.press('ArrowUp');
      expect(await here()).toBe('n1:15');
      await own.keyboard.press('ArrowRight');
      expect(await here()).toBe('n2:15');
      await own.keyboard.press('ArrowRight');
      expect(await here()).toBe('n3:9');
      expect(complaints).toEqual([]);
      await own.close();
    }, 60_000);

    test.each([
      ['one layer of 3', { outputs: [3] }],
      ['five layers, of up to 90', { outputs: [90, 7, 40, 5, 12] }],
    ])(
      'any dense network is shown, with names of its own and without images: %s',
      async (name, { outputs: sizes }) => {
        const made = randomNetwork({
          seed: 3,
          height: 9,
          width: 12,
          outputs: sizes,
          hidden: 'tanh',
          last: 'softmax',
        });
        const classes = made.classes.map((k) => `<i>class ${k}</i>`);
        const network = join(folder, `${sizes.length}.safetensors`);
        writeFileSync(network, writeOwnNetwork({ ...made, classes }));
        const html = join(folder, `${sizes.length}.html`);
        expect((await runShared(['draw', '--model', network, '--out', html])).exitCode).toBe(0);
        const { page: own, complaints } = await openPage(browser, html);
        const box = await own.locator('#pad').boundingBox();
        if (box === null) throw new Error(`${name}: there is no pad`);
        await own.mouse.move(box.x + box.width * 0.3, box.y + box.height * 0.3);
        await own.mouse.down();
        await own.mouse.move(box.x + box.width * 0.6, box.y + box.height * 0.7, { steps: 5 });
        await own.mouse.up();
        const found = await outputs(own);
        expect(found.length).toBe(classes.length);
        expect(found.reduce((sum, value) => sum + value, 0)).toBeCloseTo(1, 9);
        expect(await own.locator('#outputs li b').first().textContent()).toBe('<i>class 0</i>');
        expect(await own.locator('#tryout').isVisible()).toBe(false);
        expect(complaints).toEqual([]);
        await own.close();
      },
      60_000,
    );
  },
);
