import { fileURLToPath } from 'node:url';
import { runToEnd } from '../lib/children.js';
import { spread } from '../lib/statistics.js';
import { CSV_PARSERS } from './csv-parsers.js';

const CHILD = fileURLToPath(new URL('./csv-child.js', import.meta.url));
const PANDAS_CHILD = fileURLToPath(new URL('./pandas-child.py', import.meta.url));
/** Debian's own, which is the one that Debian's pandas is for; then whatever there is. */
const PYTHONS = ['/usr/bin/python3', 'python3'];
const PANDAS_SETTINGS = ['types guessed', 'bytes'];
const TRIES = 2;

let python = '';

/** @returns {Promise<string | null>} pandas' version, or null where there is none */
export async function findPandas() {
  for (const candidate of PYTHONS) {
    try {
      const { stdout } = await runToEnd(candidate, [PANDAS_CHILD]);
      python = candidate;
      return stdout.trim();
    } catch {}
  }
  return null;
}

/** Parses a file with a peer, in a process of its own, and says how long that alone took. */
export async function parserRun(peer, setting, file, isCheck = false) {
  const { stdout } =
    peer === 'pandas'
      ? await runToEnd(python, [PANDAS_CHILD, file.path, setting, isCheck ? 'check' : 'time'])
      : await runToEnd(process.execPath, [
          CHILD,
          JSON.stringify({ peer, setting, path: file.path, isCheck }),
        ]);
  const found = JSON.parse(stdout);
  if (found.rows !== file.rows) throw new Error(`${peer}: expected ${file.rows} rows, found ${found.rows}`);
  if (isCheck && (found.labelSum !== file.labelSum || found.pixelSum !== file.pixelSum)) {
    throw new Error(
      `${peer}, ${setting}: expected sums ${file.labelSum} and ${file.pixelSum}, found ${found.labelSum} and ${found.pixelSum}`,
    );
  }
  return found;
}

/** The fastest setting of a peer (of those whose name holds `part`) on a file that each has to read right. */
export async function findBest(peer, file, log, part = '') {
  const all = peer === 'pandas' ? PANDAS_SETTINGS : Object.keys(CSV_PARSERS[peer]);
  const settings = all.filter((setting) => setting.includes(part));
  const medians = [];
  for (const setting of settings) {
    await parserRun(peer, setting, file, true);
    const tries = [];
    for (let i = 0; i < TRIES; i++) tries.push((await parserRun(peer, setting, file)).wallMs);
    medians.push(spread(tries).median);
    log(`csv: ${peer}, ${setting}: ${(file.rows / medians[medians.length - 1]).toFixed(1)} thousand rows/s`);
  }
  return settings[medians.indexOf(Math.min(...medians))];
}

/** All that was tried. */
export function settingsOf() {
  const all = [...Object.entries(CSV_PARSERS).map(([peer, settings]) => [peer, Object.keys(settings)])];
  return [...all, ['pandas', PANDAS_SETTINGS]]
    .map(([peer, settings]) => `${peer} (${settings.join('; ')})`)
    .join(', ');
}
