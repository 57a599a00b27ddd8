import { execFileSync } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { loadDigitflow, ROOT } from './lib/product.js';
import { showSpread } from './lib/report.js';
import { spread } from './lib/statistics.js';

const MOVES = 600;
/** Of a screen of 60 frames a second, with what its clock is off. */
const FRAME_MS = 1000 / 60 + 0.5;
const GOAL_SHARE = 0.95;

/** Draws with as many moves of the pointer, one a frame; returns the times between frames, in ms. */
const DRAW = `new Promise((done) => {
  const pad = document.querySelector('#pad');
  const box = pad.getBoundingClientRect();
  const gaps = [];
  let [moves, last] = [0, 0];
  const point = (type) => {
    const turn = (moves / ${MOVES}) * 6 * Math.PI;
    const [x, y] = [0.5 + 0.3 * Math.cos(turn), 0.5 + 0.35 * Math.sin(2 * turn + 0.3)];
    const clientX = box.left + x * box.width;
    pad.dispatchEvent(new PointerEvent(type, { bubbles: true, button: 0, pointerId: 7, clientX, clientY: box.top + y * box.height }));
  };
  const step = (now) => {
    if (last > 0) gaps.push(now - last);
    last = now;
    if (moves++ === ${MOVES}) return done(gaps);
    point('pointermove');
    requestAnimationFrame(step);
  };
  point('pointerdown');
  requestAnimationFrame(step);
})`;

/**
 * How evenly the page to draw on shows its frames while something is drawn, in Chromium (CHROMIUM_PATH), with a neuron asked about.
 *
 * @param {{ rounds?: number, log: (line: string) => void }} options
 * @returns {Promise<import('./lib/report.js').Report>}
 */
export async function measureDraw({ rounds = 5, log }) {
  await loadDigitflow();
  const { chromium } = createRequire(join(ROOT, 'package.json'))('playwright-core');
  const folder = mkdtempSync(join(tmpdir(), 'digitflow-'));
  const file = join(folder, 'draw.html');
  execFileSync(process.execPath, [join(ROOT, 'dist/digitflow.cjs'), 'draw', '--quiet', '--out', file]);
  const browser = await chromium.launch({
    executablePath: process.env.CHROMIUM_PATH ?? '/usr/bin/chromium',
    args: ['--no-sandbox', '--disable-gpu', '--js-flags=--expose-gc'],
  });
  try {
    const page = await browser.newPage({ viewport: { width: 1280, height: 900 } });
    await page.goto(pathToFileURL(file).href);
    await page.click('#n1\\:3');
    const heap = () => page.evaluate('gc(), performance.memory.usedJSHeapSize / 1e6');
    const [shares, medians, heaps] = [[], [], []];
    for (let round = 0; round < rounds; round++) {
      const gaps = (await page.evaluate(DRAW)).sort((a, b) => a - b);
      shares.push(gaps.filter((gap) => gap <= FRAME_MS).length / gaps.length);
      medians.push(gaps[gaps.length >> 1]);
      heaps.push(await heap());
      log(`draw: round ${round + 1} of ${rounds}`);
    }
    const share = spread(shares);
    return {
      title: `draw: ${MOVES} moves of a pointer`,
      tables: [
        {
          head: ['what', 'measured'],
          rows: [
            ['frames shown in time', showSpread(spread(shares.map((each) => 100 * each)), 1, ' %')],
            ['from frame to frame', showSpread(spread(medians), 1, ' ms')],
            ['heap after the first round', `${heaps[0].toFixed(1)} MB`],
            ['heap after the last', `${heaps[heaps.length - 1].toFixed(1)} MB`],
          ],
        },
      ],
      targets: [
        {
          what: 'frames within 16 ms',
          goal: `at least ${100 * GOAL_SHARE} %`,
          measured: `${(100 * share.median).toFixed(1)} %`,
          met: share.median >= GOAL_SHARE,
        },
      ],
      notes: [`${rounds} rounds; median (quartiles); no graphics processor, a neuron asked about`],
    };
  } finally {
    await browser.close();
    rmSync(folder, { recursive: true });
  }
}
