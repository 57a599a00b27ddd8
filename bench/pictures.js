import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { alternate } from './lib/alternate.js';
import { loadDigitflow, ROOT } from './lib/product.js';
import { showSpread } from './lib/report.js';
import { spread } from './lib/statistics.js';

const SIZE = { height: 28, width: 28 };
const SIDE = 1000;
const FITS = 10;
const GOAL_MS = 30;

/**
 * How long a photo takes to be made into a digit of 28 x 28, once it is decoded.
 *
 * @param {{ rounds?: number, log: (line: string) => void }} options
 * @returns {Promise<import('./lib/report.js').Report>}
 */
export async function measurePictures({ rounds = 15, log }) {
  await loadDigitflow();
  const { fitDigit } = await import(pathToFileURL(join(ROOT, 'dist', 'insight.js')).href);
  const contenders = [0.75, 0.25].map((share) => {
    const image = photo(share);
    return {
      name: `a digit of ${share * SIDE} pixels`,
      run: async () => {
        const start = performance.now();
        for (let i = 0; i < FITS; i++) fitDigit(image, SIZE, {}, 'photo');
        return { wallMs: (performance.now() - start) / FITS };
      },
    };
  });
  const samples = await alternate(contenders, {
    rounds,
    warmups: 2,
    onRound: (round) => log(`pictures: round ${round + 1} of ${rounds}`),
  });
  const times = contenders.map(({ name }) => ({ name, ms: spread(samples.get(name).wallMs) }));
  const slowest = Math.max(...times.map(({ ms }) => ms.median));
  return {
    title: `pictures: a photo of ${SIDE} x ${SIDE}`,
    tables: [
      { head: ['photo', 'fitted in'], rows: times.map(({ name, ms }) => [name, showSpread(ms, 1, ' ms')]) },
    ],
    targets: [
      {
        what: 'a photo is fitted',
        goal: `in at most ${GOAL_MS} ms`,
        measured: `${slowest.toFixed(1)} ms`,
        met: slowest <= GOAL_MS,
      },
    ],
    notes: [`${rounds} rounds of ${FITS}; median (quartiles)`],
  };
}

/** A ring of ink on paper with grain, which is darker at one side. */
function photo(share) {
  const pixels = new Uint8Array(SIDE * SIDE);
  const [outer, inner] = [(share * SIDE) / 2, (share * SIDE) / 2 - (share * SIDE) / 8];
  for (let y = 0, grain = 1; y < SIDE; y++) {
    for (let x = 0; x < SIDE; x++) {
      grain = (Math.imul(grain, 1664525) + 1013904223) >>> 0;
      const radius = Math.hypot(y - SIDE / 2, x - SIDE / 2);
      const shade = radius <= outer && radius >= inner ? 50 : 210 - (60 * x) / SIDE;
      pixels[y * SIDE + x] = shade + (14 * grain) / 2 ** 32;
    }
  }
  return { height: SIDE, width: SIDE, pixels };
}
