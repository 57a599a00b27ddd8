// npm run screenshots: docs/images/ as the report and the page to draw on look in Chromium, on the bundled data and network.
import { execFileSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { chromium } from 'playwright-core';

const root = fileURLToPath(new URL('..', import.meta.url));
const folder = mkdtempSync(join(tmpdir(), 'digitflow-'));
const images = join(root, 'docs/images');
mkdirSync(images, { recursive: true });

const SHOTS = [
  { name: 'report-ja', language: 'ja', id: '', width: 1000, height: 1120, colorScheme: 'light' },
  { name: 'report-neurons', language: 'en', id: 'journey', width: 1000, height: 1060, colorScheme: 'dark' },
];

/** A 3, as shares of the pad: x and y. */
const STROKE = [
  ...[
    [0.32, 0.24],
    [0.5, 0.15],
    [0.68, 0.24],
    [0.63, 0.42],
    [0.46, 0.48],
  ],
  ...[
    [0.66, 0.56],
    [0.7, 0.72],
    [0.5, 0.85],
    [0.3, 0.76],
  ],
];

const browser = await chromium.launch({
  executablePath: process.env.CHROMIUM_PATH ?? '/usr/bin/chromium',
  args: ['--no-sandbox', '--disable-gpu'],
});
try {
  for (const { name, language, id, width, height, colorScheme } of SHOTS) {
    const file = join(folder, `${name}.html`);
    execFileSync(process.execPath, ['dist/digitflow.cjs', 'report', '-q', '-o', file, '--lang', language], {
      cwd: root,
    });
    const page = await browser.newPage({ viewport: { width, height }, colorScheme, reducedMotion: 'reduce' });
    await page.goto(`${pathToFileURL(file).href}#${id}`);
    if (id === 'journey') await page.locator('#way-3').press('Space');
    await page.screenshot({ path: join(images, `${name}.png`) });
    await page.close();
  }
  const file = join(folder, 'draw.html');
  execFileSync(process.execPath, ['dist/digitflow.cjs', 'draw', '-q', '-o', file], { cwd: root });
  for (const colorScheme of /** @type {const} */ (['light', 'dark'])) {
    const viewport = { width: 1280, height: 1010 };
    const page = await browser.newPage({
      viewport,
      colorScheme,
      reducedMotion: 'reduce',
    });
    await page.goto(pathToFileURL(file).href);
    const pad = await page.locator('#pad').boundingBox();
    if (pad === null) throw new Error('the page has no pad');
    const place = (/** @type {number[]} */ [x, y]) => [pad.x + x * pad.width, pad.y + y * pad.height];
    const [start, ...rest] = STROKE.map(place);
    await page.mouse.move(start[0], start[1]);
    await page.mouse.down();
    for (const [x, y] of rest) await page.mouse.move(x, y, { steps: 8 });
    await page.mouse.up();
    await page.locator('#n1\\:3').click();
    await page.mouse.move(5, 5);
    await page.waitForFunction(() => document.querySelector('#outputs .won') !== null);
    await page.screenshot({ path: join(images, `draw-${colorScheme}.png`) });
    await page.close();
  }
} finally {
  await browser.close();
  rmSync(folder, { recursive: true });
}
