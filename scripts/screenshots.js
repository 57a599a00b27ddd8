// npm run screenshots: docs/images/ as the report looks in Chromium, on the bundled data and network.
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
  { name: 'report', language: 'en', id: 'evaluated', width: 1000, height: 1040, colorScheme: 'light' },
  { name: 'report-neurons', language: 'en', id: 'journey', width: 1000, height: 1000, colorScheme: 'dark' },
  { name: 'report-phone', language: 'ja', id: 'matrix', width: 390, height: 800, colorScheme: 'light' },
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
    await page.screenshot({ path: join(images, `${name}.png`) });
    await page.close();
  }
} finally {
  await browser.close();
  rmSync(folder, { recursive: true });
}
