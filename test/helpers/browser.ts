import { existsSync } from 'node:fs';
import { type Browser, chromium } from 'playwright-core';

/** Where Chromium or a sibling of it is usually found. */
const PLACES = [
  process.env.CHROMIUM_PATH ?? '',
  '/usr/bin/chromium',
  '/usr/bin/chromium-browser',
  '/usr/bin/google-chrome',
  '/Applications/Google Chrome.app/Contents/MacOS/Google Chrome',
];

/** The browser to look with, or null: then tests that need one are skipped, unless DIGITFLOW_BROWSER=required. */
export function findBrowser(): string | null {
  const path = PLACES.find((place) => existsSync(place));
  if (path !== undefined) return path;
  if (process.env.DIGITFLOW_BROWSER !== 'required') return null;
  throw new Error('no Chromium: install it (apt-get install chromium), or say where it is in CHROMIUM_PATH');
}

/** The sandbox needs rights that containers do not have. */
export function launchBrowser(executablePath: string): Promise<Browser> {
  return chromium.launch({ executablePath, args: ['--no-sandbox', '--disable-gpu'] });
}
