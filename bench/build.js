import { cpSync, mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { runToEnd } from './lib/children.js';
import { ROOT } from './lib/product.js';
import { spread } from './lib/statistics.js';

const GOALS = { install: 90, test: 180 };

/** `npm ci` builds as well, by the `prepare` script; the build alone is the share of it. */
const STEPS = [
  { key: 'install', name: 'npm ci (installs and builds)', args: ['ci', '--no-audit', '--no-fund'] },
  { key: 'build', name: 'npm run build', args: ['run', 'build'] },
  { key: 'test', name: 'npm test', args: ['test'] },
];

/**
 * What a newcomer waits for: everything on a fresh copy of what git knows, with npm's cache as it is.
 *
 * @param {{ rounds?: number, log: (line: string) => void }} options
 * @returns {Promise<import('./lib/report.js').Report>}
 */
export async function measureBuild({ rounds = 1, log }) {
  /** @type {Record<string, number[]>} */
  const samples = { install: [], build: [], test: [] };
  for (let round = 0; round < rounds; round++) {
    const copy = mkdtempSync(join(tmpdir(), 'digitflow-bench-'));
    try {
      await copyTree(copy);
      for (const { key, name, args } of STEPS) {
        log(`build: ${name}`);
        const startMs = performance.now();
        await runToEnd('npm', args, { cwd: copy });
        samples[key].push((performance.now() - startMs) / 1000);
      }
    } finally {
      rmSync(copy, { recursive: true, force: true });
    }
  }
  const seconds = (key) => spread(samples[key]).median;
  return {
    title: 'build: a fresh clone',
    tables: [
      {
        head: ['step', 'seconds'],
        rows: STEPS.map(({ key, name }) => [`\`${name}\``, seconds(key).toFixed(1)]),
      },
    ],
    targets: [
      target('`npm ci` and the build', GOALS.install, seconds('install')),
      target('`npm test`', GOALS.test, seconds('test')),
    ],
    notes: [
      `${rounds} ${rounds === 1 ? 'run' : 'runs'}; how fast npm installs depends on its cache and the network`,
    ],
    samples,
  };
}

/** What a clone would hold if everything were committed, so that work under way can be measured too. */
async function copyTree(target) {
  const args = ['ls-files', '-z', '--cached', '--others', '--exclude-standard'];
  const { stdout } = await runToEnd('git', args, { cwd: ROOT });
  for (const path of new Set(stdout.split('\0').filter(Boolean))) {
    mkdirSync(dirname(join(target, path)), { recursive: true });
    cpSync(join(ROOT, path), join(target, path));
  }
}

function target(what, goalSeconds, seconds) {
  return {
    what,
    goal: `under ${goalSeconds} seconds`,
    measured: `${seconds.toFixed(1)} seconds`,
    met: seconds < goalSeconds,
  };
}
