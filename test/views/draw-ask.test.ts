import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { inflateSync } from 'fflate/browser';
import type { Browser, Page } from 'playwright-core';
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { openModel } from '../../src/inputs/models/open-model.js';
import { attribute } from '../../src/insight/attribution.js';
import { neuronArithmetic } from '../../src/insight/explain.js';
import { runImages, verdictsOf } from '../../src/insight/run-images.js';
import { type Change, changeNetwork } from '../../src/insight/what-if.js';
import { UNIT_BRIGHTNESS } from '../../src/network/normalization.js';
import { unpackDrawData } from '../../src/views/draw/draw-data.js';
import { closePages, findBrowser, launchBrowser, openPage } from '../helpers/browser.js';
import { hurry, outputs, paint, press } from '../helpers/draw-page.js';
import { brightnessAt, testImages } from '../helpers/image-set.js';
import { runShared } from '../helpers/shared-cli.js';

const path = findBrowser();
const NETWORKS = ['sigmoid', 'relu'];
/** What comes a little later may take long on a busy machine. */
const PATIENT = { timeout: 30_000 };

describe.skipIf(path === null)('a neuron of the page, asked and changed, in a real browser', () => {
  const folder = mkdtempSync(join(tmpdir(), 'digitflow-'));
  const file = join(folder, 'draw.html');
  const { network } = openModel('sigmoid');
  const images = testImages(network, 200);
  let browser: Browser;
  let page: Page;
  let complaints: string[];

  beforeAll(async () => {
    expect((await runShared(['draw', '--out', file])).exitCode).toBe(0);
    browser = await launchBrowser(path ?? '');
    ({ page, complaints } = await openPage(browser, file, {}, hurry));
    await press(page, '[data-placement=drawn]');
    await paint(page, images.pixels.subarray(0, 784));
  }, 60_000);
  afterAll(async () => {
    expect(complaints).toEqual([]);
    await closePages(browser);
    rmSync(folder, { recursive: true });
  });
  beforeEach(async () => {
    await press(page, '#networks button');
    await press(page, '#resetall');
  });

  const ask = (place: string) => press(page, `#n${place.replace(':', '\\:')}`);
  const text = (selector: string) => page.locator(selector).textContent();

  /** The outputs that the library has for the same image and changes. */
  function wanted(changes: readonly Change[], place?: number): number[] {
    const { network: other, silenced } = changeNetwork(openModel(NETWORKS[place ?? 0]).network, changes);
    const runs = runImages(other, { ...images, count: 1 }, silenced);
    return [...runs[runs.length - 1].values];
  }

  /** The browser's exp may differ from Node's in the last bit. */
  async function expectOutputs(values: readonly number[]): Promise<void> {
    const found = await outputs(page);
    expect(found.length).toBe(values.length);
    for (const [k, value] of values.entries()) expect(found[k]).toBeCloseTo(value, 12);
  }

  /** The rows of the sum: what they say, and the number they stand for. */
  async function sum() {
    await outputs(page);
    const rows = await page.evaluate<{ kind: string; shown: string; value: number }[]>(
      `Array.from(document.querySelectorAll('#terms tr:not([hidden])'), (row) =>
        ({ kind: row.className, shown: row.lastChild.textContent, value: Number(row.dataset.value) }))`,
    );
    const parts = rows.filter(({ kind }) => ['term', 'rest', 'bias'].includes(kind));
    const number = ({ shown }: { shown: string }) => Number(shown.replace('−', '-'));
    const of = (kind: string) => rows.find((row) => row.kind === kind) ?? rows[0];
    return {
      terms: rows.filter(({ kind }) => kind === 'term'),
      all: parts.reduce((total, { value }) => total + value, 0),
      allShown: parts.reduce((total, row) => total + number(row), 0),
      z: of('sum').value,
      zShown: number(of('sum')),
      value: of('value').value,
    };
  }

  test('terms + rest + bias are z, as shown and in full, for every neuron of both networks; the library says the same', async () => {
    for (const [at, model] of NETWORKS.entries()) {
      await press(page, `#networks button:nth-child(${at + 1})`);
      const { network: own } = openModel(model);
      for (const [l, { outputs: count, inputs }] of own.layers.entries()) {
        for (let neuron = 0; neuron < count; neuron++) {
          await ask(`${l + 1}:${neuron}`);
          const found = await sum();
          const known = neuronArithmetic(own, brightnessAt(images, own, 0), { layer: l + 1, neuron });
          expect(Math.abs(found.all - found.z)).toBeLessThan(1e-9);
          expect(Math.abs(found.allShown - found.zShown)).toBeLessThan(1e-4);
          expect(found.z).toBeCloseTo(known.sum, 10);
          expect(found.value).toBeCloseTo(known.value, 10);
          const sizes = [...known.contributions].map(Math.abs).sort((a, b) => b - a);
          const lit = Math.min(5, sizes.filter((size) => size > 0).length);
          expect(found.terms.length).toBe(lit);
          for (const [i, { value }] of found.terms.entries()) {
            expect(Math.abs(value)).toBeCloseTo(sizes[i], 10);
          }
          expect(await text('#askedwhat')).toContain(`${l + 1}:${neuron}, ${inputs} `);
        }
      }
    }
  }, 60_000);

  test('silencing a neuron gives what changeNetwork gives, and asks nothing of it in the next layer', async () => {
    await ask('1:3');
    await press(page, '#silence');
    await expectOutputs(wanted([{ kind: 'silence', layer: 1, neuron: 3 }]));
    expect((await sum()).value).toBe(0);
    expect(await text('#changed')).toBe('0 of 13,002 changed, 1 silenced');
    await ask('2:0');
    const found = await sum();
    expect(found.terms.some(({ value }) => value === 0)).toBe(false);
    expect(Math.abs(found.all - found.z)).toBeLessThan(1e-9);
    await ask('1:3');
    await press(page, '#silence');
    await expectOutputs(wanted([]));
    expect(await text('#changed')).toBe('0 of 13,002 changed');
  });

  /** Moves a slider, as a hand would. */
  async function slide(selector: string, value: number): Promise<void> {
    await page.evaluate(`{ const slider = document.querySelector('${selector} input'); slider.value = ${value};
      slider.dispatchEvent(new Event('input', { bubbles: true })); }`);
  }

  test('sliders set a bias and a weight, keys walk and turn, and each network keeps its changes', async () => {
    await ask('2:5');
    await slide('#bias', -3.5);
    await page.locator('#askweights').focus();
    for (let i = 0; i < 20; i++) await page.keyboard.press('ArrowLeft');
    await page.keyboard.press('ArrowRight');
    await slide('#weight', 2.25);
    const changes: Change[] = [
      { kind: 'bias', layer: 2, neuron: 5, value: -3.5 },
      { kind: 'weight', layer: 2, neuron: 5, input: 1, value: 2.25 },
    ];
    await expectOutputs(wanted(changes));
    expect(await text('#changed')).toBe('2 of 13,002 changed');
    await press(page, '#networks button:nth-child(2)');
    await expectOutputs(wanted([], 1));
    expect(await text('#changed')).toBe('0 of 13,002 changed');
    await press(page, '#networks button:nth-child(1)');
    await expectOutputs(wanted(changes));
    await page.locator('#askweights').focus();
    await page.keyboard.press('+');
    await outputs(page);
    expect(await text('#weight b')).not.toBe('+2.25');
    await page.keyboard.press('Delete');
    await expectOutputs(wanted(changes.slice(0, 1)));
    await press(page, '#resetneuron');
    await expectOutputs(wanted([]));
  });

  test('the picture of the weights is painted, dragged and restored', async () => {
    await ask('1:2');
    const weight = (input: number) => network.layers[0].weights[2 * 784 + input];
    const drag = (from: [number, number], to: [number, number]) =>
      page.evaluate(`{ const pad = document.querySelector('#askweights'); const box = pad.getBoundingClientRect();
        const send = (type, [row, column]) => pad.dispatchEvent(new PointerEvent(type, { bubbles: true, button: 0,
          clientX: box.left + (column / 28) * box.width, clientY: box.top + (row / 28) * box.height }));
        send('pointerdown', ${JSON.stringify(from)}); send('pointermove', ${JSON.stringify(to)});
        send('pointerup', ${JSON.stringify(to)}); }`);
    await drag([10.5, 12.5], [4.5, 12.5]);
    await outputs(page);
    expect(await text('#weight span')).toBe('pixel 10,12');
    expect(await text('#changed')).toBe('1 of 13,002 changed');
    const value = Number(await page.locator('#weight input').inputValue());
    expect(value).toBeGreaterThan(weight(10 * 28 + 12) + 0.5);
    const input = 10 * 28 + 12;
    await expectOutputs(wanted([{ kind: 'weight', layer: 1, neuron: 2, input, value }]));
    await press(page, '[data-brush=lower]');
    await drag([20.5, 3.5], [20.5, 20.5]);
    await outputs(page);
    const changed = /^(\d+) of 13,002 changed$/;
    const painted = Number(changed.exec((await text('#changed')) ?? '')?.[1]);
    expect(painted).toBeGreaterThan(18 * 3);
    await press(page, '[data-brush=restore]');
    await drag([20.5, 3.5], [20.5, 20.5]);
    await outputs(page);
    expect(await text('#changed')).toBe('1 of 13,002 changed');
    await press(page, '[data-brush=one]');
    await drag([10.5, 12.5], [10.5, 12.5]);
    await outputs(page);
    expect(await text('#changed')).toBe('1 of 13,002 changed');
  });

  test('what the changes do to the accuracy is told', async () => {
    const sample = testImages(network);
    const right = (changes: readonly Change[]) => {
      const { network: other, silenced } = changeNetwork(network, changes);
      const { values } = runImages(other, sample, silenced)[2];
      let count = 0;
      for (let i = 0; i < 10_000; i += 50) {
        const own = values.subarray(10 * i, 10 * i + 10);
        if (own.indexOf(Math.max(...own)) === sample.labels?.[i]) count++;
      }
      return count / 200;
    };
    await ask('1:3');
    await press(page, '#silence');
    const [before, after] = [right([]), right([{ kind: 'silence', layer: 1, neuron: 3 }])];
    const told = `accuracy on 200 images: ${(100 * before).toFixed(1)} → ${(100 * after).toFixed(1)} %`;
    await expect.poll(() => text('#effect'), PATIENT).toBe(told);
  });

  test('every embedded image has the verdict of the library, also when a neuron is silenced; each can be loaded', async () => {
    const html = readFileSync(file, 'utf8');
    const { images: embedded } = unpackDrawData(/id="data">([^<]*)</.exec(html)?.[1] ?? '', inflateSync);
    if (embedded === null) throw new Error('there are no images');
    const { labels, pixels, sample } = embedded;
    const silence: Change = { kind: 'silence', layer: 1, neuron: 3 };
    const found = () =>
      page.evaluate<unknown>(
        `Array.from(document.querySelectorAll('#examples button, #sample button'), (button) => ({
          prediction: Number(button.dataset.prediction), truth: Number(button.dataset.truth), tag: button.textContent,
          isWrong: button.classList.contains('wrong'), isTurned: button.classList.contains('turned') }))`,
      );
    // The examples stand before the sample in the page.
    const order = [...labels.keys()].map((i) => (i + sample) % labels.length);
    for (const [at, model] of NETWORKS.entries()) {
      await press(page, `#networks button:nth-child(${at + 1})`);
      const outputsOf = (changes: readonly Change[]) => {
        const { network: other, silenced } = changeNetwork(openModel(model).network, changes);
        const set = { count: labels.length, pixels, normalization: UNIT_BRIGHTNESS };
        return runImages(other, set, silenced)[2];
      };
      const { predictions: before } = verdictsOf(outputsOf([]));
      for (const changes of [[], [silence]]) {
        await ask('1:3');
        if (changes.length > 0) await press(page, '#silence');
        const { predictions: after } = verdictsOf(outputsOf(changes));
        const expected = order.map((i) => ({
          ...{ prediction: after[i], truth: labels[i], tag: after[i] === labels[i] ? '' : `${after[i]}` },
          ...{ isWrong: after[i] !== labels[i], isTurned: after[i] !== before[i] },
        }));
        await expect.poll(found, PATIENT).toEqual(expected);
        const mistakes = order.filter((i) => i < sample && after[i] !== labels[i]).length;
        expect(await text('#samplesays')).toMatch(new RegExp(`^${mistakes} mistake`));
      }
      await press(page, '#sample button:nth-child(12)');
      await expectOutputs([...outputsOf([silence]).values.subarray(110, 120)]);
      await press(page, '#resetall');
    }
    await paint(page, images.pixels.subarray(0, 784));
  }, 60_000);

  test('one stop for Tab leads into the images, and arrows walk in them', async () => {
    const buttons = "[...document.querySelectorAll('#sample button')]";
    const at = () => page.evaluate<number>(`${buttons}.indexOf(document.activeElement)`);
    await page.locator('#sample button').first().focus();
    for (const key of ['ArrowRight', 'ArrowRight', 'ArrowLeft']) await page.keyboard.press(key);
    expect(await at()).toBe(1);
    await page.keyboard.press('ArrowUp');
    expect(await at()).toBe(1);
    await page.keyboard.press('ArrowDown');
    expect(await at()).toBeGreaterThan(5);
    expect(await page.locator('#sample button[tabindex="-1"]').count()).toBe(199);
  });

  test('why: the parts of the pixels add up as those of the library do, for the winner and for any other class', async () => {
    const silence: Change = { kind: 'silence', layer: 1, neuron: 3 };
    const told = () =>
      page.evaluate<[string, string, boolean]>(`{ const heat = document.querySelector('#heat');
        [heat.dataset.target, Number(heat.dataset.sum).toFixed(6),
          document.querySelector('#because').getAttribute('aria-busy') === 'true']; }`);
    const known = (model: string, target: number) => {
      const { network: own } = openModel(model);
      const { sum: all } = attribute(own, brightnessAt(images, own, 0), new Float64Array(784), target);
      return [String(target), all.toFixed(6), false];
    };
    await press(page, '#askwhy');
    const choose = (value: string) => page.locator('#whyclass').selectOption(value);
    for (const [at, model] of NETWORKS.entries()) {
      await press(page, `#networks button:nth-child(${at + 1})`);
      await choose('');
      await expect.poll(told, PATIENT).toEqual(known(model, 7));
      await choose('9');
      await expect.poll(told, PATIENT).toEqual(known(model, 9));
    }
    await press(page, '#networks button');
    await choose('7');
    await ask('1:3');
    await press(page, '#silence');
    const black = { ...images, count: 1, pixels: new Uint8Array(784) };
    const { network: other, silenced } = changeNetwork(network, [silence]);
    const rise = wanted([silence])[7] - runImages(other, black, silenced)[2].values[7];
    await expect.poll(async () => Math.abs(Number((await told())[1]) - rise) < 2e-6, PATIENT).toBe(true);
    await press(page, '#clear');
    await outputs(page);
    expect(await page.locator('#heat').isVisible()).toBe(false);
    expect(await text('#whysum')).toBe('Draw a digit');
    await press(page, '#askwhy');
    await choose('');
    await paint(page, images.pixels.subarray(0, 784));
  }, 60_000);
});
