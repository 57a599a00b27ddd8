import { existsSync, readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { pathToFileURL } from 'node:url';
import type { AxeResults } from 'axe-core';
import { type Browser, type BrowserContextOptions, chromium, type Page } from 'playwright-core';

/** Where Chromium or a sibling of it is usually found; first the one without windows, which takes half the time. */
const PLACES = [
  process.env.CHROMIUM_PATH ?? '',
  '/usr/bin/chromium-headless-shell',
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

/** A small window, where its size does not matter: to paint a large one takes most of the time. */
export const SMALL: BrowserContextOptions = { viewport: { width: 360, height: 240 } };

let launched: Promise<Browser> | undefined;

/** The browser that all tests of a worker share: it ends with the worker. The sandbox needs rights that containers do not have. */
export async function launchBrowser(executablePath: string): Promise<Browser> {
  if (!(await launched)?.isConnected()) {
    launched = chromium.launch({ executablePath, args: ['--no-sandbox', '--disable-gpu'] });
  }
  return launched as Promise<Browser>;
}

/** Closes what a file of tests opened in the browser that it shares. */
export async function closePages(browser: Browser | undefined): Promise<void> {
  for (const context of browser?.contexts() ?? []) await context.close();
}

/**
 * Opens a page as a reader would from disk; what it complains of and asks for is kept, also later.
 *
 * @param prepare what is done to the page before that
 */
export async function openPage(
  browser: Browser,
  file: string,
  options: BrowserContextOptions = {},
  prepare?: (page: Page) => Promise<void>,
) {
  const page = await browser.newPage(options);
  await prepare?.(page);
  const complaints: string[] = [];
  const requests: string[] = [];
  page.on('console', (message) => complaints.push(message.text()));
  page.on('pageerror', (error) => complaints.push(error.message));
  page.on('request', (request) => {
    // What the page holds itself is no request.
    if (!/^(data|blob):/.test(request.url())) requests.push(request.url());
  });
  await page.goto(pathToFileURL(file).href);
  return { page, complaints, requests };
}

let axe: string | undefined;

/** What keeps people out. By the debugger's hand: the page's own policy lets no other script in. */
export async function violations(page: Page): Promise<string[]> {
  axe ??= readFileSync(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8');
  await page.evaluate(axe);
  // What is well is not described: that takes axe most of its time.
  const found = await page.evaluate<AxeResults['violations']>(
    `axe.run(document, {
      runOnly: ['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'best-practice'],
      resultTypes: ['violations'],
    }).then(({ violations }) => violations)`,
  );
  return found.map(({ id, nodes }) => `${id}: ${nodes[0].html} ${nodes[0].failureSummary ?? ''}`);
}
