// Trains the bundled networks again, by the commands that made them, and compares them, and the film of one, with those in data/.
// Takes some minutes on two cores. With --write it puts what came out into data/.
import { spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { copyFileSync, mkdtempSync, readFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

/** What each network was trained with, beyond the defaults; data/README.md says why. */
const NETWORKS = {
  sigmoid: ['--epochs', '250', '--augment-end', '0.6', '--restarts', '3', '--seed', '1'],
  relu: [
    ...['--activation', 'relu', '--output', 'softmax', '--epochs', '350', '--batch-size', '128'],
    ...['--learning-rate', '0.005', '--augment-end', '0.5', '--restarts', '3', '--seed', '1'],
  ],
};
/** Of these the film is bundled as well. */
const FILMED = ['sigmoid'];

const root = fileURLToPath(new URL('..', import.meta.url));
const folder = mkdtempSync(join(tmpdir(), 'digitflow-remake-'));
const isToWrite = process.argv.includes('--write');

/** @param {string} path */
const digest = (path) => createHash('sha256').update(readFileSync(path)).digest('hex');

/** Compares what came out with what is in data/, or puts it there. @param {string} file */
function compare(file) {
  const bundled = join(root, 'data', file);
  if (isToWrite) copyFileSync(join(folder, file), bundled);
  const [made, expected] = [digest(join(folder, file)), digest(bundled)];
  const verdict = made === expected ? 'the same as in data/' : `not the one in data/, which is ${expected}`;
  process.stdout.write(`${file}  sha256 ${made}  ${verdict}\n`);
  if (made !== expected) process.exitCode = 1;
}

for (const [name, settings] of Object.entries(NETWORKS)) {
  const files = [`${name}.safetensors`, ...(FILMED.includes(name) ? [`${name}.film.json`] : [])];
  const [out, film] = files.map((file) => join(folder, file));
  const outputs = ['--out', out, ...(film === undefined ? [] : ['--film', film])];
  const args = ['dist/digitflow.cjs', 'train', ...settings, ...outputs];
  const { status } = spawnSync(process.execPath, args, { cwd: root, stdio: 'inherit' });
  if (status !== 0) process.exit(status ?? 1);
  files.forEach(compare);
}
